"""Ours at 100, 1,000 and 5,000 tasks: what a write costs, and the whole board by API."""

import asyncio
import time
from pathlib import Path
from typing import Any

from .figures import Figures, metered
from .targets import Board
from .wires import Crowd
from .writers import HttpWriter

SIZES = (100, 1000, 5000)
OPERATIONS = ("add", "move", "edit", "delete")
CYCLES = 60
SLICES = 3
FILLERS = 8


class SizedBoard:
    """Our server with so many tasks, all in one column, and one subscriber."""

    def __init__(self, folder: Path, size: int) -> None:
        self.size = size
        self.board = Board(folder / f"ours {size}")
        self.crowd = Crowd()
        self.writer: Any = None
        self.middle: list[int] = []
        self.times: dict[str, list[float]] = {operation: [] for operation in OPERATIONS}
        self.seconds = self.load = self.server = 0.0
        self._names = 0

    async def prepare(self) -> None:
        """Connect, and make what is missing of the tasks."""
        await self._fill(self.size - len(await self._tasks()))
        tasks = await self._tasks()
        half = len(tasks) // 2
        self.middle = [task["id"] for task in tasks[half : half + 2]]
        await self.board.listen(self.crowd, [], 1)
        self.writer = await self.board.writer()
        await self.cycle()
        self.times = {operation: [] for operation in OPERATIONS}

    async def _tasks(self) -> list[dict[str, Any]]:
        writer: Any = await self.board.writer()
        tasks = (await writer.call("GET", "/tasks"))["tasks"]
        writer.close()
        return tasks

    async def _fill(self, missing: int) -> None:
        async def fill() -> None:
            writer = await self.board.writer()
            while names:
                await writer.add(names.pop())
            writer.close()

        names = [f"bench filling {number}" for number in range(missing)]
        await asyncio.gather(*(fill() for _ in range(FILLERS)))

    async def measure(self, cycles: int) -> None:
        """Do cycles of the four operations; the board is as large after each as before."""
        with metered(self.board.process) as meter:
            for _ in range(cycles):
                await self.cycle()
        self.seconds += meter.seconds
        self.load += meter.load
        self.server += meter.server

    async def cycle(self) -> None:
        """Add, move between two others, edit and delete a task, each until its event came."""
        task = await self._timed("add", "POST", "/tasks", {})
        path, (after, before) = f"/tasks/{task['id']}", self.middle
        await self._timed("move", "PATCH", path, {"after": after, "before": before})
        await self._timed("edit", "PATCH", path, {})
        await self._timed("delete", "DELETE", path, None)

    async def _timed(self, operation: str, method: str, path: str, body: Any) -> Any:
        if operation in ("add", "edit"):
            self._names += 1
            body["name"] = f"bench {self.size} {self._names}."
        name = f"bench {self.size} {self._names}.".encode()  # a removal shows its last data
        seen = self.crowd.last_of(name, 1)
        begun = time.perf_counter()
        answer = await self.writer.call(method, path, body)
        self.times[operation].append((await asyncio.wait_for(seen, 10) - begun) * 1000)
        return answer

    async def read_all(self) -> float:
        """Give the ms that reading the whole board takes."""
        begun = time.perf_counter()
        await self.writer.call("GET", "/tasks")
        return (time.perf_counter() - begun) * 1000


async def measure(figures: Figures, folder: Path, turn: int, scale: float) -> None:
    """Measure the three sizes once, in turn."""
    boards = [SizedBoard(folder, size) for size in SIZES]
    try:
        for board in boards:
            await board.prepare()
        for _ in range(SLICES):
            for board in boards:
                await board.measure(max(1, int(CYCLES * scale / SLICES)))
        for board in boards:
            await _note(figures, board)
    finally:
        for board in boards:
            if isinstance(board.writer, HttpWriter):
                board.writer.close()
            board.board.process.stop()


async def _note(figures: Figures, board: SizedBoard) -> None:
    size, share = str(board.size), board.load / board.seconds
    for operation, times in board.times.items():
        figures.add_samples(f"{operation} seen", size, times, share)
    everything = [time for times in board.times.values() for time in times]
    figures.add_samples("write seen", size, everything, share)
    figures.add("cpu per write", size, board.server / len(everything) * 1000, share)
    figures.add_samples("read all", size, [await board.read_all() for _ in range(3)], 0.0)
