"""A request and its answer, the same for REST and for what the SDK tunnels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from .errors import Refusal
from .kinds import Kind
from .transactions import Transaction


class Reply(NamedTuple):
    """An HTTP answer. body: bytes, empty for 204."""

    status: int
    headers: dict[str, str]
    body: bytes


class Http(NamedTuple):
    """A REST request as it came. base: scheme and host for absolute URLs."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    if_match: str | None
    base: str


class Request(NamedTuple):
    """A request whose path has been read and whose values have been checked.

    identity: None for the REST API. base: scheme and host for absolute URLs.
    values: form or JSON body; data: the Item's data as compact JSON.
    """

    service_sid: str
    kind: Kind
    ref: str = ""
    key: str = ""
    identity: str | None = None
    query: Mapping[str, str] = {}
    values: Mapping[str, Any] = {}
    data: str | None = None
    ttl: int | None = None
    revision: int | None = None
    base: str = ""


class Call(NamedTuple):
    """What a request comes to: a read, or a write that waits for its COMMIT."""

    writes: bool
    work: Callable[[Transaction], Reply]


def json_reply(status: int, body: str, etag: str | None = None) -> Reply:
    """Give a JSON answer, with the revision as ETag if there is one.

    A lone surrogate, which may come from the request's path, becomes a question mark.
    """
    headers = {"Content-Type": "application/json"}
    if etag is not None:
        headers["ETag"] = f'"{etag}"'
    return Reply(status, headers, body.encode(errors="replace"))


NO_CONTENT = Reply(204, {}, b"")


def page_size(text: str | None, largest: int | None = 1000) -> int:
    """Give the page size: 50 if none is asked for, never more than 100.

    largest: what may be asked for; the SDK asks for whatever its caller says, and one more.
    Raises Refusal 54454. Source: OpenAPI says at most 100, the page of 54454 says 1-1000.
    """
    if text is None or text == "":
        return 50
    size = int(text[:9]) if text.isascii() and text.isdecimal() else 0
    if size < 1 or (largest is not None and size > largest):
        raise Refusal(400, 54454, "Invalid PageSize")
    return min(size, 100)


def is_descending(text: str | None) -> bool:
    """Tell whether Order asks for the newest first. Raises Refusal 54451."""
    if text not in (None, "", "asc", "desc"):
        raise Refusal(400, 54451, "Invalid Order: must be asc or desc")
    return text == "desc"
