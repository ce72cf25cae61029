"""The REST API's resources as JSON. Source: Twilio's OpenAPI of Sync v1."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import urlencode

from . import dates
from .errors import Refusal
from .items import Item
from .kinds import BY_NAME
from .objects import SyncObject, quote
from .permissions import Permission
from .requests import Request
from .services import Service
from .values import is_text

dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


@lru_cache(maxsize=1024)
def quoted(text: str | None) -> str:
    """Give short text that comes often (an identity, a date) as JSON."""
    return dumps(text)


def service_body(account_sid: str, base: str, service: Service) -> str:
    """Give a Service."""
    url = f"{base}/v1/Services/{service.sid}"
    return dumps(
        {
            "sid": service.sid,
            "unique_name": None,
            "account_sid": account_sid,
            "date_created": dates.to_seconds(service.created),
            "date_updated": dates.to_seconds(service.updated),
            "url": url,
            "acl_enabled": service.acl_enabled,
            "links": {
                "documents": f"{url}/Documents",
                "lists": f"{url}/Lists",
                "maps": f"{url}/Maps",
                "streams": f"{url}/Streams",
            },
            **service.settings,
        }
    )


def object_url(base: str, obj: SyncObject) -> str:
    """Give the address of a List or Map."""
    return f"{base}/v1/Services/{obj.service_sid}/{BY_NAME[obj.kind].path}/{obj.sid}"


def object_body(account_sid: str, base: str, obj: SyncObject) -> str:
    """Give a List or Map."""
    url = object_url(base, obj)
    return dumps(
        {
            "sid": obj.sid,
            "unique_name": obj.unique_name,
            "account_sid": account_sid,
            "service_sid": obj.service_sid,
            "url": url,
            "links": {"items": f"{url}/Items", "permissions": f"{url}/Permissions"},
            "revision": obj.revision,
            "date_expires": dates.to_seconds(obj.expires),
            "date_created": dates.to_seconds(obj.created),
            "date_updated": dates.to_seconds(obj.updated),
            "created_by": obj.created_by,
        }
    )


def item_body(account_sid: str, base: str, obj: SyncObject, item: Item) -> str:
    """Give an Item; its data is put in as the text it is kept as."""
    return item_writer(account_sid, base, obj)(item)


def item_writer(account_sid: str, base: str, obj: SyncObject) -> Callable[[Item], str]:
    """Give what writes the Items of one object: what they share is put together once."""
    kind = BY_NAME[obj.kind]
    shared = (
        f',"account_sid":"{account_sid}","service_sid":"{obj.service_sid}",'
        f'"{kind.name}_sid":"{obj.sid}","url":"{object_url(base, obj)}/Items/'
    )

    def write(item: Item) -> str:
        key = item.key if isinstance(item.key, int) else dumps(item.key)
        return (
            f'{{"{kind.key}":{key}{shared}{quote(item.key)}",'
            f'"revision":"{item.event_id:x}","data":{item.data},'
            f'"date_expires":{quoted(dates.to_seconds(item.expires))},'
            f'"date_created":"{dates.to_seconds(item.created)}",'
            f'"date_updated":"{dates.to_seconds(item.updated)}",'
            f'"created_by":{quoted(item.created_by)}}}'
        )

    return write


def permission_body(account_sid: str, base: str, obj: SyncObject, permission: Permission) -> str:
    """Give a permission."""
    return dumps(
        {
            "account_sid": account_sid,
            "service_sid": obj.service_sid,
            f"{obj.kind}_sid": obj.sid,
            "identity": permission.identity,
            "read": permission.read,
            "write": permission.write,
            "manage": permission.manage,
            "url": f"{object_url(base, obj)}/Permissions/{quote(permission.identity)}",
        }
    )


def page_body(
    key: str,
    url: str,
    request: Request,
    rows: Sequence[str],
    size: int,
    turn: Mapping[str, str | None],
) -> str:
    """Give a page. turn: the page tokens that lead "next" and "previous", None at the ends."""
    number = _page_number(request)
    kept = {
        name: value
        for name, value in request.query.items()
        if name not in ("Page", "PageToken", "PageSize")
    }

    def address(page: int, token: str | None) -> str:
        query = {**kept, "PageSize": str(size), "Page": str(page)}
        return f"{url}?{urlencode(query | ({'PageToken': token} if token else {}))}"

    meta = {
        "page": number,
        "page_size": size,
        "first_page_url": address(0, None),
        "previous_page_url": turn["previous"] and address(max(number - 1, 0), turn["previous"]),
        "url": address(number, request.query.get("PageToken")),
        "next_page_url": turn["next"] and address(number + 1, turn["next"]),
        "key": key,
    }
    return f'{{"{key}":[{",".join(rows)}],"meta":{dumps(meta)}}}'


def _page_number(request: Request) -> int:
    text = request.query.get("Page", "0")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def page_token(direction: str, key: int | str) -> str:
    """Give the opaque mark of a place: the pages after or before a key."""
    text = json.dumps([direction, key]).encode()
    return "PT" + base64.urlsafe_b64encode(text).decode().rstrip("=")


def read_page_token(token: str, mark: type) -> tuple[str, int | str]:
    """Give the (direction, key) of a page token, the key being a mark. Raises Refusal 54453."""
    try:
        padded = token[2:] + "=" * (-len(token[2:]) % 4)
        direction, key = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, TypeError, RecursionError):
        raise Refusal(400, 54453, "Invalid PageToken") from None
    is_text_key = mark is str and isinstance(key, str) and is_text(key)
    is_number = mark is int and type(key) is int and abs(key) < 2**63
    if direction not in ("after", "before") or not (is_text_key or is_number):
        raise Refusal(400, 54453, "Invalid PageToken")
    return direction, key
