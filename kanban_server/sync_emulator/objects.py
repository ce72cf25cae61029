"""Services, Lists and Maps in the database."""

from __future__ import annotations

import json
from typing import NamedTuple
from urllib.parse import quote as _quote

from .changes import Event, ObjectRemoved, append_event
from .errors import Refusal
from .kinds import BY_NAME, SID, Kind, new_sid
from .permissions import grant_creator
from .transactions import Transaction

SYSTEM = "system"
_COLUMNS = (
    "id, sid, service_sid, kind, unique_name, event_id, next_index,"
    " created, updated, expires, created_by"
)
_BY_ID = f"SELECT {_COLUMNS} FROM objects WHERE id=?"
_BY_SID = f"SELECT {_COLUMNS} FROM objects WHERE sid=?"
_BY_UNIQUE_NAME = f"SELECT {_COLUMNS} FROM objects WHERE service_sid=? AND kind=? AND unique_name=?"
_EXPIRED = f"SELECT {_COLUMNS} FROM objects WHERE expires<=?"


class SyncObject(NamedTuple):
    """A List or Map. event_id: of its newest event, 0 if there was none."""

    id: int
    sid: str
    service_sid: str
    kind: str
    unique_name: str | None
    event_id: int
    next_index: int
    created: int
    updated: int
    expires: int | None
    created_by: str

    @property
    def revision(self) -> str:
        """Give the mark of its state."""
        return f"{self.event_id:x}"


def find(tx: Transaction, service_sid: str, kind: Kind, ref: str) -> SyncObject:
    """Give the List or Map by SID or unique name. Raises Refusal 404."""
    if SID.fullmatch(ref):
        row = tx.execute(_BY_SID, (ref,)).fetchone()
        if row is not None and row[2] == service_sid and row[3] == kind.name:
            return SyncObject._make(row)
        raise not_found(kind)
    row = tx.execute(_BY_UNIQUE_NAME, (service_sid, kind.name, ref)).fetchone()
    if row is None:
        raise Refusal(404, 54300, "Unique name not found")
    return SyncObject._make(row)


def not_found(kind: Kind) -> Refusal:
    """Give the refusal for a SID that no List or Map has."""
    return Refusal(404, kind.not_found, f"{kind.title} not found")


def by_sid(tx: Transaction, service_sid: str, sid: str) -> SyncObject | None:
    """Give the object with this SID, if the service has it."""
    row = tx.execute(_BY_SID, (sid,)).fetchone()
    return SyncObject._make(row) if row is not None and row[2] == service_sid else None


def by_id(tx: Transaction, object_id: int) -> SyncObject:
    """Give the object that an Item belongs to."""
    return SyncObject._make(tx.execute(_BY_ID, (object_id,)).fetchone())


def create(
    tx: Transaction,
    service_sid: str,
    kind: Kind,
    name: str | None,
    ttl: int | None,
    identity: str | None,
) -> SyncObject:
    """Make a List or Map. Raises Refusal 54301 if the name is taken."""
    if name is not None and tx.execute(_BY_UNIQUE_NAME, (service_sid, kind.name, name)).fetchone():
        raise Refusal(409, 54301, "Unique name already exists")
    sid = new_sid(kind.prefix)
    fields = (sid, service_sid, kind.name, name, tx.now, tx.now, expiry(tx, ttl))
    cursor = tx.execute(
        "INSERT INTO objects (sid, service_sid, kind, unique_name, event_id, next_index,"
        " created, updated, expires, created_by) VALUES (?,?,?,?,0,0,?,?,?,?)",
        (*fields, identity or SYSTEM),
    )
    if identity is not None:
        grant_creator(tx, int(cursor.lastrowid or 0), identity)
    return SyncObject._make(tx.execute(_BY_SID, (sid,)).fetchone())


def set_ttl(tx: Transaction, obj: SyncObject, ttl: int | None) -> SyncObject:
    """Give the object a new TTL; 0 means for ever, None leaves it as it is."""
    if ttl is None:
        return obj
    expires = expiry(tx, ttl)
    tx.execute("UPDATE objects SET expires=? WHERE id=?", (expires, obj.id))
    return obj._replace(expires=expires)


def remove(tx: Transaction, obj: SyncObject) -> None:
    """Remove the object with all it holds, and tell its subscribers."""
    kind = BY_NAME[obj.kind]
    event_id = obj.event_id + 1
    body = json.dumps({"id": event_id, f"{kind.name}_sid": obj.sid}, separators=(",", ":"))
    tx.changes.append(Event(obj.sid, kind.name, f"{kind.name}_removed", event_id, body))
    tx.changes.append(ObjectRemoved(obj.sid))
    for table in ("items", "permissions", "events"):
        tx.execute(f"DELETE FROM {table} WHERE object=?", (obj.id,))
    tx.execute("DELETE FROM objects WHERE id=?", (obj.id,))


def expired(tx: Transaction) -> list[SyncObject]:
    """Give the objects whose time has come."""
    return [SyncObject._make(row) for row in tx.execute(_EXPIRED, (tx.now,)).fetchall()]


def advance(tx: Transaction, obj: SyncObject, *, new_item: bool) -> SyncObject:
    """Count one more event (and one more index): both are used up for good."""
    after = obj._replace(
        event_id=obj.event_id + 1, next_index=obj.next_index + new_item, updated=tx.now
    )
    tx.execute(
        "UPDATE objects SET event_id=?, next_index=?, updated=? WHERE id=?",
        (after.event_id, after.next_index, after.updated, obj.id),
    )
    return after


def record(tx: Transaction, obj: SyncObject, event_type: str, body: str) -> None:
    """Keep the event that made the object what it is now, and publish it."""
    append_event(tx, obj.id, Event(obj.sid, obj.kind, event_type, obj.event_id, body))


def expiry(tx: Transaction, ttl: int | None) -> int | None:
    """Give the date at which a TTL ends; None for no TTL and for 0."""
    return tx.now + ttl * 1000 if ttl else None


def quote(ref: int | str) -> str:
    """Give a path segment, percent-encoded whole."""
    return str(ref) if isinstance(ref, int) else _quote(ref, safe="")


def page(
    tx: Transaction,
    service_sid: str,
    kind: Kind,
    start: int | None,
    limit: int,
    *,
    backward: bool = False,
) -> list[SyncObject]:
    """Give objects in the order they were made, from the one after (or before) id start on."""
    way, order = ("<", "DESC") if backward else (">", "ASC")
    rows = tx.execute(
        f"SELECT {_COLUMNS} FROM objects WHERE service_sid=? AND kind=? AND id{way}?"
        f" ORDER BY id {order} LIMIT ?",
        (service_sid, kind.name, start or 0, limit),
    )
    return [SyncObject._make(row) for row in rows]
