"""The board beside others that append to its List: no double is answered, an end is an end."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from process import delete_list
from wire import answers, first, lost_before


def both_read(here, there):
    """Let both processes read the board, and the wire of the first forget it."""
    here.names(), there.names()
    here.wire.forget()


def stored(process):
    return [item.key for item in process.store.items()]


def test_a_key_that_another_process_made_a_task_of_gives_that_task(here, there):
    both_read(here, there)
    task = there.add("a", key="k")
    assert here.add("a", key="k") == task
    assert here.edit(task, "b")["name"] == "b"
    assert (here.names(), stored(here)) == (["b"], [task["id"]])


def test_a_double_that_cannot_be_removed_at_once_is_removed_later(here, there):
    both_read(here, there)
    task = there.add("a", key="k")
    here.wire.fail(lost_before, method="DELETE")
    assert here.add("a", key="k")["id"] == task["id"]
    assert stored(here) == [0, 1]
    assert (here.names(), stored(here)) == (["a"], [0])


@pytest.mark.parametrize("at", ["bottom", "top"])
def test_a_task_goes_to_the_end_that_others_moved_on(here, there, at):
    here.add("old")
    both_read(here, there)
    order = ["old", *(there.add(name, at=at)["name"] for name in "abc")]
    task = here.add("new", at=at)
    assert here.wire.cost() == (2, 1)
    assert here.raw(task["id"])["position"] == task["position"]
    order.append("new")
    assert here.names() == (order if at == "bottom" else order[::-1])


def test_a_task_stands_below_all_that_an_admin_restored(here, there):
    rows = [here.raw(here.add(name)["id"]) for name in "abc"]
    for task in there.board.tasks():
        there.remove(task)
    assert here.names() == []
    for row in rows:
        there.store.create(row)
    here.add("new")
    assert here.names() == ["a", "b", "c", "new"]


@pytest.mark.parametrize("at", ["bottom", "top"])
def test_a_task_placed_by_its_neighbour_is_not_moved_by_what_others_append(here, there, at):
    task = here.add("a")
    both_read(here, there)
    there.add("b", at=at)
    here.add("new", before=task)
    assert here.wire.cost() == (1, 1)
    assert here.names() == (["b", "new", "a"] if at == "top" else ["new", "a", "b"])


def test_a_new_task_that_another_changed_meanwhile_is_left_where_it_is(here, there):
    both_read(here, there)
    there.add("a"), there.add("b")
    here.wire.fail(answers("changed"), path="Lists/tasks/Items/2")
    assert here.add("new")["position"] == here.raw(2)["position"]
    assert here.names() == ["a", "new", "b"]


def test_a_look_for_others_that_fails_is_no_failure_of_the_create(here, there):
    both_read(here, there)
    there.add("a")
    here.wire.fail(answers("forbidden"), method="GET")
    assert here.add("new")["id"] == 1
    here.board._mirror._again._timer.cancel()


def test_indexes_that_stay_empty_are_looked_at_once(here, there):
    both_read(here, there)
    there.remove(there.add("a"))
    here.add("b"), here.add("c")
    assert here.wire.cost() == (2, 1)
    assert here.board._mirror._again._timer is None


def test_what_this_process_deleted_is_not_looked_for(here):
    for _ in range(2):
        here.remove(here.add("a"))
        here.names()
    here.wire.forget()
    here.add("b")
    assert here.wire.cost() == (1, 0)


def test_many_creates_at_once_cost_no_read_and_no_second_write(here):
    here.names()
    here.wire.forget()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(here.add, map(str, range(100))))
    assert here.wire.cost() == (100, 0)


def test_a_read_of_the_board_while_tasks_are_made_moves_none_of_them(here):
    here.names()
    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(here.names if n % 4 == 0 else here.add, "todo") for n in range(80)]
        [one.result() for one in done]
    assert len(here.wire.seen("POST")) == 60


def test_a_task_knows_what_another_read_found_while_it_was_made(here, there):
    both_read(here, there)
    there.add("a"), there.add("b")
    here.wire.fail(first(here.names))
    here.add("new")
    assert here.names() == ["a", "b", "new"]


def test_where_others_append_their_moves_become_known_too(here, there):
    moved = here.add("a")
    both_read(here, there)
    there.add("b"), there.move(moved, list="done")
    here.add("c")
    assert read_again(here)
    here.wire.forget()
    here.edit(moved, "d")
    assert here.wire.cost() == (1, 0)


def read_again(process):
    """Do now what the process means to do in some seconds, if it does."""
    timer = process.board._mirror._again._timer
    if timer:
        timer.cancel()
        timer.function()
    return timer is not None


def test_a_list_that_another_made_again_is_appended_to_in_its_order(here, there, emulator):
    for name in "abc":
        here.add(name)
    delete_list(emulator)
    there.names()
    there.add("d"), there.add("e")
    assert here.add("f")["id"] == 2
    assert here.names() == ["d", "e", "f"]
