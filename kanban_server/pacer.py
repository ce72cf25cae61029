"""Turns for writes, so that the board stays within Sync's rate and no caller starves another.

Source: Twilio, Sync limits: 20 writes a second for each List; errors/54009.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from .errors import TooManyRequests

LIST_RATE = 20.0
LEAST_RATE = 1.0
BURST = 20.0
BURST_SECONDS = 1.0
RECOVERY_PER_SECOND = 0.5
MAX_WAIT_SECONDS = 2.0
MAX_WAITING = 8  # half of the server's threads


class Pacer:
    """A token bucket with a queue for each caller, served in turn.

    rate: writes a second, None for no limit until Sync first says 429 (`slow_down`); then it halves
    and recovers slowly, to LIST_RATE at most.
    """

    def __init__(self, rate: float | None = None, clock: Callable[[], float] = time.monotonic):
        self._rate = rate
        self._clock = clock
        self._tokens = BURST
        self._at = clock()
        self._slowed_at = float("-inf")
        self._turn = threading.Condition()
        self._queues: OrderedDict[str, deque[object]] = OrderedDict()

    def wait(self, caller: str) -> None:
        """Wait for this caller's turn to write.

        Raises TooManyRequests, before anything is sent, where that would take too long.
        """
        with self._turn:
            if self._rate is None:
                return
            self._refuse_long_waits()
            ticket = object()
            self._queues.setdefault(caller, deque()).append(ticket)
            give_up_at = self._clock() + MAX_WAIT_SECONDS
            while not self._is_next(caller, ticket):
                if self._clock() > give_up_at:  # the pace has been halved meanwhile
                    self._leave(caller, ticket)
                    raise _too_many(MAX_WAIT_SECONDS)
                self._turn.wait(min(self._seconds_to_token(), MAX_WAIT_SECONDS))
            self._take(caller)

    def slow_down(self) -> None:
        """Halve the pace: Sync has said 429. What it says to a burst counts once."""
        with self._turn:
            self._refill()
            if self._at < self._slowed_at + BURST_SECONDS:
                return
            self._slowed_at = self._at
            self._rate = max(LEAST_RATE, (self._rate or LIST_RATE) / 2)
            self._tokens = 0.0

    def _refuse_long_waits(self) -> None:
        self._refill()
        assert self._rate
        waiting = sum(map(len, self._queues.values()))
        seconds = (waiting + 1 - self._tokens) / self._rate
        if seconds > MAX_WAIT_SECONDS or waiting >= MAX_WAITING:
            raise _too_many(seconds)

    def _is_next(self, caller: str, ticket: object) -> bool:
        self._refill()
        is_first = next(iter(self._queues)) == caller and self._queues[caller][0] is ticket
        return is_first and self._tokens >= 1

    def _take(self, caller: str) -> None:
        self._tokens -= 1
        self._leave(caller, self._queues[caller][0])

    def _leave(self, caller: str, ticket: object) -> None:
        queue = self._queues[caller]
        queue.remove(ticket)
        if queue:
            self._queues.move_to_end(caller)
        else:
            del self._queues[caller]
        self._turn.notify_all()

    def _seconds_to_token(self) -> float:
        assert self._rate
        return max(0.005, (1 - self._tokens) / self._rate)

    def _refill(self) -> None:
        now = self._clock()
        if self._rate is not None:
            seconds = now - self._at
            self._rate = min(LIST_RATE, self._rate + seconds * RECOVERY_PER_SECOND)
            self._tokens = min(BURST, self._tokens + seconds * self._rate)
        self._at = now


def _too_many(seconds: float) -> TooManyRequests:
    detail = "The board is at Twilio Sync's rate limit; nothing was written."
    return TooManyRequests(detail, retry_after=max(1.0, seconds))
