"""Dates as the two APIs write them; inside, every date is whole milliseconds since 1970."""

from __future__ import annotations

import time
from functools import lru_cache


@lru_cache(maxsize=4096)
def _second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def to_seconds(milliseconds: int | None) -> str | None:
    """Give 2015-07-30T20:00:00Z, as the REST API does."""
    return None if milliseconds is None else _second(milliseconds // 1000) + "Z"


def to_milliseconds(milliseconds: int | None) -> str | None:
    """Give 2015-07-30T20:00:00.123Z, as the SDK's backend does."""
    if milliseconds is None:
        return None
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"
