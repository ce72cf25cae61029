"""What a request wishes: body and headers, gathered for the board."""

import json
import re
import sys
import uuid
from typing import Any

from flask import Request, g, request
from webargs.flaskparser import FlaskParser

from . import errors
from .board import Change
from .placing import Place
from .tasks import UUID

PLACE_FIELDS = ("before", "after", "at")
MAX_KEY_CHARS = 255


class BodyParser(FlaskParser):
    """Reads bodies; what Python's parser cannot take (depth, digits) is no JSON either."""

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except json.JSONDecodeError:
            raise
        except (ValueError, RecursionError) as error:
            raise json.JSONDecodeError("beyond what can be read", "…", 0) from error


def change(body: dict[str, Any]) -> Change:
    """Gather a change from a checked body and the headers that go with it. Raises BadRequest."""
    place = {name: body.pop(name) for name in PLACE_FIELDS if name in body}
    return Change(
        by=g.identity,
        op=_mark(),
        fields=body,
        place=Place(**place) if place else None,
        revision=_revision(),
        lease=lease(),
    )


def lease() -> str | None:
    """Give the id in the header Lease. Raises BadRequest."""
    return _short_header("Lease")


def max_stale_seconds() -> int:
    """Give how old an answer may be: the directive max-stale of Cache-Control, 0 without it.

    Source: RFC 9111, 5.2.1.2; without a number any age will do.
    """
    seconds = request.cache_control.max_stale
    return sys.maxsize if seconds is True else min(max(seconds or 0, 0), sys.maxsize)


def _mark() -> str:
    """Make the uuid of this change: from identity and Idempotency-Key, or by chance.

    A deletion leaves no mark that it could be recognised by, so it takes no key.
    """
    key = None if request.method == "DELETE" else _short_header("Idempotency-Key")
    if key is None:
        return str(uuid.uuid4())
    if UUID.fullmatch(key):  # good as it is: the page knows its own event by it
        return key
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{g.identity}\n{key}"))


def _short_header(name: str) -> str | None:
    value = request.headers.get(name)
    if value is None or re.fullmatch(f"[ -~]{{1,{MAX_KEY_CHARS}}}", value):
        return value
    raise errors.BadRequest(f"{name} must be 1 to {MAX_KEY_CHARS} printable ASCII characters.")


def _revision() -> str | None:
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    revisions = list(request.if_match.as_set())
    if len(revisions) == 1 and revisions[0] and len(revisions[0]) <= MAX_KEY_CHARS:
        return revisions[0]
    raise errors.BadRequest(f"If-Match must name one revision, of 1 to {MAX_KEY_CHARS} characters.")


def _header(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """Make the entry of a request header in the OpenAPI document."""
    text = {"type": "string", **schema}
    return {"in": "header", "name": name, "schema": text, "description": description}


SHORT = {"minLength": 1, "maxLength": MAX_KEY_CHARS}
KEY_HEADER = _header(
    "Idempotency-Key",
    "Chosen by the caller; the same again has no further effect. One that is a uuid in lower case "
    "counts for all callers, others each for its own.",
    **SHORT,
)
MATCH_HEADER = _header(
    "If-Match",
    "The ETag of the state that this change is based on: one strong tag, or `*`. A list of several "
    "and a weak tag (W/…) are refused with 400.",
)
LEASE_HEADER = _header("Lease", "The id of the caller's lease of this task.", **SHORT)
STALE_HEADER = _header(
    "Cache-Control",
    "`max-stale=60`: what the server last read of Sync, with its own changes since, will do if "
    "that was within 60 seconds. Without it Sync is read now.",
)
