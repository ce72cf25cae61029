"""The three servers under test: how each is started, written to and listened to."""

import asyncio
import sys
from pathlib import Path

from .processes import Process, free_port
from .wires import Crowd, SocketIoSubscriber, Subscriber, SyncSubscriber, connect
from .writers import FloorWriter, HttpWriter, Writer

CONNECTING = 20  # subscribers that connect at the same time


class Target:
    """A server in a folder of its own. title: as the table names it."""

    title = ""
    ready_path: str | None = "/tasks"
    events = "/"
    subscriber: type[Subscriber] = Subscriber

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.start_again()

    def start_again(self) -> None:
        """Start the server on the data that it has."""
        port = free_port()
        arguments = self.arguments(port)
        log = self._folder / "log"
        environment = self.environment(port)
        self.process = Process(arguments, port, log, environment, self.ready_path)

    def arguments(self, port: int) -> list[str]:
        """Give the command line."""
        raise NotImplementedError

    def environment(self, port: int) -> dict[str, str]:
        """Give the variables that the server needs."""
        return {}

    async def writer(self) -> Writer:
        """Give one connected writer."""
        return await HttpWriter(self.process.port).open()

    async def token(self, writer: Writer) -> str:
        """Give what a subscriber must show."""
        return ""

    async def listen(self, crowd: Crowd, subscribers: list[Subscriber], count: int) -> None:
        """Connect subscribers until there are so many."""
        writer = await self.writer()
        while len(subscribers) < count:
            some = min(CONNECTING, count - len(subscribers))
            fresh = [self.subscriber(crowd, await self.token(writer)) for _ in range(some)]
            await asyncio.gather(*(self.connect(one) for one in fresh))
            subscribers += fresh
        writer.close()

    async def connect(self, subscriber: Subscriber) -> None:
        """Connect one subscriber."""
        await connect(subscriber, f"ws://127.0.0.1:{self.process.port}{self.events}")


class Floor(Target):
    """See floor.py."""

    title = "floor"
    ready_path = None
    events = "/events"

    def arguments(self, port: int) -> list[str]:
        return [sys.executable, "-m", "tests.bench.floor", str(port), str(self._folder)]

    async def writer(self) -> Writer:
        return await FloorWriter(self.process.port).open()


class SocketIoBoard(Target):
    """See socketio_board.py."""

    title = "Flask-SocketIO"
    events = "/socket.io/?EIO=4&transport=websocket"
    subscriber = SocketIoSubscriber

    def arguments(self, port: int) -> list[str]:
        gunicorn = [sys.executable, "-m", "gunicorn", "-k", "gevent", "-w", "1"]
        quiet = ["--log-level", "warning", "--keep-alive", "60", "--no-control-socket"]
        quiet += ["--graceful-timeout", "1"]
        return [*gunicorn, *quiet, "-b", f"127.0.0.1:{port}", "tests.bench.socketio_board:app"]

    def environment(self, port: int) -> dict[str, str]:
        return {"BOARD_DATABASE": str(self._folder / "board.sqlite")}


class Board(Target):
    """Our server with its emulator in the same process."""

    title = "ours"
    events = "/v3/wsconnect"
    subscriber = SyncSubscriber

    def arguments(self, port: int) -> list[str]:
        return [sys.executable, "-m", "kanban_server.serve"]

    def environment(self, port: int) -> dict[str, str]:
        return {"KANBAN_PORT": str(port), "KANBAN_DATA": str(self._folder)}

    async def token(self, writer: Writer) -> str:
        assert isinstance(writer, HttpWriter)
        return str((await writer.call("GET", "/token"))["token"])


TARGETS: tuple[type[Target], ...] = (Floor, SocketIoBoard, Board)
