"""Turns for writes."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from clock import Clock

from kanban_server.errors import TooManyRequests
from kanban_server.pacer import BURST, BURST_SECONDS, LEAST_RATE, MAX_WAITING, Pacer
from kanban_server.serve import THREADS


def passed(pacer, times, caller="ann"):
    """Tell how many of so many writes in a row go through at once."""
    count = 0
    for _ in range(times):
        if pacer._tokens < 1 and pacer._rate:
            break
        pacer.wait(caller)
        count += 1
    return count


def test_without_a_rate_nobody_waits():
    assert passed(Pacer(None), 1000) == 1000


def test_a_burst_goes_through_and_then_the_pace_holds():
    clock = Clock()
    pacer = Pacer(20.0, clock)
    assert passed(pacer, 100) == BURST
    clock.now += 0.05
    pacer._refill()
    assert passed(pacer, 100) == 1


def test_sync_saying_429_halves_the_pace_down_to_one_a_second():
    clock = Clock()
    pacer = Pacer(20.0, clock)
    for _ in range(10):
        pacer.slow_down()
        clock.now += BURST_SECONDS
    assert LEAST_RATE <= pacer._rate < 2 * LEAST_RATE


def test_a_burst_of_429_halves_the_pace_once():
    pacer = Pacer(20.0, Clock())
    for _ in range(8):
        pacer.slow_down()
    assert pacer._rate == 10


def test_after_a_429_nobody_goes_at_once():
    pacer = Pacer(20.0, Clock())
    pacer.slow_down()
    assert passed(pacer, 100) == 0


def test_the_pace_recovers_to_that_of_the_list_and_no_further():
    clock = Clock()
    pacer = Pacer(None, clock)
    pacer.slow_down()
    assert pacer._rate == 10
    clock.now += 3600
    pacer._refill()
    assert pacer._rate == 20


def test_a_wait_that_would_be_long_is_refused_before_anything_is_sent():
    pacer = Pacer(1.0, Clock())
    pacer._tokens = -2.0
    with pytest.raises(TooManyRequests) as caught:
        pacer.wait("ann")
    assert caught.value.retry_after >= 2


def test_callers_take_turns():
    clock, order = Clock(), []

    class Noted(Pacer):
        def _take(self, caller):
            order.append(caller)
            super()._take(caller)

    pacer = Noted(20.0, clock)
    pacer._tokens = -2.0
    threads = [threading.Thread(target=pacer.wait, args=(caller,)) for caller in "aaabb"]
    for thread in threads:
        thread.start()
    while sum(map(len, pacer._queues.values())) < 5:
        time.sleep(0.001)
    clock.now += 0.35
    for thread in threads:
        thread.join(5)
    assert "".join(order) in ("ababa", "babaa")
    assert pacer._queues == {}


def test_when_many_wait_the_next_is_refused():
    clock = Clock()
    pacer = Pacer(20.0, clock)
    pacer._tokens = -2.0
    with ThreadPoolExecutor(MAX_WAITING + 1) as pool:
        waits = [pool.submit(pacer.wait, str(n)) for n in range(MAX_WAITING)]
        while sum(map(len, pacer._queues.values())) < MAX_WAITING:
            time.sleep(0.001)
        try:
            with pytest.raises(TooManyRequests):
                pool.submit(pacer.wait, "late").result(5)
        finally:
            clock.now += 1
        [wait.result(5) for wait in waits]


def test_those_who_wait_leave_half_of_the_threads_to_others():
    assert MAX_WAITING == THREADS // 2
