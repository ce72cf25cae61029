"""The REST API's lists of things, in pages of at most 100."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from . import items, objects, permissions, services, values
from .errors import Refusal
from .items import Item, Query
from .kinds import LIST
from .requests import Reply, Request, is_descending, json_reply, page_size
from .rest_bodies import (
    item_writer,
    object_body,
    object_url,
    page_body,
    page_token,
    permission_body,
    read_page_token,
    service_body,
)
from .transactions import Transaction


def list_services(tx: Transaction, account: str, request: Request) -> Reply:
    """Give the one Service there is."""
    service = services.find(tx, request.service_sid)

    def read(start: Any, limit: int, *, backward: bool) -> list[services.Service]:
        return [service] if start is None else []

    page = _turn_to(request, read, lambda _: 1, int)
    rows = [service_body(account, request.base, one) for one in page.shown]
    return _answer("services", f"{request.base}/v1/Services", request, rows, page)


def list_objects(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of Lists or Maps, oldest first."""
    services.check(tx, request.service_sid)
    read = partial(objects.page, tx, request.service_sid, request.kind)
    page = _turn_to(request, read, attrgetter("id"), int)
    rows = [object_body(account, request.base, obj) for obj in page.shown]
    url = f"{request.base}/v1/Services/{request.service_sid}/{request.kind.path}"
    return _answer(request.kind.path.lower(), url, request, rows, page)


def list_permissions(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of an object's permissions, by identity."""
    obj = find_object(tx, request)
    tx.limits.permission(obj.sid, "read")
    page = _turn_to(request, partial(permissions.page, tx, obj), attrgetter("identity"), str)
    rows = [permission_body(account, request.base, obj, one) for one in page.shown]
    url = f"{object_url(request.base, obj)}/Permissions"
    return _answer("permissions", url, request, rows, page)


def list_items(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of Items by index or key."""
    obj = find_object(tx, request)
    tx.limits.read(obj.sid)
    descending = is_descending(request.query.get("Order"))

    def read(start: int | str | None, limit: int, *, backward: bool) -> list[Item]:
        if start is None:
            return items.page(tx, obj, _first_query(request, limit, descending))
        way = descending != backward
        return items.page(tx, obj, Query(limit, start, inclusive=False, descending=way))

    page = _turn_to(request, read, attrgetter("key"), int if request.kind is LIST else str)
    rows = list(map(item_writer(account, request.base, obj), page.shown))
    return _answer("items", f"{object_url(request.base, obj)}/Items", request, rows, page)


def find_object(tx: Transaction, request: Request) -> objects.SyncObject:
    """Give the List or Map that is asked for. Raises Refusal 404."""
    services.check(tx, request.service_sid)
    return objects.find(tx, request.service_sid, request.kind, request.ref)


class _Page(NamedTuple):
    """What a page shows, its size, and the page tokens that lead on and back."""

    shown: list[Any]
    size: int
    turn: dict[str, str | None]


def _turn_to(
    request: Request, read: Callable[..., list[Any]], key: Callable[[Any], Any], mark: type
) -> _Page:
    """Read the page that is asked for.

    read: gives so many things from a key on (None: from the beginning), backwards if asked.
    key: gives the key of a thing, which is a mark.
    """
    size = page_size(request.query.get("PageSize"))
    token = request.query.get("PageToken")
    direction, start = read_page_token(token, mark) if token else ("after", None)
    backward = direction == "before"
    found = read(start, size + 1, backward=backward)
    is_cut = len(found) > size
    shown = found[:size][::-1] if backward else found[:size]
    more, earlier = backward or is_cut, is_cut if backward else bool(token)
    turn = {
        "next": page_token("after", key(shown[-1])) if shown and more else None,
        "previous": page_token("before", key(shown[0])) if shown and earlier else None,
    }
    return _Page(shown, size, turn)


def _answer(key: str, url: str, request: Request, rows: list[str], page: _Page) -> Reply:
    return json_reply(200, page_body(key, url, request, rows, page.size, page.turn))


def _first_query(request: Request, limit: int, descending: bool) -> Query:
    bounds = request.query.get("Bounds")
    if bounds not in (None, "", "inclusive", "exclusive"):
        raise Refusal(400, 54452, "Invalid Bounds: must be inclusive or exclusive")
    start = request.query.get("From")
    return Query(
        limit,
        values.item_key(request.kind, start) if start else None,
        inclusive=bounds != "exclusive",
        descending=descending,
    )
