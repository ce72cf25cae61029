"""Where a task goes: every form of a move by intent."""

import pytest
from wire import answers, first

from kanban_server import errors


@pytest.fixture
def abc(here):
    """Tasks a, b, c, d in the first column."""
    return [here.add(name) for name in "abcd"]


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ({"after": 1}, "bacd"),
        ({"before": 3}, "bcad"),
        ({"after": 2, "before": 3}, "bcad"),
        ({"at": "top"}, "abcd"),
        ({"at": "bottom"}, "bcda"),
        ({"after": 3}, "bcda"),
        ({"before": 1}, "abcd"),
    ],
)
def test_a_move_lands_where_it_was_meant(where, order, here, abc):
    here.move(0, **where)
    assert "".join(here.names()) == order


@pytest.mark.parametrize("where", [{"at": "top"}, {"before": 1}])
def test_a_task_that_stands_there_already_stays(where, here, abc):
    here.move(0, **where)
    assert here.names() == list("abcd")


@pytest.mark.parametrize("where", [{}, {"at": "bottom"}, {"after": 4}])
def test_a_move_to_another_column_ends_at_its_bottom_or_where_asked(where, here, abc):
    here.add("x", list="done")
    assert here.move(0, list="done", **where)["list"] == "done"
    assert here.names("done") == ["x", "a"]


def test_a_move_into_an_empty_column_needs_no_neighbour(here, abc):
    here.move(2, list="doing", at="top")
    assert (here.names("doing"), here.names()) == (["c"], ["a", "b", "d"])


def test_a_new_task_goes_where_it_is_asked_to(here, abc):
    here.add("x", after=0, before=1)
    here.add("y", at="top")
    here.add("z", before=3)
    assert "".join(here.names()) == "yaxbczd"


def test_an_edit_and_a_move_are_one_write(here, abc):
    here.wire.forget()
    here.board.change(0, here.change({"name": "A"}, where={"list": "done", "at": "top"}))
    assert here.wire.cost() == (1, 0)
    assert here.names("done") == ["A"]


def test_a_drop_between_two_shown_cards_lands_between_them_though_others_are_hidden(here, abc):
    here.move(3, after=0, before=2)
    order = here.names()
    assert order.index("a") < order.index("d") < order.index("c")


def test_a_neighbour_in_another_column_is_named(here, abc):
    here.move(1, list="done")
    with pytest.raises(errors.NeighbourNotThere) as caught:
        here.move(0, after=1)
    assert caught.value.extra == {"neighbour": 1}


@pytest.mark.parametrize("side", ["after", "before"])
def test_a_neighbour_that_is_gone_is_named(side, here, abc):
    here.remove(2)
    with pytest.raises(errors.NeighbourNotThere) as caught:
        here.move(0, **{side: 2})
    assert caught.value.extra == {"neighbour": 2}


def test_a_neighbour_that_never_was_is_named(here, abc):
    with pytest.raises(errors.NeighbourNotThere) as caught:
        here.add("x", after=2**53 - 1)
    assert caught.value.extra == {"neighbour": 2**53 - 1}


def test_of_two_neighbours_the_one_that_is_gone_is_named(here, abc):
    here.remove(2)
    with pytest.raises(errors.NeighbourNotThere) as caught:
        here.move(0, after=1, before=2)
    assert caught.value.extra == {"neighbour": 2}


def test_a_neighbour_is_refused_only_after_a_fresh_read(here, there, abc):
    there.names()
    here.move(1, list="done")
    assert there.names("done") == ["b"]
    here.move(1, list="todo", at="bottom")
    there.wire.forget()
    assert there.move(0, after=1)["list"] == "todo"
    assert there.names() == ["c", "d", "b", "a"]


def test_a_neighbour_that_only_another_process_made_is_found(here, there, abc):
    there.names()
    new = here.add("x", after=0)
    there.move(3, after=new)
    assert there.names() == ["a", "x", "d", "b", "c"]


def test_two_neighbours_that_stand_apart_here_are_read_before_a_place_is_made(here, there, abc):
    there.names()
    here.move(0, after=1)
    there.move(3, after=0, before=2)
    assert there.names() == ["b", "a", "d", "c"]


def test_a_refused_write_gives_its_place_back(here, abc):
    here.wire.fail(answers("too_large"))
    with pytest.raises(errors.SyncTooLarge):
        here.add("x", after=0)
    here.wire.forget()
    here.move(3, after=0, before=1)
    assert here.wire.cost() == (1, 0)


def test_writes_to_one_gap_at_once_do_not_share_a_position(here, abc):
    here.wire.fail(first(lambda: here.add("y", after=0)))
    here.add("x", after=0)
    positions = [task["position"] for task in here.board.tasks()]
    assert len(set(positions)) == 6


def test_a_task_moves_by_the_fields_of_others_that_have_none(here):
    for name in "abc":
        here.store.create({"name": name})
    here.names()
    here.wire.forget()
    here.move(2, after=0, before=1)
    assert here.wire.cost() == (1, 0)
    assert here.names() == ["a", "c", "b"]


def test_neighbours_given_in_the_wrong_order_still_give_a_place(here, abc):
    here.move(0, after=3, before=1)
    assert sorted(here.names()) == list("abcd")


def test_a_new_task_stands_below_what_another_client_adds_without_a_position(here):
    here.store.create({"name": "old"})
    here.add("mine")
    here.store.create({"name": "newer"})
    assert here.names() == ["old", "newer", "mine"]
