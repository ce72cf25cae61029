"""The whole line with its real time limits: nobody waits over 10 s, and Sync's rate is kept."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.faults.lines import Line
from tests.faults.servers import wait_until
from tests.faults.sync_proxy import always, none

pytestmark = pytest.mark.long
LIMIT_SECONDS = 10


def timed(call: Callable[[], Any]) -> tuple[int, float, Any]:
    begun = time.monotonic()
    answer = call()
    return answer.status_code, time.monotonic() - begun, answer


def at_once(line: Line, calls: list[tuple[Any, ...]]) -> list[tuple[int, float, Any]]:
    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(lambda call: timed(lambda: line.server.call(*call)), calls))


@pytest.mark.parametrize("fault", ["silent", "drip", "429"])
def test_forty_callers_are_answered_in_time_whatever_sync_does(line: Line, fault: str) -> None:
    ids = [task["id"] for task in line.server.tasks()]
    while len(ids) < 10:
        ids.append(line.server.add("one of ten")["id"])
    line.proxy.choose = always(fault)
    edits = [("PATCH", f"/tasks/{n}", {"name": "new"}) for n in ids]
    adds = [("POST", "/tasks", {"name": "add"})] * 10
    reads = [("GET", "/tasks"), ("GET", "/token")] * 5
    leases = [("PUT", f"/tasks/{n}/lease", {"activity": "editing"}) for n in ids]
    answers = at_once(line, edits + adds + reads + leases)
    assert {status for status, _, _ in answers} <= {429, 502, 503, 504}
    assert max(seconds for _, seconds, _ in answers) < LIMIT_SECONDS
    line.proxy.choose = none
    wait_until(lambda: line.server.call("GET", "/tasks").status_code == 200, LIMIT_SECONDS)


def test_leases_that_cannot_be_read_hold_no_write_up(start_line: Callable[..., Line]) -> None:
    line = start_line()
    ids = [line.server.add(f"task {n}")["id"] for n in range(20)]
    line.proxy.choose = always("silent", lambda request: "/Maps/" in request.path)
    answers = at_once(line, [("PATCH", f"/tasks/{n}", {"name": "new"}) for n in ids])
    assert [status for status, _, _ in answers] == [200] * 20
    assert max(seconds for _, seconds, _ in answers) < LIMIT_SECONDS


def test_two_hundred_writes_at_once_are_stored_in_order_or_refused(
    start_line: Callable[..., Line],
) -> None:
    line = start_line("--enforce-limits")
    line.server.tasks()

    def write(caller: int) -> list[tuple[str, int, Any]]:
        said = []
        for number in range(10):
            name = f"caller {caller} task {number}"
            answer = line.server.call("POST", "/tasks", {"name": name})
            said.append((name, answer.status_code, answer.headers.get("Retry-After")))
        return said

    with ThreadPoolExecutor(20) as threads:
        said = [one for caller in threads.map(write, range(20)) for one in caller]
    assert {status for _, status, _ in said} <= {201, 429}
    assert all(int(after) >= 1 for _, status, after in said if status == 429)
    stored = [task["name"] for task in line.server.tasks()]
    accepted = [name for name, status, _ in said if status == 201]
    assert sorted(stored) == sorted(accepted)
    for caller in range(20):
        mark = f"caller {caller} "
        mine = [name for name in accepted if name.startswith(mark)]
        assert [name for name in stored if name.startswith(mark)] == mine
