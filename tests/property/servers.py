"""Several servers on one local Sync, all in this process: each its own board and replica."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from kanban_server.board import Board
from kanban_server.leases import Leases
from kanban_server.serve import send_to, with_emulator
from kanban_server.settings import Settings
from kanban_server.sync_emulator import Emulator
from kanban_server.sync_store import SyncStore
from kanban_server.transport import Transport

COLUMNS = ("todo", "doing", "done")
MEMORY = "/dev/shm"  # where there is one: an example syncs its disk often


@contextmanager
def new_sync() -> Iterator[Emulator]:
    """Give an empty Sync."""
    folder = tempfile.mkdtemp(dir=MEMORY if Path(MEMORY).is_dir() else None)
    try:
        with closing(Emulator(folder)) as emulator:
            new_store(emulator).prepare()
            yield emulator
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a board may read to the last


def new_store(sync: Emulator) -> SyncStore:
    """Open the door to a Sync."""
    settings = with_emulator(Settings(), sync)
    return SyncStore(settings, Transport("http://sync.local", send_to(sync)))


def new_board(sync: Emulator) -> Board:
    """Start a server on a Sync."""
    store = new_store(sync)
    return Board(store, Leases(store), COLUMNS)
