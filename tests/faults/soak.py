"""The full form of the trust tests: python -m tests.faults.soak --seeds 20 --operations 500.

A seed that fails is named with the command that plays it again; the end is one table. A part is
left out with 0.
"""

import argparse
import functools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.faults import disk, load
from tests.faults.convergence import assert_converged, write_at_random
from tests.faults.crash import kill_at_random
from tests.faults.line import DEAD_SECONDS, TOKEN_SECONDS, watch
from tests.faults.lines import open_line
from tests.faults.sync_faults import FAULTS
from tests.faults.watchers import BrowserPage, NodeClient, open_browser

PAGES = 3
LOST_NOTHING = "nothing"

Row = tuple[str, str, str]


def main() -> int:
    """Run what is asked for; give the exit code."""
    parser = argparse.ArgumentParser("python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=500)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--requests", type=int, default=5000, help="generated from the OpenAPI")
    parser.add_argument("--disks", type=int, default=10, help="how often a disk is filled")
    parser.add_argument("--line-minutes", type=float, default=10, help="of short-lived tokens")
    parser.add_argument("--load-minutes", type=float, default=10, help="of each kind of load")
    given = parser.parse_args()
    parts = (_seeds, _kills, _disks, _line, _requests, _load)
    rows = [row for part in parts for row in part(given)]
    _report(rows)
    return int(any(lost != LOST_NOTHING for _, _, lost in rows))


def _seeds(given: argparse.Namespace) -> Iterator[Row]:
    """Converge by each seed; a row for each fault that was met."""
    met = dict.fromkeys(filter(None, FAULTS), 0)
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    failed = [seed for seed in seeds if not _converges(seed, given, met)]
    lost = f"FAILED: seeds {failed}" if failed else LOST_NOTHING
    if given.seeds:
        random = f"{given.writers} writers × {given.operations} random changes, {PAGES} pages"
        yield random, f"{given.seeds} seeds", lost
    for fault, times in met.items():
        if times:
            yield f"… Sync: {fault}", str(times), lost


def _converges(seed: int, given: argparse.Namespace, met: dict[str, int]) -> bool:
    begun = time.monotonic()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        line = open_line(Path(folder), stack)
        browser = open_browser(stack)
        pages = [BrowserPage(browser, line.server.url) for _ in range(PAGES)]
        watchers = [*pages, NodeClient(line.server.url, Path(folder))]
        for watcher in watchers:
            stack.callback(watcher.close)
        try:
            promises = write_at_random(line, seed, given.writers, given.operations)
            assert_converged(line, promises, watchers)
        except AssertionError as error:
            again = f"--first-seed {seed} --seeds 1 --operations {given.operations}"
            print(f"seed {seed} FAILED: {error}\n  again: {_only(again)}")
            return False
        finally:
            for fault in met:
                met[fault] += line.proxy.met(fault)
        seconds = time.monotonic() - begun
        text = f"{promises.answers} answers, the slowest {promises.slowest:.1f} s"
        print(f"seed {seed}: nothing lost, nothing doubled; {text}; {seconds:.0f} s", flush=True)
    return True


def _only(seeds: str) -> str:
    """Give the command that plays these seeds and nothing else."""
    others = ("kills", "requests", "disks", "line-minutes", "load-minutes")
    return f"python -m tests.faults.soak {seeds} " + " ".join(f"--{name} 0" for name in others)


def _kills(given: argparse.Namespace) -> Iterator[Row]:
    if given.kills:
        what = "kill -9 under load, a page and an SDK client open"
        yield _tried(what, f"{given.kills}", lambda: _kill(given.kills, given.first_seed))


def _kill(kills: int, seed: int) -> str:
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browser = open_browser(stack)
        watches = (lambda url: NodeClient(url, Path(folder)), lambda url: BrowserPage(browser, url))
        promised = kill_at_random(Path(folder) / "server", seed, kills, *watches)
    return f"{promised} tasks promised, all there, none twice"


def _disks(given: argparse.Namespace) -> Iterator[Row]:
    if given.disks and not disk.can_mount():
        print("full disk: not tried, mounting a tmpfs needs root on Linux", flush=True)
    elif given.disks:
        yield _tried("a full disk, then a kill -9", f"{given.disks}", lambda: _fill(given.disks))


def _fill(times: int) -> str:
    kept = refused = 0
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            one = disk.fill(Path(folder))
        kept, refused = kept + one[0], refused + one[1]
    return f"{kept} writes acknowledged, all there; {refused} refused"


def _line(given: argparse.Namespace) -> Iterator[Row]:
    if given.line_minutes:
        often = f"{given.line_minutes:g} min; 1"
        what = f"tokens of {TOKEN_SECONDS} s; a line half-open for {DEAD_SECONDS:.0f} s"
        yield _tried(what, often, lambda: str(watch(given.line_minutes)))


def _requests(given: argparse.Namespace) -> Iterator[Row]:
    if given.requests:
        what = "requests generated from the OpenAPI document"
        yield _tried(what, f"{given.requests}", lambda: _fuzz(given.requests))


def _fuzz(requests: int) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "heavy", "tests/fuzz/test_openapi.py"]
    result = subprocess.run(command, env={**os.environ, "FUZZ_REQUESTS": str(requests)})
    assert result.returncode == 0, "see above"
    return "no 500, no answer that is not documented"


def _load(given: argparse.Namespace) -> Iterator[Row]:
    for pages, rate in ((500, 50.0), (1000, 0.0)) if given.load_minutes else ():
        what = f"{pages} pages, {rate:.0f} writes/s"
        hold = functools.partial(_hold, pages, given.load_minutes * 60, rate)
        yield _tried(what, f"{given.load_minutes:g} min", hold)


def _hold(pages: int, seconds: float, rate: float) -> str:
    phase = load.hold(pages, seconds, rate)
    assert not phase.complaints(), "; ".join(phase.complaints())
    return "\n".join(load.table([phase]))


def _tried(what: str, often: str, part: Callable[[], str]) -> Row:
    """Play a part, print what it says, and give its row."""
    try:
        print(f"{what}: {part()}", flush=True)
    except AssertionError as error:
        print(f"{what} FAILED: {error}", flush=True)
        return what, often, "FAILED"
    return what, often, LOST_NOTHING


def _report(rows: list[Row]) -> None:
    titles: list[Row] = [("fault", "how often", "lost or doubled"), ("---", "---", "---")]
    for row in [*titles, *rows]:
        print(f"| {' | '.join(row)} |")


if __name__ == "__main__":
    sys.exit(main())
