"""What the SDK tunnels to its backend: /v3 Lists and Maps.

Source: SYNC_PROTOCOL.md, section 4.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from . import items, objects, values
from .cds_bodies import item_body, object_body, removal_body
from .cds_pages import find_object, list_items
from .errors import NotImitated, Refusal
from .kinds import MAP, kind_of
from .requests import Call, Reply, Request, json_reply
from .session import Ask
from .transactions import Transaction

Handler = Callable[[Transaction, str, Request], Reply]


def route(account_sid: str, service_sid: str, identity: str, ask: Ask) -> Call:
    """Read a tunnelled request. Raises Refusal."""
    resource, names = _resource(service_sid, ask.path)
    handler = HANDLERS.get((ask.method, resource))
    if handler is None:
        raise NotImitated(f"{ask.method} {ask.path}")
    body = read_body(ask)
    has_data = resource in ("items", "item") and "data" in body
    request = Request(
        service_sid=service_sid,
        kind=kind_of(names[0]),
        ref=names[1] if len(names) > 1 else "",
        key=names[2] if len(names) > 2 else "",
        identity=identity,
        query={name: _param(value) for name, value in ask.params.items()},
        values=body,
        data=values.compact(body["data"]) if has_data else None,
        ttl=values.ttl(body.get("ttl")),
        revision=values.revision(ask.headers.get("if-match")),
    )
    return Call(ask.method != "GET", lambda tx: handler(tx, account_sid, request))


def read_body(ask: Ask) -> dict[str, Any]:
    """Give the JSON body, {} for none. Raises Refusal 54008.

    A DELETE's body is never JSON: the SDK sends the word data_sync.
    """
    if not ask.body or ask.method in ("GET", "DELETE"):
        return {}
    try:
        body = json.loads(ask.body)
    except (ValueError, RecursionError):
        raise Refusal(400, 54008, "Body is not valid JSON") from None
    if not isinstance(body, dict):
        raise Refusal(400, 54008, "Body must be a JSON object")
    return body


def _param(value: object) -> str:
    return unquote(str(value[-1] if isinstance(value, list) and value else value))


def _resource(service_sid: str, path: str) -> tuple[str, list[str]]:
    """Give the resource a path names and the names in it: kind, object, Item.

    A path in the SDK's cdsUri stays as a prefix; it does not count.
    """
    _, found, tail = path.partition("/v3/")
    names = [unquote(part) for part in tail.split("/")]
    if names[0] == "Services":
        if len(names) < 3 or names[1] != service_sid:
            raise Refusal(404, 54050, "Service not found")
        names = names[2:]
    if not (found and all(names) and values.is_text(path)):
        raise Refusal(404, 20404, f"The requested resource {path} was not found")
    kind_of(names[0])
    if len(names) < 3:
        return ("object" if len(names) == 2 else "objects"), names
    leaf = {"Items": "item", "Context": "context"}.get(names[2])
    if leaf is None or len(names) > 4:
        raise NotImitated(path)
    return (leaf if len(names) == 4 or leaf == "context" else "items"), [*names[:2], *names[3:]]


def create_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Make a List or Map."""
    name = request.values.get("unique_name")
    if name is not None and not isinstance(name, str):
        raise Refusal(400, 54302, "Invalid unique name")
    if request.values.get("context"):
        raise NotImitated("context")
    obj = objects.create(
        tx,
        request.service_sid,
        request.kind,
        values.unique_name(name),
        request.ttl,
        request.identity,
    )
    return json_reply(201, object_body(account, obj), obj.revision)


def fetch_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a List or Map."""
    obj = find_object(tx, request, "read")
    tx.limits.read(obj.sid)
    return json_reply(200, object_body(account, obj), obj.revision)


def update_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a List or Map a new TTL."""
    obj = find_object(tx, request, "write")
    tx.limits.write(obj.sid)
    obj = objects.set_ttl(tx, obj, request.ttl)
    return json_reply(200, object_body(account, obj), obj.revision)


def delete_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Remove a List or Map with all it holds."""
    obj = find_object(tx, request, "manage")
    tx.limits.write(obj.sid)
    objects.remove(tx, obj)
    return json_reply(200, removal_body(obj.event_id + 1, tx.now))


def fetch_context(tx: Transaction, account: str, request: Request) -> Reply:
    """Give the List's context, which is always empty."""
    obj = find_object(tx, request, "read")
    return json_reply(200, f'{{"data":{{}},"last_event_id":{obj.event_id}}}')


def create_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Add an Item to a List, or to a Map under a new key."""
    data = _data(request)
    obj = find_object(tx, request, "write")
    tx.limits.write(obj.sid, data)
    key = None
    if request.kind is MAP:
        key = str(values.item_key(MAP, str(request.values.get("key", ""))))
    item = items.add(tx, obj, key, data, request.ttl, request.identity)
    return json_reply(201, item_body(account, obj, item, with_data=False), item.revision)


def update_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Change an Item, if it has the revision in If-Match."""
    if request.data is None and request.ttl is None:
        raise Refusal(400, 54010, "No parameters")
    obj = find_object(tx, request, "write")
    tx.limits.write(obj.sid, request.data)
    item = items.fetch(tx, obj, values.item_key(request.kind, request.key))
    items.check_revision(obj, item, request.revision)
    item = items.update(tx, obj, item, request.data, request.ttl)
    return json_reply(200, item_body(account, obj, item, with_data=False), item.revision)


def put_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Write a Map's Item: 201 if the key is new. If-Match -1 asks for a new key."""
    if request.kind is not MAP:
        raise NotImitated("PUT of a List Item")
    data = _data(request)
    obj = find_object(tx, request, "write")
    tx.limits.write(obj.sid, data)
    key = values.item_key(MAP, request.key)
    item = items.find(tx, obj, key)
    items.check_revision(obj, item, request.revision)
    if item is None:
        item = items.add(tx, obj, str(key), data, request.ttl, request.identity)
        return json_reply(201, item_body(account, obj, item, with_data=False), item.revision)
    item = items.update(tx, obj, item, data, request.ttl)
    return json_reply(200, item_body(account, obj, item, with_data=False), item.revision)


def delete_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Remove an Item; the SDK needs the event's id in a body."""
    obj = find_object(tx, request, "write")
    tx.limits.write(obj.sid)
    item = items.fetch(tx, obj, values.item_key(request.kind, request.key))
    items.check_revision(obj, item, request.revision)
    return json_reply(200, removal_body(items.remove(tx, obj, item), tx.now))


def _data(request: Request) -> str:
    if request.data is not None:
        return request.data
    raise Refusal(400, 54010, "No parameters: data is missing")


HANDLERS: dict[tuple[str, str], Handler] = {
    ("POST", "objects"): create_object,
    ("GET", "object"): fetch_object,
    ("POST", "object"): update_object,
    ("DELETE", "object"): delete_object,
    ("GET", "context"): fetch_context,
    ("GET", "items"): list_items,
    ("POST", "items"): create_item,
    ("POST", "item"): update_item,
    ("PUT", "item"): put_item,
    ("DELETE", "item"): delete_item,
}
