"""uvicorn's HTTP protocol with an end to its patience: a head is short, and comes soon.

uvicorn itself waits for ever for the end of a head, of any length, and for a client that does not
read. Whether one reads is for the kernel to see (man 7 tcp, TCP_USER_TIMEOUT), where it can.
There is no limit for each peer: behind a tunnel all pages are one peer, and a line that sends
nothing is closed soon anyway.
It also loses the body of a request that offers HTTP/2 by an upgrade, as Java's client and curl do,
takes blanks for the end of a value, and trailer fields for headers (RFC 9110, 6.5.1 forbids it).
When a client goes, it tells only the last of the requests in line, and the one under way fails at
the closed line; it also lets that one answer into the frames of a WebSocket that was asked for
behind it.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

from httptools import HttpParserUpgrade, HttpRequestParser
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 10.0
UNREAD_SECONDS = 30  # of a client that reads nothing of what waits for it
MAX_HEAD_BYTES = 64 * 1024
MAX_CONNECTIONS = 4096  # of all together, sockets included: some open files are left for the rest


class ImpatientProtocol(HttpToolsProtocol):
    """A connection that ends if a head takes over HEAD_SECONDS or MAX_HEAD_BYTES."""

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _has_ended_one = False  # whether what came last holds the end of a request
    _read = _unread = b""
    _answering: Any = None  # the request under way, which may not be the last that came

    def connection_made(self, transport: Any) -> None:
        """Wait for the first head; hang up if there are too many connections."""
        super().connection_made(transport)
        self._await_head()
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; the socket keeps it as a WebSocket too
            line = transport.get_extra_info("socket")
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_SECONDS * 1000)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.close()

    def data_received(self, data: bytes) -> None:
        """Take bytes in, and count them while they are of nothing but one head."""
        self._unread, self._has_ended_one = data, False
        while self._unread:
            self._read, self._unread = self._unread, b""
            super().data_received(self._read)
        if self._timer is not None and not self._has_ended_one:
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """Wait for the rest of a head that has begun."""
        super()._unset_keepalive_if_required()
        super().on_message_begin()
        self._await_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header field; the blanks around its value are none of it: RFC 9110, 5.5."""
        super().on_header(name, value.strip(b" \t"))

    def on_headers_complete(self) -> None:
        """Be content: the head is here."""
        if not self._asks_for_another_protocol():
            super().on_headers_complete()
        self.headers = list(self.headers)  # of the request no more: what trails is no header
        self._stop_waiting()

    def on_message_complete(self) -> None:
        """Pass on that a request is here."""
        if not self._asks_for_another_protocol():
            super().on_message_complete()
            self._has_ended_one = True

    def on_response_complete(self) -> None:
        """Go on; the next head may have begun already."""
        super().on_response_complete()
        if self._timer is not None:
            super()._unset_keepalive_if_required()

    def _unset_keepalive_if_required(self) -> None:
        """Go on waiting for a head: uvicorn would stop at any byte, be it a mere blank line."""

    def shutdown(self) -> None:
        """End because the server stops; a request that is not here whole is not waited for."""
        super().shutdown()
        if self.cycle is not None and self.cycle.more_body:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._stop_waiting()
        super()._unset_keepalive_if_required()
        super().connection_lost(exc)
        self._leave_unanswered()

    def handle_websocket_upgrade(self) -> None:
        """Hand the line over; no answer to what came before must get between the frames."""
        self._leave_unanswered()
        self.flow.resume_reading()  # it waits while there are requests in line
        super().handle_websocket_upgrade()

    def _leave_unanswered(self) -> None:
        if self._answering is not None and not self._answering.response_complete:
            self._answering.disconnected = True

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Answer a request."""
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _asks_for_another_protocol(self) -> bool:
        """Tell whether the head asks for an upgrade to anything but a WebSocket, such as h2c."""
        is_named = any(name == b"upgrade" for name, _ in self.headers)
        return is_named and self.parser.should_upgrade() and not self._should_upgrade()

    def _unsupported_upgrade_warning(self) -> None:
        """Read the request again without the upgrade, which is ignored: RFC 9110, 7.8.

        uvicorn calls this where the parser has raised HttpParserUpgrade, which tells how far it
        came: to the end of the head, for it takes what follows for the other protocol.
        """
        stopped = sys.exc_info()[1]
        if not (isinstance(stopped, HttpParserUpgrade) and self._asks_for_another_protocol()):
            return super()._unsupported_upgrade_warning()
        version = self.parser.get_http_version().encode()
        head = self.parser.get_method() + b" " + self.url + b" HTTP/" + version + b"\r\n"
        kept = [name + b": " + value for name, value in self.headers if name != b"upgrade"]
        self._unread = head + b"\r\n".join([*kept, b"", self._read[stopped.args[0] :]])
        self.parser = HttpRequestParser(self)
        return None

    def _await_head(self) -> None:
        self._stop_waiting()
        self._head_bytes = 0
        self._timer = self.loop.call_later(HEAD_SECONDS, self._refuse, b"408 Request Timeout")

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _refuse(self, status: bytes) -> None:
        self._stop_waiting()
        is_answering = self.cycle is not None and not self.cycle.response_complete
        if not is_answering and not self.transport.is_closing():
            ending = b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            self.transport.write(b"HTTP/1.1 " + status + ending)
        self.transport.close()
