"""Servers, emulators and the proxy between them, each ended after its test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.faults.servers import Emulator, Server
from tests.faults.sync_proxy import SyncProxy, none


class Line(NamedTuple):
    """A server whose Sync is behind a proxy."""

    emulator: Emulator
    proxy: SyncProxy
    server: Server


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Whatever is put here is ended after the test, the last first."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def start_server(tmp_path: Path, stack: ExitStack) -> Callable[..., Server]:
    """Start a server; it has its own emulator unless it is given another Sync."""

    def start(name: str = "server", **variables: Any) -> Server:
        server = Server(tmp_path / name, **variables)
        stack.callback(server.stop)
        return server

    return start


@pytest.fixture
def start_line(tmp_path: Path, stack: ExitStack) -> Callable[..., Line]:
    """Start an emulator, a proxy in front of it, and a server behind that."""

    def start(*options: str) -> Line:
        line = open_line(tmp_path, stack, *options)
        return line

    return start


def open_line(folder: Path, stack: ExitStack, *options: str) -> Line:
    """Start the three; the stack ends them."""
    emulator = Emulator(folder / "sync", *options)
    stack.callback(emulator.stop)
    proxy = SyncProxy(emulator.url)
    stack.callback(proxy.close)
    server = Server(folder / "board", **{**emulator.variables, "KANBAN_SYNC_URL": proxy.url})
    stack.callback(server.stop)
    return Line(emulator, proxy, server)


@pytest.fixture(scope="module")
def shared_line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """One line for all tests of a file; each begins without faults, see `line`."""
    with ExitStack() as stack:
        yield open_line(tmp_path_factory.mktemp("line"), stack)


@pytest.fixture
def line(shared_line: Line) -> Iterator[Line]:
    """The shared line, healthy and ready before and after."""
    yield shared_line
    shared_line.proxy.choose = none


@pytest.fixture(autouse=True)
def _no_proxy_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback only: no proxy of this machine between test and server."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
