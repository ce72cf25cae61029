"""The REST API as an ASGI app: a thin cover of Emulator.answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .errors import Refusal
from .requests import Reply

if TYPE_CHECKING:
    from .emulator import Emulator

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
MAX_BODY_BYTES = 512 * 1024
BODY_SECONDS = 10.0
LINGER_SECONDS = 2.0
THREADS = 32


def rest_app(emulator: Emulator, executor: ThreadPoolExecutor) -> App:
    """Give the app. Its reads and writes are done in the executor, never on the loop."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} here")
        headers = _headers(scope)
        try:
            emulator.authenticate(headers.get("authorization"))
            body = await _read(receive)
        except Refusal as refusal:
            await _delay(emulator)
            return await _refuse(receive, send, emulator.refuse(refusal))
        loop = asyncio.get_running_loop()
        reply = await loop.run_in_executor(executor, _answer, emulator, scope, headers, body)
        await _delay(emulator)
        await _send(send, reply)

    return app


def _headers(scope: Message) -> dict[str, str]:
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def _answer(emulator: Emulator, scope: Message, headers: dict[str, str], body: bytes) -> Reply:
    host = headers.get("host")
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return emulator.answer(
        scope["method"],
        raw.decode("latin-1").partition("?")[0],
        scope["query_string"].decode("latin-1"),
        body.decode("utf-8", "replace"),
        headers,
        headers.get("authorization"),
        base=f"{scope.get('scheme', 'http')}://{host}" if host else None,
    )


async def _delay(emulator: Emulator) -> None:
    if emulator.latency_ms:
        await asyncio.sleep(emulator.latency_ms / 1000)


async def _read(receive: Receive) -> bytes:
    """Give the body. Raises Refusal 413, and 408 if it does not come in time."""
    body = bytearray()

    async def read() -> None:
        async for part in _parts(receive):
            body.extend(part)
            if len(body) > MAX_BODY_BYTES:
                raise Refusal(413, 20413, "Request entity too large")

    try:
        await asyncio.wait_for(read(), BODY_SECONDS)
    except asyncio.TimeoutError:
        raise Refusal(408, 20408, "Request timeout") from None
    return bytes(body)


async def _parts(receive: Receive) -> AsyncIterator[bytes]:
    """Give the body as it comes. Raises Refusal 408 if the client goes before its end."""
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise Refusal(408, 20408, "Request timeout")
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def _refuse(receive: Receive, send: Send, reply: Reply) -> None:
    """Answer at once and close; a client that is still sending is to see the answer first."""
    await _send(send, reply, is_last=True)
    with suppress(Refusal, asyncio.TimeoutError):
        await asyncio.wait_for(_discard(receive), LINGER_SECONDS)
    await send({"type": "http.response.body", "body": b""})


async def _discard(receive: Receive) -> None:
    async for _ in _parts(receive):
        pass


async def _send(send: Send, reply: Reply, *, is_last: bool = False) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    if is_last:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body, "more_body": is_last})
