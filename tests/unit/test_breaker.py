"""The breaker: after failures in a row callers are told at once."""

import pytest
from clock import Clock

from kanban_server.breaker import FAILURES_TO_OPEN, OPEN_SECONDS, REFUSED_SECONDS, Breaker
from kanban_server.errors import (
    OutcomeUnknown,
    SyncBusy,
    SyncKeyRefused,
    SyncNonsense,
    SyncUnavailable,
)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(clock)


def call(breaker, error=None):
    with breaker.guard():
        if error:
            raise error


def fail(breaker, times=FAILURES_TO_OPEN, kind=SyncUnavailable):
    for _ in range(times):
        with pytest.raises(kind):
            call(breaker, kind("x"))


@pytest.mark.parametrize("kind", [SyncUnavailable, SyncNonsense, OutcomeUnknown])
def test_it_opens_after_failures_in_a_row(kind, breaker):
    fail(breaker, kind=kind)
    with pytest.raises(SyncUnavailable, match="nothing was sent"):
        call(breaker)


def test_a_success_or_a_refusal_between_keeps_it_closed(breaker):
    fail(breaker, FAILURES_TO_OPEN - 1)
    call(breaker)
    fail(breaker, FAILURES_TO_OPEN - 1)
    with pytest.raises(SyncBusy):
        call(breaker, SyncBusy("x"))
    fail(breaker, FAILURES_TO_OPEN - 1)
    call(breaker)


def test_after_a_while_one_call_may_try_and_the_others_wait_on(breaker, clock):
    fail(breaker)
    clock.now += OPEN_SECONDS
    with breaker.guard(), pytest.raises(SyncUnavailable):
        call(breaker)
    call(breaker)


def test_a_try_that_fails_keeps_it_open(breaker, clock):
    fail(breaker)
    clock.now += OPEN_SECONDS
    fail(breaker, 1)
    with pytest.raises(SyncUnavailable, match="nothing was sent"):
        call(breaker)


def test_a_refused_key_opens_it_at_once_and_for_long(breaker, clock):
    fail(breaker, 1, SyncKeyRefused)
    clock.now += REFUSED_SECONDS - 12
    with pytest.raises(SyncKeyRefused) as caught:
        call(breaker)
    assert caught.value.retry_after == 12


def test_while_one_tries_a_refused_key_the_others_are_refused_as_long(breaker, clock):
    fail(breaker, 1, SyncKeyRefused)
    clock.now += REFUSED_SECONDS
    with breaker.guard():
        clock.now += OPEN_SECONDS
        with pytest.raises(SyncKeyRefused):
            call(breaker)


def test_a_key_that_is_taken_again_closes_it(breaker, clock):
    fail(breaker, 1, SyncKeyRefused)
    clock.now += REFUSED_SECONDS
    call(breaker)
    call(breaker)
