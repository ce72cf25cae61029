"""Subscribing, replay and live events. Source: SYNC_PROTOCOL.md, sections 5, 6 and 10."""

import asyncio

import pytest
from callers import as_alice, wire_of

LIVE = "com.twilio.rtd.cds.list"
REPLAY = "twilio.sync.event"
ITEM = "/Lists/tasks/Items/0"


def sequence(wire):
    """Give what the wire was notified of: (message type, event type, has correlation id)."""
    return [
        (header["message_type"], body["event_type"], "correlation_id" in body)
        for header, body in wire.received
        if header["method"] == "notification"
    ]


@as_alice
async def test_a_subscription_is_established_with_the_newest_event_id(wire, rest, tasks):
    rest.add(n=1)
    outcome = await wire.subscribe(tasks, after=1, correlation=1795347020889)
    [event] = outcome["events"]
    assert outcome["event_type"] == "subscription_established"
    assert outcome["correlation_id"] == 1795347020889
    assert (event["replay_status"], event["last_event_id"]) == ("completed", 1)


@as_alice
async def test_the_request_is_accepted_before_its_outcome(wire, rest, tasks):
    await wire.subscribe(tasks)
    methods = [header["method"] for header, _ in wire.received]
    assert methods == ["reply", "reply", "notification"]
    assert wire.received[1][1]["estimated_delivery_in_ms"] > 0


@as_alice
async def test_events_after_the_last_one_are_replayed_in_order_then_completed(wire, rest, tasks):
    rest.add(n=0)
    rest.add(n=1)
    rest.add(n=2)
    rest.add(ITEM, n=3)
    rest.call("DELETE", ITEM)
    await wire.subscribe(tasks, after=1)
    kinds = ["list_item_added", "list_item_updated", "list_item_removed"]
    expected = [(REPLAY, kind, True) for kind in [*kinds, "subscription_established"]]
    assert sequence(wire) == expected
    assert [number for _, number in wire.events()] == [2, 3, 4, 5]


@as_alice
async def test_live_events_come_as_the_list_type_without_correlation(wire, rest, tasks):
    await wire.subscribe(tasks)
    rest.add(n=1)
    await wire.until(lambda: wire.events())
    assert sequence(wire)[1:] == [(LIVE, "list_item_added", False)]


@as_alice
async def test_an_event_says_all_that_the_sdk_reads(wire, rest, tasks):
    await wire.subscribe(tasks)
    rest.add(name="é")
    await wire.until(lambda: wire.events())
    [event] = wire.notifications("list_item_added")[0]["events"]
    path = f"/v3/Services/{tasks['service_sid']}/Lists/{tasks['sid']}/Items/0"
    assert event.pop("item_url").endswith(path)
    assert event == {
        "id": 1,
        "date_created": "2026-09-21T14:13:20.000Z",
        "list_sid": tasks["sid"],
        "list_revision": "1",
        "item_index": 0,
        "item_data": {"name": "é"},
        "item_revision": "1",
        "date_expires": None,
    }


@as_alice
async def test_a_removal_carries_the_last_data(wire, rest, tasks):
    rest.add(n=1)
    await wire.subscribe(tasks, after=1)
    rest.call("DELETE", ITEM)
    await wire.until(lambda: wire.events())
    [event] = wire.notifications("list_item_removed")[0]["events"]
    assert (event["item_data"], event["item_index"]) == ({"n": 1}, 0)


@as_alice
async def test_a_writer_is_answered_before_its_own_event(wire, rest, tasks):
    await wire.subscribe(tasks)
    await wire.ask("POST", "/v3/Lists/tasks/Items", {"data": {"n": 1}})
    await wire.until(lambda: wire.events())
    assert [header["method"] for header, _ in wire.received][-2:] == ["reply", "notification"]


@as_alice
async def test_an_unknown_object_fails_with_404(wire, rest, tasks):
    outcome = await wire.subscribe({"sid": "ES" + "0" * 32})
    assert outcome["events"][0]["error"] == {
        "status": 404,
        "code": 54150,
        "message": "List not found",
    }


@as_alice
async def test_a_canceled_subscription_gets_nothing_more(wire, rest, tasks):
    await wire.subscribe(tasks)
    body = {
        "action": "cancel",
        "correlation_id": 9,
        "requests": [{"object_sid": tasks["sid"], "object_type": "list"}],
    }
    await wire.ask("POST", "/v4/Subscriptions", body)
    await wire.until(lambda: wire.notifications("subscription_canceled"))
    rest.add(n=1)
    await wire.ask("GET", "/v3/Lists/tasks")
    assert wire.events() == []


@as_alice
async def test_a_removed_list_is_told_and_its_subscription_ends(wire, rest, tasks):
    await wire.subscribe(tasks)
    rest.call("DELETE", "/Lists/tasks")
    [body] = await wire.until(lambda: wire.notifications("list_removed"))
    assert body["events"] == [{"id": 1, "list_sid": tasks["sid"]}]
    assert (await wire.subscribe(tasks, correlation=5))["events"][0]["error"]["status"] == 404


@as_alice
async def test_no_event_is_lost_or_doubled_while_writes_go_on(wire, rest, tasks):
    def write():
        [rest.add(n=n) for n in range(150)]

    writing = asyncio.get_running_loop().run_in_executor(None, write)
    await wire.subscribe(tasks, after=0)
    await writing
    await wire.until(lambda: len(wire.events()) >= 150)
    assert [number for _, number in wire.events()] == list(range(1, 151))


@as_alice
async def test_live_events_wait_until_the_replay_is_complete(wire, rest, tasks):
    subscription = wire.emulator.hub.subscribe(wire.connection, tasks["sid"])
    rest.add(n=1)
    rest.add(n=2)
    await wire.ask("GET", "/v3/Lists/tasks")
    assert len(subscription.waiting) == 2
    assert wire.events() == []
    subscription.go_live(1)
    assert wire.events() == [("list_item_added", 2)]


@as_alice
async def test_subscribing_again_does_not_double_the_events(wire, rest, tasks):
    await wire.subscribe(tasks, correlation=1)
    await wire.subscribe(tasks, correlation=2)
    rest.add(n=1)
    await wire.until(lambda: wire.events())
    await wire.ask("GET", "/v3/Lists/tasks")
    assert wire.events() == [("list_item_added", 1)]


@as_alice
async def test_a_map_has_events_of_its_own(wire, rest, tasks):
    leases = rest.make("/Maps", UniqueName="leases")
    await wire.subscribe(leases)
    rest.make("/Maps/leases/Items", Key="7", Data='{"n":1}')
    rest.make("/Maps/leases/Items/7", Data='{"n":2}')
    rest.call("DELETE", "/Maps/leases/Items/7")
    await wire.until(lambda: len(wire.events()) == 3)
    names = [name for name, _ in wire.events()]
    assert names == ["map_item_added", "map_item_updated", "map_item_removed"]
    [event] = wire.notifications("map_item_added")[0]["events"]
    assert (event["item_key"], event["map_sid"]) == ("7", leases["sid"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "x", "correlation_id": 1, "requests": []},
        {"action": "establish", "correlation_id": "1", "requests": []},
        {"action": "establish", "correlation_id": 1, "requests": [1]},
        {"action": "establish", "correlation_id": 1, "requests": [{"object_sid": 1}]},
        {"action": "establish", "correlation_id": 1, "requests": [{"object_sid": "ES\ud800"}]},
    ],
)
def test_a_malformed_subscription_is_refused(emulator, body):
    async def run():
        async with wire_of(emulator) as wire:
            assert (await wire.ask("POST", "/v4/Subscriptions", body))[0] == 400

    asyncio.run(run())
