"""Floor, Flask-SocketIO and ours side by side: seen by the last, writes/s, CPU, start, memory.

All three run at once and are measured in small slices, in turn, so that what else the machine does
meets them alike. The idle ones cost next to nothing.
"""

import asyncio
import time
from pathlib import Path

from .figures import Figures, Meter, metered
from .targets import TARGETS, Target
from .wires import Crowd, Subscriber
from .writers import Writer

TASKS = 100
GAP_SECONDS = 0.01
WRITERS = 8
SLICES = 3
CROWDS = {1: 90, 50: 90, 200: 120, 500: 120}  # subscribers, and writes measured in a round


class Peer:
    """A running target with its subscribers."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.crowd = Crowd()
        self.subscribers: list[Subscriber] = []
        self._names = 0

    async def resize(self, count: int) -> None:
        """Have so many subscribers."""
        for subscriber in self.subscribers[count:]:
            subscriber.leave()
        del self.subscribers[count:]
        await self.target.listen(self.crowd, self.subscribers, count)

    async def fill(self, count: int) -> None:
        """Make tasks."""
        writer = await self.target.writer()
        for _ in range(count):
            await writer.add(self.name())
        writer.close()

    async def seen(self, count: int) -> tuple[list[float], Meter]:
        """Make tasks one by one; give the ms from each write to its event at the last of all."""
        writer, times = await self.target.writer(), []
        with metered(self.target.process) as meter:
            for _ in range(count):
                await asyncio.sleep(GAP_SECONDS)
                name = self.name()
                last = self.crowd.last_of(name.encode(), len(self.subscribers))
                begun = time.perf_counter()
                await writer.add(name)
                times.append((await asyncio.wait_for(last, 10) - begun) * 1000)
        writer.close()
        return times, meter

    async def burst(self, seconds: float) -> tuple[int, Meter]:
        """Write with 8 writers; give the number of writes, and the time until all were seen."""
        writers = [await self.target.writer() for _ in range(WRITERS)]
        before = self.crowd.seen
        with metered(self.target.process) as meter:
            until = time.perf_counter() + seconds
            written = sum(await asyncio.gather(*(self._write(one, until) for one in writers)))
            await self.crowd.all_of(before + written * len(self.subscribers))
        for writer in writers:
            writer.close()
        return written, meter

    async def _write(self, writer: Writer, until: float) -> int:
        written = 0
        while time.perf_counter() < until:
            await writer.add(self.name())
            written += 1
        return written

    def name(self) -> str:
        """Make a name that no other task has and that is part of no other name."""
        self._names += 1
        return f"bench {self._names}."


async def measure(figures: Figures, folder: Path, turn: int, scale: float) -> None:
    """Measure the three once. turn: number of the round; scale: share of the full work."""
    peers = [Peer(target(folder / target.title)) for target in TARGETS]
    peers = peers[turn % 3 :] + peers[: turn % 3]
    try:
        for peer in peers:
            await peer.fill(TASKS)
        for count, writes in CROWDS.items():
            await _seen_by(figures, peers, count, max(SLICES, int(writes * scale)))
        for peer in peers:
            figures.add("pss", peer.target.title, peer.target.process.pss_mb())
        for count in (50, 1):
            await _bursts(figures, peers, count, 2.0 * scale)
        await _second_starts(figures, peers)
    finally:
        for peer in peers:
            peer.target.process.stop()


async def _seen_by(figures: Figures, peers: list[Peer], count: int, writes: int) -> None:
    for peer in peers:
        await peer.resize(count)
        await peer.seen(2)
    times: dict[Peer, list[float]] = {peer: [] for peer in peers}
    meters: dict[Peer, list[Meter]] = {peer: [] for peer in peers}
    for _ in range(SLICES):
        for peer in peers:
            some, meter = await peer.seen(writes // SLICES)
            times[peer] += some
            meters[peer].append(meter)
    for peer in peers:
        share = sum(one.load_share for one in meters[peer]) / SLICES
        figures.add_samples(f"seen {count}", peer.target.title, times[peer], share)


async def _bursts(figures: Figures, peers: list[Peer], count: int, seconds: float) -> None:
    for peer in peers:
        await peer.resize(count)
    for peer in peers:
        written, meter = await peer.burst(seconds)
        title, share = peer.target.title, meter.load_share
        figures.add(f"writes/s {count}", title, written / meter.seconds, share)
        figures.add(f"cpu {count}", title, meter.server / written * 1000, share)


async def _second_starts(figures: Figures, peers: list[Peer]) -> None:
    for peer in peers:
        await peer.resize(0)
        peer.target.process.stop()
        peer.target.start_again()
        figures.add("start", peer.target.title, peer.target.process.ready_seconds)
