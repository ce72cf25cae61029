"""The REST API as an ASGI app: a thin cover of Emulator.answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
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
THREADS = 32


def rest_app(emulator: Emulator, executor: ThreadPoolExecutor) -> App:
    """Give the app. Its reads and writes are done in the executor, never on the loop."""

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"no {scope['type']} here")
        body = await _read(receive)
        if body is None:
            reply = emulator.refuse(Refusal(413, 20413, "Request entity too large"))
        else:
            loop = asyncio.get_running_loop()
            reply = await loop.run_in_executor(executor, _answer, emulator, scope, body)
            if emulator.latency_ms:
                await asyncio.sleep(emulator.latency_ms / 1000)
        await _send(send, reply)

    return app


def _answer(emulator: Emulator, scope: Message, body: bytes) -> Reply:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
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


async def _read(receive: Receive) -> bytes | None:
    """Give the body, None if it is too large or the client has gone."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY_BYTES:
            return None
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, reply: Reply) -> None:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in reply.headers.items()
    ]
    headers.append((b"content-length", str(len(reply.body)).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
