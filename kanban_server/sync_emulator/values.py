"""The values callers send, checked: Item data, TTLs, revisions, names, keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping

from .errors import Refusal
from .kinds import LIST, SID, Kind

MAX_DATA_BYTES = 16 * 1024
MAX_DEPTH = 100  # ours: who reads a page must be able to parse it, whatever its stack holds
MAX_TTL_SECONDS = 31_536_000
MAX_NAME_CHARS = 320
MAX_KEY_CHARS = 256
MAX_INDEX_DIGITS = 16
MAX_INDEX = 10**MAX_INDEX_DIGITS
_REVISION = re.compile(r'"?(-1|[0-9a-f]{1,16})"?')


def item_data(text: str) -> str:
    """Give Item data as compact JSON. Raises Refusal 54008, 54156 or 54006."""
    try:
        return compact(json.loads(text))
    except (ValueError, RecursionError):
        raise Refusal(400, 54008, "Data is not valid JSON") from None


def compact(data: object) -> str:
    """Give an Item's data as compact JSON, at most 16 KiB of UTF-8 and 100 levels deep.

    Raises Refusal: 54156 for null, 54008 if it is no object or too deep, 54006 if too large.
    """
    if data is None:
        raise Refusal(400, 54156, "Data must not be null")
    if not isinstance(data, dict):
        raise Refusal(400, 54008, "Data must be a JSON object")
    try:
        text = json.dumps(data, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        raise Refusal(400, 54008, "Data is not valid JSON") from None
    if size > MAX_DATA_BYTES:
        raise Refusal(413, 54006, f"Request entity too large: data has {size} bytes")
    if text.count("{") + text.count("[") > MAX_DEPTH and _is_deep(data):
        raise Refusal(400, 54008, f"Data is nested deeper than {MAX_DEPTH} levels")
    return text


def _is_deep(data: object) -> bool:
    level = [data]
    for _ in range(MAX_DEPTH):
        level = [child for one in level for child in _children(one)]
    return any(isinstance(one, (dict, list)) for one in level)


def _children(one: object) -> Iterable[object]:
    return one.values() if isinstance(one, dict) else one if isinstance(one, list) else ()


def ttl(value: object) -> int | None:
    """Give a TTL in seconds, from plain digits; None for nothing. Raises Refusal 54011."""
    if value is None or value == "":
        return None
    text = str(value)
    is_number = text.isascii() and text.isdecimal() and len(text) < 10
    seconds = int(text) if is_number else -1
    if not 0 <= seconds <= MAX_TTL_SECONDS:
        raise Refusal(400, 54011, f"Invalid TTL: must be 0 to {MAX_TTL_SECONDS} seconds")
    return seconds


def revision(header: object) -> int | None:
    """Give the event id that an If-Match header stands for, -1 for "no such Item yet".

    Raises Refusal 54003 if it cannot be a revision.
    """
    if header is None:
        return None
    match = _REVISION.fullmatch(header.strip()) if isinstance(header, str) else None
    if match is None:
        raise Refusal(400, 54003, "Invalid If-Match header value")
    return int(match[1], 16)


def unique_name(name: str | None) -> str | None:
    """Give a unique name that may be used, None for no name. Raises Refusal 54302."""
    if name is None:
        return None
    if not 1 <= len(name) <= MAX_NAME_CHARS or SID.fullmatch(name) or not is_text(name):
        raise Refusal(400, 54302, "Invalid unique name")
    return name


def item_key(kind: Kind, text: str) -> int | str:
    """Give the index or key that names an Item. Raises Refusal 54458 or 54209."""
    if kind is LIST:
        if not text.isdecimal() or not text.isascii():
            raise Refusal(400, 54458, "Invalid index: must be a non-negative integer")
        return int(text) if len(text) < MAX_INDEX_DIGITS else MAX_INDEX
    if not 1 <= len(text) <= MAX_KEY_CHARS or not is_text(text):
        raise Refusal(400, 54209, "Invalid Map Item key")
    return text


def is_text(text: str) -> bool:
    """Tell whether text can be written as UTF-8 (no lone surrogate)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def flag(form: Mapping[str, str], name: str) -> bool | None:
    """Give a boolean form value, None if it is not there. Raises Refusal 20001."""
    value = form.get(name)
    if value is None or value == "":
        return None
    if value.lower() not in ("true", "false"):
        raise Refusal(400, 20001, f"{name} must be true or false")
    return value.lower() == "true"
