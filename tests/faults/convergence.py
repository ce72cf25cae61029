"""Many writers at random, a bad line to Sync, and in the end one truth everywhere.

All chance comes from the seed. What the answers promised is kept by writer; a request without a
clear answer is sent again with the same Idempotency-Key until there is one, as the page does.
"""

import random
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any

import requests

from tests.faults.lines import Line
from tests.faults.servers import wait_until
from tests.faults.sync_proxy import by_seed, none
from tests.faults.watchers import cards_of, wait_for_cards

COLUMNS = ("todo", "doing", "done")
FAULTS = (
    *("delay",) * 12,
    *("reset before", "reset after", "late", "429", "500", "500 after", "503"),
    *("HTML", "half"),
)
SHARE_OF_FAULTS = 0.12
UNCLEAR, CLEAR = (429, 502, 503, 504), (200, 201, 204, 404, 409)
PATIENCE_SECONDS = 60
HELD_SECONDS = 10.5


@dataclass
class Promises:
    """What the answers said: each task's newest answer, and who was deleted."""

    tasks: dict[int, dict[str, Any]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    slowest: float = 0.0
    answers: int = 0
    lock: Lock = field(default_factory=Lock)

    def note(self, task: dict[str, Any]) -> None:
        with self.lock:
            known = self.tasks.get(task["id"])
            if known is None or int(known["revision"], 16) <= int(task["revision"], 16):
                self.tasks[task["id"]] = task

    def note_deleted(self, index: int) -> None:
        with self.lock:
            self.deleted.add(index)

    def note_time(self, seconds: float) -> None:
        with self.lock:
            self.answers += 1
            self.slowest = max(self.slowest, seconds)

    def some_task(self, chance: random.Random) -> dict[str, Any] | None:
        with self.lock:
            alive = [task for index, task in self.tasks.items() if index not in self.deleted]
        return chance.choice(alive) if alive else None


class Writer:
    """One caller with its own chance and connection."""

    def __init__(self, url: str, seed: str, promises: Promises):
        self._url = url
        self._chance = random.Random(seed)
        self._promises = promises
        self._session = requests.Session()

    def run(self, operations: int) -> None:
        for _ in range(operations):
            task = self._promises.some_task(self._chance)
            kind = self._chance.choices(("add", "edit", "move", "delete"), (30, 25, 35, 10))[0]
            if task is None or kind == "add":
                self._add()
            else:
                getattr(self, f"_{kind}")(task)

    def _name(self) -> str:
        return f"task {self._chance.getrandbits(64):x}"

    def _place(self, column: str) -> dict[str, Any]:
        neighbour = self._promises.some_task(self._chance)
        if neighbour and neighbour["list"] == column:
            return {self._chance.choice(("before", "after")): neighbour["id"]}
        return {"at": self._chance.choice(("top", "bottom"))}

    def _add(self) -> None:
        column = self._chance.choice(COLUMNS)
        body = {"name": self._name(), "list": column, **self._place(column)}
        answer = self._ask("POST", "/tasks", body)
        if answer.status_code == 201:
            self._promises.note(answer.json())

    def _edit(self, task: dict[str, Any]) -> None:
        self._change(task, {"name": self._name()})

    def _move(self, task: dict[str, Any]) -> None:
        column = self._chance.choice(COLUMNS)
        place = self._place(column)
        if task["id"] not in place.values():
            self._change(task, {"list": column, **place})

    def _change(self, task: dict[str, Any], body: dict[str, Any]) -> None:
        answer = self._ask("PATCH", f"/tasks/{task['id']}", body)
        if answer.status_code == 200:
            self._promises.note(answer.json())

    def _delete(self, task: dict[str, Any]) -> None:
        answer = self._ask("DELETE", f"/tasks/{task['id']}", None)
        assert answer.status_code in (204, 404), answer.text
        self._promises.note_deleted(task["id"])

    def _ask(self, method: str, path: str, body: Any) -> requests.Response:
        key = {"Idempotency-Key": str(uuid.UUID(int=self._chance.getrandbits(128)))}
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            begun = time.monotonic()
            answer = self._session.request(
                method, self._url + path, json=body, headers=key, timeout=30
            )
            self._promises.note_time(time.monotonic() - begun)
            if answer.status_code not in UNCLEAR or time.monotonic() > end:
                break
        assert answer.status_code in CLEAR, f"{answer.status_code} {answer.text}"
        return answer


def write_at_random(line: Line, seed: int, writers: int, operations: int) -> Promises:
    """Let all writers write through faults until each is done; then the line is healthy again."""
    promises, over = Promises(), Event()
    line.proxy.choose = by_seed(seed, SHARE_OF_FAULTS, FAULTS)
    with ThreadPoolExecutor(writers + 1) as threads:
        cuts = threads.submit(_cut_sockets, line, random.Random(f"cuts {seed}"), over)
        work = [
            threads.submit(Writer(line.server.url, f"{seed} {n}", promises).run, operations)
            for n in range(writers)
        ]
        try:
            for one in work:
                one.result()
        finally:
            over.set()
            cuts.result()
            line.proxy.choose = none
    return promises


def _cut_sockets(line: Line, chance: random.Random, over: Event) -> None:
    while not over.wait(chance.uniform(1, 4)):
        line.proxy.freeze_sockets()  # half-open for a moment, then lost
        over.wait(chance.choice((0, 0.5, 1.5)))
        line.proxy.thaw_sockets()


def assert_converged(line: Line, promises: Promises, watchers: list[Any]) -> None:
    """Page = SDK = API = Sync = what the answers promised."""
    wait_until(lambda: line.server.call("GET", "/tasks").status_code == 200)
    tasks = wait_until(lambda: _settled(line), what="API and Sync agree")
    _assert_kept(tasks, promises)
    for watcher in watchers:
        wait_for_cards(watcher, cards_of(tasks), 30)
        assert not getattr(watcher, "errors", [])


def _settled(line: Line) -> list[dict[str, Any]] | None:
    """Give the board's tasks once Sync holds exactly them, doubles removed."""
    tasks = line.server.tasks()
    shown = [(t["id"], t["revision"], t["name"], t["list"], t["position"]) for t in tasks]
    stored = [
        (i["index"], i["revision"], *(i["data"][f] for f in ("name", "list", "position")))
        for i in line.emulator.items()
    ]
    return tasks if sorted(shown) == sorted(stored) else None


def _assert_kept(tasks: list[dict[str, Any]], promises: Promises) -> None:
    found = {task["id"]: task for task in tasks}
    names = [task["name"] for task in tasks]
    assert len(names) == len(set(names)), "a task twice"
    wanted = set(promises.tasks) - promises.deleted
    assert not wanted - set(found), f"lost: {[promises.tasks[i] for i in wanted - set(found)]}"
    assert not set(found) - wanted, f"back again: {[found[i] for i in set(found) - wanted]}"
    for index, task in found.items():
        said = promises.tasks[index]
        is_repaired = task["revision"] != said["revision"]  # given another position by the server
        for word in ("name", "list", *(() if is_repaired else ("position",))):
            assert task[word] == said[word], f"task {index}: {said} became {task}"
    assert promises.slowest < HELD_SECONDS
