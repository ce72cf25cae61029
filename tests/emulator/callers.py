"""Two callers of an emulator in the same process: Rest for a server, Wire for an SDK."""

import asyncio
import json
import time
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import jwt

from kanban_server.sync_emulator import packets
from kanban_server.sync_emulator.connection import Connection

NOW = 1_790_000_000.0
PATIENCE_SECONDS = 10


def until(is_so, seconds=PATIENCE_SECONDS):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.001)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


class Rest:
    """Calls the REST API of one emulator with its API key."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.authorization = (emulator.api_key, emulator.api_secret)
        self.service = f"/v1/Services/{emulator.service_sid}"

    def call(self, method, path, form=None, query=None, if_match=None):
        """Give (status, JSON body). path: below the service unless it begins with /v1."""
        where = path if path.startswith("/v1") else self.service + path
        headers = {} if if_match is None else {"If-Match": if_match}
        self.reply = self.emulator.respond(method, where, query, form, headers, self.authorization)
        return self.reply.status, json.loads(self.reply.body or "null")

    def make(self, path, **form):
        """POST and give the body, which must be good."""
        status, body = self.call("POST", path, form)
        assert status in (200, 201), body
        return body

    def add(self, path="/Lists/tasks/Items", **data):
        """Add an Item."""
        return self.make(path, Data=json.dumps(data))

    def code(self, *args, **options):
        """Give the (status, code) of a refusal."""
        status, body = self.call(*args, **options)
        return status, body["code"]

    def pages(self, path, **query):
        """Give every page of a list, by its next_page_url."""
        _, body = self.call("GET", path, query=query)
        yield body
        while body["meta"]["next_page_url"]:
            url = urlsplit(body["meta"]["next_page_url"])
            _, body = self.call("GET", url.path, query=url.query)
            yield body


def make_token(emulator, identity="alice", ttl=3600, header=None, secret=None, **claims):
    """Sign an access token; claims and header replace what a good one has."""
    now = int(emulator.clock())
    content = {
        "iss": emulator.api_key,
        "sub": emulator.account_sid,
        "exp": now + ttl,
        "grants": {"identity": identity, "data_sync": {"service_sid": emulator.service_sid}},
        **claims,
    }
    return jwt.encode(
        content,
        secret or emulator.api_secret,
        headers={"cty": "twilio-fpa;v=1", **(header or {})},
    )


class Wire:
    """A client on the emulator's side of the socket: sends packets, keeps what it is sent."""

    def __init__(self, emulator):
        self.emulator = emulator
        self.received = []
        self._news = asyncio.Event()
        self._count = 0
        self.connection = Connection(
            emulator, emulator.hub, emulator.executor, self._take, self._hang_up
        )

    def _take(self, packet):
        header, payload = packets.decode(packet)
        body = json.loads(payload) if payload else None
        self.received.append((header, body))
        self._news.set()

    def _hang_up(self):
        self._news.set()

    async def until(self, condition):
        """Wait until condition() gives something true, and give it."""
        while not (result := condition()):
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), PATIENCE_SECONDS)
        return result

    def send(self, **header):
        """Send a packet without payload; give its id."""
        self._count += 1
        header.setdefault("id", f"TM{self._count}")
        self.connection.receive(packets.encode(header))
        return header["id"]

    async def reply(self, packet_id):
        """Give (header, body) of the answer to a packet."""
        return await self.until(
            lambda: next((p for p in self.received if p[0]["id"] == packet_id), None)
        )

    async def init(self, token):
        """Log in; give the reply's header."""
        return (await self.reply(self.send(method="init", token=token)))[0]

    async def ask(self, method, path, body=None, params=None, headers=None, raw=None):
        """Send a tunnelled request; give (status, body)."""
        self._count += 1
        request = {"path": path, "method": method, "params": params or {}, "headers": headers or {}}
        payload = raw or (b"" if body is None else json.dumps(body).encode())
        header = {"method": "message", "id": f"TM{self._count}", "http_request": request}
        self.connection.receive(packets.encode(header, payload))
        answer, body = await self.reply(header["id"])
        assert answer["status"]["code"] == 200
        return answer["http_status"]["code"], body

    def notifications(self, event_type=None):
        """Give the bodies of the notifications so far, of one type or of all."""
        bodies = [body for header, body in self.received if header["method"] == "notification"]
        return [body for body in bodies if event_type in (None, body["event_type"])]

    async def subscribe(self, obj, after=0, correlation=77):
        """Ask for an object's events and wait for the outcome; give that notification."""
        wanted = {
            "object_sid": obj["sid"],
            "object_type": "list" if obj["sid"].startswith("ES") else "map",
            "last_event_id": after,
        }
        body = {"action": "establish", "correlation_id": correlation, "requests": [wanted]}
        status, _ = await self.ask("POST", "/v4/Subscriptions", body)
        assert status == 202
        return await self.until(lambda: self._outcome(correlation))

    def _outcome(self, correlation):
        outcomes = ("subscription_established", "subscription_failed")
        found = [b for name in outcomes for b in self.notifications(name)]
        return next((b for b in found if b["correlation_id"] == correlation), None)

    def events(self, prefix=("list_item", "map_item")):
        """Give (type, id) of the Item events so far, live and replayed."""
        return [
            (body["event_type"], event["id"])
            for body in self.notifications()
            if body["event_type"].startswith(prefix)
            for event in body["events"]
        ]


@asynccontextmanager
async def wire_of(emulator, identity="alice", **token):
    """Give a Wire that has logged in."""
    wire = Wire(emulator)
    try:
        header = await wire.init(make_token(emulator, identity, **token))
        assert header["status"]["code"] == 200
        yield wire
    finally:
        wire.connection.lose()


def as_alice(story):
    """Make a test of an async story: with a Wire of alice, the REST caller, an empty List."""

    def test(emulator, rest, tasks):
        async def run():
            async with wire_of(emulator) as wire:
                await story(wire, rest, tasks)

        asyncio.run(run())

    test.__name__ = story.__name__
    return test
