"""Power cuts: the server is killed at random moments while many write; nothing promised is lost."""

import random
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import requests

from tests.faults.servers import Server, wait_until
from tests.faults.watchers import cards_of, wait_for_cards

WRITERS = 4


class Stubborn:
    """A caller that sends each add again, with the same key, until it is answered."""

    def __init__(self, url: str, seed: str, over: Event):
        self._url = url
        self._chance = random.Random(seed)
        self._over = over
        self.said: dict[int, str] = {}

    def run(self) -> None:
        while not self._over.is_set():
            name = f"task {self._chance.getrandbits(64):x}"
            if task := self._persist("POST", "/tasks", {"name": name}):
                self.said[task["id"]] = name
                if self._chance.random() < 0.5:
                    self._rename(task["id"], f"new {name}")

    def _rename(self, index: int, name: str) -> None:
        if self._persist("PATCH", f"/tasks/{index}", {"name": name}):
            self.said[index] = name
        else:
            del self.said[index]  # the end came before the answer: it may have either name

    def _persist(self, method: str, path: str, body: Any) -> Any:
        key = {"Idempotency-Key": str(uuid.UUID(int=self._chance.getrandbits(128)))}
        while not self._over.is_set():
            try:
                answer = requests.request(
                    method, self._url + path, json=body, headers=key, timeout=30
                )
                if answer.status_code in (200, 201):
                    return answer.json()
            except requests.RequestException:
                time.sleep(0.02)
        return None


def kill_at_random(folder: Path, seed: int, kills: int, *watches: Callable[[str], Any]) -> int:
    """Kill and restart a server so many times under load; gives how many writes were promised.

    watches: each makes, of the server's address, a watcher that is there from before the first kill
    and must show the board in the end, by itself.
    """
    chance, over = random.Random(seed), Event()
    server = Server(folder)
    watchers = [watch(server.url) for watch in watches]
    callers = [Stubborn(server.url, f"{seed} {n}", over) for n in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS) as threads:
        work = [threads.submit(caller.run) for caller in callers]
        try:
            for _ in range(kills):
                time.sleep(chance.uniform(0.05, 0.5))
                server.kill()
                server = Server(folder, port=server.port)
        finally:
            over.set()
        for one in work:
            one.result()
    try:
        return _check(server, callers, watchers)
    finally:
        for watcher in watchers:
            watcher.close()
        server.stop()


def _check(server: Server, callers: list[Stubborn], watchers: list[Any]) -> int:
    tasks = wait_until(server.tasks)
    found = {task["id"]: task["name"] for task in tasks}
    bare = [name.removeprefix("new ") for name in found.values()]
    assert len(bare) == len(set(bare)), "a task twice"
    for caller in callers:
        for index, name in caller.said.items():
            assert found.get(index) == name, f"{index} {name} became {found.get(index)}"
    for watcher in watchers:
        wait_for_cards(watcher, cards_of(tasks), 60)
        assert not getattr(watcher, "errors", [])
    return sum(len(caller.said) for caller in callers)
