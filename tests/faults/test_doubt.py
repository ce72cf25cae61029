"""Writes whose answer was lost, and which Sync executes late: one task, and no false refusal."""

import re
from typing import Any

import pytest

from kanban_server import mirror
from tests.faults.operations import prepare
from tests.faults.servers import Emulator, wait_until
from tests.faults.sync_faults import Request
from tests.faults.sync_proxy import SyncProxy, in_turn, once


def test_a_create_that_is_executed_late_is_one_task_that_stays(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("overtaken")
    task = operation.send(ask).json
    wait_until(lambda: operation.done(sync) == 2)
    ask("PATCH", f"/tasks/{task['id']}", {"list": "done"})
    assert _shown(ask, task["name"]) == [(task["id"], "done")]
    assert operation.done(sync) == 1


def test_a_create_that_is_executed_late_but_first_is_the_one_that_is_answered(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("first", "second")
    task = operation.send(ask).json
    assert operation.done(sync) == 2
    ask("PATCH", f"/tasks/{task['id']}", {"list": "done"})
    assert _shown(ask, task["name"]) == [(task["id"], "done")]
    assert operation.done(sync) == 1


def test_a_create_that_is_executed_late_does_not_bring_a_deleted_task_back(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation = prepare("add", ask)
    proxy.choose = in_turn("overtaken")
    task = operation.send(ask).json
    wait_until(lambda: operation.done(sync) == 2)
    assert ask("DELETE", f"/tasks/{task['id']}").status_code == 204
    assert operation.done(sync) == 0
    assert _shown(ask, task["name"]) == []


@pytest.fixture
def looks_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the board, which is made after this, look for late creates a second after the doubt."""
    monkeypatch.setattr(mirror, "LATE_SECONDS", 1.0)


def test_a_create_that_is_executed_late_is_removed_though_nobody_reads_the_board(
    looks_soon: None, ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    operation, executed = prepare("add", ask), proxy.executed
    proxy.choose = in_turn("overtaken")
    task = operation.send(ask).json
    wait_until(lambda: proxy.executed >= executed + 2)
    wait_until(lambda: operation.done(sync) == 1)
    assert _stored(sync, task["name"]) == [task["id"]]


def test_a_change_that_may_have_happened_is_not_refused_for_what_came_after(
    ask: Any, proxy: SyncProxy, sync: Emulator
) -> None:
    task = ask("POST", "/tasks", {"name": "mine"}).json
    path, lost = f"Lists/tasks/Items/{task['id']}", once("reset after", _is_write)

    def choose(request: Request) -> str | None:
        if proxy.met("reset after") and re.search(
            rf"/Lists/[^/]+/Items/{task['id']}$", request.path
        ):
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


def _stored(sync: Emulator, name: str) -> list[int]:
    return [item["index"] for item in sync.items() if item["data"]["name"] == name]
