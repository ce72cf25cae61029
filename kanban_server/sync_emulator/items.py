"""The Items of Lists and Maps: every write is one event of its object."""

from __future__ import annotations

import json
from typing import NamedTuple

from . import dates, objects
from .errors import Refusal
from .kinds import BY_NAME, Kind
from .objects import SYSTEM, SyncObject
from .transactions import Transaction

# The host is never dialled; the SDK sends the path back. Source: SYNC_PROTOCOL.md, 4.1.
CDS = "https://cds.us1.twilio.com/v3"
_COLUMNS = "key, data, event_id, created, updated, expires, created_by"
_FETCH = f"SELECT {_COLUMNS} FROM items WHERE object=? AND key=?"
ABSENT = -1


class Item(NamedTuple):
    """An Item. data: compact JSON; event_id: of its last change."""

    key: int | str
    data: str
    event_id: int
    created: int
    updated: int
    expires: int | None
    created_by: str

    @property
    def revision(self) -> str:
        """Give the mark of its state, which is its ETag."""
        return f"{self.event_id:x}"


class Query(NamedTuple):
    """Which Items of an object to give, and in which order.

    start: the key to begin at; inclusive: whether that one is given.
    """

    limit: int
    start: int | str | None = None
    inclusive: bool = True
    descending: bool = False
    hide_expired: bool = False


def fetch(tx: Transaction, obj: SyncObject, key: int | str) -> Item:
    """Give an Item. Raises Refusal 404."""
    item = find(tx, obj, key)
    if item is None:
        raise _not_found(BY_NAME[obj.kind])
    return item


def find(tx: Transaction, obj: SyncObject, key: int | str) -> Item | None:
    """Give an Item, None if there is none."""
    row = tx.execute(_FETCH, (obj.id, key)).fetchone()
    return None if row is None else Item._make(row)


def page(tx: Transaction, obj: SyncObject, query: Query) -> list[Item]:
    """Give the Items that a query names."""
    sql = f"SELECT {_COLUMNS} FROM items WHERE object=?"
    values: list[object] = [obj.id]
    if query.start is not None:
        sql += f" AND key{'<' if query.descending else '>'}{'=' if query.inclusive else ''}?"
        values.append(query.start)
    if query.hide_expired:
        sql += " AND (expires IS NULL OR expires>?)"
        values.append(tx.now)
    sql += f" ORDER BY key {'DESC' if query.descending else 'ASC'} LIMIT ?"
    return [Item._make(row) for row in tx.execute(sql, (*values, query.limit))]


def add(
    tx: Transaction,
    obj: SyncObject,
    key: str | None,
    data: str,
    ttl: int | None,
    identity: str | None,
) -> Item:
    """Add an Item: to a List under its next index, to a Map under the key.

    Raises Refusal 54208 if the Map has the key.
    """
    if key is not None and find(tx, obj, key) is not None:
        raise Refusal(409, 54208, "Map Item with given key already exists")
    after = objects.advance(tx, obj, new_item=key is None)
    item = Item(
        key=obj.next_index if key is None else key,
        data=data,
        event_id=after.event_id,
        created=tx.now,
        updated=tx.now,
        expires=objects.expiry(tx, ttl),
        created_by=identity or SYSTEM,
    )
    tx.execute("INSERT INTO items VALUES (?,?,?,?,?,?,?,?)", (obj.id, *item))
    _record(tx, after, item, "added")
    return item


def update(tx: Transaction, obj: SyncObject, item: Item, data: str | None, ttl: int | None) -> Item:
    """Write data over an Item, give it a new TTL, or both; None leaves either as it is."""
    after = objects.advance(tx, obj, new_item=False)
    changed = item._replace(
        data=item.data if data is None else data,
        event_id=after.event_id,
        updated=tx.now,
        expires=item.expires if ttl is None else objects.expiry(tx, ttl),
    )
    tx.execute(
        "UPDATE items SET data=?, event_id=?, updated=?, expires=? WHERE object=? AND key=?",
        (changed.data, changed.event_id, changed.updated, changed.expires, obj.id, item.key),
    )
    _record(tx, after, changed, "updated")
    return changed


def remove(tx: Transaction, obj: SyncObject, item: Item) -> int:
    """Remove an Item; give the id of the event."""
    after = objects.advance(tx, obj, new_item=False)
    tx.execute("DELETE FROM items WHERE object=? AND key=?", (obj.id, item.key))
    _record(tx, after, item._replace(event_id=after.event_id), "removed")
    return after.event_id


def check_revision(obj: SyncObject, item: Item | None, expected: int | None) -> None:
    """Raise Refusal 412 unless the Item has the expected revision; None expects nothing."""
    actual = ABSENT if item is None else item.event_id
    if expected is not None and expected != actual:
        kind = BY_NAME[obj.kind]
        raise Refusal(412, kind.item_mismatch, f"{kind.title} Item revision mismatch")


def sweep(tx: Transaction) -> None:
    """Remove the objects and Items whose time has come, as a DELETE would."""
    for obj in objects.expired(tx):
        objects.remove(tx, obj)
    due = tx.execute("SELECT object, key FROM items WHERE expires<=?", (tx.now,)).fetchall()
    for object_id, key in due:
        obj = objects.by_id(tx, object_id)
        remove(tx, obj, fetch(tx, obj, key))


def cds_url(obj: SyncObject, key: int | str | None = None) -> str:
    """Give the address the SDK uses for an object, or for one of its Items."""
    url = f"{CDS}/Services/{obj.service_sid}/{BY_NAME[obj.kind].path}/{obj.sid}"
    return url if key is None else f"{url}/Items/{objects.quote(key)}"


def _record(tx: Transaction, obj: SyncObject, item: Item, what: str) -> None:
    kind = BY_NAME[obj.kind]
    body = (
        f'{{"id":{obj.event_id},"date_created":"{dates.to_milliseconds(tx.now)}",'
        f'"{kind.name}_sid":"{obj.sid}","{kind.name}_revision":"{obj.revision}",'
        f'"item_{kind.key}":{json.dumps(item.key)},"item_data":{item.data},'
        f'"item_revision":"{item.revision}",'
        f'"date_expires":{json.dumps(dates.to_milliseconds(item.expires))},'
        f'"item_url":"{cds_url(obj, item.key)}"}}'
    )
    objects.record(tx, obj, f"{kind.name}_item_{what}", body)


def _not_found(kind: Kind) -> Refusal:
    return Refusal(404, kind.item_not_found, f"{kind.title} Item not found")
