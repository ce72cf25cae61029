"""One client's session: packets in, packets out; no socket and no clock of its own.

Source: SYNC_PROTOCOL.md, sections 3 and 7.2.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from . import packets
from .packets import BadPacket, Packet
from .tokens import Access, TokenRefused

WARNING_SECONDS = 240
INIT_SECONDS = 30
CLOSING_SECONDS = 5
_NO_TOKEN = TokenRefused(20101, "Invalid Access Token")


class Ask(NamedTuple):
    """A request the client has tunnelled; packets.answer is to be sent for its id."""

    id: str
    method: str
    path: str
    params: dict[str, Any]
    headers: dict[str, Any]
    body: bytes


class Hangup(NamedTuple):
    """The socket is to be closed."""


Output = bytes | Ask | Hangup


class Session:
    """What a connection knows: whose it is and until when.

    verify: checks a token at a time and gives its Access, or raises TokenRefused.
    deadline: when tick is to be called, seconds since 1970.
    """

    def __init__(self, verify: Callable[[object, float], Access], now: float) -> None:
        self._verify = verify
        self.access: Access | None = None
        self.deadline = now + INIT_SECONDS
        self.is_closing = False

    @property
    def identity(self) -> str:
        """Give the identity of the token, empty before init."""
        return self.access.identity if self.access else ""

    def receive(self, data: bytes, now: float) -> list[Output]:
        """Take in a packet; give what is to be sent or done."""
        if self.is_closing:
            return []
        try:
            packet = packets.decode(data)
        except BadPacket:
            return []
        handler = _HANDLERS.get(packet.method)
        return [] if handler is None else handler(self, packet, now)

    def tick(self, now: float) -> list[Output]:
        """Do what time asks for: warn of the token's end, end, hang up."""
        if now < self.deadline:
            return []
        if self.is_closing or self.access is None:
            return [Hangup()]
        if now >= self.access.expires:
            return self._close(now, 410, "TOKEN_EXPIRED", "Token expired", 51207)
        return self._watch_expiry(now)

    def _watch_expiry(self, now: float) -> list[Output]:
        assert self.access is not None
        warn_at = self.access.expires - WARNING_SECONDS
        if now < warn_at:
            self.deadline = warn_at
            return []
        self.deadline = self.access.expires
        return [packets.client_update(WARNING_SECONDS)]

    def _close(self, now: float, code: int, text: str, reason: str, error: int) -> list[Output]:
        self.is_closing = True
        self.deadline = now + CLOSING_SECONDS
        return [packets.close(code, text, reason, error)]

    def _init(self, packet: Packet, now: float) -> list[Output]:
        return self._take_token(packet, now, _welcome(packet.header))

    def _update(self, packet: Packet, now: float) -> list[Output]:
        if self.access is None:
            return [_refuse(packet, _NO_TOKEN)]
        return self._take_token(packet, now, {})

    def _take_token(self, packet: Packet, now: float, more: dict[str, Any]) -> list[Output]:
        """Take a token, unless it is another's: subscriptions were made with the first one."""
        try:
            access = self._verify(packet.header.get("token"), now)
        except TokenRefused as refused:
            return [_refuse(packet, refused)]
        if self.access is not None and access.identity != self.access.identity:
            return self._close(now, 308, "UPDATE_IS_FORBIDDEN", "Update is forbidden", 51232)
        self.access = access
        return [packets.reply(packet.id, **more), *self._watch_expiry(now)]

    def _message(self, packet: Packet, now: float) -> list[Output]:
        if self.access is None:
            return [_refuse(packet, _NO_TOKEN)]
        request = packet.header.get("http_request")
        if not isinstance(request, dict):
            return [packets.reply(packet.id, packets.status(400, "BAD_REQUEST"))]
        return [
            Ask(
                packet.id,
                str(request.get("method", "GET")).upper(),
                str(request.get("path", "")),
                _as_dict(request.get("params")),
                {name.lower(): value for name, value in _as_dict(request.get("headers")).items()},
                packet.payload,
            )
        ]

    def _context(self, packet: Packet, now: float) -> list[Output]:
        return [packets.reply(packet.id)]

    def _leave(self, packet: Packet, now: float) -> list[Output]:
        self.is_closing = True
        self.deadline = now + CLOSING_SECONDS
        return []


_HANDLERS: dict[str, Callable[[Session, Packet, float], list[Output]]] = {
    "init": Session._init,
    "update": Session._update,
    "message": Session._message,
    "put_notification_ctx": Session._context,
    "delete_notification_ctx": Session._context,
    "close": Session._leave,
}


def _as_dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _refuse(packet: Packet, refused: TokenRefused) -> bytes:
    result = packets.status(
        401, "UNAUTHORIZED", description=refused.message, errorCode=refused.code
    )
    return packets.reply(packet.id, result)


def _welcome(header: dict[str, Any]) -> dict[str, Any]:
    """Give the fields of the reply to init.

    Without offline_storage and telemetry.v1: SYNC_PROTOCOL.md, 6.5 and 3.7.
    """
    known = header.get("continuation_token")
    token = known if isinstance(known, str) and known else uuid.uuid4().hex
    return {
        "capabilities": ["client_update"],
        "continuation_token": token,
        "continuation_token_status": {"reissued": token != known},
    }
