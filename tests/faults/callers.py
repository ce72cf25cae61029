"""Those who write while a load is held: add, edit, move and delete, on a board of bounded size."""

import asyncio
import random
import time
from typing import Any

from tests.bench.writers import HttpWriter

COLUMNS = ("todo", "doing", "done")
TASKS = 25  # of each caller, about


class Caller:
    """One who writes at a steady pace, its own tasks only, so that nothing may be refused.

    sent_at: when each change was sent, by what identifies its event: the task and its new revision.
    """

    def __init__(self, port: int, number: int):
        self._port = port
        self._chance = random.Random(number)
        self._tasks: list[int] = []
        self.sent_at: dict[str, float] = {}
        self.refused: list[str] = []

    async def run(self, until: float, every_seconds: float) -> None:
        """Write until then, each write at its own time whatever the one before took."""
        line = await HttpWriter(self._port).open()
        signed = {"Authorization": f"Bearer {(await line.call('GET', '/token'))['token']}"}
        due = time.perf_counter() + self._chance.uniform(0, every_seconds)
        while due < until:
            await asyncio.sleep(due - time.perf_counter())
            due += every_seconds
            method, path, body = self._next()
            begun = time.perf_counter()
            try:
                answer = await line.call(method, path, body, signed)
            except RuntimeError as error:
                self.refused.append(str(error))
                continue
            self._note(path, answer, begun)
        line.close()

    def _next(self) -> tuple[str, str, dict[str, Any] | None]:
        kinds = ("add", "delete", "edit", "move")
        few = len(self._tasks) / TASKS
        kind = self._chance.choices(kinds, (2 - min(few, 2), min(few, 2), 1, 1))[0]
        if kind == "add" or not self._tasks:
            return "POST", "/tasks", {"name": self._name(), "list": self._chance.choice(COLUMNS)}
        path = f"/tasks/{self._chance.choice(self._tasks)}"
        if kind == "delete":
            return "DELETE", path, None
        return "PATCH", path, {"name": self._name()} if kind == "edit" else self._place()

    def _name(self) -> str:
        return f"task {self._chance.getrandbits(64):x}"

    def _place(self) -> dict[str, Any]:
        return {"list": self._chance.choice(COLUMNS), "at": self._chance.choice(("top", "bottom"))}

    def _note(self, path: str, answer: Any, begun: float) -> None:
        index = answer["id"] if answer else int(path.rpartition("/")[2])
        self.sent_at[f"{index} {answer['revision'] if answer else '-'}"] = begun
        if not answer:
            self._tasks.remove(index)
        elif index not in self._tasks:
            self._tasks.append(index)
