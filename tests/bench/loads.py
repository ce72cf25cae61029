"""A Chromium with nothing in its way: it loads pages and is asked for their moments, by CDP.

Playwright would hold each worker until it has heard of it, and listen to every request and frame:
that costs a page with a worker more than a bare one. Source: the Chrome DevTools Protocol.
"""

import asyncio
import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import websockets

from tests.chromium import find
from tests.conftest import BROWSER_FLAGS

from .processes import Process, free_port

LOAD_SECONDS = 60
SETTLE_SECONDS = 0.3  # what the browser still does for the page before is over by then
WINDOW = {"width": 1280, "height": 800}


class Chromium:
    """One browser; each load has an empty cache."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        own = ["--headless", f"--remote-debugging-port={port}", f"--user-data-dir={folder}"]
        program = find()
        assert program
        arguments = [program, *own, *BROWSER_FLAGS, "about:blank"]
        ready = "/json/version"
        self.process = Process(arguments, port, folder.with_suffix(".log"), ready_path=ready)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{ready}") as answer:
            self._address = json.load(answer)["webSocketDebuggerUrl"]
        self._wire: Any = None
        self._calls = 0

    async def load(self, address: str, watch: str) -> dict[str, float]:
        """Give what the script `watch` notes in `window.bench`, once "all" and "read" are there."""
        self._wire = self._wire or await websockets.connect(self._address, max_size=None)
        context = await self._call("Target.createBrowserContext")
        target = await self._call("Target.createTarget", url="about:blank", **WINDOW, **context)
        attached = await self._call("Target.attachToTarget", **target, flatten=True)
        page = attached["sessionId"]
        await self._call("Page.enable", page)
        await self._call("Page.addScriptToEvaluateOnNewDocument", page, source=watch)
        await asyncio.sleep(SETTLE_SECONDS)
        await self._call("Page.navigate", page, url=address)
        moments = await self._moments(page)
        await self._call("Target.disposeBrowserContext", **context)
        return moments

    async def _moments(self, page: str) -> dict[str, float]:
        deadline = time.monotonic() + LOAD_SECONDS
        ask = {"expression": "window.bench ?? {}", "returnByValue": True}
        moments: dict[str, float] = {}
        while not {"all", "read"} <= moments.keys():
            if time.monotonic() > deadline:
                raise RuntimeError(f"the page does not show all tasks: {moments}")
            await asyncio.sleep(0.1)
            moments = (await self._call("Runtime.evaluate", page, **ask))["result"]["value"]
        return moments

    async def _call(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        self._calls += 1
        call = {"id": self._calls, "method": method, "params": params}
        await self._wire.send(json.dumps(call | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(await self._wire.recv())
            if answer.get("id") == self._calls:
                result: dict[str, Any] = answer["result"]
                return result
