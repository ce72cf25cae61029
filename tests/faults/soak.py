"""The full form of the trust tests: python -m tests.faults.soak --seeds 20 --operations 500.

A seed that fails is named with the command that plays it again; the end is a table.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.faults.convergence import assert_converged, write_at_random
from tests.faults.crash import kill_at_random
from tests.faults.lines import open_line
from tests.faults.sync_faults import FAULTS
from tests.faults.watchers import BrowserPage, NodeClient, open_browser

PAGES = 3


def main() -> int:
    """Run what is asked for; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--operations", type=int, default=500)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--requests", type=int, default=5000, help="generated from the OpenAPI")
    given = parser.parse_args()
    failed, met = 0, dict.fromkeys(filter(None, FAULTS), 0)
    for seed in range(given.first_seed, given.first_seed + given.seeds):
        failed += not _converges(seed, given, met)
    if given.kills:
        failed += not _survives(given.kills, given.first_seed)
    if given.requests:
        failed += not _answers_as_documented(given.requests)
    _report(met)
    return 1 if failed else 0


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
            again = f"python -m tests.faults.soak {again} --kills 0 --requests 0"
            print(f"seed {seed} FAILED: {error}\n  again: {again}")
            return False
        finally:
            for fault in met:
                met[fault] += line.proxy.met(fault)
        seconds = time.monotonic() - begun
        text = f"{promises.answers} answers, the slowest {promises.slowest:.1f} s"
        print(f"seed {seed}: nothing lost, nothing doubled; {text}; {seconds:.0f} s", flush=True)
    return True


def _survives(kills: int, seed: int) -> bool:
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        browser = open_browser(stack)
        watches = (lambda url: NodeClient(url, Path(folder)), lambda url: BrowserPage(browser, url))
        try:
            promised = kill_at_random(Path(folder) / "server", seed, kills, *watches)
        except AssertionError as error:
            print(f"{kills} kills FAILED: {error}")
            return False
        print(f"{kills} kills: {promised} tasks promised, all there, none twice")
    return True


def _answers_as_documented(requests: int) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-m", "heavy", "tests/fuzz/test_openapi.py"]
    result = subprocess.run(command, env={**os.environ, "FUZZ_REQUESTS": str(requests)})
    return result.returncode == 0


def _report(met: dict[str, int]) -> None:
    print(f"\n{'fault':<18}{'times':>8}")
    for fault, times in met.items():
        if times:
            print(f"{fault:<18}{times:>8}")


if __name__ == "__main__":
    sys.exit(main())
