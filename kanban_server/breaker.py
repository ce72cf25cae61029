"""A breaker: while Sync is dead, callers are told at once instead of holding threads."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from .errors import OutcomeUnknown, SyncKeyRefused, SyncNonsense, SyncUnavailable

FAILURES_TO_OPEN = 5
OPEN_SECONDS = 2.0
REFUSED_SECONDS = 30.0


class Breaker:
    """Opens after FAILURES_TO_OPEN failures in a row; every OPEN_SECONDS one call may try.

    A key that Sync refuses opens it at once: then one call in REFUSED_SECONDS may try.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0
        self._refusal: SyncKeyRefused | None = None

    def is_open(self) -> bool:
        """Tell whether Sync counts as dead."""
        return self._failures >= FAILURES_TO_OPEN or self._refusal is not None

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one call through and learn from it. Raises SyncUnavailable while open."""
        self._enter()
        try:
            yield
        except SyncKeyRefused as error:
            self._note_refusal(error)
            raise
        except (SyncUnavailable, SyncNonsense, OutcomeUnknown):
            self._note_failure()
            raise
        except BaseException:
            self._note_success()
            raise
        self._note_success()

    def _enter(self) -> None:
        with self._lock:
            if not self.is_open():
                return
            now = self._clock()
            if now < self._retry_at:
                raise self._answer(self._retry_at - now)
            self._retry_at = now + (REFUSED_SECONDS if self._refusal else OPEN_SECONDS)

    def _answer(self, seconds: float) -> SyncKeyRefused | SyncUnavailable:
        if self._refusal:
            detail, code = self._refusal.detail, self._refusal.code
            return SyncKeyRefused(detail, code=code, retry_after=seconds)
        text = "Twilio Sync has not answered lately; nothing was sent."
        return SyncUnavailable(text, retry_after=2)

    def _note_success(self) -> None:
        with self._lock:
            self._failures, self._refusal = 0, None

    def _note_refusal(self, error: SyncKeyRefused) -> None:
        with self._lock:
            error.retry_after = REFUSED_SECONDS
            self._refusal, self._retry_at = error, self._clock() + REFUSED_SECONDS

    def _note_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self.is_open():
                self._retry_at = self._clock() + OPEN_SECONDS
