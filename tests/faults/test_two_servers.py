"""Point 13: two servers on one Sync, each with its own copy of the List."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from tests.faults.servers import ROOT, Emulator, Server, wait_until


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Emulator, Server, Server]]:
    """Give a Sync and two servers that have read the List already."""
    folder = tmp_path_factory.mktemp("two")
    with ExitStack() as stack:
        sync = Emulator(folder / "sync")
        stack.callback(sync.stop)
        servers = [Server(folder / name, **sync.variables) for name in ("a", "b")]
        for server in servers:
            stack.callback(server.stop)
            server.tasks()
        yield sync, servers[0], servers[1]


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Make all calls at the same time; give their answers."""
    with ThreadPoolExecutor(len(calls)) as threads:
        return [done.result() for done in [threads.submit(call) for call in calls]]


def names(server: Server, column: str = "todo") -> list[str]:
    return [task["name"] for task in server.tasks() if task["list"] == column]


def test_of_many_changes_of_one_revision_one_wins(both: tuple[Emulator, Server, Server]) -> None:
    _, *servers = both
    task = servers[0].add("wanted")
    match = {"If_Match": f'"{task["revision"]}"'}
    path = f"/tasks/{task['id']}"

    def change(number: int) -> Any:
        return servers[number % 2].call("PATCH", path, {"name": f"by {number}"}, **match)

    answers = at_once([lambda n=n: change(n) for n in range(50)])
    won = [answer.json() for answer in answers if answer.status_code == 200]
    lost = [answer.json() for answer in answers if answer.status_code == 412]
    assert (len(won), len(lost)) == (1, 49)
    assert {problem["task"]["name"] for problem in lost} == {won[0]["name"]}


def test_different_fields_from_both_are_kept(both: tuple[Emulator, Server, Server]) -> None:
    _, one, other = both
    path = f"/tasks/{one.add('both')['id']}"
    for number in range(10):
        wishes = [{"name": f"both {number}"}, {"list": ("doing", "done")[number % 2]}]
        calls = zip((one, other), wishes, strict=True)
        answers = at_once([lambda s=s, w=w: s.call("PATCH", path, w) for s, w in calls])
        assert [answer.status_code for answer in answers] == [200, 200]
        task = other.call("GET", path).json()
        assert (task["name"], task["list"]) == (wishes[0]["name"], wishes[1]["list"])


def test_one_key_at_both_ends_as_one_task(both: tuple[Emulator, Server, Server]) -> None:
    sync, one, other = both
    for number in range(10):
        name, key = f"once {number}", {"Idempotency_Key": str(uuid.uuid4())}
        wish = ("POST", "/tasks", {"name": name})
        answers = at_once([lambda s=s, k=key, w=wish: s.call(*w, **k) for s in (one, other)])
        told = {answer.json()["id"] for answer in answers}
        assert told == {task["id"] for task in one.tasks() if task["name"] == name}
        wait_until(lambda name=name: _stored(sync, name) == 1 == names(other).count(name))


def _stored(sync: Emulator, name: str) -> int:
    return sum(item["data"]["name"] == name for item in sync.items())


def test_a_key_given_to_one_after_the_other_gives_the_task_that_stays(
    both: tuple[Emulator, Server, Server],
) -> None:
    sync, one, other = both
    key = {"Idempotency_Key": str(uuid.uuid4())}
    wish = ("POST", "/tasks", {"name": "asked twice"})
    first, second = (server.call(*wish, **key).json() for server in (one, other))
    assert first["id"] == second["id"]
    edited = other.call("PATCH", f"/tasks/{second['id']}", {"name": "edited"})
    assert edited.status_code == 200
    assert "edited" in names(one)
    assert _stored(sync, "asked twice") == 0


@pytest.mark.parametrize("at", ["bottom", "top"])
def test_what_both_add_at_an_end_stands_in_the_order_it_was_added(
    at: str, both: tuple[Emulator, Server, Server]
) -> None:
    wishes = [f"{at} {number}" for number in range(8)]
    for number, name in enumerate(wishes):
        both[1 + number // 2 % 2].add(name, list="done", at=at)
    order = [name for name in names(both[1], "done") if name in wishes]
    assert order == (wishes if at == "bottom" else wishes[::-1])


def test_one_key_at_both_at_once_is_repaired(both: tuple[Emulator, Server, Server]) -> None:
    sync, one, other = both
    first = one.add("twin")
    row = next(item["data"] for item in sync.items() if item["index"] == first["id"])
    sync.ask("POST", "Lists/tasks/Items", Data=_json(row))
    assert names(other).count("twin") == 1
    assert [item["index"] for item in sync.items() if item["data"] == row] == [first["id"]]


def _json(row: Any) -> str:
    import json

    return json.dumps(row)


def test_equal_positions_are_parted_when_something_goes_between(
    both: tuple[Emulator, Server, Server],
) -> None:
    sync, one, other = both
    rows = [{"name": f"equal {n}", "list": "done", "position": "a0"} for n in range(3)]
    made = [sync.ask("POST", "Lists/tasks/Items", Data=_json(row)).json() for row in rows]
    one.tasks()
    place = {"after": made[0]["index"], "before": made[1]["index"]}
    one.add("between", list="done", **place)
    order = ["equal 0", "between", "equal 1", "equal 2"]
    assert [name for name in names(other, "done") if name in order] == order
    positions = [task["position"] for task in other.tasks() if task["name"] in order]
    assert len(set(positions[:3])) == 3


def test_moves_at_both_keep_every_task_once_and_in_one_order(
    both: tuple[Emulator, Server, Server],
) -> None:
    _, one, other = both
    ids = [one.add(f"m {n}", list="doing")["id"] for n in range(12)]

    def move(number: int) -> int:
        server, task = (one, other)[number % 2], ids[number * 7 % 12]
        wish = {"list": "doing", "after": ids[(number * 5 + 1) % 12]}
        wish = {"list": "doing", "at": "top"} if wish["after"] == task else wish
        return int(server.call("PATCH", f"/tasks/{task}", wish).status_code)

    assert set(at_once([lambda n=n: move(n) for n in range(48)])) <= {200, 409}
    assert one.tasks() == other.tasks()
    assert sorted(task["id"] for task in one.tasks() if task["id"] in ids) == sorted(ids)


def test_a_lease_of_one_is_seen_by_the_other_within_a_second(
    both: tuple[Emulator, Server, Server],
) -> None:
    _, one, other = both
    path = f"/tasks/{one.add('held')['id']}"
    other.call("PATCH", path, {"name": "free"})
    assert one.call("PUT", f"{path}/lease", {"activity": "editing"}).status_code == 200

    def refused() -> Any:
        answer = other.call("PATCH", path, {"name": "not mine"})
        return answer.status_code == 423 and answer.json()["lease"]["activity"] == "editing"

    assert wait_until(refused, 1.2)


def test_of_fifty_takers_at_both_one_holds_the_task(both: tuple[Emulator, Server, Server]) -> None:
    _, *servers = both
    path = f"/tasks/{servers[0].add('raced')['id']}/lease"
    wish = ("PUT", path, {"activity": "dragging"})
    answers = at_once([lambda n=n: servers[n % 2].call(*wish).status_code for n in range(50)])
    assert (answers.count(200), answers.count(423)) == (1, 49)


def test_a_server_run_by_wsgi_logs_lines_of_json(both: tuple[Emulator, Server, Server]) -> None:
    code = "from kanban_server import create_app; create_app().test_client().get('/nothing')"
    given = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **both[0].variables}
    told = subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, check=True)
    events = [json.loads(line) for line in told.stderr.splitlines()]
    assert [(one["event"], one["path"], one["status"]) for one in events] == [
        ("answered", "/nothing", 404)
    ]
