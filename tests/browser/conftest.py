"""A real server, real browsers, and people's hands for them."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import Board, listen_for_errors
from tests.browser.wire import Wire

ROOT = Path(__file__).parents[2]
START_SECONDS = 20


def free_port() -> str:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Servers:
    """Real server processes; all are ended in the end."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[str]] = []

    def start(self, data: Path, **settings: str) -> Board:
        """Start a server and wait until Sync answers."""
        settings.setdefault("KANBAN_PORT", "0")
        foreign = ("TWILIO_", "KANBAN_")
        clean = {key: text for key, text in os.environ.items() if not key.startswith(foreign)}
        environment = {**clean, "PYTHONPATH": str(ROOT), "KANBAN_DATA": str(data), **settings}
        command = [sys.executable, "-m", "kanban_server.serve"]
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        process = subprocess.Popen(command, cwd=data.parent, env=environment, **streams)
        self._processes.append(process)
        said = re.search(r"http://\S+:(\d+)", process.stdout.readline())
        assert said, "the server ended"
        board = Board(f"http://127.0.0.1:{said[1]}", data)
        deadline = time.monotonic() + START_SECONDS
        while not board.is_ready():
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not get ready"
            time.sleep(0.05)
        return board

    def stop(self) -> None:
        """End them all."""
        while self._processes:
            with self._processes.pop() as process:
                process.terminate()
                process.wait(20)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Board]:
    """One server for all tests that do not harm it."""
    servers = Servers()
    yield servers.start(tmp_path_factory.mktemp("board"))
    servers.stop()


@pytest.fixture
def servers() -> Iterator[Servers]:
    """Servers of a test's own."""
    servers = Servers()
    yield servers
    servers.stop()


@pytest.fixture
def board(server: Board) -> Board:
    """The empty board."""
    server.clear()
    return server


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
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # a request on its way fails the next test
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
def wire(server: Board) -> Iterator[Wire]:
    """A cable to the server that can be cut, and can fall silent."""
    wire = Wire(int(server.url.rsplit(":", 1)[1]))
    yield wire
    wire.close()
