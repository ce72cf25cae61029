"""Load held: python -m tests.faults.load --minutes 10 --pages 500 --rate 50 --idle 1000.

Pages that acknowledge each packet, and callers that write, against a server with its emulator; then
pages that only listen. Every event must come to every page once and in order, nobody be dropped,
and the memory stay flat: over the last third of the time its median is at most 10 % + 5 MB above
that over the first third.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from tests.bench import wires
from tests.bench.processes import ROOT, Process
from tests.bench.targets import Board
from tests.bench.wires import SyncSubscriber
from tests.bench.writers import HttpWriter
from tests.faults.callers import Caller

PAGES_PER_PROCESS = 500
CALLERS = 8
SAMPLE_SECONDS = 1.0
MEMORY_FACTOR, MEMORY_MB = 1.1, 5
LEAST_PACE = 0.95
MAX_REPORT = 64 * 1024 * 1024
TITLES = ["pages", "writes/s", "min", "writes", "events at each", "dropped", "missed"]
TITLES += ["at the last page p50 / p99, ms", "server CPU", "generator CPU", "PSS, MB"]
Crowd = asyncio.subprocess.Process


@dataclass
class Phase:
    """A stretch of load.

    rate: writes a second that are wanted; reports: of the processes of pages; cpu: cores.
    """

    pages: int
    rate: float
    callers: list[Caller]
    seconds: float = 0.0
    reports: list[dict[str, Any]] = field(default_factory=list)
    server_cpu: float = 0.0
    generator_cpu: float = 0.0
    pss_mb: list[float] = field(default_factory=list)

    @property
    def sent_at(self) -> dict[str, float]:
        """Give when each change was sent."""
        return {change: at for caller in self.callers for change, at in caller.sent_at.items()}

    @property
    def dropped(self) -> int:
        """Count the pages that lost their line."""
        return sum(report["dropped"] for report in self.reports)

    @property
    def missed(self) -> int:
        """Count the events that a page missed, had twice or in another order."""
        faults = sum(report["faults"] + report["behind"] for report in self.reports)
        sent = self.sent_at.keys()
        return faults + sum(len(sent - report["seen_at"].keys()) for report in self.reports)

    @property
    def events(self) -> list[int]:
        """Give how many events a page got: one number if all got as many."""
        return sorted({count for report in self.reports for count in report["events"]})

    @property
    def memory(self) -> tuple[float, float]:
        """Give the median of the first third and that of the last."""
        third = max(1, len(self.pss_mb) // 3)
        return statistics.median(self.pss_mb[:third]), statistics.median(self.pss_mb[-third:])

    def latencies_ms(self) -> list[float]:
        """Give the time from each write to its event at the last page."""
        seen = [report["seen_at"] for report in self.reports]
        return [
            (max(one[change] for one in seen) - sent) * 1000
            for change, sent in self.sent_at.items()
            if all(change in one for one in seen)
        ]

    def complaints(self) -> list[str]:
        """Say what did not hold."""
        first, last = self.memory
        refused = [text for caller in self.callers for text in caller.refused]
        said = [f"{self.dropped} pages dropped"] if self.dropped else []
        said += [f"{self.missed} events missed, twice or out of order"] if self.missed else []
        said += [f"{len(refused)} writes refused: {refused[0]}"] if refused else []
        pace = len(self.sent_at) / self.seconds
        said += [f"only {pace:.0f} writes/s"] if pace < self.rate * LEAST_PACE else []
        grown = f"memory grew from {first:.1f} to {last:.1f} MB"
        return said + ([grown] if last > first * MEMORY_FACTOR + MEMORY_MB else [])

    def row(self) -> list[str]:
        """Give the row of the table."""
        times = self.latencies_ms()
        cuts = statistics.quantiles(times, n=100, method="inclusive") if times else []
        writes = len(self.sent_at)
        return [
            str(self.pages),
            f"{writes / self.seconds:.0f}",
            f"{self.seconds / 60:.0f}",
            str(writes),
            "–".join(map(str, self.events)),
            str(self.dropped),
            str(self.missed),
            f"{cuts[49]:.0f} / {cuts[98]:.0f}" if cuts else "–",
            f"{self.server_cpu:.0%}",
            f"{self.generator_cpu:.0%}",
            "{:.0f} → {:.0f}".format(*self.memory),
        ]


def main() -> int:
    """Play what is asked for; print the table; give the exit code."""
    parser = argparse.ArgumentParser("python -m tests.faults.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="of each of the two")
    parser.add_argument("--pages", type=int, default=500, help="while others write; 0: leave out")
    parser.add_argument("--rate", type=float, default=50, help="writes a second")
    parser.add_argument("--idle", type=int, default=1000, help="pages that listen; 0: leave out")
    given = parser.parse_args()
    wanted = [(given.pages, given.rate), (given.idle, 0.0)]
    phases = []
    for pages, rate in wanted:
        if pages:
            print(f"{pages} pages, {rate:.0f} writes/s, {given.minutes:g} min …", flush=True)
            phases.append(hold(pages, given.minutes * 60, rate))
    print("\n".join(table(phases)))
    complaints = [text for phase in phases for text in phase.complaints()]
    print("\n".join(complaints) or "Every event came to every page once and in order.")
    return 1 if complaints else 0


def hold(pages: int, seconds: float, rate: float) -> Phase:
    """Play one phase on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        board = Board(Path(folder))
        try:
            return uvloop.run(play(board, pages, seconds, rate))
        finally:
            board.process.stop()


def table(phases: list[Phase]) -> list[str]:
    """Give the lines of the table, as the README has it."""
    rows = [TITLES, ["---"] * len(TITLES), *(phase.row() for phase in phases)]
    return [f"| {' | '.join(row)} |" for row in rows]


async def play(board: Board, pages: int, seconds: float, rate: float) -> Phase:
    """Connect pages, write at a rate for so long, and see what came of it."""
    port = board.process.port
    callers = [Caller(port, number) for number in range(CALLERS if rate else 0)]
    phase = Phase(pages, rate, callers)
    async with _crowds(port, pages) as crowds:
        await _tell(crowds, "begin")
        server, own, begun = board.process.cpu_seconds(), time.process_time(), time.perf_counter()
        until = begun + seconds
        writing = [caller.run(until, CALLERS / rate) for caller in phase.callers]
        await asyncio.gather(_sample(phase, board.process, until), *writing)
        phase.seconds = time.perf_counter() - begun
        used = time.process_time() - own
        phase.server_cpu = (board.process.cpu_seconds() - server) / phase.seconds
        await _tell(crowds, f"end {await _newest_event(board)}")
        phase.reports = [json.loads(await _said(crowd)) for crowd in crowds]
    used += sum(report["cpu"] for report in phase.reports)
    phase.generator_cpu = used / phase.seconds
    return phase


@contextlib.asynccontextmanager
async def _crowds(port: int, pages: int) -> AsyncIterator[list[Crowd]]:
    crowds: list[Crowd] = []
    try:
        for start in range(0, pages, PAGES_PER_PROCESS):
            count = str(min(PAGES_PER_PROCESS, pages - start))
            command = [sys.executable, "-m", "tests.faults.crowd", str(port), count]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            crowds.append(
                await asyncio.create_subprocess_exec(*command, cwd=ROOT, limit=MAX_REPORT, **pipes)
            )
            assert await _said(crowds[-1]) == b"ready\n"
        yield crowds
    finally:
        for crowd in crowds:
            with contextlib.suppress(ProcessLookupError):
                crowd.kill()
            await crowd.wait()


async def _tell(crowds: list[Crowd], words: str) -> None:
    for crowd in crowds:
        assert crowd.stdin
        crowd.stdin.write(words.encode() + b"\n")
        await crowd.stdin.drain()


async def _said(crowd: Crowd) -> bytes:
    assert crowd.stdout
    return await crowd.stdout.readline()


async def _sample(phase: Phase, server: Process, until: float) -> None:
    while time.perf_counter() < until:
        phase.pss_mb.append(server.pss_mb())
        await asyncio.sleep(SAMPLE_SECONDS)


async def _newest_event(board: Board) -> int:
    """Give the id of the List's newest event, as one is told who comes now."""
    line = await HttpWriter(board.process.port).open()
    page = SyncSubscriber(wires.Crowd(), await board.token(line))
    await board.connect(page)
    page.leave()
    line.close()
    assert page.after is not None
    return page.after


if __name__ == "__main__":
    sys.exit(main())
