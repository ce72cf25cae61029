"""The WebSocket, by picows on uvicorn's own port.

uvicorn hands an upgraded connection over to the class it was given as `ws=`.
"""

from __future__ import annotations

import logging
import re
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from picows import (
    WSAutoPingStrategy,
    WSCloseCode,
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    WSUpgradeResponse,
    WSUpgradeResponseWithListener,
)
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # its stub leaves it out

from .connection import Connection

if TYPE_CHECKING:
    from .emulator import Emulator

PATH = "/v3/wsconnect"
_BINARY = WSMsgType.BINARY
MAX_MESSAGE_BYTES = 256 * 1024
FRAGMENT_BYTES = 64  # what keeping a fragment costs, even an empty one
MAX_UNSENT_BYTES = 8 * 1024 * 1024
HANDSHAKE_SECONDS = 10.0
READ_BUFFER_BYTES = 4096
_CONNECTION = re.compile(rb"\r\nconnection:[^\r\n]*\r\n", re.IGNORECASE)
Allow = Callable[[str, Mapping[str, str]], bool]
_log = logging.getLogger(__name__)


class SocketListener(WSListener):
    """One WebSocket: puts messages together, and keeps what the client does not take yet.

    A client that leaves more than 8 MiB unread is dropped: it comes back and catches up.
    """

    def __init__(self, emulator: Emulator, executor: ThreadPoolExecutor) -> None:
        self._emulator = emulator
        self._executor = executor
        self._transport: WSTransport | None = None
        self._connection: Connection | None = None
        self._parts: list[bytes] = []
        self._parts_bytes = 0
        self._unsent: deque[bytes] = deque()
        self._unsent_bytes = 0
        self._is_paused = self._is_held = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin the session."""
        self._transport = transport
        self._connection = Connection(
            self._emulator, self._emulator.hub, self._executor, self.write, self.hang_up, self.hold
        )

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take in a frame, unless the connection has been given up."""
        kind = frame.msg_type
        if self._transport is None:
            return
        if kind == _BINARY and frame.fin and not self._parts:
            self._receive(frame.get_payload_as_bytes())
        elif kind == WSMsgType.PING:
            self._pong(frame.get_payload_as_bytes())
        elif kind == WSMsgType.CLOSE:
            self._end(WSCloseCode.OK)
        elif kind in (_BINARY, WSMsgType.TEXT, WSMsgType.CONTINUATION):
            self._collect(frame.get_payload_as_bytes(), is_last=frame.fin)

    def _collect(self, part: bytes, *, is_last: bool) -> None:
        self._parts.append(part)
        self._parts_bytes += len(part) + FRAGMENT_BYTES
        if self._parts_bytes > MAX_MESSAGE_BYTES:
            self._end(WSCloseCode.MESSAGE_TOO_BIG)
        elif is_last:
            message = b"".join(self._parts)
            self._parts.clear()
            self._parts_bytes = 0
            self._receive(message)

    def _pong(self, payload: bytes) -> None:
        """Answer a ping, unless earlier answers are still unread."""
        if self._transport is not None and not self._is_paused:
            self._transport.send_pong(payload)

    def _receive(self, message: bytes) -> None:
        if self._connection is not None:
            self._connection.receive(message)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """End the session."""
        self._transport = None
        self._unsent.clear()
        if self._connection is not None:
            self._connection.lose()

    def write(self, packet: bytes) -> None:
        """Send a packet, now or when the client has read what it was sent."""
        if self._transport is None:
            return
        if not self._is_paused:
            self._transport.send(_BINARY, packet)
            return
        self._unsent.append(packet)
        self._unsent_bytes += len(packet)
        if self._unsent_bytes > MAX_UNSENT_BYTES:
            _log.warning("dropped a client that left %d bytes unread", self._unsent_bytes)
            self._transport.disconnect(graceful=False)
            self._transport = None

    def pause_writing(self) -> None:
        """Stop sending: the client is slow."""
        self._is_paused = True

    def resume_writing(self) -> None:
        """Send what waits, until the client is slow again."""
        self._is_paused = False
        while self._unsent and not self._is_paused and self._transport is not None:
            packet = self._unsent.popleft()
            self._unsent_bytes -= len(packet)
            self._transport.send(_BINARY, packet)

    def hold(self, is_held: bool) -> None:
        """Leave unread what comes, or read again."""
        if self._transport is not None and is_held != self._is_held:
            self._is_held = is_held
            line = self._transport.underlying_transport
            (line.pause_reading if is_held else line.resume_reading)()

    def hang_up(self) -> None:
        """Close the socket."""
        self._end(WSCloseCode.OK)

    def restart(self) -> None:
        """Close the socket because the server stops; the SDK comes back by itself."""
        self._end(WSCloseCode.SERVICE_RESTART)

    def _end(self, code: WSCloseCode) -> None:
        """Close, without waiting for a client that does not read; take nothing more from it."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.send_close(code)
            is_stuck = transport.underlying_transport.get_write_buffer_size() > 0
            transport.disconnect(graceful=not is_stuck)


class SyncSocket(WSProtocol):
    """A WebSocket connection, as uvicorn wants one.

    listen(request): gives the listener of a request; ping_seconds: how often a client is tried;
    log: takes what goes wrong, for picows also tells of every client that comes and goes.
    """

    listen: Callable[..., Any]
    ping_seconds: float
    log: logging.Logger

    def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
        super().__init__(
            None,  # host and port
            None,  # path
            False,  # is a client
            self.listen,
            self.log,
            True,  # disconnect on exception
            HANDSHAKE_SECONDS,
            True,  # ping
            self.ping_seconds,
            self.ping_seconds,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            False,  # answer pings: the listener does
            MAX_MESSAGE_BYTES,
            None,  # extra headers
            READ_BUFFER_BYTES,
        )
        self._connections = server_state.connections

    def connection_made(self, transport: Any) -> None:
        """Begin; uvicorn's list of connections is who hears of a shutdown."""
        self._connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._connections.discard(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in the request for the upgrade, which uvicorn has read already.

        picows refuses "keep-alive, Upgrade", as Firefox says it; uvicorn has seen the token.
        """
        view = memoryview(_CONNECTION.sub(b"\r\nconnection: Upgrade\r\n", data, count=1))
        while view:
            buffer = self.get_buffer(len(view))
            count = min(len(view), len(buffer))
            buffer[:count] = view[:count]
            self.buffer_updated(count)
            view = view[count:]

    def shutdown(self) -> None:
        """End the connection because the server stops."""
        if isinstance(self.listener, SocketListener):
            self.listener.restart()
        elif self.transport is not None:
            self.transport.disconnect()


def protocol_for(
    emulator: Emulator, executor: ThreadPoolExecutor, allow: Allow | None = None
) -> type[SyncSocket]:
    """Give the class that uvicorn takes as `ws=`."""

    def listen(line: SyncSocket, request: WSUpgradeRequest) -> Any:
        if request.path.decode("latin-1").partition("?")[0] != PATH:
            return None
        peer = line.transport.underlying_transport.get_extra_info("peername") or ("",)
        if allow is not None and not allow(peer[0], request.headers):
            refusal = WSUpgradeResponse.create_error_response(403, b"Not allowed")
            return WSUpgradeResponseWithListener(refusal, None)
        return SocketListener(emulator, executor)

    log = _log.getChild("picows")
    log.setLevel(logging.WARNING)
    settings = {"listen": listen, "ping_seconds": emulator.ping_seconds, "log": log}
    return type("EmulatorSocket", (SyncSocket,), settings)
