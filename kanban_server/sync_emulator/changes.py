"""What a committed change means to the subscribers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .transactions import Transaction

KEPT_EVENTS = 100_000
_TRIM_EVERY = 1000


class Event(NamedTuple):
    """A change of an object. body: the event as JSON, as it is sent and kept."""

    object_sid: str
    kind: str
    type: str
    id: int
    body: str


class ObjectRemoved(NamedTuple):
    """The object is gone: its subscriptions end."""

    object_sid: str


class AccessLost(NamedTuple):
    """An identity may no longer read the object."""

    object_sid: str
    identity: str


class AclTurnedOn(NamedTuple):
    """From now on only these (object SID, identity) pairs may read in the service."""

    service_sid: str
    readers: frozenset[tuple[str, str]]


def append_event(tx: Transaction, object_id: int, event: Event) -> None:
    """Keep the event for replay and publish it; the oldest beyond 100,000 go."""
    tx.execute("INSERT INTO events VALUES (?,?,?,?)", (object_id, event.id, event.type, event.body))
    tx.changes.append(event)
    if event.id % _TRIM_EVERY == 0:
        oldest = event.id - KEPT_EVENTS
        tx.execute("DELETE FROM events WHERE object=? AND id<=?", (object_id, oldest))


def first_kept(tx: Transaction, object_id: int) -> int | None:
    """Give the id of the oldest event that is still kept, None if none is."""
    query = "SELECT min(id) FROM events WHERE object=?"
    first: int | None = tx.execute(query, (object_id,)).fetchone()[0]
    return first


def events_after(
    tx: Transaction, object_id: int, after: int, limit: int
) -> Iterable[tuple[int, str, str]]:
    """Give (id, type, body) of the events after an id, oldest first, as they are asked for."""
    return tx.execute(
        "SELECT id, type, body FROM events WHERE object=? AND id>? ORDER BY id LIMIT ?",
        (object_id, after, limit),
    )
