"""What can become of a request to Sync: each fault is a few lines, named as in the tables.

Some have the request executed all the same: the caller cannot tell.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

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


class Proxy(Protocol):
    """What can have a request executed. arrived, executed: count the writes that were."""

    arrived: int
    executed: int

    async def forward(self, request: Request) -> bytes:
        """Give the raw answer of the Sync behind."""
        ...


def reset(writer: asyncio.StreamWriter) -> None:
    """Break a connection off with a RST."""
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

Handler = Callable[[Proxy, Request, Client], Awaitable[None]]


def _says(answer: bytes, executes: bool = False) -> Handler:
    async def handle(proxy: Proxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        client.writer.write(answer)

    return handle


def _resets(executes: bool) -> Handler:
    async def handle(proxy: Proxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        reset(client.writer)

    return handle


def _is_silent(executes: bool) -> Handler:
    async def handle(proxy: Proxy, request: Request, client: Client) -> None:
        if executes:
            await proxy.forward(request)
        await client.reader.read(1)
        client.writer.close()

    return handle


async def _pass(proxy: Proxy, request: Request, client: Client) -> None:
    client.writer.write(await proxy.forward(request))


async def _delay(proxy: Proxy, request: Request, client: Client) -> None:
    """Different for each request, so answers come in another order than questions."""
    chance = random.Random(request.number)
    await asyncio.sleep(chance.uniform(0, 0.1))
    answer = await proxy.forward(request)
    await asyncio.sleep(chance.uniform(0, 0.2))
    client.writer.write(answer)


async def _late(proxy: Proxy, request: Request, client: Client) -> None:
    """Break the connection, and execute the request a moment later all the same."""
    reset(client.writer)
    await asyncio.sleep(0.05)
    await proxy.forward(request)


async def _overtaken(proxy: Proxy, request: Request, client: Client) -> None:
    """Break the connection, and execute the request once the next write has been executed."""
    reset(client.writer)
    await _more(lambda: proxy.executed)
    await proxy.forward(request)


async def _first(proxy: Proxy, request: Request, client: Client) -> None:
    """Break the connection, and execute the request as soon as the next write is on its way."""
    reset(client.writer)
    await _more(lambda: proxy.arrived)
    await proxy.forward(request)


async def _second(proxy: Proxy, request: Request, client: Client) -> None:
    """Execute the request once a write that came before it has been executed."""
    await _more(lambda: proxy.executed)
    client.writer.write(await proxy.forward(request))


async def _more(count: Callable[[], int]) -> None:
    before = count()
    while count() == before:
        await asyncio.sleep(0.005)


async def _slow(proxy: Proxy, request: Request, client: Client) -> None:
    await asyncio.sleep(SLOW_SECONDS)
    client.writer.write(await proxy.forward(request))


async def _half(proxy: Proxy, request: Request, client: Client) -> None:
    answer = await proxy.forward(request)
    client.writer.write(answer[: len(answer) // 2])
    await client.writer.drain()
    client.writer.close()


async def _drip(proxy: Proxy, request: Request, client: Client) -> None:
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
    "overtaken": _overtaken,
    "first": _first,
    "second": _second,
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
