"""Leases: one of many gets a task, and nobody else may write it while it lasts."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from wire import answers, lost_after, lost_before

from kanban_server import errors
from kanban_server.leases import ATTEMPTS, LEASE_SECONDS

MAP = "Maps/leases/Items.*"


@pytest.fixture
def process(timed):
    return timed


def test_a_lease_says_who_does_what_until_when(here):
    lease = here.leases.take(0, "dragging", "ann", None)
    assert (lease["by"], lease["activity"]) == ("ann", "dragging")
    assert lease["until"] == "2026-01-01T00:00:15.000Z"


def test_of_fifty_takers_one_wins(here):
    def attempt(n):
        try:
            return here.leases.take(0, "editing", f"taker {n}", None)
        except errors.TaskLeased as error:
            return error

    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(attempt, range(50)))
    [winner] = [r for r in results if isinstance(r, dict)]
    losers = [r for r in results if isinstance(r, errors.TaskLeased)]
    assert len(losers) == 49
    assert {loser.extra["lease"]["by"] for loser in losers} == {winner["by"]}


def test_of_fifty_takers_in_two_processes_one_wins(here, there):
    def attempt(n):
        try:
            return (here, there)[n % 2].leases.take(0, "editing", str(n), None)
        except errors.TaskLeased:
            return None

    with ThreadPoolExecutor(16) as pool:
        assert sum(bool(r) for r in pool.map(attempt, range(50))) == 1


@pytest.mark.parametrize("lease", [None, "another"])
def test_a_write_to_anothers_task_is_refused_with_who_and_what_and_until(here, lease):
    here.leases.take(0, "editing", "bob", None)
    for write in (lambda: here.edit(0, "b", lease=lease), lambda: here.remove(0, lease=lease)):
        with pytest.raises(errors.TaskLeased) as caught:
            write()
        until = "2026-01-01T00:00:15.000Z"
        assert caught.value.extra["lease"] == {"by": "bob", "activity": "editing", "until": until}


def test_a_write_under_ones_own_lease_is_done(here):
    lease = here.leases.take(0, "editing", "bob", None)
    assert here.edit(0, "b", lease=lease["lease"])["name"] == "b"


def test_a_lease_ends_by_itself(here, clock):
    here.leases.take(0, "editing", "bob", None)
    clock.now += LEASE_SECONDS + 0.001
    assert here.edit(0, "b")["name"] == "b"
    assert here.leases.take(0, "dragging", "ann", None)["by"] == "ann"


def test_a_renewal_goes_on_from_now_with_the_same_id(here, clock):
    lease = here.leases.take(0, "editing", "bob", None)
    clock.now += 10
    again = here.leases.take(0, "editing", "bob", lease["lease"])
    assert again["lease"] == lease["lease"]
    assert again["until"] == "2026-01-01T00:00:25.000Z"


def test_a_renewal_of_what_another_took_over_is_refused(here, clock):
    lease = here.leases.take(0, "editing", "bob", None)
    clock.now += 16
    here.leases.take(0, "editing", "ann", None)
    with pytest.raises(errors.TaskLeased):
        here.leases.take(0, "editing", "bob", lease["lease"])


def test_a_lease_that_is_given_up_is_free_at_once(here):
    lease = here.leases.take(0, "editing", "bob", None)
    here.leases.give_up(0, lease["lease"])
    assert here.leases.take(0, "editing", "ann", None)["by"] == "ann"


def test_giving_up_with_a_foreign_id_does_nothing(here):
    here.leases.take(0, "editing", "bob", None)
    here.leases.give_up(0, "another")
    with pytest.raises(errors.TaskLeased):
        here.edit(0, "b")


def test_giving_up_what_is_gone_is_no_error(here):
    lease = here.leases.take(0, "editing", "bob", None)
    here.leases.give_up(0, lease["lease"])
    here.leases.give_up(0, lease["lease"])
    here.leases.give_up(7, "never")


def test_a_lease_costs_one_write_to_take_to_renew_and_to_give_up_and_none_of_the_list(here):
    here.wire.forget()
    lease = here.leases.take(0, "editing", "bob", None)["lease"]
    here.leases.take(0, "editing", "bob", lease)
    here.leases.give_up(0, lease)
    calls = [(call.method, call.path) for call in here.wire.calls]
    assert [method for method, _ in calls] == ["POST", "POST", "DELETE"]
    assert here.wire.cost() == (0, 0)


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_lost_answer_to_a_taking_is_looked_into(fault, here):
    here.wire.fail(fault, path=MAP)
    lease = here.leases.take(0, "editing", "bob", None)
    assert [item.data for item in here.store.leases()] == [lease]


def test_a_taking_that_got_lost_while_another_took_is_refused_and_not_in_doubt(here, there):
    def lost_to_bob(forward):
        there.leases.take(0, "editing", "bob", None)
        return lost_before(forward)

    here.wire.fail(lost_to_bob, path=MAP)
    with pytest.raises(errors.TaskLeased):
        here.leases.take(0, "editing", "ann", None)


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_lost_answer_to_a_giving_up_is_looked_into(fault, here):
    lease = here.leases.take(0, "editing", "bob", None)
    here.wire.fail(fault, method="DELETE", path=MAP)
    here.leases.give_up(0, lease["lease"])
    assert list(here.store.leases()) == []


def test_a_taking_whose_outcome_stays_unknown_is_granted_when_repeated_with_its_id(here):
    here.wire.fail(lost_after, path=MAP)
    here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET", path=MAP)
    with pytest.raises(errors.OutcomeUnknown):
        here.leases.take(0, "editing", "bob", "my id")
    assert here.leases.take(0, "editing", "bob", "my id")["lease"] == "my id"


def test_a_taking_in_doubt_whose_repetitions_fail_is_in_doubt(here):
    here.wire.fail(lost_before, path=MAP)
    for _ in range(ATTEMPTS - 1):
        here.wire.fail(answers("forbidden"), path=MAP)
    with pytest.raises(errors.OutcomeUnknown):
        here.leases.take(0, "editing", "ann", None)


def test_a_lease_of_an_unknown_task_is_refused(here):
    with pytest.raises(errors.TaskNotFound):
        here.board.take_lease(77, "editing", "bob", None)
