"""The REST API's lists of things, in pages of at most 100."""

from __future__ import annotations

from . import items, objects, permissions, services, values
from .errors import Refusal
from .items import Item, Query
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

_ENDS: dict[str, str | None] = {"next": None, "previous": None}


def list_services(tx: Transaction, account: str, request: Request) -> Reply:
    """Give the one Service there is."""
    service = services.find(tx, request.service_sid)
    rows = [service_body(account, request.base, service)]
    url = f"{request.base}/v1/Services"
    return json_reply(200, page_body("services", url, request, rows, 50, _ENDS))


def list_objects(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of Lists or Maps, oldest first."""
    services.check(tx, request.service_sid)
    size, after = _size_and_start(request, 0)
    found = objects.page(tx, request.service_sid, request.kind, int(after), size + 1)
    rows = [object_body(account, request.base, obj) for obj in found[:size]]
    turn = _forward(found[size - 1].id if len(found) > size else None)
    url = f"{request.base}/v1/Services/{request.service_sid}/{request.kind.path}"
    key = request.kind.path.lower()
    return json_reply(200, page_body(key, url, request, rows, size, turn))


def list_permissions(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of an object's permissions, by identity."""
    obj = _object(tx, request)
    tx.limits.permission(obj.sid, "read")
    size, after = _size_and_start(request, "")
    found = permissions.page(tx, obj, str(after), size + 1)
    rows = [permission_body(account, request.base, obj, one) for one in found[:size]]
    turn = _forward(found[size - 1].identity if len(found) > size else None)
    url = f"{object_url(request.base, obj)}/Permissions"
    return json_reply(200, page_body("permissions", url, request, rows, size, turn))


def list_items(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a page of Items by index or key."""
    obj = _object(tx, request)
    tx.limits.read(obj.sid)
    size = page_size(request.query.get("PageSize"))
    found, turn = _item_page(tx, obj, request, size)
    rows = list(map(item_writer(account, request.base, obj), found))
    url = f"{object_url(request.base, obj)}/Items"
    return json_reply(200, page_body("items", url, request, rows, size, turn))


def _object(tx: Transaction, request: Request) -> objects.SyncObject:
    services.check(tx, request.service_sid)
    return objects.find(tx, request.service_sid, request.kind, request.ref)


def _size_and_start(request: Request, beginning: int | str) -> tuple[int, int | str]:
    token = request.query.get("PageToken")
    size = page_size(request.query.get("PageSize"))
    if not token:
        return size, beginning
    start = read_page_token(token)[1]
    if type(start) is not type(beginning):
        raise Refusal(400, 54453, "Invalid PageToken")
    return size, start


def _forward(last: int | str | None) -> dict[str, str | None]:
    return {**_ENDS, "next": None if last is None else page_token("after", last)}


def _item_page(
    tx: Transaction, obj: objects.SyncObject, request: Request, size: int
) -> tuple[list[Item], dict[str, str | None]]:
    descending = is_descending(request.query.get("Order"))
    token = request.query.get("PageToken")
    if not token:
        found = items.page(tx, obj, _first_query(request, size + 1, descending))
        return found[:size], _turn(found[:size], more=len(found) > size, earlier=False)
    direction, start = read_page_token(token)
    backward = direction == "before"
    query = Query(size + 1, start, inclusive=False, descending=descending != backward)
    found = items.page(tx, obj, query)
    shown = found[:size][::-1] if backward else found[:size]
    is_cut = len(found) > size
    return shown, _turn(shown, more=backward or is_cut, earlier=not backward or is_cut)


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


def _turn(shown: list[Item], *, more: bool, earlier: bool) -> dict[str, str | None]:
    return {
        "next": page_token("after", shown[-1].key) if shown and more else None,
        "previous": page_token("before", shown[0].key) if shown and earlier else None,
    }
