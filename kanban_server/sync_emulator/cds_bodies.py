"""The SDK's resources as JSON. Source: SYNC_PROTOCOL.md, sections 4.1 and 4.2."""

from __future__ import annotations

from . import dates
from .items import Item, cds_url
from .kinds import BY_NAME
from .objects import SyncObject
from .rest_bodies import dumps, quoted


def object_body(account_sid: str, obj: SyncObject) -> str:
    """Give a List or Map as the SDK's descriptor."""
    url = cds_url(obj)
    return dumps(
        {
            "sid": obj.sid,
            "unique_name": obj.unique_name,
            "account_sid": account_sid,
            "service_sid": obj.service_sid,
            "url": url,
            "links": {"items": f"{url}/Items", "context": f"{url}/Context"},
            "revision": obj.revision,
            "last_event_id": obj.event_id,
            "date_expires": dates.to_milliseconds(obj.expires),
            "date_created": dates.to_milliseconds(obj.created),
            "date_updated": dates.to_milliseconds(obj.updated),
            "created_by": obj.created_by,
            "type": obj.kind,
        }
    )


def item_body(account_sid: str, obj: SyncObject, item: Item, *, with_data: bool = True) -> str:
    """Give an Item; answers to writes come without its data."""
    kind = BY_NAME[obj.kind]
    key = item.key if isinstance(item.key, int) else dumps(item.key)
    data = f'"data":{item.data},' if with_data else ""
    return (
        f'{{"{kind.key}":{key},"{kind.name}_sid":"{obj.sid}",'
        f'"account_sid":"{account_sid}","service_sid":"{obj.service_sid}",'
        f'"url":"{cds_url(obj, item.key)}",{data}'
        f'"revision":"{item.revision}","last_event_id":{item.event_id},'
        f'"date_created":"{dates.to_milliseconds(item.created)}",'
        f'"date_updated":"{dates.to_milliseconds(item.updated)}",'
        f'"date_expires":{quoted(dates.to_milliseconds(item.expires))},'
        f'"created_by":{quoted(item.created_by)}}}'
    )


def removal_body(event_id: int, now: int) -> str:
    """Give what a DELETE answers: without the event's id the SDK throws."""
    return f'{{"last_event_id":{event_id},"date_updated":"{dates.to_milliseconds(now)}"}}'
