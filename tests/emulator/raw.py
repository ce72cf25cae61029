"""A WebSocket client made of nothing but a socket: it can also behave badly."""

import json
import socket
from urllib.parse import urlsplit

from kanban_server.sync_emulator import packets

BINARY, CLOSE, PING, PONG = 2, 8, 9, 10
PATIENCE_SECONDS = 10


class Raw:
    """One connection. status: of the answer to the upgrade."""

    def __init__(
        self,
        address,
        path="/v3/wsconnect",
        headers=(),
        connection="Upgrade",
        receive_buffer=None,
    ):
        where = urlsplit(address)
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE_SECONDS)
        self.socket.connect((where.hostname, where.port))
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {where.netloc}",
            f"Connection: {connection}",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *headers,
        ]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.stream = self.socket.makefile("rb")
        self.status = int(self.stream.readline().split()[1])
        while self.stream.readline() not in (b"\r\n", b""):
            pass

    def close(self):
        """Close without a word."""
        self.stream.close()
        self.socket.close()

    def send(self, payload, opcode=BINARY, fin=True):
        """Send a frame, with a mask of zeros."""
        head = bytes([(0x80 if fin else 0) | opcode])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        elif len(payload) < 65_536:
            head += bytes([0x80 | 126]) + len(payload).to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + len(payload).to_bytes(8, "big")
        self.socket.sendall(head + bytes(4) + payload)

    def receive(self):
        """Give the next frame as (opcode, payload), None when the server has hung up."""
        try:
            head = self.stream.read(2)
            if len(head) < 2:
                return None
            size = head[1] & 0x7F
            if size > 125:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            return head[0] & 0x0F, self.stream.read(size)
        except ConnectionResetError:
            return None

    def packet(self, method=None):
        """Give the next packet with this method as (header, body)."""
        while True:
            opcode, payload = self.receive()
            if opcode == BINARY:
                header, content = packets.decode(payload)
                if method in (None, header["method"]):
                    return header, json.loads(content) if content else None

    def ask(self, **header):
        """Send a packet and give the header of its reply."""
        body = header.pop("body", b"")
        self.send(packets.encode({"id": "TM1", **header}, body))
        return self.packet("reply")[0]

    def subscribe(self, sid):
        """Subscribe to a List from its beginning."""
        wanted = {"object_sid": sid, "object_type": "list", "last_event_id": 0}
        body = {"action": "establish", "correlation_id": 1, "requests": [wanted]}
        request = {"method": "POST", "path": "/v4/Subscriptions"}
        self.ask(method="message", http_request=request, body=json.dumps(body).encode())
        while self.packet("notification")[1]["event_type"] != "subscription_established":
            pass
