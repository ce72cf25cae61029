"""Leases: what a process sees of those of others, how soon, and how often it reads for that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
from wire import answers, first

from kanban_server import errors
from kanban_server.leases import LEASE_SECONDS, REST_SECONDS

MAP = "Maps/leases/Items.*"


@pytest.fixture
def process(timed):
    return timed


def test_a_lease_of_another_process_is_seen_within_a_second(here, there, clock):
    there.edit(0, "b")
    here.leases.take(0, "editing", "bob", None)
    clock.now += 1.001
    with pytest.raises(errors.TaskLeased):
        there.edit(0, "c")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_lease_lasts_as_long_whatever_the_clock_of_who_granted_it_says(
    here, there, clock, minutes
):
    here.leases._now = lambda: clock.day() + timedelta(minutes=minutes)
    here.leases.take(0, "editing", "bob", None)
    clock.now += 1.001
    with pytest.raises(errors.TaskLeased):
        there.edit(0, "c")
    clock.now += LEASE_SECONDS
    assert there.edit(0, "c")["name"] == "c"


def test_half_way_to_its_greatest_age_the_view_is_renewed_in_the_background(here, clock):
    read = Event()
    here.wire.fail(first(read.set), method="GET", path=MAP)
    clock.now += 0.4
    here.edit(0, "b")
    assert not read.is_set()
    clock.now += 0.2
    here.edit(0, "c")
    assert read.wait(10)
    with here.leases._reading:  # until that is over
        assert here.leases._read_at == clock.now


def test_a_task_that_is_added_renews_the_view_for_what_comes_next(here, clock):
    read = Event()
    here.wire.fail(first(read.set), method="GET", path=MAP)
    clock.now += 0.6
    here.add("b")
    assert read.wait(10)
    with here.leases._reading:  # until that is over
        assert here.leases._read_at == clock.now


def test_many_who_find_an_old_view_share_one_read(here, clock):
    clock.now += 2
    here.wire.forget()
    together = Barrier(8)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: (together.wait(10), here.leases.check(n, None)), range(8)))
    assert len(here.wire.seen("GET", MAP)) == 1


def test_a_lease_taken_while_the_map_is_read_is_kept(here, clock):
    def late(forward):
        answer = forward()
        here.leases.take(0, "editing", "bob", None)
        return answer

    here.wire.fail(late, method="GET", path=MAP)
    clock.now += 2
    with pytest.raises(errors.TaskLeased):
        here.edit(0, "b")


def test_a_lease_given_up_in_another_process_can_be_taken_within_a_second(here, there, clock):
    lease = here.leases.take(0, "editing", "bob", None)
    with pytest.raises(errors.TaskLeased):
        there.edit(0, "c")
    here.leases.give_up(0, lease["lease"])
    clock.now += 1.001
    assert there.leases.take(0, "editing", "ann", None)["by"] == "ann"


def test_a_lease_can_be_given_up_through_another_process(here, there, clock):
    here.leases.take(0, "editing", "ann", None)
    with pytest.raises(errors.TaskLeased):
        there.edit(0, "c")
    clock.now += 16
    mine = here.leases.take(0, "editing", "bob", None)
    there.leases.give_up(0, mine["lease"])
    assert list(here.store.leases()) == []
    clock.now += 1.001
    assert here.edit(0, "b")["name"] == "b"


def test_leases_that_cannot_be_read_do_not_stop_the_board(here, clock):
    clock.now += 5
    here.wire.fail(answers("forbidden"), method="GET", path=MAP)
    assert here.edit(0, "b")["name"] == "b"


def test_leases_that_cannot_be_read_are_left_alone_for_a_while(here, clock):
    clock.now += 5
    here.wire.fail(answers("forbidden"), method="GET", path=MAP)
    here.edit(0, "b")
    here.wire.forget()
    clock.now += REST_SECONDS - 0.1
    here.edit(0, "c")
    assert here.wire.seen("GET", MAP) == []
    clock.now += 0.2
    here.edit(0, "d")
    assert len(here.wire.seen("GET", MAP)) == 1


def test_leases_that_are_over_do_not_fill_memory(here, clock):
    lease = here.leases.take(0, "editing", "bob", None)
    here.leases.give_up(0, lease["lease"])
    clock.now += 1.001
    here.edit(0, "b")
    assert (here.leases._seen, here.leases._touched) == ({}, {})


@pytest.mark.parametrize("data", [{}, {"until": 5}, {"until": "soon"}, {"lease": "x"}])
def test_a_lease_that_is_none_holds_nobody(data, here, clock):
    here.store.create_lease("0", data, 30)
    clock.now += 2
    assert here.edit(0, "b")["name"] == "b"
    assert here.leases.take(0, "editing", "bob", None)["by"] == "bob"
