"""The repair of a column that has no room for a place: few writes, and the order holds."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event
from types import SimpleNamespace

import pytest
from wire import first

from kanban_server.ordering import MAX_GOOD_LENGTH


def test_between_equal_positions_room_is_made_and_nothing_else_changes_place(here):
    for name in "abcde":
        here.store.create({"name": name, "list": "todo", "position": "a1"})
    here.add("x", after=1, before=2)
    assert "".join(here.names()) == "abxcde"


def test_two_processes_that_took_one_position_are_told_apart(here, there):
    here.add("a"), here.add("b")
    there.names()
    here.add("x", after=0, before=1)
    there.add("y", after=0, before=1)
    assert there.names() == here.names() == ["a", "x", "y", "b"]
    here.add("z", after=2, before=3)
    assert here.names() == ["a", "x", "z", "y", "b"]


def test_a_whole_column_of_equal_positions_is_repaired(here):
    for n in range(40):
        here.store.create({"name": str(n), "list": "todo", "position": "a1"})
    here.names()
    here.move(39, after=0, before=1)
    assert here.names() == ["0", "39", *map(str, range(1, 39))]


def test_order_holds_after_each_single_write_of_a_repair(here, there):
    for n in range(12):
        here.store.create({"name": str(n), "list": "todo", "position": "a1" if n > 3 else "a0"})
    here.names(), there.names()
    seen = []
    for _ in range(12):
        here.wire.fail(first(lambda: seen.append(there.names())), path="Lists/tasks/Items/.*")
    here.add("x", after=5, before=6)
    assert len(seen) > 2
    assert all(names == [str(n) for n in range(12)] for names in seen)


def test_a_thousand_drops_into_one_gap_keep_positions_short_and_in_order(here, there):
    lower, upper, count = here.add("lower"), here.add("upper"), 1000
    here.wire.forget()
    for n in range(count):
        upper = here.add(str(n), after=lower, before=upper)
    writes = here.wire.cost()[0]
    assert writes < count * 1.5
    board = here.board.tasks()
    assert [task["name"] for task in board[1:-1]] == [str(n) for n in reversed(range(count))]
    assert max(len(task["position"]) for task in board) <= MAX_GOOD_LENGTH


def test_a_repair_that_another_process_disturbs_goes_on_from_what_is_there(here, there):
    for n in range(6):
        here.store.create({"name": str(n), "list": "todo", "position": "a1"})
    here.names(), there.names()
    here.wire.fail(first(lambda: there.edit(5, "five")), path="Lists/tasks/Items/5")
    here.add("x", after=2, before=3)
    assert here.names() == ["0", "1", "2", "x", "3", "4", "five"]


def test_a_task_that_moves_away_during_a_repair_stays_where_it_went(here):
    for n in range(6):
        here.store.create({"name": str(n), "list": "todo", "position": "a1"})
    here.store.create({"name": "z", "list": "done", "position": "Zz"})
    here.names()
    going = first(lambda: here.move(0, list="done", at="top"))
    here.wire.fail(going, path="Lists/tasks/Items/[1-5]")
    here.add("x", after=2, before=3)
    assert (here.names(), here.names("done")) == (["1", "2", "x", "3", "4", "5"], ["0", "z"])


@pytest.mark.parametrize(
    ("task", "where", "order"),
    [
        (5, {"at": "top"}, "501x234"),
        (0, {"after": 4}, "1x23405"),
    ],
)
def test_a_drop_beside_a_repair_under_way_lands_where_it_was_meant(task, where, order, here):
    for n in range(6):
        here.store.create({"name": str(n), "list": "todo", "position": "a1"})
    here.names()
    pool, moving = ThreadPoolExecutor(1), []

    def move():
        moving.append(pool.submit(here.move, task, **where))
        wait(moving, 0.1)  # it is done, or waits for the repair

    here.wire.fail(first(lambda: None), path="Lists/tasks/Items/.*")
    here.wire.fail(first(move), path="Lists/tasks/Items/.*")
    here.add("x", after=1, before=2)
    moving[0].result(10)
    assert "".join(here.names()) == order


def test_a_repair_waits_for_the_writes_that_are_under_way_there(here, monkeypatch):
    for name, position in zip("abcd", ("a0", "a1", "a2", "a2"), strict=True):
        here.store.create({"name": name, "list": "todo", "position": position})
    here.names()
    is_waiting, is_over, pool, adding = Event(), Event(), ThreadPoolExecutor(1), []

    def sleep(_):
        is_waiting.set()
        is_over.wait(10)

    monkeypatch.setattr("kanban_server.placing.time", SimpleNamespace(sleep=sleep))

    def add_beside():
        adding.append(pool.submit(here.add, "y", after=2, before=3))
        assert is_waiting.wait(10)

    here.wire.fail(first(add_beside), path="Lists/tasks/Items")
    here.add("x", after=0, before=1)
    is_over.set()
    adding[0].result(10)
    assert "".join(here.names()) == "axbcyd"


def test_a_task_that_vanishes_during_a_repair_is_not_taken_for_the_one_that_moves(here, there):
    for n in range(4):
        here.store.create({"name": str(n), "list": "todo", "position": "a1"})
    here.names(), there.names()
    here.wire.fail(first(lambda: there.edit(3, "x")), path="Lists/tasks/Items/3")
    here.wire.fail(first(lambda: there.remove(3)), method="GET", path="Lists/tasks/Items/3")
    assert here.move(0, after=1, before=2)["id"] == 0
    assert here.names() == ["1", "0", "2"]
