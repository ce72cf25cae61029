"""A server process without its HTTP: a board and its wire to Sync."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from wire import Wire

from kanban_server import ordering
from kanban_server.board import Board, Change
from kanban_server.leases import Leases
from kanban_server.placing import Place
from kanban_server.settings import Settings
from kanban_server.sync_emulator import Emulator
from kanban_server.sync_store import SyncStore
from kanban_server.transport import Transport

Task = dict[str, Any]


class Process:
    """A board with its wire; the words of a story: add, edit, move, remove, names."""

    def __init__(self, settings: Settings, wire: Wire, by: str = "ann"):
        self.wire = wire
        self.by = by
        self.store = SyncStore(settings, Transport("http://sync.local", wire))
        self.store.prepare()
        self.leases = Leases(self.store)
        self.board = Board(self.store, self.leases, settings.columns)

    def add(self, name: str, key: str = "", restore: int | None = None, **where: Any) -> Task:
        """Make a task; list and place in where."""
        fields = {"name": name} if name else {}
        return self.board.add(self.change(fields, key, where), restore)

    def edit(self, task: Task | int, name: str, key: str = "", **more: Any) -> Task:
        """Rename a task; revision and lease in more."""
        return self.board.change(_id(task), self.change({"name": name}, key, {}, **more))

    def move(self, task: Task | int, key: str = "", revision: str | None = None, **where: Any):
        """Move a task; list and place in where."""
        return self.board.change(_id(task), self.change({}, key, where, revision=revision))

    def remove(self, task: Task | int, **more: Any) -> None:
        """Delete a task; revision and lease in more."""
        self.board.remove(_id(task), self.change({}, "", {}, **more))

    def names(self, column: str = "todo") -> list[str]:
        """Read Sync and give the names in a column, in order."""
        return [task["name"] for task in self.board.tasks() if task["list"] == column]

    def fill(self, count: int, column: str = "todo") -> None:
        """Write many tasks quickly, in order of their names 0, 1, 2, …"""
        positions = ordering.spread(None, None, count)
        data = [
            {"name": str(n), "list": column, "position": position, "key": str(uuid.uuid4())}
            for n, position in enumerate(positions)
        ]
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(self.store.create, data))

    def raw(self, index: int) -> Any:
        """Read an Item's data from Sync."""
        return self.store.item(index).data

    def change(self, fields: dict, key: str = "", where: Any = None, **more: Any) -> Change:
        """Make a Change: revision and lease in more."""
        where = {name: _id(task) for name, task in (where or {}).items()}
        if "list" in where:
            fields = {**fields, "list": where.pop("list")}
        mark = uuid.uuid5(uuid.NAMESPACE_URL, f"{self.by}\n{key}") if key else uuid.uuid4()
        place = Place(**where) if where else None
        return Change(by=self.by, op=str(mark), fields=fields, place=place, **more)


def delete_list(emulator: Emulator) -> None:
    """Delete the List, as an admin may at any time."""
    path = f"/v1/Services/{emulator.service_sid}/Lists/tasks"
    keys = (emulator.api_key, emulator.api_secret)
    assert emulator.respond("DELETE", path, authorization=keys).status == 204


def _id(task: Any) -> Any:
    return task["id"] if isinstance(task, dict) else task
