"""The board's rules, over a real store and the emulator, with every call to Sync counted."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from wire import first

from kanban_server import errors
from kanban_server.board import Board


def at_once(count, work):
    """Call from many threads; gives results and refusals."""

    def attempt(number):
        try:
            return work(number)
        except errors.KanbanError as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(attempt, range(count)))


def test_each_operation_costs_one_write_and_no_read_at_a_thousand_tasks(here):
    here.fill(1000)
    board = here.board.tasks()
    costs = []
    for operation in (
        lambda: here.add("new"),
        lambda: here.move(board[3], after=board[500], before=board[501]),
        lambda: here.move(board[4], list="done", at="top"),
        lambda: here.edit(board[5], "renamed"),
        lambda: here.remove(board[6]),
    ):
        here.wire.forget()
        operation()
        costs.append(here.wire.cost())
    assert costs == [(1, 0)] * 5


def test_many_who_read_at_once_share_the_pages(here):
    here.fill(300)
    here.wire.forget()
    pages = at_once(16, lambda n: len(here.board.tasks()))
    assert pages == [300] * 16
    assert here.wire.cost()[1] <= 16 * 3 / 2


def test_who_takes_a_board_read_a_while_ago_gets_it_with_own_changes_and_without_a_read(here):
    here.fill(300)
    here.board.tasks()
    here.wire.forget()
    here.add("new", at="top")
    here.remove(299)
    tasks = here.board.tasks(max_stale_seconds=60)
    assert [tasks[0]["name"], len(tasks)] == ["new", 300]
    assert here.wire.cost() == (2, 0)


@pytest.mark.parametrize(("age", "reads"), [(59, 0), (61, 1)])
def test_a_board_read_too_long_ago_is_read_again(age, reads, here):
    now = [1000.0]
    board = Board(here.store, here.leases, ("todo",), clock=lambda: now[0])
    board.tasks(max_stale_seconds=60)
    here.wire.forget()
    now[0] += age
    board.tasks(max_stale_seconds=60)
    assert here.wire.cost() == (0, reads)


def test_a_task_carries_who_made_it_and_what_makes_it_its_own(here):
    task = here.add("Buy milk", list="doing")
    data = here.raw(task["id"])
    assert data["key"] == data["op"]
    assert {name: task[name] for name in ("id", "name", "list", "by")} == {
        "id": 0,
        "name": "Buy milk",
        "list": "doing",
        "by": "ann",
    }


def test_a_key_never_changes_while_op_does(here):
    task = here.add("a")
    before = here.raw(task["id"])
    here.edit(task, "b")
    after = here.raw(task["id"])
    assert after["key"] == before["key"]
    assert after["op"] != before["op"]


def test_two_who_change_different_fields_both_win(here, there):
    task, other = here.add("a"), here.add("b")
    there.board.tasks()
    here.edit(task, "renamed")
    there.move(task, after=other)
    assert here.names() == ["b", "renamed"]


def test_many_who_change_different_tasks_and_fields_lose_nothing(here, there):
    tasks = [here.add(str(n)) for n in range(6)]

    def work(n):
        process = (here, there)[n % 2]
        return process.edit(tasks[n // 2], "x") if n % 2 else process.move(tasks[n // 2], at="top")

    assert not [r for r in at_once(12, work) if isinstance(r, Exception)]
    assert here.names() == there.names()
    assert sorted(here.names()) == ["x"] * 6


def test_of_fifty_with_one_revision_one_wins_and_the_rest_get_the_task_as_it_is(here):
    task = here.add("a")
    results = at_once(50, lambda n: here.edit(task, str(n), revision=task["revision"]))
    [winner] = [r for r in results if isinstance(r, dict)]
    losers = [r for r in results if isinstance(r, errors.TaskChanged)]
    assert len(losers) == 49
    assert all(loser.extra["task"] == winner for loser in losers)


def test_of_fifty_in_two_processes_one_wins(here, there):
    task = here.add("a")
    there.board.tasks()
    both = (here, there)
    results = at_once(50, lambda n: both[n % 2].edit(task, str(n), revision=task["revision"]))
    assert sum(isinstance(r, dict) for r in results) == 1
    assert sum(isinstance(r, errors.TaskChanged) for r in results) == 49


def test_fifty_that_wait_with_a_stale_revision_share_one_read(here):
    task = here.add("a")
    here.edit(task, "b")
    here.wire.forget()
    stale = [here.change({"name": "c"}, revision=task["revision"]) for _ in range(50)]
    at_once(50, lambda n: here.board.change(task["id"], stale[n]))
    assert here.wire.cost() == (0, 1)


def test_a_revision_that_only_another_process_made_is_known_after_one_read(here, there):
    task = here.add("a")
    newer = there.edit(task, "b")
    assert here.edit(task, "c", revision=newer["revision"])["name"] == "c"


def test_a_stale_removal_is_refused_with_the_task_as_it_is(here, there):
    task = here.add("a")
    newer = there.edit(task, "b")
    with pytest.raises(errors.TaskChanged) as caught:
        here.remove(task, revision=task["revision"])
    assert caught.value.extra["task"] == newer
    assert here.names() == ["b"]


@pytest.mark.parametrize("operation", ["edit", "move", "remove"])
def test_a_task_that_another_process_deleted_is_not_found(operation, here, there):
    task = here.add("a")
    there.remove(task)
    with pytest.raises(errors.TaskNotFound):
        {
            "edit": lambda: here.edit(task, "b"),
            "move": lambda: here.move(task, list="done"),
            "remove": lambda: here.remove(task),
        }[operation]()


def test_a_task_that_is_gone_is_not_found_with_a_revision_either(here):
    task = here.add("a")
    here.remove(task)
    with pytest.raises(errors.TaskNotFound):
        here.edit(task, "b", revision=task["revision"])


def test_one_key_twenty_times_in_parallel_makes_one_task_with_one_answer(here):
    here.names()
    here.wire.forget()
    second = Event()
    here.wire.fail(first(lambda: second.wait(0.2)))  # which never comes
    here.wire.fail(first(second.set))
    results = at_once(20, lambda n: here.add("a", key="k"))
    assert all(result == results[0] for result in results)
    assert here.wire.cost() == (1, 0)
    assert here.names() == ["a"]


def test_every_write_waits_for_its_turn(here, monkeypatch):
    turns = []
    monkeypatch.setattr(here.board._pacer, "wait", turns.append)
    here.remove(here.edit(here.add("a"), "b"))
    assert turns == ["ann"] * 3


def test_one_key_with_another_wish_is_refused(here):
    here.add("a", key="k")
    for again in (lambda: here.add("b", key="k"), lambda: here.add("a", key="k", at="top")):
        with pytest.raises(errors.KeyReused):
            again()
    assert here.names() == ["a"]


def test_one_key_of_two_people_makes_two_tasks(here):
    here.add("a", key="k")
    here.by = "bob"
    here.add("a", key="k")
    assert here.names() == ["a", "a"]


def test_a_key_is_known_to_a_process_that_never_saw_it(here, there):
    task = here.add("a", key="k")
    assert there.add("a", key="k")["id"] == task["id"]
    assert there.names() == ["a"]


def test_of_two_tasks_with_one_key_the_lower_stays_and_the_other_is_removed(here, there):
    first_task = here.add("a", key="k")
    second = here.store.create(here.raw(first_task["id"])).key
    assert [task["id"] for task in there.board.tasks()] == [first_task["id"]]
    with pytest.raises(errors.SyncNotFound):
        here.raw(second)


def test_a_deleted_task_comes_back_with_all_its_fields(here):
    here.store.create({"name": "a", "list": "doing", "colour": "red"})
    here.names()
    here.remove(0)
    back = here.add("", restore=0)
    assert here.raw(back["id"])["colour"] == "red"
    assert (back["name"], back["list"]) == ("a", "doing")


@pytest.mark.parametrize("data", [{"x": 1}, {"name": 7, "list": "done"}, {"name": "two\nlines"}])
def test_a_deleted_task_of_another_client_comes_back_as_it_was(here, data):
    index = here.store.create(data).key
    shown = here.board.task(index)["name"]
    here.remove(index)
    back = here.add(shown, restore=index)
    raw = here.raw(back["id"])
    assert {name: raw[name] for name in data if name != "list"} == {
        name: value for name, value in data.items() if name != "list"
    }
    assert ("name" in raw) == ("name" in data)


def test_a_task_that_nobody_remembers_needs_a_name_to_come_back(here):
    with pytest.raises(errors.InvalidFields):
        here.add("", restore=77)
    assert here.add("a", restore=77, list="done")["list"] == "done"
