"""Subscribers: one class per protocol, all on picows, all counting what they see in a Crowd."""

import asyncio
import json
import re
import time
import uuid
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

NAME = b'"bench '  # how the name of every task of the benchmark begins, quote included
PROMISED_SECONDS = 20


class Crowd:
    """What a number of subscribers have seen together: how often any name, and by whom a mark."""

    def __init__(self) -> None:
        self.seen = 0
        self._mark = b""
        self._missing = 0
        self._done: asyncio.Future[float] | None = None
        self._wanted = -1

    def last_of(self, mark: bytes, count: int) -> asyncio.Future[float]:
        """Give the time at which the last of `count` subscribers will see a mark."""
        self._mark, self._missing = mark, count
        self._done = asyncio.get_running_loop().create_future()
        return self._done

    async def all_of(self, wanted: int) -> None:
        """Wait until `wanted` names have been seen, by all subscribers together."""
        deadline = time.monotonic() + PROMISED_SECONDS
        while self.seen < wanted:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.seen} of {wanted} events have come")
            await asyncio.sleep(0.002)

    def note(self, payload: bytes) -> None:
        """Take in what one subscriber was sent."""
        self.seen += payload.count(NAME)
        if self._missing and self._mark in payload:
            self._missing -= 1
            if not self._missing and self._done and not self._done.done():
                self._done.set_result(time.perf_counter())


class Subscriber(WSListener):
    """A client of the floor: it is ready when the server says so, and listens."""

    def __init__(self, crowd: Crowd, token: str = "") -> None:
        self.crowd = crowd
        self.token = token
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self.take(frame.get_payload_as_bytes())

    def take(self, payload: bytes) -> None:
        """Take in a message."""
        if self.ready.done():
            self.crowd.note(payload)
        else:
            self.is_ready()

    def is_ready(self) -> None:
        """Say that every write from now on will be seen."""
        if not self.ready.done():
            self.ready.set_result(None)

    def say(self, text: str) -> None:
        """Send a text message."""
        assert self.transport
        self.transport.send(WSMsgType.TEXT, text.encode())

    def leave(self) -> None:
        """Close the line, as a lost network would."""
        if self.transport:
            self.transport.disconnect()


class SocketIoSubscriber(Subscriber):
    """A client of Socket.IO 5 over its WebSocket transport."""

    def take(self, payload: bytes) -> None:
        if payload.startswith(b"42"):
            self.crowd.note(payload)
        elif payload.startswith(b"40"):
            self.is_ready()
        elif payload.startswith(b"0"):
            self.say("40")
        elif payload == b"2":
            self.say("3")


class SyncSubscriber(Subscriber):
    """A client of Sync: init, the List, a subscription; an acknowledgement for every packet.

    after: the newest event it has. Source: SYNC_PROTOCOL.md, sections 2 to 6.
    """

    last: tuple[bytes, bytes] = (b"", b"")  # a packet and its acknowledgement: all get the same

    def __init__(self, crowd: Crowd, token: str = "") -> None:
        super().__init__(crowd, token)
        self.list_sid = ""
        self.after: int | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        registration = {"product": "data_sync", "type": "ers", "notification_protocol_version": 0}
        self.send({"method": "init", "token": self.token, "registrations": [registration]})

    def take(self, payload: bytes) -> None:
        if payload == self.last[0]:
            ack = self.last[1]
        else:
            ack = acknowledgement(payload)
            SyncSubscriber.last = (payload, ack)
        if not ack:
            return self.take_reply(*read(payload))
        # One process plays them all: what one acknowledges must not delay what the next one sees.
        assert self.transport
        asyncio.get_running_loop().call_soon(self.transport.send, WSMsgType.BINARY, ack)
        if b'"subscription_established"' in payload:
            self.is_ready()
        self.crowd.note(payload)

    def take_reply(self, header: dict[str, Any], body: dict[str, Any]) -> None:
        """Go on with what comes next: init, the List, the subscription."""
        if header.get("http_status", header["status"])["code"] not in (200, 202):
            raise RuntimeError(f"refused: {header} {body}")
        if "http_status" not in header:
            self.opened()
        elif body.get("unique_name") == "tasks":
            self.list_sid, self.after = body["sid"], body["last_event_id"]
            self.subscribe()

    def opened(self) -> None:
        """Ask for the List, or, if it is known, only for what has happened since."""
        if self.list_sid:
            self.subscribe()
        else:
            self.ask("GET", "/v3/Lists/tasks")

    def subscribe(self) -> None:
        """Ask for everything after the newest event that is known."""
        wanted = {"object_sid": self.list_sid, "object_type": "list", "last_event_id": self.after}
        body = {"event_protocol_version": 4, "action": "establish", "retried_requests": 0}
        now = int(time.time() * 1000)
        body.update(correlation_id=now, ttl_in_s=-1, requests=[wanted])
        self.ask("POST", "/v4/Subscriptions", body)

    def ask(self, method: str, path: str, body: Any = None, **params: str) -> None:
        """Send a tunnelled request."""
        request = {"host": "cds.us1.twilio.com", "path": path, "method": method, "params": params}
        request["headers"] = {"Content-Type": "application/json"}
        payload = b"" if body is None else json.dumps(body).encode()
        header = {"method": "message", "active_grant": "data_sync", "http_request": request}
        self.send({**header, "payload_type": "application/json"}, payload)

    def send(self, header: dict[str, Any], payload: bytes = b"") -> None:
        """Send a packet."""
        full = {"id": f"TM{uuid.uuid4()}", **header, "payload_size": len(payload)}
        text = json.dumps(full).encode()
        assert self.transport
        self.transport.send(
            WSMsgType.BINARY, b"TWILSOCK V3.0 %d\r\n%b\r\n%b" % (len(text), text, payload)
        )


def read(packet: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read a packet: its header and its JSON body, empty if there is none."""
    first, _, rest = packet.partition(b"\r\n")
    size = int(first.rpartition(b" ")[2])
    header = json.loads(rest[:size])
    body = rest[size + 2 : size + 2 + header["payload_size"]]
    return header, json.loads(body) if body else {}


def acknowledgement(packet: bytes) -> bytes:
    """Give the SDK's answer to a packet, nothing to a reply. Source: SYNC_PROTOCOL.md, 3."""
    start = packet.index(b"{")
    head = packet[start : start + int(packet[14 : start - 2])]
    if b'"method":"reply"' in head:
        return b""
    packet_id = re.search(rb'"id":"([^"]+)"', head)
    assert packet_id
    text = (
        b'{"method":"reply","id":"%b","payload_type":"application/json",'
        b'"status":{"code":200,"status":"OK"},"payload_size":0}' % packet_id[1]
    )
    return b"TWILSOCK V3.0 %d\r\n%b\r\n" % (len(text), text)


async def connect(subscriber: Subscriber, url: str) -> Subscriber:
    """Connect a subscriber and wait until it sees every write."""
    await ws_connect(lambda: subscriber, url)
    await asyncio.wait_for(asyncio.shield(subscriber.ready), PROMISED_SECONDS)
    return subscriber
