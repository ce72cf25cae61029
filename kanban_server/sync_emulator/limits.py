"""Sync's rate limits: per object, 20 writes and 20 reads a second with a 10 s burst window.

Of an object's permissions, 80 writes and 80 reads.

Source: Twilio, Sync limits page, and error 54009. The page gives 2 writes/s from 10 KiB on
and "more aggressive" above 1 KiB; the straight line between the two is assumed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import Refusal

RATE_PER_SECOND = 20.0
PERMISSION_RATE_PER_SECOND = 80.0
BURST_SECONDS = 10.0
FREE_BYTES = 1024
FULL_COST = 10.0


class Limits:
    """Counts what each object was asked for; does nothing if it is not enforced."""

    def __init__(self, clock: Callable[[], float], *, enforced: bool) -> None:
        self._clock = clock
        self._enforced = enforced
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def read(self, sid: str) -> None:
        """Count a read. Raises Refusal 54009."""
        if self._enforced:
            self._take(sid, "read", 1.0)

    def write(self, sid: str, data: str | None = None) -> None:
        """Count a write of an Item's data, if there is any. Raises Refusal 54009."""
        if self._enforced:
            size = len((data or "").encode())
            self._take(sid, "write", min(max(1.0, size / FREE_BYTES), FULL_COST))

    def permission(self, sid: str, what: str) -> None:
        """Count a read or a write of an object's permissions. Raises Refusal 54009."""
        if self._enforced:
            self._take(sid, f"permission {what}", 1.0, PERMISSION_RATE_PER_SECOND)

    def _take(self, sid: str, what: str, cost: float, rate: float = RATE_PER_SECOND) -> None:
        capacity = rate * BURST_SECONDS
        with self._lock:
            now = self._clock()
            left, at = self._buckets.get((sid, what), (capacity, now))
            left = min(capacity, left + max(0.0, now - at) * rate)
            if left < cost:
                raise Refusal(429, 54009, "Rate limit exceeded")
            self._buckets[sid, what] = (left - cost, now)
