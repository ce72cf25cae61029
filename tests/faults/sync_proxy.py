"""A bad network and a bad day at Twilio: a proxy between the board and a Sync.

One task of a test decides for each request which fault it meets (`choose`); WebSockets can be cut
or made half-open. It runs on an event loop of its own thread, on loopback only.
"""

import asyncio
import random
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

from tests.faults.sync_faults import FAULTS, Client, Request, reset

Choice = Callable[[Request], str | None]


def none(request: Request) -> str | None:
    """Choose no fault."""
    return None


def always(fault: str, where: Callable[[Request], bool] = lambda request: True) -> Choice:
    """Choose this fault for every request that fits."""
    return lambda request: fault if where(request) else None


def once(fault: str, where: Callable[[Request], bool] = lambda request: True) -> Choice:
    """Choose this fault for the first request that fits."""
    left = [fault]
    return lambda request: left.pop() if where(request) and left else None


def in_turn(*faults: str) -> Choice:
    """Choose these for the first writes, one each."""
    left = list(faults)
    return lambda request: left.pop(0) if request.writes and left else None


def by_seed(seed: int, share: float, faults: tuple[str, ...]) -> Choice:
    """Choose faults for a share of all requests; the nth request always meets the same."""

    def choose(request: Request) -> str | None:
        chance = random.Random(f"{seed} {request.number}")
        return chance.choice(faults) if chance.random() < share else None

    return choose


class SyncProxy:
    """The proxy; `url` is where the board finds its Sync. seen: (request, fault) in order.

    broken: requests that the Sync behind it did not answer, which no test wants.
    """

    def __init__(self, upstream: str):
        self._upstream = (urlsplit(upstream).hostname, urlsplit(upstream).port)
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._sockets: set[asyncio.StreamWriter] = set()
        self._is_frozen = False
        self._port = 0
        self.arrived = self.executed = 0
        self.choose: Choice = none
        self.seen: list[tuple[Request, str | None]] = []
        self.broken: list[tuple[Request, OSError]] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.accept()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def accept(self) -> None:
        """Listen, again at the same port after `refuse`."""
        self._do(self._listen())

    def refuse(self) -> None:
        """Refuse new connections and drop those that are there."""
        self._do(self._close())

    def cut_sockets(self) -> None:
        """Drop every WebSocket."""
        self._loop.call_soon_threadsafe(lambda: [reset(one) for one in list(self._sockets)])

    def freeze_sockets(self) -> None:
        """Make every WebSocket half-open: nothing passes, nobody is told."""
        self._is_frozen = True

    def thaw_sockets(self) -> None:
        """End that: the frozen ones are lost, new ones work."""
        self._is_frozen = False
        self.cut_sockets()

    def met(self, fault: str) -> int:
        """Count the requests that met this fault."""
        return sum(given == fault for _, given in self.seen)

    def close(self) -> None:
        self.refuse()
        self._do(_cancel_others())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, work: Any) -> Any:
        done: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return done.result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", self._port, backlog=512)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            reset(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while request := await self._read(reader):
                if b"upgrade: websocket" in request.raw.lower():
                    await self._tunnel(request, reader, writer)
                    break
                fault = self.choose(request)
                self.seen.append((request, fault))
                self.arrived += request.writes
                await FAULTS[fault](self, request, Client(reader, writer))
                if writer.is_closing():
                    break
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Request | None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        body = await reader.readexactly(int(_header(head, b"content-length") or 0))
        return Request(len(self.seen), method, path, head + body)

    async def forward(self, request: Request) -> bytes:
        """Have a request executed; gives the raw answer, for a connection that stays open."""
        try:
            answer = await self._forward(request)
        except OSError as error:
            self.broken.append((request, error))
            raise
        self.executed += request.writes
        return answer

    async def _forward(self, request: Request) -> bytes:
        reader, writer = await asyncio.open_connection(*self._upstream)
        try:
            writer.write(request.raw.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answer = await reader.read(-1)
        finally:
            writer.close()
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = [line for line in head.split(b"\r\n") if line.lower() != b"connection: close"]
        return b"\r\n".join(lines) + b"\r\n\r\n" + body

    async def _tunnel(self, request: Request, reader: Any, writer: Any) -> None:
        upstream_reader, upstream = await asyncio.open_connection(*self._upstream)
        upstream.write(request.raw)
        self._sockets.update((writer, upstream))
        up = asyncio.ensure_future(self._pump(reader, upstream))
        try:
            await self._pump(upstream_reader, writer)
        finally:
            up.cancel()
            self._sockets.difference_update((writer, upstream))
            upstream.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            while self._is_frozen:
                await asyncio.sleep(0.05)
            writer.write(data)
            await writer.drain()
        writer.close()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""
