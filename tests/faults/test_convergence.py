"""Point 1: whatever the line does, page, SDK, API and Sync end as the answers promised."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.faults.convergence import assert_converged, write_at_random
from tests.faults.lines import open_line
from tests.faults.watchers import BrowserPage, NodeClient

pytestmark = [pytest.mark.browser, pytest.mark.node, pytest.mark.heavy, pytest.mark.long]
WRITERS, OPERATIONS, PAGES = 8, 60, 2


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_ends_the_same_everywhere(
    seed: int, browser: object, tmp_path: Path, stack: ExitStack
) -> None:
    again = f"--first-seed {seed} --seeds 1 --operations {OPERATIONS} --kills 0 --requests 0"
    print(f"Play this seed again: python -m tests.faults.soak {again}")
    line = open_line(tmp_path, stack)
    pages = [BrowserPage(browser, line.server.url) for _ in range(PAGES)]
    watchers = [*pages, NodeClient(line.server.url, tmp_path)]
    for watcher in watchers:
        stack.callback(watcher.close)
    promises = write_at_random(line, seed, WRITERS, OPERATIONS)
    assert_converged(line, promises, watchers)
