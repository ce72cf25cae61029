"""The server's copy of the List: what is newer stays, and the order is right."""

import random
import uuid

import pytest

from kanban_server.replica import Replica
from kanban_server.sync_store import Item

COLUMNS = ("todo", "doing", "done")


@pytest.fixture
def replica():
    return Replica(COLUMNS)


def item(index, position="a0", column="todo", revision="1", **fields):
    data = {"name": str(index), "list": column, "position": position, **fields}
    return Item(index, data, revision, "2015-07-30T20:00:00Z")


def order(replica):
    return [item.key for item in replica.in_order()]


def test_items_stand_by_column_then_position_then_index(replica):
    replica.refill([item(3, "a1"), item(2), item(1), item(0, "a0", "done"), item(9, "Zz")], 1)
    assert order(replica) == [9, 1, 2, 3, 0]


def test_what_is_asked_for_in_vain_does_not_fill_memory(replica, monkeypatch):
    monkeypatch.setattr("kanban_server.replica.MAX_GONE", 10)
    replica.put(item(0), 1)
    for index in range(1, 1000):
        replica.drop(index, index)
    assert len(replica._known) <= 11
    replica.put(item(0, "a1"), 0)
    assert replica.get(0) == item(0)


def test_capital_letters_come_before_small_ones(replica):
    replica.refill([item(0, "a0"), item(1, "Zz"), item(2, "aZ")], 1)
    assert order(replica) == [1, 0, 2]


def test_an_item_that_moves_leaves_its_old_place(replica):
    replica.put(item(0), 1)
    replica.put(item(0, "a5", "done", "2"), 2)
    assert replica.column("todo") == []
    assert [entry.id for entry in replica.column("done")] == [0]


def test_an_older_state_does_not_replace_a_newer(replica):
    replica.put(item(0, revision="2"), 5)
    replica.put(item(0, revision="1"), 4)
    assert replica.get(0).revision == "2"


def test_the_same_revision_of_another_list_is_no_reason_to_keep_old_data(replica):
    replica.refill([item(0, revision="0", colour="red")], 1)
    replica.refill([item(0, revision="0", colour="blue")], 2)
    assert replica.get(0).data["colour"] == "blue"


def test_a_refresh_keeps_what_was_written_since_it_began(replica):
    replica.put(item(0, revision="2"), 5)
    replica.refill([item(0, revision="1")], 4)
    assert replica.get(0).revision == "2"


def test_a_refresh_keeps_what_was_added_since_it_began(replica):
    replica.put(item(7), 5)
    replica.refill([], 4)
    assert replica.get(7)


def test_a_refresh_revives_nothing_that_was_removed_since_it_began(replica):
    replica.put(item(0), 1)
    replica.drop(0, 5)
    replica.refill([item(0)], 4)
    assert replica.get(0) is None


def test_a_refresh_removes_what_is_gone_and_takes_what_is_new(replica):
    replica.refill([item(0), item(1)], 1)
    replica.refill([item(1, revision="9"), item(2)], 2)
    assert order(replica) == [1, 2]
    assert replica.get(1).revision == "9"


def test_an_older_read_that_found_nothing_does_not_remove_what_was_made_since(replica):
    replica.put(item(5), 3)
    replica.drop(5, 2)
    assert replica.get(5)


def test_what_was_removed_is_forgotten_after_the_next_refresh(replica):
    replica.put(item(0), 1)
    replica.drop(0, 2)
    replica.refill([], 3)
    assert replica._known == {}


def test_what_was_removed_since_a_refresh_began_is_not_revived_by_a_slower_read(replica):
    replica.put(item(0), 1)
    replica.drop(0, 5)
    replica.refill([item(0)], 3)
    replica.put(item(0), 4)
    assert replica.get(0) is None


def test_an_item_is_known_since_the_last_read_of_it_or_of_all(replica):
    replica.refill([item(0)], 5)
    assert replica.known_since(0) == 5
    replica.was_read(0, 7)
    replica.refill([item(0)], 6)
    assert replica.known_since(0) == 7


def test_what_is_gone_leaves_no_note_of_its_read(replica):
    replica.put(item(0), 1)
    replica.was_read(0, 1)
    replica.drop(0, 2)
    assert replica._read == {}


def test_a_held_place_is_seen_by_neighbours_and_can_be_given_back(replica):
    replica.refill([item(0, "a0"), item(1, "a1")], 1)
    held = replica.reserve("todo", "a0V")
    first = replica.entry(0, "todo")
    assert replica.neighbours(first, "todo", None) == (None, held)
    replica.release("todo", held)
    assert replica.neighbours(first, "todo", None)[1].id == 1


def test_a_held_place_survives_a_refresh_and_is_no_item(replica):
    held = replica.reserve("todo", "a0")
    replica.refill([item(0)], 1)
    assert held in replica.column("todo")
    assert order(replica) == [0]


def test_giving_back_a_place_twice_or_after_a_clearing_is_harmless(replica):
    held = replica.reserve("todo", "a0")
    replica.clear(1)
    replica.release("todo", held)
    replica.release("todo", held)
    assert replica.column("todo") == []


def test_the_moving_task_is_no_neighbour_and_no_end(replica):
    replica.refill([item(0, "a0"), item(1, "a1"), item(2, "a2")], 1)
    assert replica.neighbours(replica.entry(0, "todo"), "todo", 1)[1].id == 2
    assert replica.end("todo", "bottom", 2).id == 1
    assert replica.end("todo", "top", 0).id == 1
    assert replica.end("done", "top", None) is None


def test_of_two_with_one_mark_the_lower_is_shown_and_found(replica):
    mark = str(uuid.uuid4())
    replica.refill([item(4, key=mark), item(2, "a1", key=mark)], 1)
    assert order(replica) == [2]
    assert [double.key for double in replica.doubles()] == [4]
    assert replica.with_mark(mark).key == 2
    replica.drop(2, 2)
    assert order(replica) == [4]


def test_what_comes_long_after_its_twin_was_told_of_is_no_late_double(replica):
    mark = str(uuid.uuid4())
    replica.tell(mark, 1, 10)
    replica.refill([item(2, key=mark)], 11)
    assert [double.key for double in replica.doubles()] == [2]
    replica.forget_told(10.5)
    assert replica.doubles() == []
    assert order(replica) == [2]


@pytest.mark.parametrize("key", ["", "k", 5, None, [], {"a": 1}])
def test_a_foreign_key_never_makes_two_tasks_one(key, replica):
    replica.refill([item(0, key=key), item(1, key=key)], 1)
    assert order(replica) == [0, 1]


def test_items_without_any_field_of_ours_have_their_place(replica):
    foreign = [
        Item(n, data, "1", "") for n, data in enumerate([{}, 5, None, "x", [1], {"list": 5}])
    ]
    replica.refill(foreign, 1)
    assert order(replica) == [0, 1, 2, 3, 4, 5]


def test_any_sequence_of_news_leaves_each_item_in_exactly_one_place(replica):
    chance = random.Random(4)
    for step in range(3000):
        index, since = chance.randrange(40), step + chance.randrange(-3, 1)
        if chance.random() < 0.3:
            replica.drop(index, since)
        else:
            replica.put(
                item(index, chance.choice(["a0", "a1", "!", "Zz"]), chance.choice(COLUMNS)), since
            )
    places = [entry.id for column in COLUMNS for entry in replica.column(column)]
    assert sorted(places) == sorted(replica._items)
    assert all(replica.column(c) == sorted(replica.column(c)) for c in COLUMNS)
