"""What the SDK reads of Lists and Maps: an Item, or a page of them.

Source: SYNC_PROTOCOL.md, sections 4.2 and 4.3.
"""

from __future__ import annotations

from . import items, objects, permissions, values
from .cds_bodies import item_body
from .items import Query
from .kinds import LIST
from .requests import Reply, Request, is_descending, json_reply, page_size
from .transactions import Transaction

# The SDK only asks whether a page token is there.
_MORE, _END = '"more"', "null"


def find_object(tx: Transaction, request: Request, right: str) -> objects.SyncObject:
    """Give the List or Map that is asked for. Raises Refusal 404, and 54007 without the right."""
    obj = objects.find(tx, request.service_sid, request.kind, request.ref)
    permissions.require(tx, obj, request.identity, right)
    return obj


def list_items(tx: Transaction, account: str, request: Request) -> Reply:
    """Give the Item that Index or Key names, or a page of Items."""
    obj = find_object(tx, request, "read")
    tx.limits.read(obj.sid)
    found, turn = _find_items(tx, obj, request)
    rows = ",".join(item_body(account, obj, item) for item in found)
    meta = (
        f'{{"previous_token":{turn[0]},"next_token":{turn[1]},'
        '"direct_token":true,"encode_token":false}'
    )
    return json_reply(200, f'{{"items":[{rows}],"meta":{meta}}}')


def _find_items(
    tx: Transaction, obj: objects.SyncObject, request: Request
) -> tuple[list[items.Item], tuple[str, str]]:
    query = request.query
    hide = query.get("HideExpired") == "true"
    one = query.get("Index" if request.kind is LIST else "Key")
    if one:
        item = items.find(tx, obj, values.item_key(request.kind, one))
        is_gone = item is None or (hide and item.expires is not None and item.expires <= tx.now)
        return ([] if item is None or is_gone else [item]), (_END, _END)
    size = page_size(query.get("PageSize"), largest=None)
    start = query.get("From")
    found = items.page(
        tx,
        obj,
        Query(
            size + 1,
            values.item_key(request.kind, start) if start else None,
            inclusive=query.get("Bounds") != "exclusive",
            descending=is_descending(query.get("Order")),
            hide_expired=hide,
        ),
    )
    return found[:size], (_MORE if start else _END, _MORE if len(found) > size else _END)
