"""A breaker: while Sync is dead, callers are told at once instead of holding threads."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import OutcomeUnknown, SyncNonsense, SyncUnavailable

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 2.0


class Breaker:
    """Opens after FAILURES_TO_OPEN failures in a row; every OPEN_SECONDS one call may try."""

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    def is_open(self) -> bool:
        """Tell whether Sync counts as dead."""
        return self._failures >= FAILURES_TO_OPEN

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one call through and learn from it. Raises SyncUnavailable while open."""
        self._enter()
        try:
            yield
        except (SyncUnavailable, SyncNonsense, OutcomeUnknown):
            self._note_failure()
            raise
        except BaseException:
            self._failures = 0
            raise
        self._failures = 0

    def _enter(self) -> None:
        with self._lock:
            if not self.is_open():
                return
            now = self._clock()
            if now < self._retry_at:
                raise SyncUnavailable(
                    "Twilio Sync has not answered lately; nothing was sent.", retry_after=2
                )
            self._retry_at = now + OPEN_SECONDS

    def _note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self.is_open():
                self._retry_at = self._clock() + OPEN_SECONDS
