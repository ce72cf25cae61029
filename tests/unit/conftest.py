"""What the tests of the server share: documented answers, and boards over a counted wire."""

import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import pytest
import responses
from clock import Clock
from flask import Flask
from flask.testing import FlaskClient
from process import Process
from wire import CREDENTIALS, PASSCODE, Wire, documented

from kanban_server import create_app
from kanban_server.serve import send_to, with_emulator
from kanban_server.settings import Settings
from kanban_server.sync_emulator import Emulator
from kanban_server.sync_store import SyncStore
from kanban_server.transport import Transport


@pytest.fixture
def sync() -> Iterator[responses.RequestsMock]:
    """Sync's REST API, answering what a test lays down and refusing to be connected otherwise."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def answer(sync: responses.RequestsMock) -> Callable[..., Any]:
    """Lay down a documented answer: `answer("busy", "POST", url, **{"Retry-After": "1"})`."""

    def lay_down(name: str, method: str, url: str, **headers: str) -> Any:
        text = documented(name)
        headers = {**text["headers"], **headers}
        kind = headers.pop("Content-Type")
        body = None if text["status"] == 204 else text["body"]
        return sync.add(
            method, url, json=body, status=text["status"], headers=headers, content_type=kind
        )

    return lay_down


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Note every pause between attempts instead of waiting."""
    taken: list[float] = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=taken.append)
    monkeypatch.setattr("kanban_server.transport.time", clock)
    return taken


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server that the environment names as proxy: its `url`, and the targets it was `asked`."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    asked: list[str] = []

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = b'{"status": "up"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("http_proxy", url)
        yield SimpleNamespace(url=url, port=server.server_port, asked=asked)
        server.shutdown()


@pytest.fixture
def cloud(pauses: list[float]) -> SyncStore:
    """The store as it talks to Twilio's cloud."""
    return SyncStore(Settings(credentials=CREDENTIALS), Transport())


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """A local Sync with nothing in it."""
    emulator = Emulator(tmp_path / "sync")
    yield emulator
    emulator.close()


@pytest.fixture
def settings(emulator: Emulator) -> Settings:
    """Settings of a board on the emulator."""
    return with_emulator(Settings(), emulator)


@pytest.fixture
def wire(emulator: Emulator) -> Wire:
    """The line to the emulator."""
    return Wire(send_to(emulator))


@pytest.fixture
def process(emulator: Emulator) -> Callable[[], Process]:
    """Start another server process, as far as Sync can tell: own board, own wire."""

    def start() -> Process:
        return Process(with_emulator(Settings(), emulator), Wire(send_to(emulator)))

    return start


@pytest.fixture
def clock() -> Clock:
    """The clock of a process that is `timed`."""
    return Clock()


@pytest.fixture
def timed(settings: Settings, emulator: Emulator, clock: Clock) -> Callable[[], Process]:
    """Start a process whose leases go by the test's clock, on a board with one task."""

    def start() -> Process:
        process = Process(settings, Wire(send_to(emulator)))
        process.leases._clock, process.leases._now = clock, clock.day
        if not process.names():
            process.leases.check(0, None)  # or a thread reads them after the adding
            process.add("a")
        return process

    return start


@pytest.fixture
def here(process: Callable[[], Process]) -> Process:
    """The one server process that most tests need."""
    return process()


@pytest.fixture
def there(process: Callable[[], Process], here: Process) -> Process:
    """A second process on the same Sync."""
    return process()


@pytest.fixture
def make_app(monkeypatch: pytest.MonkeyPatch, emulator: Emulator) -> Callable[..., Flask]:
    """Make a server's app on the emulator: `make_app(wire, passcode="x")`."""
    monkeypatch.setattr("kanban_server.access.keep_readers_tidy", lambda access: None)

    def make(wire: Wire | None = None, **settings: Any) -> Flask:
        given = with_emulator(Settings(**settings), emulator)
        return create_app(given, send=wire or Wire(send_to(emulator)))

    return make


@pytest.fixture
def client(make_app: Callable[..., Flask], wire: Wire) -> FlaskClient:
    """A caller on this machine, of a board without a passcode."""
    return make_app(wire).test_client()


@pytest.fixture
def task(client: FlaskClient) -> Any:
    """A task on the board of `client`."""
    return client.post("/tasks", json={"name": "Buy milk"}).json


@pytest.fixture(scope="session")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """A caller of a board with one task, for tests whose every call is refused."""
    emulator = Emulator(tmp_path_factory.mktemp("steady"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kanban_server.access.keep_readers_tidy", lambda access: None)
        app = create_app(with_emulator(Settings(), emulator), send=send_to(emulator))
    client = app.test_client()
    client.post("/tasks", json={"name": "Buy milk"})
    yield client
    emulator.close()


@pytest.fixture
def closed(make_app: Callable[..., Flask], wire: Wire) -> FlaskClient:
    """A caller, still without a passcode, of a board that has one."""
    settings = {"passcode": PASSCODE, "public_url": "https://board.example.org"}
    return make_app(wire, **settings).test_client()
