"""A client of the emulator's socket that can send anything: RFC 6455 frames by hand."""

import json
import os
import re
import socket
import struct
import threading
from contextlib import suppress
from typing import Any

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Peer:
    """One WebSocket; a thread reads what comes, so that the server is never held up."""

    def __init__(self, port: int, origin: str | None = None):
        self._line, self.status = _open(port, origin)
        self._packets: list[tuple[dict[str, Any], bytes]] = []
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @staticmethod
    def knock(port: int, origin: str) -> int:
        """Ask for the upgrade; give the status."""
        line, status = _open(port, origin)
        line.close()
        return status

    @staticmethod
    def frame(header: Any, payload: bytes = b"") -> bytes:
        """Write a packet of Sync's socket protocol."""
        text = json.dumps(header).encode()
        return b"TWILSOCK V3.0 %d\r\n%b\r\n%b" % (len(text), text, payload)

    def login(self, token: str) -> dict[str, Any]:
        """Send init; give the reply."""
        return self.ask({"method": "init", "token": token})[0]

    def follow(self, token: str) -> None:
        """Log in and subscribe to the List of tasks."""
        self.login(token)
        request = {"method": "GET", "path": "/v3/Lists/tasks", "params": {}, "headers": {}}
        opened = json.loads(self.ask({"method": "message", "http_request": request})[1])
        wanted = {"object_sid": opened["sid"], "object_type": "list"}
        body = {"action": "establish", "correlation_id": 1, "requests": [wanted]}
        path = {**request, "method": "POST", "path": "/v4/Subscriptions"}
        self.ask({"method": "message", "http_request": path}, json.dumps(body).encode())

    def seen(self) -> set[int]:
        """Give the index of every Item that an event told of."""
        with self._news:
            text = b" ".join(payload for _, payload in self._packets)
        return {int(index) for index in re.findall(rb'"item_index":(\d+)', text)}

    def ask(self, header: dict[str, Any], payload: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Send a packet with an id of its own; give header and payload of its reply."""
        name = f"TM{os.urandom(8).hex()}"
        self.send(self.frame({**header, "id": name, "payload_size": len(payload)}, payload))
        with self._news:
            assert self._news.wait_for(lambda: self._reply(name), 20), f"no reply to {header}"
            return self._reply(name)[0]

    def send(self, packet: bytes) -> None:
        """Send one binary message; a socket that is closed swallows it."""
        size = len(packet)
        if size < 126:
            length = bytes([0x80 | size])
        else:
            is_short = size < 65536
            length = b"\xfe\xff"[not is_short :][:1] + struct.pack(">H" if is_short else ">Q", size)
        self.raw(b"\x82" + length + b"\0\0\0\0" + packet)

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        try:
            self._line.sendall(data)
        except OSError:
            self._closed.set()

    def is_closed(self) -> bool:
        """Tell whether the server ends this socket, soon."""
        return self._closed.wait(10)

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._reader.join(10)
        self._line.close()

    def _reply(self, name: str) -> list[tuple[dict[str, Any], bytes]]:
        return [packet for packet in self._packets if packet[0].get("id") == name]

    def _read(self) -> None:
        try:
            while True:
                self._take(*_frame(self._line))
        except (OSError, ValueError):
            self._closed.set()

    def _take(self, kind: int, data: bytes) -> None:
        if kind == 8:
            raise ValueError("closed")
        head = re.match(rb"TWILSOCK V3\.0 (\d+)\r\n", data)
        if kind == 2 and head:
            end = head.end() + int(head[1])
            with self._news:
                self._packets.append((json.loads(data[head.end() : end]), data[end + 2 :]))
                self._news.notify_all()


def _open(port: int, origin: str | None) -> tuple[socket.socket, int]:
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    own = f"Origin: {origin}\r\n" if origin else ""
    line.sendall(
        f"GET /v3/wsconnect HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n"
        f"{own}\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(line, 1)
    return line, int(head.split()[1])


def _frame(line: socket.socket) -> tuple[int, bytes]:
    first, size = _exactly(line, 2)
    if size == 126:
        size = struct.unpack(">H", _exactly(line, 2))[0]
    elif size == 127:
        size = struct.unpack(">Q", _exactly(line, 8))[0]
    return first & 15, _exactly(line, size)


def _exactly(line: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = line.recv(size - len(data))
        if not part:
            raise OSError("closed")
        data += part
    return data
