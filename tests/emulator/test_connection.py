"""One client on the event loop: its timer, its end, and what ends while it subscribes."""

import asyncio
import json
import threading

import pytest
from callers import PATIENCE_SECONDS, as_alice, wire_of

from kanban_server.sync_emulator import (
    cds,
    connection,
    hub,
    packets,
    requests,
    session,
    subscriptions,
)
from kanban_server.sync_emulator.asgi import THREADS
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
async def test_a_client_that_says_goodbye_is_told_nothing_more(wire, rest, tasks):
    await wire.subscribe(tasks)
    wire.send(method="close")
    rest.add(n=1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert wire.events() == []


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


class Gate(threading.Event):
    """Nothing is read or written before it is set."""

    def __init__(self, emulator):
        super().__init__()
        emulator.database.post(lambda tx: self.wait(PATIENCE_SECONDS))
        for _ in range(THREADS):
            emulator.executor.submit(self.wait, PATIENCE_SECONDS)


def send_request(wire, method):
    """Ask for the Items or for a new one and do not wait; give the packet's id."""
    path = f"/v3/Services/{wire.emulator.service_sid}/Lists/tasks/Items"
    header = {"id": f"TM{method}", "http_request": {"method": method, "path": path}}
    packet = packets.encode({"method": "message", **header}, b'{"data": {}}')
    wire.connection.receive(packet)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_of_one_client_so_many_requests_are_under_way_and_no_more(
    emulator, tasks, monkeypatch, method
):
    monkeypatch.setattr(connection, "MAX_UNDER_WAY", 2)
    begun, route = [], cds.route
    monkeypatch.setattr(cds, "route", lambda *ask: begun.append(ask) or route(*ask))

    async def story():
        async with wire_of(emulator) as wire:
            gate = Gate(emulator)
            for _ in range(5):
                send_request(wire, method)
            assert len(begun) == 2
            gate.set()
            await wire.until(lambda: len(wire.received) == 1 + 5)

    asyncio.run(story())


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_done_for_a_client_that_has_gone(emulator, tasks, monkeypatch, method):
    done, call = [], requests.Call(method != "GET", lambda tx: done.append(tx))
    monkeypatch.setattr(cds, "route", lambda *_: call)

    async def story():
        async with wire_of(emulator) as wire:
            gate = Gate(emulator)
            for _ in range(connection.MAX_UNDER_WAY + 1):
                send_request(wire, method)
            wire.connection.lose()
            gate.set()
            emulator.executor.shutdown()
            emulator.database.close()

    asyncio.run(story())
    assert done == []
