"""Everything that can be asked of the board, each as one request with a way to see what became."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.servers import Emulator

Ask = Callable[..., Any]


@dataclass
class Operation:
    """One request; done: counts in Sync how often it happened; again: whether it may be sent again.

    headers: names written with _ for -.
    """

    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] = field(default_factory=dict)
    done: Callable[[Emulator], int] = lambda sync: 0

    def send(self, ask: Ask) -> Any:
        """Send it; ask(method, path, body, **headers)."""
        return ask(self.method, self.path, self.body, **self.headers)


def prepare(kind: str, ask: Ask) -> Operation:
    """Make an operation of a kind, with the task that it needs."""
    name = f"{kind} {uuid.uuid4()}"
    task = None if kind in ("add", "list", "token") else _made(ask, name)
    return OPERATIONS[kind](name, task, ask)


def _made(ask: Ask, name: str) -> dict[str, Any]:
    answer = ask("POST", "/tasks", {"name": name})
    assert answer.status_code == 201, answer.text
    return dict(json.loads(answer.text))


def _key() -> dict[str, str]:
    return {"Idempotency_Key": str(uuid.uuid4())}


def _count(**wanted: Any) -> Callable[[Emulator], int]:
    def count(sync: Emulator) -> int:
        rows = [item["data"] for item in sync.items()]
        return sum(all(row.get(k) == v for k, v in wanted.items()) for row in rows)

    return count


def _add(name: str, task: Any, ask: Ask) -> Operation:
    return Operation("POST", "/tasks", {"name": name}, _key(), _count(name=name))


def _edit(name: str, task: Any, ask: Ask) -> Operation:
    new = f"new {name}"
    return Operation("PATCH", f"/tasks/{task['id']}", {"name": new}, _key(), _count(name=new))


def _move(name: str, task: Any, ask: Ask) -> Operation:
    wish = {"list": "done", "at": "top"}
    return Operation("PATCH", f"/tasks/{task['id']}", wish, _key(), _count(name=name, list="done"))


def _delete(name: str, task: Any, ask: Ask) -> Operation:
    return Operation(
        "DELETE", f"/tasks/{task['id']}", done=lambda sync: 1 - _count(name=name)(sync)
    )


def _lease(name: str, task: Any, ask: Ask) -> Operation:
    key = str(task["id"])

    def held(sync: Any) -> int:
        return sum(item["key"] == key for item in sync.items("Maps/leases"))

    own = {"Lease": str(uuid.uuid4())}
    return Operation("PUT", f"/tasks/{key}/lease", {"activity": "editing"}, own, held)


def _give_up(name: str, task: Any, ask: Ask) -> Operation:
    take = _lease(name, task, ask)
    lease = json.loads(take.send(ask).text)["lease"]
    return Operation(
        "DELETE", take.path, headers={"Lease": lease}, done=lambda sync: 1 - take.done(sync)
    )


OPERATIONS: dict[str, Callable[[str, Any, Ask], Operation]] = {
    "add": _add,
    "edit": _edit,
    "move": _move,
    "delete": _delete,
    "list": lambda name, task, ask: Operation("GET", "/tasks"),
    "one": lambda name, task, ask: Operation("GET", f"/tasks/{task['id']}"),
    "token": lambda name, task, ask: Operation("GET", "/token"),
    "lease": _lease,
    "give up": _give_up,
}
WRITES = ("add", "edit", "move", "delete", "lease", "give up")
READS = ("list", "one", "token")
