"""The line between a board and Sync: it counts what goes over it, and can be made to fail."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from kanban_server import errors
from kanban_server.settings import Credentials
from kanban_server.transport import Answer

ANSWERS = Path(__file__).parent / "answers"
CREDENTIALS = Credentials(
    "AC" + "0" * 32, "SK" + "1" * 32, "secret-secret-secret-secret-secr", "IS" + "0" * 32
)
PASSCODE = "open sesame"
SERVICE = f"https://sync.twilio.com/v1/Services/{CREDENTIALS.service_sid}"
ITEMS = f"{SERVICE}/Lists/tasks/Items"
LEASES = f"{SERVICE}/Maps/leases/Items"


def documented(name: str) -> dict[str, Any]:
    """Give an answer of Sync: source, status, headers, body."""
    return json.loads((ANSWERS / f"{name}.json").read_text())


class Call(NamedTuple):
    """One HTTP exchange; path: below the Service and by name, such as `Lists/tasks/Items/3`."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    data: dict[str, Any]


Forward = Callable[[], Answer]
Fault = Callable[[Forward], Answer]


class Wire:
    """A `send` that passes on to another, keeps every call, and injects faults."""

    def __init__(self, send: Callable[..., Answer]):
        self._send = send
        self._faults: list[tuple[str, str, Fault]] = []
        self.calls: list[Call] = []

    def __call__(self, method: str, url: str, **parts: Any) -> Answer:
        call = _read(method, url, parts)
        self.calls.append(call)
        fault = self._fault_for(call)
        return fault(lambda: self._send(method, url, **parts))

    def fail(
        self, fault: Fault, *, method: str = "POST", path: str = "Lists/tasks/Items.*"
    ) -> None:
        """Let the next call of this method to this path (a pattern) meet this fault."""
        self._faults.append((method, path, fault))

    def forget(self) -> None:
        """Forget the calls so far."""
        self.calls.clear()

    def seen(self, method: str, path: str = "Lists/tasks/Items.*") -> list[Call]:
        """Give the calls of this method to this path."""
        return [c for c in self.calls if c.method == method and re.fullmatch(path, c.path)]

    def cost(self) -> tuple[int, int]:
        """Give how many writes and reads went to the List."""
        calls = [call for call in self.calls if call.path.startswith("Lists/")]
        reads = sum(call.method == "GET" for call in calls)
        return len(calls) - reads, reads

    def _fault_for(self, call: Call) -> Fault:
        for at, (method, path, fault) in enumerate(self._faults):
            if method == call.method and re.fullmatch(path, call.path):
                del self._faults[at]
                return fault
        return lambda forward: forward()


def _read(method: str, url: str, parts: dict[str, Any]) -> Call:
    address = urlsplit(url)
    query = {k: [str(v)] for k, v in (parts["params"] or {}).items()} or parse_qs(address.query)
    path = address.path.partition("/Services/")[2].partition("/")[2]
    path = re.sub("^Lists/ES[0-9a-f]{32}", "Lists/tasks", path)
    path = re.sub("^Maps/MP[0-9a-f]{32}", "Maps/leases", path)
    return Call(method, path, query, dict(parts["headers"] or {}), dict(parts["data"] or {}))


def answers(name: str, **headers: str) -> Fault:
    """Make a fault: Sync gives this documented answer instead."""
    answer = documented(name)

    def fault(forward: Forward) -> Answer:
        return Answer(
            answer["status"], {**answer["headers"], **headers}, json.dumps(answer["body"])
        )

    return fault


def says(status: int, text: str) -> Fault:
    """Make a fault: something answers this text in Sync's place."""
    return lambda forward: Answer(status, {}, text)


def lost_after(forward: Forward) -> Answer:
    """Sync does it, but its answer never arrives."""
    forward()
    raise errors.OutcomeUnknown("No answer came.")


def lost_before(forward: Forward) -> Answer:
    """The request gets lost on its way, and nobody knows."""
    raise errors.OutcomeUnknown("No answer came.")


def first(happening: Callable[[], Any]) -> Fault:
    """Make a fault: something happens just before Sync gets the call."""

    def fault(forward: Forward) -> Answer:
        happening()
        return forward()

    return fault
