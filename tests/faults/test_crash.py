"""Point 12: kill -9 under load, and a full disk: what was acknowledged is there, and only once."""

import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.faults.crash import kill_at_random
from tests.faults.servers import Server
from tests.faults.watchers import BrowserPage, NodeClient

BLOCKS = 600 * 1024


@pytest.mark.node
@pytest.mark.heavy
@pytest.mark.browser
@pytest.mark.long
def test_five_kills_under_load_lose_and_double_nothing(tmp_path: Path, browser: Any) -> None:
    watches = (lambda url: NodeClient(url, tmp_path), lambda url: BrowserPage(browser, url))
    assert kill_at_random(tmp_path / "server", 1, 5, *watches) > 0


def _limit(server: Server, size: int) -> None:
    """Let no file of the server grow beyond this, as on a full disk."""
    resource.prlimit(server.popen.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_a_full_disk_is_said_and_loses_nothing(start_server) -> None:
    server = start_server()
    server.add("before")
    _limit(server, 1)
    refused = server.call("POST", "/tasks", {"name": "too much"})
    assert refused.status_code in (503, 507), refused.text
    assert int(refused.headers["Retry-After"]) >= 1
    assert [task["name"] for task in server.tasks()] == ["before"]
    _limit(server, resource.RLIM_INFINITY)
    server.add("after")
    assert [task["name"] for task in server.tasks()] == ["before", "after"]


def test_a_disk_that_fills_under_load_loses_nothing(start_server) -> None:
    server = start_server()
    _limit(server, BLOCKS)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: _add_large(server, n), range(400)))
    statuses = {status for _, status in answers}
    assert statuses <= {201, 503, 507}
    assert statuses & {503, 507}, "the disk was not full"
    server.kill()
    again = start_server()
    stored = sorted(task["name"] for task in again.tasks())
    assert stored == sorted(name for name, status in answers if status == 201)


def _add_large(server: Server, number: int) -> tuple[str, int]:
    name = f"{number} ".ljust(499, "x") + "."
    return name, server.call("POST", "/tasks", {"name": name}).status_code
