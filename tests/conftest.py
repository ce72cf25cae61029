"""What all tests share: a browser, a folder, and that no variable of the machine reaches a test."""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest

from kanban_server import mirror

LAN_NAME = "board.lan"  # plain http under this name is not a secure context, as on a real LAN
BROWSER_FLAGS = [
    f"--host-resolver-rules=MAP {LAN_NAME} 127.0.0.1",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FOREIGN = ("TWILIO_", "KANBAN_")
MEMORY, ROOM_BYTES = "/dev/shm", 2**30  # Linux's folder in memory; files of a run need 50 MB of it


def _has_room() -> bool:
    """Tell whether that folder is there and large: in a container it often has 64 MB."""
    with suppress(OSError):
        return shutil.disk_usage(MEMORY).free >= ROOM_BYTES
    return False


HAS_ROOM = _has_room()
if HAS_ROOM:  # an emulator waits for its disk at each write, and most tests make one
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let long tests begin first; the order is otherwise left to chance."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """Run three workers on two cores: each waits for a browser, a server or the clock as well."""
    cores = yield
    return (3 * cores + 1) // 2


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory) -> None:
    """Remove every setting; a `.env` beside the project is out of reach as well."""
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path_factory.getbasetemp())


@pytest.fixture(autouse=True)
def _no_late_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """No board of a test looks at Sync while the next one runs."""
    for name in ("LATE_SECONDS", "OTHERS_SECONDS"):
        monkeypatch.setattr(mirror, name, 3600.0)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium: one for all, since Playwright runs once in a process."""
    from playwright.sync_api import sync_playwright

    from tests.chromium import find

    path = find()
    kept_out = ["--disable-dev-shm-usage"] if HAS_ROOM else None  # pictures need not go to a disk
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=BROWSER_FLAGS, ignore_default_args=kept_out
        )
        yield browser
        browser.close()
