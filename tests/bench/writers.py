"""Writers: HTTP with keep-alive for the boards, a WebSocket for the floor."""

import asyncio
import json
import time
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

IDLE_SECONDS = 3.0


class HttpWriter:
    """One keep-alive connection that does one request at a time, as lean as it goes.

    uvicorn hangs up on who is idle for 5 s, so an older connection is made anew.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used = 0.0

    async def open(self) -> "HttpWriter":
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._used = time.monotonic()
        return self

    def close(self) -> None:
        """Hang up."""
        if self._writer:
            self._writer.close()

    async def add(self, name: str) -> int:
        """Make a task; give its id."""
        return int((await self.call("POST", "/tasks", {"name": name}))["id"])

    async def call(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Do a request and give the JSON of its answer. Raises RuntimeError unless it is 2xx."""
        if time.monotonic() - self._used > IDLE_SECONDS:
            self.close()
            await self.open()
        assert self._reader
        assert self._writer
        self._used = time.monotonic()
        self._writer.write(_request(method, path, body, headers or {}))
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        answer = await self._reader.readexactly(_length(head))
        if not head.startswith(b"http/1.1 2"):
            raise RuntimeError(f"{method} {path}: {head!r} {answer!r}")
        return json.loads(answer) if answer else None


def _request(method: str, path: str, body: Any, headers: dict[str, str]) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{more}Content-Length: {len(data)}\r\n\r\n"
    ).encode() + data


def _length(head: bytes) -> int:
    start = head.find(b"content-length:")
    return int(head[start + 15 :].split(b"\r\n", 1)[0]) if start >= 0 else 0


class FloorWriter(WSListener):
    """A WebSocket that says what to write and waits for the answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: WSTransport | None = None
        self._answer: asyncio.Future[bytes] | None = None

    async def open(self) -> "FloorWriter":
        """Connect."""
        url = f"ws://127.0.0.1:{self._port}/write"
        self._transport, _ = await ws_connect(lambda: self, url)
        return self

    def close(self) -> None:
        """Hang up."""
        if self._transport:
            self._transport.disconnect()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if self._answer and frame.msg_type == WSMsgType.TEXT:
            self._answer.set_result(frame.get_payload_as_bytes())

    async def add(self, name: str) -> int:
        """Make a task; give its id."""
        assert self._transport
        self._answer = asyncio.get_running_loop().create_future()
        body = {"name": name, "list": "todo", "position": "a0"}
        self._transport.send(WSMsgType.TEXT, json.dumps(body).encode())
        return int(json.loads(await self._answer)["id"])


Writer = HttpWriter | FloorWriter
