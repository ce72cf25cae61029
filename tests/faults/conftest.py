"""Servers, emulators and the proxy between them, each ended after its test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from kanban_server import access, breaker, create_app, leases, transport
from kanban_server.settings import Settings
from tests.faults import sync_faults
from tests.faults.lines import Line, credentials_of, open_line
from tests.faults.servers import Emulator, Server
from tests.faults.sync_proxy import SyncProxy, none


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


@pytest.fixture(scope="module")
def sync(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    emulator = Emulator(tmp_path_factory.mktemp("sync"))
    yield emulator
    emulator.stop()


@pytest.fixture(scope="module")
def shared_proxy(sync: Emulator) -> Iterator[SyncProxy]:
    proxy = SyncProxy(sync.url)
    yield proxy
    proxy.close()


@pytest.fixture
def proxy(shared_proxy: SyncProxy) -> Iterator[SyncProxy]:
    shared_proxy.choose = none
    yield shared_proxy
    shared_proxy.choose = none
    assert not shared_proxy.broken


@pytest.fixture
def ask(sync: Emulator, proxy: SyncProxy, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Give what sends a request to a new board: closed breaker, nothing asked by itself."""
    monkeypatch.setattr(access, "keep_readers_tidy", lambda who: None)
    monkeypatch.setattr(transport, "WAITS", (0.01, 0.02, 0.05))
    monkeypatch.setattr(leases, "READ_SECONDS", 0.15)
    monkeypatch.setattr(breaker, "OPEN_SECONDS", 0.2)
    monkeypatch.setattr(breaker, "REFUSED_SECONDS", 0.2)
    monkeypatch.setattr(sync_faults, "DRIP_SECONDS", 0.03)
    settings = Settings(credentials=credentials_of(sync), sync_url=proxy.url)
    client = create_app(settings).test_client()

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        base = {"base_url": "http://localhost", "environ_base": {"REMOTE_ADDR": "127.0.0.1"}}
        return client.open(path, method=method, json=body, headers=given, **base)

    return send
