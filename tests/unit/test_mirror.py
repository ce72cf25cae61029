"""The mirror: what it remembers of creates in doubt, and of when it read what."""

import uuid

import pytest
from process import delete_list
from wire import answers, first, lost_after, lost_before

from kanban_server import errors
from kanban_server.mirror import Mirror
from kanban_server.replica import Replica


@pytest.fixture
def replica():
    return Replica(("todo",))


@pytest.fixture
def mirror(here, replica, clock):
    """A mirror of the List of `here`; what it means to do later is left to the tests."""
    mirror = Mirror(here.store, replica, clock)
    mirror._late.ask = mirror._again.ask_once = lambda: None
    return mirror


def data():
    return {"name": "a", "key": str(uuid.uuid4())}


def stored(here):
    return [item.key for item in here.store.items()]


def lose(here, mirror, data):
    """Have a create of this data end in doubt, without being done."""
    for _ in range(2):
        here.wire.fail(lost_before)
    with pytest.raises(errors.OutcomeUnknown):
        mirror.create(data)


def test_an_item_is_known_since_its_read_began(here, mirror, replica, clock):
    here.add("a")
    here.wire.fail(first(lambda: setattr(clock, "now", 5)), method="GET")
    mirror.read(0)
    assert replica.known_since(0) == 0


def test_of_two_copies_of_a_create_in_doubt_the_first_is_given(here, mirror):
    lost = data()
    mirror.fill()
    lose(here, mirror, lost)
    here.wire.fail(first(lambda: here.store.create(lost)))
    assert mirror.create(lost)[0].key == 0


def test_a_create_in_doubt_is_found_in_a_list_made_again(here, mirror, emulator):
    for name in "abc":
        here.add(name)
    mirror.fill()
    lost = data()
    lose(here, mirror, lost)
    delete_list(emulator)
    here.wire.fail(first(lambda: None))  # which tells that the List is gone
    here.wire.fail(lost_after)
    here.wire.fail(answers("forbidden"), method="GET")
    with pytest.raises(errors.OutcomeUnknown):
        mirror.create(lost)
    assert mirror.settle(lost["key"]).key == 0


def test_what_is_late_is_looked_for_in_a_list_made_again(here, mirror, emulator):
    for name in "abc":
        here.add(name)
    mirror.fill()
    lose(here, mirror, data())
    delete_list(emulator)
    late = data()
    assert [mirror.create(late)[0].key, here.store.create(late).key] == [0, 1]
    mirror._look_for_late()
    assert stored(here) == [0]


def test_a_look_for_what_is_late_that_fails_is_made_good_by_the_next(here, mirror):
    late = data()
    lose(here, mirror, late)
    here.store.create(late), here.store.create(late)
    here.wire.fail(answers("forbidden"), method="GET")
    with pytest.raises(errors.SyncRefuses):
        mirror._look_for_late()
    assert stored(here) == [0, 1]
    mirror._look_for_late()
    assert stored(here) == [0]


def test_creates_in_doubt_do_not_fill_memory(here, mirror, monkeypatch):
    monkeypatch.setattr("kanban_server.mirror.MAX_DOUBTS", 1)
    older, newer = data(), data()
    lose(here, mirror, older), lose(here, mirror, newer)
    assert mirror.doubt(older["key"]) is None
    assert mirror.doubt(newer["key"])
