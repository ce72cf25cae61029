"""A real server, real browsers, and people's hands for them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.hands import Board, listen_for_errors
from tests.browser.wire import Wire

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 20


def start_server(data: Path, **settings: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start the server on a free port and wait until Sync answers; gives process and address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    plain = {key: value for key, value in os.environ.items() if not key.startswith("TWILIO_")}
    environment = {**plain, "KANBAN_PORT": port, "KANBAN_DATA": str(data), **settings}
    command = [sys.executable, "-m", "kanban_server.serve"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    board = Board(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + START_SECONDS
    while not board.is_ready():
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server did not get ready"
        time.sleep(0.05)
    return process, board.url


def stop_server(process: subprocess.Popen[bytes]) -> None:
    """End a server that start_server started."""
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One server for all tests that do not harm it: its address and data folder."""
    data = tmp_path_factory.mktemp("board")
    process, url = start_server(data)
    yield url, data
    stop_server(process)


@pytest.fixture
def board(server: tuple[str, Path]) -> Board:
    """The empty board."""
    board = Board(*server)
    board.clear()
    return board


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser) -> Iterator:
    """Make pages of different people; none of them may have an error by the end of the test."""
    contexts, errors = [], []

    def make(**options) -> Page:
        contexts.append(
            browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | options)
        )
        page = contexts[-1].new_page()
        listen_for_errors(page, errors)
        return page

    yield make
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def page(board: Board, new_page) -> Page:
    """One person's live page."""
    return board.open(new_page())


@pytest.fixture
def two_pages(board: Board, new_page) -> tuple[Page, Page]:
    """The live pages of two people."""
    return board.open(new_page()), board.open(new_page())


@pytest.fixture
def wire(server: tuple[str, Path]) -> Iterator[Wire]:
    """A cable to the server that can be cut, and can fall silent."""
    wire = Wire(int(server[0].rsplit(":", 1)[1]))
    yield wire
    wire.close()
