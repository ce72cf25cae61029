"""One client on the event loop: its timer, its end, and what ends while it subscribes."""

import asyncio
import json
import threading

import pytest
from callers import PATIENCE_SECONDS, as_alice, wire_of

from kanban_server.sync_emulator import hub, packets, session, subscriptions
from kanban_server.sync_emulator.connection import Connection


def test_a_client_is_hung_up_on_once(emulator, monkeypatch):
    monkeypatch.setattr(session, "INIT_SECONDS", 0)
    ends = []

    async def story():
        Connection(emulator, emulator.hub, emulator.executor, print, lambda: ends.append("end"))
        for _ in range(20):
            await asyncio.sleep(0)

    asyncio.run(story())
    assert ends == ["end"]


def send_wish(wire, action, obj, correlation):
    """Ask to establish or cancel a subscription, and do not wait."""
    kind = "list" if obj["sid"].startswith("ES") else "map"
    requests = [{"object_sid": obj["sid"], "object_type": kind, "last_event_id": 0}]
    body = {"action": action, "correlation_id": correlation, "requests": requests}
    request = {"path": "/v4/Subscriptions", "method": "POST"}
    header = {"method": "message", "id": f"TMs{correlation}", "http_request": request}
    wire.connection.receive(packets.encode(header, json.dumps(body).encode()))


async def subscribe_slowly(wire, obj, meanwhile):
    """Ask for an object's events; meanwhile() is done when the replay has been read."""
    was_read, may_go_on, read = threading.Event(), threading.Event(), wire.emulator.database.read

    def read_late(work):
        result = read(work)
        was_read.set()
        may_go_on.wait(PATIENCE_SECONDS)
        return result

    wire.emulator.database.read = read_late
    send_wish(wire, "establish", obj, 1)
    await asyncio.to_thread(was_read.wait, PATIENCE_SECONDS)
    wire.emulator.database.read = read
    meanwhile()
    may_go_on.set()


@as_alice
async def test_an_object_removed_while_it_is_subscribed_to_is_not_found(wire, rest, tasks):
    leases = rest.make("/Maps", UniqueName="leases")
    for obj, path, code in ((tasks, "/Lists/tasks", 54150), (leases, "/Maps/leases", 54200)):
        wire.received.clear()
        await subscribe_slowly(wire, obj, lambda path=path: rest.call("DELETE", path))
        [body] = await wire.until(lambda: wire.notifications("subscription_failed"))
        error = body["events"][0]["error"]
        assert (error["status"], error["code"]) == (404, code)


@as_alice
async def test_access_lost_while_subscribing_is_forbidden(wire, rest, tasks):
    await subscribe_slowly(wire, tasks, lambda: rest.make("", AclEnabled="true"))
    [body] = await wire.until(lambda: wire.notifications("subscription_failed"))
    assert body["events"][0]["error"]["code"] == 54007


@pytest.mark.parametrize("action", ["cancel", "establish"])
def test_what_the_client_itself_has_ended_is_not_said_to_have_failed(rest, tasks, action):
    async def story():
        async with wire_of(rest.emulator) as wire:
            await subscribe_slowly(wire, tasks, lambda: send_wish(wire, action, tasks, 2))
            await wire.subscribe(tasks, correlation=3)
            assert wire.notifications("subscription_failed") == []
            assert {body["correlation_id"] for body in wire.notifications()} <= {2, 3}

    asyncio.run(story())


def test_a_connection_has_so_many_subscriptions_and_no_more(rest, tasks, monkeypatch):
    monkeypatch.setattr(hub, "MAX_SUBSCRIPTIONS", 1)
    other = rest.make("/Lists", UniqueName="other")

    async def story():
        async with wire_of(rest.emulator) as wire:
            for correlation in (1, 2):
                body = await wire.subscribe(tasks, correlation=correlation)
                assert body["event_type"] == "subscription_established"
            body = await wire.subscribe(other, correlation=3)
            assert body["events"][0]["error"]["code"] == 54419
            rest.call("DELETE", "/Lists/tasks")
            await wire.until(lambda: wire.notifications("list_removed"))
            body = await wire.subscribe(other, correlation=4)
            assert body["event_type"] == "subscription_established"

    asyncio.run(story())


def test_a_read_that_breaks_fails_the_subscription_and_is_logged(rest, tasks, caplog, monkeypatch):
    def break_down(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(subscriptions, "read_replay", break_down)

    async def story():
        async with wire_of(rest.emulator) as wire:
            body = await wire.subscribe(tasks)
            assert body["event_type"] == "subscription_failed"
            assert body["events"][0]["error"]["status"] == 500

    asyncio.run(story())
    assert "ZeroDivisionError" in caplog.text
