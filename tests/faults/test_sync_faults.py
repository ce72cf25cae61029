"""Every fault of the line to Sync, met by every operation: the answer is true, and in time.

The board runs in this process with a tenth of its time limits; `test_real_time_limits.py` has the
real ones.
"""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kanban_server import breaker, create_app, leases, transport
from kanban_server.settings import Credentials, Settings
from tests.faults import sync_proxy
from tests.faults.operations import OPERATIONS, READS, WRITES, prepare
from tests.faults.servers import Emulator, wait_until
from tests.faults.sync_proxy import (
    FAULTS,
    NEVER_EXECUTED,
    Request,
    SyncProxy,
    always,
    in_turn,
    none,
    once,
)

ATTEMPT_SECONDS, REQUEST_SECONDS = 0.25, 0.55
BAD = [fault for fault in FAULTS if fault not in (None, "delay", "slow")]
WRONG_READS = [fault for fault in NEVER_EXECUTED if fault != "503"] + ["half", "drip"]


@pytest.fixture(scope="module")
def sync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("sync"))
    yield emulator
    emulator.stop()


@pytest.fixture(scope="module")
def shared_proxy(sync: Emulator) -> Iterator[SyncProxy]:
    proxy = SyncProxy(sync.url)
    yield proxy
    proxy.close()


@pytest.fixture
def proxy(shared_proxy: SyncProxy) -> Iterator[SyncProxy]:
    shared_proxy.choose = none
    yield shared_proxy
    shared_proxy.choose = none
    assert not shared_proxy.broken


@pytest.fixture
def ask(sync: Emulator, proxy: SyncProxy, monkeypatch: Any) -> Callable[..., Any]:
    """Give what sends a request to a new board; its breaker is closed."""
    monkeypatch.setattr(transport, "ATTEMPT_SECONDS", ATTEMPT_SECONDS)
    monkeypatch.setattr(transport, "REQUEST_SECONDS", REQUEST_SECONDS)
    monkeypatch.setattr(leases, "READ_SECONDS", 0.15)
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.2)
    monkeypatch.setattr(sync_proxy, "DRIP_SECONDS", 0.03)
    settings = Settings(credentials=_credentials(sync), sync_url=proxy.url)
    client = create_app(settings).test_client()

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        base = {"base_url": "http://localhost", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
        return client.open(path, method=method, json=body, headers=given, **base)

    return send


def _credentials(sync: Emulator) -> Credentials:
    names = ("ACCOUNT_SID", "API_KEY", "API_SECRET", "SYNC_SERVICE_SID")
    return Credentials(*(sync.variables[f"TWILIO_{name}"] for name in names))


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.parametrize("kind", WRITES)
def test_the_answer_to_a_write_says_whether_it_may_have_happened(
    kind: str, fault: str, ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare(kind, ask)
    proxy.choose = always(fault)
    begun = time.monotonic()
    status = operation.send(ask).status_code
    assert time.monotonic() - begun < REQUEST_SECONDS + 1
    assert status in (429, 502, 503, 504) or (status < 300 and operation.done(sync) == 1)
    if status in (429, 502, 503) or fault in NEVER_EXECUTED:
        assert operation.done(sync) == 0
    proxy.choose = none
    wait_until(lambda: operation.send(ask).status_code in (200, 201, 204, 404), 10)
    assert operation.done(sync) == 1


@pytest.mark.parametrize("fault", WRONG_READS)
@pytest.mark.parametrize("kind", READS)
def test_a_read_is_refused_in_time_and_works_after_the_fault(
    kind: str, fault: str, ask: Any, proxy: SyncProxy
) -> None:
    operation = prepare(kind, ask)
    proxy.choose = always(fault)
    begun = time.monotonic()
    answer = operation.send(ask)
    assert time.monotonic() - begun < REQUEST_SECONDS + 1
    assert answer.status_code in (429, 502, 503)
    assert answer.content_type == "application/problem+json"
    assert answer.status_code == 502 or int(answer.headers["Retry-After"]) >= 1
    proxy.choose = none
    wait_until(lambda: operation.send(ask).status_code == 200, 10)


SHORT = ["reset before", "reset after", "500", "HTML after", "half", "silent after"]


@pytest.mark.parametrize("fault", SHORT)
@pytest.mark.parametrize("kind", list(OPERATIONS))
def test_a_single_fault_is_not_seen_by_the_caller(
    kind: str, fault: str, ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare(kind, ask)
    proxy.choose = once(fault)
    assert operation.send(ask).status_code in (200, 201, 204)
    assert operation.done(sync) == (1 if kind in WRITES else 0)


def test_a_create_that_is_executed_late_is_one_task_that_stays(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("late")
    task = operation.send(ask).json
    wait_until(lambda: operation.done(sync) == 2)
    ask("PATCH", f"/tasks/{task['id']}", {"list": "done"})
    assert _shown(ask, task["name"]) == [(task["id"], "done")]
    assert operation.done(sync) == 1


def test_a_create_that_is_executed_late_but_first_is_the_one_that_is_answered(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("late", "slow")
    task = operation.send(ask).json
    assert operation.done(sync) == 2
    ask("PATCH", f"/tasks/{task['id']}", {"list": "done"})
    assert _shown(ask, task["name"]) == [(task["id"], "done")]
    assert operation.done(sync) == 1


def test_a_create_that_is_executed_late_does_not_bring_a_deleted_task_back(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("late")
    task = operation.send(ask).json
    wait_until(lambda: operation.done(sync) == 2)
    assert ask("DELETE", f"/tasks/{task['id']}").status_code == 204
    assert operation.done(sync) == 0
    assert _shown(ask, task["name"]) == []


def test_a_change_that_may_have_happened_is_not_refused_for_what_came_after(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    task = ask("POST", "/tasks", {"name": "mine"}).json
    path, lost = f"Lists/tasks/Items/{task['id']}", once("reset after", _is_write)

    def choose(request: Request) -> str | None:
        if proxy.met("reset after") and request.path.endswith(path):
            sync.ask("POST", path, Data='{"name":"another\'s"}')
        return lost(request)

    proxy.choose = choose
    revision = {"If_Match": f'"{task["revision"]}"'}
    answer = ask("PATCH", f"/tasks/{task['id']}", {"name": "changed"}, **revision)
    assert answer.status_code == 504


def _is_write(request: Request) -> bool:
    return request.writes


def _shown(ask: Any, name: str) -> list[tuple[int, str]]:
    tasks = ask("GET", "/tasks").json["tasks"]
    return [(task["id"], task["list"]) for task in tasks if task["name"] == name]


def test_429_says_when_to_come_again(ask: Any, proxy: SyncProxy) -> None:
    operation = prepare("add", ask)
    proxy.choose = always("429 Retry-After")
    answer = operation.send(ask)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


def test_a_key_that_was_deleted_is_said_to_the_caller_without_its_secret(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = always("401")
    answer = operation.send(ask)
    assert (answer.status_code, answer.json["title"]) == (503, "Twilio Sync refuses this server")
    assert sync.variables["TWILIO_API_SECRET"] not in answer.text


def test_a_dead_sync_is_not_asked_again_and_again(ask: Any, proxy: SyncProxy) -> None:
    proxy.choose = always("reset before")
    while ask("GET", "/tasks").json["detail"].find("nothing was sent") < 0:
        pass
    asked = len(proxy.seen)
    for _ in range(20):
        ask("GET", "/tasks")
    assert len(proxy.seen) - asked <= 3


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
    settings = Settings(credentials=_credentials(sync), sync_url=proxy.url)
    assert create_app(settings).test_client().get("/healthz").status_code == 200


def _is_lease_read(request: Request) -> bool:
    return request.method == "GET" and "/Maps/leases/Items" in request.path


@pytest.mark.parametrize("fault", ["500", "silent"])
def test_writes_go_on_while_the_leases_cannot_be_read(
    fault: str, ask: Any, proxy: SyncProxy
) -> None:
    operation = prepare("edit", ask)
    proxy.choose = always(fault, _is_lease_read)
    assert operation.send(ask).status_code == 200
