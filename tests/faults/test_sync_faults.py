"""Every fault of the line to Sync, met by every operation: the answer is true, and in time.

The board runs in this process, with short waits, and short time limits while a fault lasts;
`test_real_time_limits.py` has the real ones.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kanban_server import breaker, create_app, leases, transport
from kanban_server.settings import Settings
from tests.faults.lines import credentials_of
from tests.faults.operations import OPERATIONS, READS, WRITES, prepare
from tests.faults.servers import Emulator, wait_until
from tests.faults.sync_faults import FAULTS, NEVER_EXECUTED, Request
from tests.faults.sync_proxy import SyncProxy, always, in_turn, none, once

LIMIT_SECONDS = 10
SLOW = ("silent", "silent after", "drip", "429")
NEED_ANOTHER = ("overtaken", "first", "second")
BAD = [fault for fault in FAULTS if fault not in (None, "delay", "slow", *NEED_ANOTHER)]
WRONG_READS = [fault for fault in NEVER_EXECUTED if fault != "503"] + ["half", "drip"]


@contextmanager
def meeting(fault: str, proxy: SyncProxy, choose: Any = always) -> Iterator[None]:
    """Let requests meet a fault; what only time ends is ended soon."""
    attempt, request = (0.25, 0.55) if choose is always and fault in SLOW else (1.0, 6.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transport, "ATTEMPT_SECONDS", attempt)
        patch.setattr(transport, "REQUEST_SECONDS", request)
        proxy.choose = choose(fault)
        yield
    proxy.choose = none


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("kind", WRITES)
def test_the_answer_to_a_write_says_whether_it_may_have_happened(
    kind: str, fault: str, ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare(kind, ask)
    begun = time.monotonic()
    with meeting(fault, proxy):
        status = operation.send(ask).status_code
    assert time.monotonic() - begun < LIMIT_SECONDS
    assert status in (429, 502, 503, 504) or (status < 300 and operation.done(sync) == 1)
    if status in (429, 502, 503) or fault in NEVER_EXECUTED:
        assert operation.done(sync) == 0
    wait_until(lambda: operation.send(ask).status_code in (200, 201, 204, 404), 10)
    assert operation.done(sync) == 1


@pytest.mark.parametrize("fault", WRONG_READS)
@pytest.mark.parametrize("kind", READS)
def test_a_read_is_refused_in_time_and_works_after_the_fault(
    kind: str, fault: str, ask: Any, proxy: SyncProxy
) -> None:
    operation = prepare(kind, ask)
    begun = time.monotonic()
    with meeting(fault, proxy):
        answer = operation.send(ask)
    assert time.monotonic() - begun < LIMIT_SECONDS
    assert answer.status_code in (429, 502, 503)
    assert answer.content_type == "application/problem+json"
    assert answer.status_code == 502 or int(answer.headers["Retry-After"]) >= 1
    wait_until(lambda: operation.send(ask).status_code == 200, 10)


SHORT = ["reset before", "reset after", "500", "HTML after", "half", "silent after"]


@pytest.mark.parametrize("fault", SHORT)
@pytest.mark.parametrize("kind", list(OPERATIONS))
def test_a_single_fault_is_not_seen_by_the_caller(
    kind: str, fault: str, ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare(kind, ask)
    with meeting(fault, proxy, once):
        assert operation.send(ask).status_code in (200, 201, 204)
    assert operation.done(sync) == (1 if kind in WRITES else 0)


def test_429_says_when_to_come_again(ask: Any, proxy: SyncProxy) -> None:
    operation = prepare("add", ask)
    proxy.choose = always("429 Retry-After")
    answer = operation.send(ask)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


@pytest.mark.parametrize("path", ["/readyz", "/tasks", "/token"])
def test_a_key_that_was_deleted_is_said_with_what_to_do_and_without_haste(
    path: str, ask: Any, proxy: SyncProxy, sync: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "REFUSED_SECONDS", 30)
    proxy.choose, met = always("401"), proxy.met("401")
    answers = [ask("GET", path) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {503}
    assert {answer.json["title"] for answer in answers} == {"Twilio Sync refuses this server"}
    assert all(20 < int(answer.headers["Retry-After"]) <= 30 for answer in answers)
    assert all("TWILIO_API_KEY" in answer.json["detail"] for answer in answers)
    assert all(sync.variables["TWILIO_API_SECRET"] not in answer.text for answer in answers)
    assert proxy.met("401") == met + 1


def test_a_dead_sync_is_not_asked_again_and_again(
    ask: Any, proxy: SyncProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 30)
    proxy.choose = always("reset before")
    while ask("GET", "/tasks").json["detail"].find("nothing was sent") < 0:
        pass
    asked = len(proxy.seen)
    for _ in range(20):
        ask("GET", "/tasks")
    assert len(proxy.seen) == asked


def test_a_refused_connection_says_that_nothing_was_written(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.refuse()
    assert operation.send(ask).status_code == 503
    proxy.accept()
    wait_until(lambda: operation.send(ask).status_code == 201, 10)
    assert operation.done(sync) == 1


def test_a_board_starts_though_one_answer_is_lost(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    proxy.choose = in_turn("reset after")
    settings = Settings(credentials=credentials_of(sync), sync_url=proxy.url)
    assert create_app(settings).test_client().get("/healthz").status_code == 200


def test_a_map_at_its_limit_does_not_slow_the_tasks_down(ask: Any, proxy: SyncProxy) -> None:
    lease, operation = prepare("lease", ask), prepare("add", ask)
    proxy.choose = always("429 Retry-After", lambda request: "/Maps/" in request.path)
    for _ in range(8):
        assert lease.send(ask).status_code == 429
    begun = time.monotonic()
    assert operation.send(ask).status_code == 201
    assert time.monotonic() - begun < 0.9  # a second is what a halved pace makes it wait


def _is_lease_read(request: Request) -> bool:
    is_of_items = re.search("/Maps/[^/]+/Items", request.path)
    return request.method == "GET" and is_of_items is not None


@pytest.mark.parametrize("fault", ["500", "silent"])
def test_writes_go_on_while_the_leases_cannot_be_read(
    fault: str, ask: Any, proxy: SyncProxy, monkeypatch: Any
) -> None:
    monkeypatch.setattr(leases, "REST_SECONDS", 0)
    operation = prepare("edit", ask)
    proxy.choose = always(fault, _is_lease_read)
    for _ in range(5):
        assert operation.send(ask).status_code == 200
