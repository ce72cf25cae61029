"""A server, the proxy, and a Sync in one line."""

from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from kanban_server.settings import Credentials
from tests.faults.servers import Emulator, Server
from tests.faults.sync_proxy import SyncProxy


class Line(NamedTuple):
    """A server whose Sync is behind a proxy."""

    emulator: Emulator
    proxy: SyncProxy
    server: Server


def open_line(folder: Path, stack: ExitStack, *options: str, **variables: str) -> Line:
    """Start the three; the stack ends them. options: of the emulator; variables: of the server."""
    emulator = Emulator(folder / "sync", *options)
    stack.callback(emulator.stop)
    proxy = SyncProxy(emulator.url)
    stack.callback(proxy.close)
    server = Server(
        folder / "board", **{**emulator.variables, "KANBAN_SYNC_URL": proxy.url, **variables}
    )
    stack.callback(server.stop)
    return Line(emulator, proxy, server)


def credentials_of(sync: Emulator) -> Credentials:
    """Give what a board needs to use this Sync."""
    names = ("ACCOUNT_SID", "API_KEY", "API_SECRET", "SYNC_SERVICE_SID")
    return Credentials(*(sync.variables[f"TWILIO_{name}"] for name in names))
