"""Many pages in one process: python -m tests.faults.crowd PORT COUNT.

Each follows the List as the SDK does, with a token of its own, acknowledges every packet, and asks
for a sign of life when it has heard nothing for a while, as the page does. On stdin come `begin`
and `end ID` (the newest event); on stdout `ready` and a report as JSON.
"""

import asyncio
import json
import sys
import time
from typing import Any

import uvloop
from picows import WSMsgType

from tests.bench.wires import Crowd, SyncSubscriber, acknowledgement, connect, read
from tests.bench.writers import HttpWriter

CONNECTING = 20  # pages that connect at the same time
QUIET_SECONDS, ANSWER_SECONDS = 6.5, 3.0  # quietMs and probeLimitMs of web/main.js
CAUGHT_UP_SECONDS = 20
KEPT_PACKETS = 64

Event = tuple[int, str]
Known = tuple[bytes, list[Event]]


class Audience(Crowd):
    """What all pages of this process have seen. seen_at: by change, when the last page saw it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen_at: dict[str, float] = {}
        self._packets: dict[bytes, Known] = {}

    def know(self, packet: bytes) -> Known | None:
        """Give the answer to a packet of events, and the events; all pages get the same bytes."""
        known = self._packets.get(packet)
        if known is None and b'"list_item_' in packet and (ack := acknowledgement(packet)):
            while len(self._packets) >= KEPT_PACKETS:
                del self._packets[next(iter(self._packets))]
            known = self._packets[packet] = (ack, _events(packet))
        return known


def _events(packet: bytes) -> list[Event]:
    """Give id and change of each event in a packet."""
    body = read(packet)[1]
    is_removed = body["event_type"].endswith("removed")
    return [
        (event["id"], f"{event['item_index']} {'-' if is_removed else event['item_revision']}")
        for event in body.get("events") or [body["event"]]
    ]


class CountingPage(SyncSubscriber):
    """A page that counts. events: how many came; faults: events missed, come twice or too late."""

    crowd: Audience

    def __init__(self, crowd: Audience, token: str) -> None:
        super().__init__(crowd, token)
        self.events = self.faults = 0
        self.is_lost = self.is_asking = False
        self.heard_at = time.perf_counter()

    def take(self, payload: bytes) -> None:
        self.heard_at = now = time.perf_counter()
        known = self.crowd.know(payload)
        if known is None:
            return super().take(payload)
        assert self.transport
        self.transport.send(WSMsgType.BINARY, known[0])
        for event, change in known[1]:
            self.faults += event != self.after + 1
            self.events += 1
            self.after = event
            self.crowd.seen_at[change] = now

    def take_reply(self, header: dict[str, Any], body: dict[str, Any]) -> None:
        if self.is_asking:
            self.is_asking = False
        else:
            super().take_reply(header, body)

    def on_ws_disconnected(self, transport: Any) -> None:
        self.is_lost = True

    def look_after(self, now: float) -> None:
        """Ask for a sign of life after a silence; without an answer the line is lost."""
        silence = now - self.heard_at
        if self.is_asking:
            self.is_lost |= silence > QUIET_SECONDS + ANSWER_SECONDS
        elif silence > QUIET_SECONDS and not self.is_lost:
            self.is_asking = True
            self.ask("GET", "/v3/Lists/is-the-line-alive")


async def open_pages(port: int, count: int) -> list[CountingPage]:
    """Connect so many pages."""
    audience, pages, url = Audience(), [], f"ws://127.0.0.1:{port}/v3/wsconnect"
    caller = await HttpWriter(port).open()
    while len(pages) < count:
        some = min(CONNECTING, count - len(pages))
        tokens = [(await caller.call("GET", "/token"))["token"] for _ in range(some)]
        fresh = [CountingPage(audience, token) for token in tokens]
        await asyncio.gather(*(connect(page, url) for page in fresh))
        pages += fresh
    caller.close()
    return pages


async def main(port: int, count: int) -> None:
    """Connect, watch, and report what was seen from `begin` to `end`."""
    pages = await open_pages(port, count)
    watch = asyncio.ensure_future(_watch(pages))
    print("ready", flush=True)
    await _line()
    cpu = time.process_time()
    newest = int((await _line()).split()[1])
    await _wait_for(pages, newest)
    watch.cancel()
    report = {
        "dropped": sum(page.is_lost for page in pages),
        "faults": sum(page.faults for page in pages),
        "behind": sum(page.after != newest for page in pages),
        "events": [min(page.events for page in pages), max(page.events for page in pages)],
        "cpu": time.process_time() - cpu,
        "seen_at": pages[0].crowd.seen_at,
    }
    print(json.dumps(report), flush=True)


async def _watch(pages: list[CountingPage]) -> None:
    while True:
        await asyncio.sleep(0.2)
        now = time.perf_counter()
        for page in pages:
            page.look_after(now)


async def _wait_for(pages: list[CountingPage], newest: int) -> None:
    end = time.perf_counter() + CAUGHT_UP_SECONDS
    while time.perf_counter() < end and any(page.after != newest for page in pages):
        await asyncio.sleep(0.05)


async def _line() -> str:
    return await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
