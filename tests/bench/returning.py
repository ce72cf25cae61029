"""Ours: clients that come back after a cut, and clients that join while others write."""

import asyncio
import time
from pathlib import Path
from typing import Any

from .figures import Figures, metered
from .targets import Board
from .wires import Crowd, SyncSubscriber, read
from .writers import HttpWriter

TASKS = 100
RETURNING, AWAY_SECONDS, MISSED_WRITES = 200, 3.0, 50
JOINING, JOIN_SECONDS, WRITERS = 60, 3.0, 8


class Reader(SyncSubscriber):
    """A subscriber that keeps the board as the SDK would: all pages, then every newer event.

    reads: requests for pages that it has sent; tasks: name by index.
    """

    def __init__(self, crowd: Crowd, token: str = "") -> None:
        super().__init__(crowd, token)
        self.reads = 0
        self.tasks: dict[int, str] = {}
        self._items = ""
        self._known: dict[int, int] = {}

    def take_reply(self, header: dict[str, Any], body: dict[str, Any]) -> None:
        if "items" in body and "meta" in body:
            return self._take_page(body)
        if body.get("unique_name") == "tasks":
            self.list_sid, self.after = body["sid"], body["last_event_id"]
            self._items = body["links"]["items"].partition(".com")[2]
            return self._ask_page()
        return super().take_reply(header, body)

    def take(self, payload: bytes) -> None:
        super().take(payload)
        if b'"list_item_' in payload:
            body = read(payload)[1]
            for event in body.get("events") or [body["event"]]:
                self._apply(body["event_type"], event)

    def _take_page(self, page: dict[str, Any]) -> None:
        for item in page["items"]:
            self._known[item["index"]] = item["last_event_id"]
            self.tasks[item["index"]] = item["data"]["name"]
        if page["meta"]["next_token"]:
            self._ask_page(From=str(page["items"][-1]["index"]))
        else:
            self.subscribe()

    def _ask_page(self, **start: str) -> None:
        self.reads += 1
        self.ask("GET", self._items, HideExpired="true", PageSize="100", Order="asc", **start)

    def _apply(self, event_type: str, event: dict[str, Any]) -> None:
        index = event["item_index"]
        self.after = max(self.after or 0, event["id"])
        if self._known.get(index, 0) >= event["id"]:
            return
        self._known[index] = event["id"]
        if event_type == "list_item_removed":
            self.tasks.pop(index, None)
        else:
            self.tasks[index] = event["item_data"]["name"]


class ReadBoard(Board):
    """Our server, listened to by clients that keep the whole board."""

    subscriber = Reader


async def measure(figures: Figures, folder: Path, turn: int, scale: float) -> None:
    """Measure both once."""
    board = ReadBoard(folder / "returning")
    try:
        writer = await HttpWriter(board.process.port).open()
        for number in range(TASKS):
            await writer.add(f"bench {number}")
        await _come_back(figures, board, writer, int(RETURNING * scale))
        await _join(figures, board, writer, int(JOINING * scale))
        writer.close()
    finally:
        board.process.stop()


async def _come_back(figures: Figures, board: Board, writer: HttpWriter, count: int) -> None:
    readers = await _listen(board, count)
    for reader in readers:
        reader.leave()
    away = time.perf_counter()
    for number in range(MISSED_WRITES):
        await _change_something(writer, number)
    await asyncio.sleep(max(0.0, AWAY_SECONDS - (time.perf_counter() - away)))
    returned = [_again(reader) for reader in readers]
    with metered(board.process) as meter:
        await asyncio.gather(*(board.connect(reader) for reader in returned))
    wrong = await _count_wrong(writer, returned)
    figures.add("back", "seconds", meter.seconds, meter.load_share)
    figures.add("back", "wrong", wrong)
    figures.add("back", "page reads", sum(reader.reads for reader in returned))
    await _leave(returned)


async def _join(figures: Figures, board: Board, writer: HttpWriter, count: int) -> None:
    until = time.perf_counter() + JOIN_SECONDS
    writing = [asyncio.create_task(_keep_writing(board, n, until)) for n in range(WRITERS)]
    with metered(board.process) as meter:
        readers = await _listen(board, count)
        await asyncio.gather(*writing)
    newest = max(task["id"] for task in (await writer.call("GET", "/tasks"))["tasks"])
    deadline = time.perf_counter() + 5
    while any(newest not in one.tasks for one in readers) and time.perf_counter() < deadline:
        await asyncio.sleep(0.01)
    figures.add("join", "wrong", await _count_wrong(writer, readers), meter.load_share)
    await _leave(readers)


async def _listen(board: Board, count: int) -> list[Reader]:
    readers: list[Any] = []
    await board.listen(Crowd(), readers, count)
    return readers


def _again(old: Reader) -> Reader:
    """Give the same client with a new line: it knows what it knew."""
    new = Reader(old.crowd, old.token)
    new.tasks, new.list_sid, new.after = dict(old.tasks), old.list_sid, old.after
    new._known = dict(old._known)
    return new


async def _change_something(writer: HttpWriter, number: int) -> None:
    """Add, edit, move or delete, by turns."""
    kind = number % 4
    if kind == 0:
        await writer.add(f"bench missed {number}")
    elif kind == 1:
        await writer.call("PATCH", f"/tasks/{number}", {"name": f"bench edited {number}"})
    elif kind == 2:
        await writer.call("PATCH", f"/tasks/{number}", {"list": "done"})
    else:
        await writer.call("DELETE", f"/tasks/{number}")


async def _keep_writing(board: Board, name: int, until: float) -> None:
    writer: Any = await board.writer()
    number = 0
    while time.perf_counter() < until:
        number += 1
        index = await writer.add(f"bench joining {name} {number}")
        await writer.call("PATCH", f"/tasks/{index}", {"name": f"bench joined {name} {number}"})
        if number % 3:
            await writer.call("DELETE", f"/tasks/{index}")
        await asyncio.sleep(0.01)
    await writer.add(f"bench last of {name}")
    writer.close()


async def _count_wrong(writer: HttpWriter, readers: list[Reader]) -> int:
    tasks = (await writer.call("GET", "/tasks"))["tasks"]
    right = {task["id"]: task["name"] for task in tasks}
    return sum(reader.tasks != right for reader in readers)


async def _leave(readers: list[Reader]) -> None:
    for reader in readers:
        reader.leave()
    await asyncio.sleep(0)
