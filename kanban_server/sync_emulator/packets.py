"""Twilsock framing: one binary WebSocket message is one packet.

    TWILSOCK V3.0 <H>\\r\\n
    {header JSON, H bytes}\\r\\n
    {payload, header.payload_size bytes}

Source: SYNC_PROTOCOL.md, section 2.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

T = TypeVar("T")
MAGIC = re.compile(rb"TWILSOCK V3\.0 (\d{1,9})\r\n")
JSON_TYPE = "application/json"
MAX_EVENTS = 50
MAX_EVENT_BYTES = 64 * 1024
_ACK = b'"method":"reply"'
_dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class BadPacket(ValueError):
    """What came is no packet; it is ignored, as the real service must not be provoked."""


class Packet(NamedTuple):
    """A packet. payload: bytes as they came; not always JSON, whatever the header says."""

    header: dict[str, Any]
    payload: bytes

    @property
    def method(self) -> str:
        """Give what the packet is for."""
        return str(self.header.get("method", ""))

    @property
    def id(self) -> str:
        """Give the id that its answer must carry."""
        return str(self.header.get("id", ""))


def is_ack(data: bytes) -> bool:
    """Tell whether data is a client's acknowledgement, without parsing it."""
    return data.find(_ACK, 0, 160) > 0


def decode(data: bytes) -> Packet:
    """Read a packet. Raises BadPacket."""
    match = MAGIC.match(data)
    if match is None:
        raise BadPacket("no TWILSOCK V3.0 line")
    start = match.end()
    end = start + int(match[1])
    try:
        header = json.loads(data[start:end])
    except (ValueError, RecursionError) as error:
        raise BadPacket(f"header is not JSON: {error}") from None
    if not isinstance(header, dict):
        raise BadPacket("header is not a JSON object")
    size = header.get("payload_size", 0)
    payload = data[end + 2 : end + 2 + size] if isinstance(size, int) and size > 0 else b""
    return Packet(header, payload)


def encode(header: dict[str, Any], payload: bytes = b"") -> bytes:
    """Write a packet; payload_size is added to the header.

    A lone surrogate, which a client's id may hold, becomes a question mark.
    """
    text = _dumps({**header, "payload_size": len(payload)}).encode(errors="replace")
    return b"TWILSOCK V3.0 %d\r\n%b\r\n%b" % (len(text), text, payload)


def new_id() -> str:
    """Make a packet id."""
    return f"TM{uuid.uuid4()}"


def status(code: int, text: str, **more: Any) -> dict[str, Any]:
    """Give the status of a reply or a close: code, text, description and errorCode."""
    return {"code": code, "status": text, **more}


OK = status(200, "OK")


def reply(packet_id: str, result: dict[str, Any] | None = None, **more: Any) -> bytes:
    """Give the reply to init and update."""
    return encode({"method": "reply", "id": packet_id, "status": result or OK, **more})


def answer(packet_id: str, code: int, text: str, headers: dict[str, str], body: bytes) -> bytes:
    """Give the reply to a tunnelled request: its own status goes in http_status."""
    header = {
        "method": "reply",
        "id": packet_id,
        "payload_type": JSON_TYPE,
        "status": OK,
        "http_headers": headers,
        "http_status": {"code": code, "status": text},
    }
    return encode(header, body)


def notification(message_type: str, body: str) -> bytes:
    """Give a notification."""
    header = {
        "method": "notification",
        "id": new_id(),
        "message_type": message_type,
        "notification_ctx_id": "",
        "payload_type": JSON_TYPE,
    }
    return encode(header, body.encode())


def events(
    message_type: str, event_type: str, bodies: list[str], correlation_id: int | None = None
) -> bytes:
    """Give events of one kind in one packet; with a correlation id if they are replayed."""
    correlation = "" if correlation_id is None else f'"correlation_id":{correlation_id},'
    return notification(
        message_type,
        f'{{"event_type":"{event_type}","event_protocol_version":4,{correlation}'
        f'"events":[{",".join(bodies)}]}}',
    )


def portions(things: Iterable[T], body: Callable[[T], str]) -> Iterator[list[T]]:
    """Give events in portions for one packet each: at most 50, of more than one at most 64 KiB."""
    portion: list[T] = []
    size = 0
    for thing in things:
        more = len(body(thing).encode())
        if portion and (len(portion) == MAX_EVENTS or size + more > MAX_EVENT_BYTES):
            yield portion
            portion, size = [], 0
        portion.append(thing)
        size += more
    if portion:
        yield portion


def client_update(seconds_left: int) -> bytes:
    """Give the warning that the token is about to expire."""
    header = {
        "method": "client_update",
        "id": new_id(),
        "client_update_type": "token_about_to_expire",
        "client_update_message": "Your token is about to expire."
        f" Time left: less than {seconds_left * 1000} ms",
    }
    return encode(header)


def close(code: int, text: str, description: str, error_code: int) -> bytes:
    """Give the packet with which the server ends the session."""
    result = status(code, text, description=description, errorCode=error_code)
    return encode({"method": "close", "id": new_id(), "status": result})
