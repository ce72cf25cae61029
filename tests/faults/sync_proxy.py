"""A bad network and a bad day at Twilio: a proxy between the board and a Sync, with faults.

One task of a test decides for each request which fault it meets (`choose`); WebSockets can be cut
or made half-open. It runs on an event loop of its own thread, on loopback only.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, NamedTuple
from urllib.parse import urlsplit

DRIP_SECONDS = 0.1
SLOW_SECONDS = 0.15
RESET = struct.pack("ii", 1, 0)


class Client(NamedTuple):
    """The board's end of a connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Request(NamedTuple):
    """One request as it came; number: counts from 0."""

    number: int
    method: str
    path: str
    raw: bytes

    @property
    def writes(self) -> bool:
        return self.method != "GET"


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
        self._loop.call_soon_threadsafe(lambda: [_reset(one) for one in list(self._sockets)])

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
            _reset(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            while request := await self._read(reader):
                if b"upgrade: websocket" in request.raw.lower():
                    await self._tunnel(request, reader, writer)
                    break
                fault = self.choose(request)
                self.seen.append((request, fault))
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
            return await self._forward(request)
        except OSError as error:
            self.broken.append((request, error))
            raise

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
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()


def _header(head: bytes, name: bytes) -> bytes:
    for line in head.split(b"\r\n"):
        key, _, value = line.partition(b":")
        if key.lower() == name:
            return value.strip()
    return b""


def _reset(writer: asyncio.StreamWriter) -> None:
    sock = writer.get_extra_info("socket")
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


def _answer(status: str, body: bytes, *headers: bytes) -> bytes:
    kind = b"text/html" if body.startswith(b"<") else b"application/json"
    length = b"Content-Length: %d" % len(body)
    lines = [b"HTTP/1.1 " + status.encode(), b"Content-Type: " + kind, length, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


HTML = b"<!doctype html><title>Bad gateway</title><h1>Bad gateway</h1>"
BUSY = b'{"code":54009,"message":"Rate limit exceeded","status":429}'
FAILED = b'{"code":20500,"message":"Internal Server Error","status":500}'
DOWN = b'{"code":20503,"message":"Service unavailable","status":503}'
STRANGER = b'{"code":20003,"message":"Authenticate","status":401}'

Handler = Callable[[SyncProxy, Request, Client], Awaitable[None]]


def _says(answer: bytes, executes: bool = False) -> Handler:
    async def handle(proxy: SyncProxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        client.writer.write(answer)

    return handle


def _resets(executes: bool) -> Handler:
    async def handle(proxy: SyncProxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        _reset(client.writer)

    return handle


def _is_silent(executes: bool) -> Handler:
    async def handle(proxy: SyncProxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        await client.reader.read(1)
        client.writer.close()

    return handle


async def _pass(proxy: SyncProxy, request: Request, client: Client) -> None:
    client.writer.write(await proxy.forward(request))


async def _delay(proxy: SyncProxy, request: Request, client: Client) -> None:
    """Different for each request, so answers come in another order than questions."""
    chance = random.Random(request.number)
    await asyncio.sleep(chance.uniform(0, 0.1))
    answer = await proxy.forward(request)
    await asyncio.sleep(chance.uniform(0, 0.2))
    client.writer.write(answer)


async def _late(proxy: SyncProxy, request: Request, client: Client) -> None:
    """Break the connection, and execute the request a moment later all the same."""
    _reset(client.writer)
    await asyncio.sleep(0.05)
    await proxy.forward(request)


async def _slow(proxy: SyncProxy, request: Request, client: Client) -> None:
    await asyncio.sleep(SLOW_SECONDS)
    client.writer.write(await proxy.forward(request))


async def _half(proxy: SyncProxy, request: Request, client: Client) -> None:
    answer = await proxy.forward(request)
    client.writer.write(answer[: len(answer) // 2])
    await client.writer.drain()
    client.writer.close()


async def _drip(proxy: SyncProxy, request: Request, client: Client) -> None:
    for byte in await proxy.forward(request):
        client.writer.write(bytes([byte]))
        await client.writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


FAULTS: dict[str | None, Handler] = {
    None: _pass,
    "delay": _delay,
    "reset before": _resets(executes=False),
    "reset after": _resets(executes=True),
    "late": _late,
    "slow": _slow,
    "429": _says(_answer("429 Too Many Requests", BUSY)),
    "429 Retry-After": _says(_answer("429 Too Many Requests", BUSY, b"Retry-After: 3")),
    "500": _says(_answer("500 Internal Server Error", FAILED)),
    "500 after": _says(_answer("500 Internal Server Error", FAILED), executes=True),
    "503": _says(_answer("503 Service Unavailable", DOWN)),
    "401": _says(_answer("401 Unauthorized", STRANGER)),
    "HTML": _says(_answer("200 OK", HTML)),
    "HTML after": _says(_answer("200 OK", HTML), executes=True),
    "half": _half,
    "drip": _drip,
    "silent": _is_silent(executes=False),
    "silent after": _is_silent(executes=True),
}
NEVER_EXECUTED = ("reset before", "429", "429 Retry-After", "500", "503", "401", "HTML", "silent")
