"""The REST API v1: method, path and form in; the call that answers them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import unquote

from . import items, objects, permissions, services, values
from .errors import NotImitated, Refusal
from .kinds import LIST, kind_of
from .permissions import Permission
from .requests import NO_CONTENT, Call, Http, Reply, Request, json_reply
from .rest_bodies import item_body, object_body, permission_body, service_body
from .rest_pages import (
    find_object,
    list_items,
    list_objects,
    list_permissions,
    list_services,
)
from .transactions import Transaction

Handler = Callable[[Transaction, str, Request], Reply]
MAX_NAMES = 4
_DATA_RESOURCES = ("items", "item")
# Settings whose effect is not imitated: the only value that may be set, and what is missing.
_NOT_IMITATED = {
    "WebhookUrl": ("", "webhooks"),
    "WebhooksFromRestEnabled": ("false", "webhooks"),
    "ReachabilityWebhooksEnabled": ("false", "reachability"),
    "ReachabilityDebouncingEnabled": ("false", "reachability"),
    "ReachabilityDebouncingWindow": ("5000", "reachability"),
}


def route(account_sid: str, service_sid: str, http: Http) -> Call:
    """Read a request. service_sid: what "default" stands for. Raises Refusal."""
    segments = [unquote(part) for part in http.path.strip("/").split("/")]
    resource, names = _resource(segments)
    handler = HANDLERS.get((http.method, resource))
    if handler is None:
        raise _no_such_method(http.method, http.path, resource)
    names += [""] * (MAX_NAMES - len(names))
    data = http.form.get("Data") if resource in _DATA_RESOURCES else None
    request = Request(
        service_sid=service_sid if names[0] == "default" else names[0],
        kind=kind_of(names[1]) if names[1] else LIST,
        ref=names[2],
        key=names[3],
        query=http.query,
        values=http.form,
        data=None if data is None else values.item_data(data),
        ttl=values.ttl(_ttl_text(resource, http.form)),
        revision=values.revision(http.if_match),
        base=http.base,
    )
    return Call(http.method != "GET", lambda tx: handler(tx, account_sid, request))


def _resource(segments: list[str]) -> tuple[str, list[str]]:
    """Give the resource a path names, and the names in it: service, kind, object, Item."""
    if not all(segments) or segments[:2] != ["v1", "Services"]:
        raise _not_found("/".join(segments))
    rest = segments[2:]
    if len(rest) < 2:
        return ("service", rest) if rest else ("services", ["default"])
    if len(rest) < 4:
        return ("object" if len(rest) == 3 else "objects"), rest
    leaf = {"Items": "item", "Permissions": "permission"}.get(rest[3])
    if leaf is None or len(rest) > 5:
        kind_of(rest[1])
        raise _not_found("/".join(segments))
    return (leaf if len(rest) == 5 else f"{leaf}s"), [*rest[:3], *rest[4:]]


def _not_found(path: str) -> Refusal:
    return Refusal(404, 20404, f"The requested resource /{path} was not found")


def _no_such_method(method: str, path: str, resource: str) -> Refusal:
    if resource in ("services", "service"):
        return NotImitated(f"{method} {path}")
    return Refusal(405, 20004, f"Method {method} not allowed on {path}")


def _ttl_text(resource: str, form: Mapping[str, str]) -> str | None:
    own = "ItemTtl" if resource in _DATA_RESOURCES else "CollectionTtl"
    return form.get(own, form.get("Ttl"))


def fetch_service(tx: Transaction, account: str, request: Request) -> Reply:
    """Give the service."""
    service = services.find(tx, request.service_sid)
    return json_reply(200, service_body(account, request.base, service))


def update_service(tx: Transaction, account: str, request: Request) -> Reply:
    """Change the service's settings; what is not given stays."""
    service = services.find(tx, request.service_sid)
    form = request.values
    for name, (default, what) in _NOT_IMITATED.items():
        if form.get(name, "").lower() not in ("", default):
            raise NotImitated(what)
    settings = {"friendly_name": form["FriendlyName"]} if "FriendlyName" in form else {}
    service = services.update(tx, service, settings, values.flag(form, "AclEnabled"))
    return json_reply(200, service_body(account, request.base, service))


def create_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Make a List or Map."""
    services.check(tx, request.service_sid)
    name = values.unique_name(request.values.get("UniqueName"))
    obj = objects.create(tx, request.service_sid, request.kind, name, request.ttl, None)
    return json_reply(201, object_body(account, request.base, obj), obj.revision)


def fetch_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a List or Map."""
    obj = find_object(tx, request)
    tx.limits.read(obj.sid)
    return json_reply(200, object_body(account, request.base, obj), obj.revision)


def update_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Give a List or Map a new TTL."""
    obj = find_object(tx, request)
    tx.limits.write(obj.sid)
    obj = objects.set_ttl(tx, obj, request.ttl)
    return json_reply(200, object_body(account, request.base, obj), obj.revision)


def delete_object(tx: Transaction, account: str, request: Request) -> Reply:
    """Remove a List or Map with all it holds."""
    obj = find_object(tx, request)
    tx.limits.write(obj.sid)
    objects.remove(tx, obj)
    return NO_CONTENT


def create_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Add an Item."""
    if request.data is None:
        raise Refusal(400, 54010, "No parameters: Data is missing")
    obj = find_object(tx, request)
    key = None
    if request.kind is not LIST:
        key = str(values.item_key(request.kind, request.values.get("Key", "")))
    tx.limits.write(obj.sid, request.data)
    objects.set_ttl(tx, obj, values.ttl(request.values.get("CollectionTtl")))
    item = items.add(tx, obj, key, request.data, request.ttl, None)
    return json_reply(201, item_body(account, request.base, obj, item), item.revision)


def fetch_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Give an Item."""
    obj = find_object(tx, request)
    tx.limits.read(obj.sid)
    item = items.fetch(tx, obj, values.item_key(request.kind, request.key))
    return json_reply(200, item_body(account, request.base, obj, item), item.revision)


def update_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Change an Item's data, its TTL, or both, if it has the revision in If-Match."""
    obj = find_object(tx, request)
    collection_ttl = values.ttl(request.values.get("CollectionTtl"))
    if request.data is None and request.ttl is None and collection_ttl is None:
        raise Refusal(400, 54010, "No parameters")
    tx.limits.write(obj.sid, request.data)
    item = items.fetch(tx, obj, values.item_key(request.kind, request.key))
    items.check_revision(obj, item, request.revision)
    objects.set_ttl(tx, obj, collection_ttl)
    item = items.update(tx, obj, item, request.data, request.ttl)
    return json_reply(200, item_body(account, request.base, obj, item), item.revision)


def delete_item(tx: Transaction, account: str, request: Request) -> Reply:
    """Remove an Item, if it has the revision in If-Match."""
    obj = find_object(tx, request)
    tx.limits.write(obj.sid)
    item = items.fetch(tx, obj, values.item_key(request.kind, request.key))
    items.check_revision(obj, item, request.revision)
    items.remove(tx, obj, item)
    return NO_CONTENT


def fetch_permission(tx: Transaction, account: str, request: Request) -> Reply:
    """Give an identity's permission."""
    obj = find_object(tx, request)
    tx.limits.permission(obj.sid, "read")
    permission = permissions.fetch(tx, obj, request.key)
    return json_reply(200, permission_body(account, request.base, obj, permission))


def update_permission(tx: Transaction, account: str, request: Request) -> Reply:
    """Write an identity's permission; what is not given is false."""
    if not (len(request.key) <= values.MAX_KEY_CHARS and values.is_text(request.key)):
        raise Refusal(400, 54351, "Invalid identity")
    obj = find_object(tx, request)
    tx.limits.permission(obj.sid, "write")
    rights = (bool(values.flag(request.values, name)) for name in ("Read", "Write", "Manage"))
    permission = Permission(request.key, *rights)
    permissions.grant(tx, obj, permission)
    return json_reply(200, permission_body(account, request.base, obj, permission))


def delete_permission(tx: Transaction, account: str, request: Request) -> Reply:
    """Remove an identity's permission. Raises Refusal 54354 if there is none."""
    obj = find_object(tx, request)
    tx.limits.permission(obj.sid, "write")
    if not permissions.revoke(tx, obj, request.key):
        raise Refusal(404, 54354, "Permission not found")
    return NO_CONTENT


HANDLERS: dict[tuple[str, str], Handler] = {
    ("GET", "services"): list_services,
    ("GET", "service"): fetch_service,
    ("POST", "service"): update_service,
    ("GET", "objects"): list_objects,
    ("POST", "objects"): create_object,
    ("GET", "object"): fetch_object,
    ("POST", "object"): update_object,
    ("DELETE", "object"): delete_object,
    ("GET", "items"): list_items,
    ("POST", "items"): create_item,
    ("GET", "item"): fetch_item,
    ("POST", "item"): update_item,
    ("DELETE", "item"): delete_item,
    ("GET", "permissions"): list_permissions,
    ("GET", "permission"): fetch_permission,
    ("POST", "permission"): update_permission,
    ("DELETE", "permission"): delete_permission,
}
