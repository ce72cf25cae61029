"""A reverse proxy in place of a tunnel: it names itself in each request's head, as ngrok does."""

import socket
import threading
from contextlib import suppress

ADDED = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: tunnel\r\n"


class Tunnel:
    """Carries what comes to its own port to another one of this machine."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def lead_to(self, port: int) -> None:
        """Begin to carry."""
        threading.Thread(target=self._accept, args=(port,), daemon=True).start()

    def close(self) -> None:
        """Take nothing more."""
        self._listener.close()

    def _accept(self, port: int) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", port))
                threading.Thread(target=_carry, args=(near, far), daemon=True).start()


def _carry(near: socket.socket, far: socket.socket) -> None:
    """Carry both ways until both ends are done."""
    with near, far:
        down = threading.Thread(target=_pump, args=(far, near), daemon=True)
        down.start()
        _send_up(near, far)
        _end(far)
        down.join()


def _send_up(near: socket.socket, far: socket.socket) -> None:
    """Carry requests and add to the head of each; what follows an upgrade goes as it is."""
    text = b""
    while data := _receive(near):
        text += data
        while b"\r\n\r\n" in text:
            head, _, rest = text.partition(b"\r\n\r\n")
            length = _body_length(head)
            while len(rest) < length:
                rest += _receive(near)
            far.sendall(head + b"\r\n" + ADDED + b"\r\n" + rest[:length])
            text = rest[length:]
            if b"upgrade: websocket" in head.lower():
                far.sendall(text)
                return _pump(near, far)
    return None


def _body_length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return sum(int(line[15:]) for line in lines if line.startswith(b"content-length:"))


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := _receive(source):
            target.sendall(data)
    _end(target)


def _end(target: socket.socket) -> None:
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def _receive(source: socket.socket) -> bytes:
    try:
        return source.recv(65536)
    except OSError:
        return b""
