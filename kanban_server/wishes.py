"""What a request wishes: body and headers, gathered for the board."""

import json
import uuid
from typing import Any

from flask import Request, g, request
from webargs.flaskparser import FlaskParser

from . import errors
from .board import Change
from .placing import Place

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
    """Give the id in the header Lease."""
    return request.headers.get("Lease") or None


def _mark() -> str:
    """Make the uuid of this change: from identity and Idempotency-Key, or by chance.

    A deletion leaves no mark that it could be recognised by, so it takes no key.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None or request.method == "DELETE":
        return str(uuid.uuid4())
    if not (0 < len(key) <= MAX_KEY_CHARS and key.isascii() and key.isprintable()):
        raise errors.BadRequest("Idempotency-Key must be 1 to 255 printable ASCII characters.")
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{g.identity}\n{key}"))


def _revision() -> str | None:
    if "If-Match" not in request.headers or request.if_match.star_tag:
        return None
    revisions = request.if_match.as_set()
    if len(revisions) != 1:
        raise errors.BadRequest("If-Match must name one revision.")
    return str(revisions.pop())


KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY_CHARS},
    "description": "Chosen by the caller; the same again has no further effect.",
}
MATCH_HEADER = {
    "in": "header",
    "name": "If-Match",
    "schema": {"type": "string"},
    "description": "The ETag of the state that this change is based on.",
}
LEASE_HEADER = {
    "in": "header",
    "name": "Lease",
    "schema": {"type": "string"},
    "description": "The id of the caller's lease of this task.",
}
