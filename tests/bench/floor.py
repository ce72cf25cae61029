"""The floor: the least that a real-time board in Python can do.

A bare asyncio `websockets` server. A write is one WebSocket message, because HTTP would only cost
more; it is one INSERT with a COMMIT of its own, one encoded event to every subscriber, and one
answer to its writer.
"""

import asyncio
import json
import signal
import sqlite3
import sys
from pathlib import Path

from websockets.asyncio.server import ServerConnection, broadcast, serve

INSERT = "INSERT INTO tasks (data) VALUES (?)"


def open_database(path: Path) -> sqlite3.Connection:
    """Open the tasks, as durable as ours: WAL with synchronous=FULL."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS tasks (id INTEGER PRIMARY KEY, data TEXT)")
    return database


class Floor:
    """Who listens, and where the tasks are kept."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._subscribers: set[ServerConnection] = set()

    async def handle(self, connection: ServerConnection) -> None:
        """Serve one client: a subscriber at /events, a writer anywhere else."""
        if connection.request is not None and connection.request.path == "/events":
            await self._keep(connection)
        else:
            await self._take_writes(connection)

    async def _keep(self, connection: ServerConnection) -> None:
        self._subscribers.add(connection)
        await connection.send('{"type":"ready"}')
        try:
            await connection.wait_closed()
        finally:
            self._subscribers.discard(connection)

    async def _take_writes(self, connection: ServerConnection) -> None:
        async for message in connection:
            task = json.dumps(json.loads(message))
            index = self._database.execute(INSERT, (task,)).lastrowid
            broadcast(self._subscribers, f'{{"type":"added","id":{index},"task":{task}}}')
            broadcast((connection,), f'{{"id":{index}}}')


async def main(port: int, folder: Path) -> None:
    """Serve until SIGTERM."""
    floor = Floor(open_database(folder / "floor.sqlite"))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serve(floor.handle, "127.0.0.1", port, compression=None, close_timeout=0.2):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
