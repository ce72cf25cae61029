"""The emulator's events replayed from any point give its state; its packets survive any bytes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanban_server.errors import SyncNotFound
from kanban_server.sync_emulator import Emulator, packets, subscriptions
from kanban_server.sync_emulator.subscriptions import Replay, Wanted
from tests.property.servers import new_store, new_sync

pytestmark = pytest.mark.heavy
writes = st.lists(st.tuples(st.sampled_from(["add", "change", "remove"]), st.integers(0, 7)))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def replay(sync: Emulator, after: int | None) -> Replay:
    """Read the events after one, as a subscription does."""
    service = sync.service_sid
    row = sync.database.read(lambda tx: tx.execute("SELECT sid FROM objects").fetchall())
    store = new_store(sync)
    store.let_read("reader")
    for (sid,) in row:
        wanted = Wanted(sid, "list", after)
        given = sync.database.read(
            lambda tx, wanted=wanted: subscriptions.read_replay(tx, service, "reader", wanted)
        )
        if isinstance(given, Replay):
            return given
    raise AssertionError("no List")


def apply(state: dict[int, Any], events: list[tuple[int, str, str]]) -> dict[int, Any]:
    """Do to a state what events say."""
    after = dict(state)
    for _, kind, text in events:
        event = json.loads(text)
        after.pop(event["item_index"], None)
        if kind != "list_item_removed":
            after[event["item_index"]] = event["item_data"]
    return after


@settings(max_examples=30)
@given(writes)
def test_replay_from_any_point_ends_in_the_present_state(steps: list[Any]) -> None:
    with new_sync() as sync:
        store, states = new_store(sync), [(0, {})]
        for number, (kind, index) in enumerate(steps):
            _write(store, kind, index, number)
            state = {item.key: item.data for item in store.items()}
            states.append((replay(sync, 0).last_event_id, state))
        events = replay(sync, 0).events
        assert [event[0] for event in events] == list(range(1, len(events) + 1))
        for after, state in states:
            assert apply(state, replay(sync, after).events) == states[-1][1]


def _write(store: Any, kind: str, index: int, number: int) -> None:
    try:
        if kind == "add":
            store.create({"n": number})
        elif kind == "change":
            store.replace(index, {"n": number}, store.item(index).revision)
        else:
            store.remove(index, store.item(index).revision)
    except SyncNotFound:
        pass


@given(st.binary() | st.binary().map(lambda b: b"TWILSOCK V3.0 %d\r\n%b\r\n" % (len(b), b)))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    try:
        packet = packets.decode(data)
    except packets.BadPacket:
        return
    assert isinstance(packet.method, str)
    assert isinstance(packet.id, str)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda v: st.lists(v) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), v),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["id", "method", "token", "x"]), json_values), st.binary())
def test_a_packet_written_is_the_packet_read(header: Any, payload: bytes) -> None:
    packet = packets.decode(packets.encode(header, payload))
    assert packet.header == {**header, "payload_size": len(payload)}
    assert packet.payload == payload
