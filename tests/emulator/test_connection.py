"""One client on the event loop: its timer and its end."""

import asyncio

from kanban_server.sync_emulator import session
from kanban_server.sync_emulator.connection import Connection


def test_a_client_is_hung_up_on_once(emulator, monkeypatch):
    monkeypatch.setattr(session, "INIT_SECONDS", 0)
    ends = []

    async def story():
        Connection(emulator, emulator.hub, emulator.executor, print, lambda: ends.append("end"))
        for _ in range(20):
            await asyncio.sleep(0)

    asyncio.run(story())
    assert ends == ["end"]
