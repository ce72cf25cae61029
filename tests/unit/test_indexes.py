"""Which indexes a process accounts for, and when it takes it that others append."""

import time
import uuid
from contextlib import ExitStack
from threading import Thread

import pytest

from kanban_server.indexes import Indexes
from kanban_server.sync_store import Item


@pytest.fixture
def indexes():
    return Indexes(patience_seconds=0)


def item(index, key=""):
    return Item(index, {"name": str(index), "key": key or str(uuid.uuid4())}, "0", "")


def made(indexes, index):
    """Make a create that begins and ends now."""
    with indexes.create("k") as create:
        return indexes.made(create, index)


def test_an_index_that_follows_on_the_last_tells_of_nobody(indexes):
    assert [made(indexes, index) for index in range(3)] == [False] * 3
    assert indexes.mark().all_to == 2


def test_an_index_that_was_passed_over_tells_of_others(indexes):
    made(indexes, 0)
    assert made(indexes, 2)


def test_what_was_looked_for_once_is_not_missed_again(indexes):
    assert made(indexes, 5)
    indexes.read([], indexes.mark(), to=5)
    assert not made(indexes, 6)


def test_what_was_read_is_accounted_for(indexes):
    indexes.read([item(3), item(9)], indexes.mark())
    assert not made(indexes, 10)


def test_a_read_that_found_less_lowers_nothing(indexes):
    indexes.read([item(9)], indexes.mark())
    indexes.read([item(3)], indexes.mark())
    assert not made(indexes, 10)


def test_creates_that_are_answered_out_of_order_wait_for_each_other():
    indexes, told = Indexes(patience_seconds=10), []
    with indexes.create("a") as first, indexes.create("b") as second:
        waiting = Thread(target=lambda: told.append(indexes.made(second, 1)))
        waiting.start()
        told.append(indexes.made(first, 0))
        waiting.join(10)
    assert told == [False, False]


def test_a_create_that_fails_explains_nothing_any_more():
    indexes, told = Indexes(patience_seconds=10), []
    with indexes.create("b") as second:
        with indexes.create("a"):
            waiting = Thread(target=lambda: told.append(indexes.made(second, 1)))
            waiting.start()
        waiting.join(10)
    assert told == [True]


@pytest.mark.parametrize(
    ("news", "is_told"),
    [
        (lambda indexes: indexes.read([item(6)], indexes.mark()), False),
        (lambda indexes: indexes.clear(), True),
    ],
)
def test_a_create_that_waits_for_another_hears_what_is_new(news, is_told):
    indexes, told = Indexes(patience_seconds=3600), []
    indexes.read([item(5)], indexes.mark())
    with indexes.create("a"), indexes.create("b") as create:
        waiting = Thread(target=lambda: told.append(indexes.made(create, 7)), daemon=True)
        waiting.start()
        while create.index is None:
            time.sleep(0.001)
        news(indexes)
        waiting.join(10)
        assert told == [is_told]


def test_what_a_read_joins_to_later_indexes_is_accounted_for_with_them(indexes):
    made(indexes, 5)
    indexes.read([item(4)], indexes.mark())
    assert indexes.mark().all_to == 5


def test_what_others_appended_to_a_list_that_is_gone_counts_for_nothing(indexes):
    with indexes.create("a") as create:
        indexes.read([item(5)], indexes.mark())
        indexes.clear()
        assert create.others == set()


def test_own_creates_explain_as_many_as_they_are():
    indexes = Indexes(patience_seconds=3600)
    with ExitStack() as stack:
        creates = [stack.enter_context(indexes.create(key)) for key in "abc"]
        assert indexes.made(creates[0], 3)


def test_a_create_explains_nothing_that_was_passed_over_before_it_began():
    indexes = Indexes(patience_seconds=3600)
    assert made(indexes, 1)
    with indexes.create("a"):
        assert made(indexes, 2)


def test_a_create_is_told_what_others_appended_while_it_was_under_way(indexes):
    indexes.read([item(0)], indexes.mark())
    own = str(uuid.uuid4())
    with indexes.create("a") as create, indexes.create(own):
        assert indexes.read([item(1), item(2, own)], indexes.mark())
        assert create.others == {1}


def test_own_items_in_a_read_are_no_others(indexes):
    made(indexes, 0)
    with indexes.create(key := str(uuid.uuid4())):
        assert not indexes.read([item(0), item(1, key)], indexes.mark())


def test_a_list_made_again_is_accounted_for_from_its_first_index(indexes):
    indexes.read([item(9)], indexes.mark())
    indexes.clear()
    assert [made(indexes, index) for index in (0, 1, 3)] == [False, False, True]


def test_a_read_of_a_list_that_was_made_again_since_counts_for_nothing(indexes):
    mark = indexes.mark()
    indexes.clear()
    assert not indexes.read([item(9)], mark)
    assert indexes.mark().all_to == -1


def test_a_create_that_is_under_way_goes_on_in_a_list_made_again(indexes):
    made(indexes, 0)
    with indexes.create("a") as create:
        indexes.clear()
        assert not indexes.made(create, 0)
        assert create.after == -1
