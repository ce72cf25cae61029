"""POST /v4/Subscriptions: establish with replay, and cancel.

Source: SYNC_PROTOCOL.md, sections 5 and 6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from . import changes, objects, packets, permissions
from .cds import read_body
from .changes import ObjectRemoved
from .errors import NotImitated, Refusal, forbidden
from .hub import Ending
from .kinds import BY_NAME
from .requests import Reply, json_reply
from .session import Ask
from .transactions import Transaction
from .values import is_text

if TYPE_CHECKING:
    from typing import TypeGuard

PATH = "/v4/Subscriptions"
REPLAY = "twilio.sync.event"
MAX_REQUESTS = 1000
MAX_REPLAYED_EVENTS = 2000
MAX_REPLAYED_BYTES = 1024 * 1024
NULL_REPLAYS = 50
_ACCEPTED = json.dumps(
    {"estimated_delivery_in_ms": 10000, "max_batch_size": MAX_REQUESTS, "ttl_in_s": 86400}
)


class Wanted(NamedTuple):
    """One object of a request. after: the newest event the client has, None if it has none."""

    object_sid: str
    object_type: str
    after: int | None


class Wish(NamedTuple):
    """A subscription request. action: establish or cancel."""

    action: str
    correlation_id: int
    wanted: list[Wanted]


class Replay(NamedTuple):
    """What a subscription begins with.

    is_whole: whether the newest event is among them; room: bytes left for those that follow.
    """

    events: list[tuple[int, str, str]]
    last_event_id: int
    is_whole: bool
    room: int


def read_wish(ask: Ask) -> Wish:
    """Read the request. Raises Refusal 400."""
    body = read_body(ask)
    action, correlation, wanted = (body.get(n) for n in ("action", "correlation_id", "requests"))
    if action not in ("establish", "cancel") or not isinstance(wanted, list):
        raise Refusal(400, 20001, "Invalid subscription request")
    if not is_integer(correlation) or len(wanted) > MAX_REQUESTS:
        raise Refusal(400, 20001, "Invalid subscription request")
    return Wish(action, correlation, [_wanted(one) for one in wanted])


def _wanted(one: Any) -> Wanted:
    sid = one.get("object_sid") if isinstance(one, dict) else None
    if not isinstance(sid, str) or not is_text(sid):
        raise Refusal(400, 20001, "Invalid subscription request")
    after = one.get("last_event_id")
    return Wanted(
        sid,
        str(one.get("object_type", "")),
        max(0, after) if is_integer(after) else None,
    )


def is_integer(value: object) -> TypeGuard[int]:
    """Tell an integer that SQLite can hold."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**62


def accepted() -> Reply:
    """Give the answer to a request that will be followed by notifications."""
    return json_reply(202, _ACCEPTED)


def read_replay(
    tx: Transaction, service_sid: str, identity: str, wanted: Wanted, room: int = MAX_REPLAYED_BYTES
) -> Replay | Refusal:
    """Read what a subscription must begin with, all from one state of the database.

    room: how many bytes of events may be replayed, the last event going beyond.
    A refusal of 410 says that the events since then are not there any more.
    """
    kind = BY_NAME.get(wanted.object_type)
    if kind is None:
        return NotImitated(wanted.object_type)
    obj = objects.by_sid(tx, service_sid, wanted.object_sid)
    if obj is None or obj.kind != kind.name:
        return objects.not_found(kind)
    try:
        permissions.require(tx, obj, identity, "read")
    except Refusal as refusal:
        return refusal
    newest = obj.event_id
    after = max(0, newest - NULL_REPLAYS) if wanted.after is None else wanted.after
    first = changes.first_kept(tx, obj.id)
    if after > newest or (after < newest and (first is None or first > after + 1)):
        return Refusal(410, 0, "The events asked for are not available")
    events = changes.events_after(tx, obj.id, after, MAX_REPLAYED_EVENTS)
    kept, room = _cut(events, room)
    last = kept[-1][0] if kept else after
    return Replay(kept, last, last >= newest, room)


def _cut(events: Iterable[tuple[int, str, str]], room: int) -> tuple[list[Any], int]:
    """Keep replays small: the SDK decodes about 0.9 MB a second, and asks for the rest."""
    kept = []
    for event in events:
        if room <= 0:
            break
        kept.append(event)
        room -= len(event[2].encode())
    return kept, room


def lost(wanted: Wanted, ended_by: Ending) -> Refusal:
    """Give the refusal for a subscription that ended before its replay was sent."""
    kind = BY_NAME.get(wanted.object_type)
    return objects.not_found(kind) if kind and type(ended_by) is ObjectRemoved else forbidden()


def replay_packets(wanted: Wanted, replay: Replay, correlation_id: int) -> list[bytes]:
    """Give the replayed events, in order, and then the outcome."""
    sent = []
    for event_type, run in groupby(replay.events, lambda event: event[1]):
        for bodies in packets.portions((body for _, _, body in run), str):
            sent.append(packets.events(REPLAY, event_type, bodies, correlation_id))
    outcome = {
        "replay_status": "completed" if replay.is_whole else "interrupted",
        "last_event_id": replay.last_event_id,
    }
    return [*sent, _outcome("subscription_established", wanted, correlation_id, outcome)]


def failed(wanted: Wanted, refusal: Refusal, correlation_id: int) -> bytes:
    """Give the packet that says why there is no subscription."""
    error = {"status": refusal.status, "code": refusal.code, "message": refusal.message}
    return _outcome("subscription_failed", wanted, correlation_id, {"error": error})


def canceled(wanted: Wanted, correlation_id: int) -> bytes:
    """Give the packet that says that a subscription has ended."""
    return _outcome("subscription_canceled", wanted, correlation_id, {})


def _outcome(event_type: str, wanted: Wanted, correlation_id: int, more: dict[str, Any]) -> bytes:
    body = {"object_sid": wanted.object_sid, "object_type": wanted.object_type, **more}
    return packets.events(REPLAY, event_type, [json.dumps(body)], correlation_id)
