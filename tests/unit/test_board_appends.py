"""The board beside others that append to its List: no double is answered."""

from concurrent.futures import ThreadPoolExecutor

from wire import answers, lost_before


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
