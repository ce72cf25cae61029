"""A clock that stands still until a test moves it."""

from datetime import datetime, timedelta, timezone


class Clock:
    """Gives `now`, in seconds."""

    def __init__(self, now: float = 0.0):
        self.now = now

    def __call__(self) -> float:
        return self.now

    def day(self) -> datetime:
        """Give it as the time of day, from the first of a January on."""
        return datetime(2026, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=self.now)
