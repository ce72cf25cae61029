"""Does a page's memory grow? python -m tests.browser.heap --minutes 10 --events 10

A page of 2,000 cards hears so many changes a second; its heap and its worker's are measured after a
forced garbage collection, once they are warm and every tenth of the time. The exit code is 1 if
one of them grew.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.browser.conftest import Servers
from tests.browser.hands import COLUMNS, Board, until, wait_live
from tests.chromium import find
from tests.conftest import BROWSER_FLAGS

FLAT = 1.05  # the last tenths may hold this much of the first ones


def main() -> int:
    """Run it and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--events", type=float, default=10, help="a second")
    parser.add_argument("--cards", type=int, default=2000)
    given = parser.parse_args()
    servers = Servers()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=BROWSER_FLAGS)
        try:
            board = servers.start(Path(folder) / "board")
            fill(board, given.cards)
            page = browser.new_page()
            page.goto(board.url)
            wait_live(page, 90_000)
            heaps = _watch(board, page, given.minutes * 60, given.events)
        finally:
            browser.close()
            servers.stop()
    ratios = [sum(some[-3:]) / sum(some[:3]) for some in zip(*heaps, strict=True)]
    both = " and ".join(f"{ratio:.3f}" for ratio in ratios)
    print(f"the last three heaps are {both} of the first three; flat is up to {FLAT}")
    return int(max(ratios) > FLAT)


def fill(board: Board, cards: int) -> None:
    """Write tasks straight into Sync, a third in each column."""

    def put(n: int) -> None:
        place = {"list": COLUMNS[n % 3], "position": f"b{n:02d}V" if n < 100 else f"d{n:04d}V"}
        board.put_item({"name": f"task-{n}", "key": f"k{n}", "op": f"k{n}", **place})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(cards)))


def _watch(board: Board, page: Page, seconds: float, events: float) -> list[tuple[float, float]]:
    session = page.context.new_cdp_session(page)
    worker = _Worker(page, session)
    ids = [task["id"] for task in board.call("GET", "/tasks")["tasks"]]
    chance, heaps = random.Random(1), []
    for part in range(11):
        made = _change(board, page, ids, chance, seconds / 11, events)
        heaps.append((_heap(session.send), _heap(worker.send)))
        nodes = page.evaluate("document.getElementsByTagName('*').length")
        both = " and ".join(f"{heap:.2f}" for heap in heaps[-1])
        print(f"{part:>2}: {made} changes, {both} MB, {nodes} elements", flush=True)
    return heaps[1:]


def _change(
    board: Board, page: Page, ids: list[int], chance: random.Random, seconds: float, events: float
) -> int:
    """Move and rename tasks at an even pace; the page lives on in the pauses."""
    begun, made = time.monotonic(), 0
    while (now := time.monotonic() - begun) < seconds:
        if made > now * events:
            page.wait_for_timeout(1000 * (made / events - now))
            continue
        task = chance.choice(ids)
        if made % 3:
            end = chance.choice(["top", "bottom"])
            board.change(task, list=chance.choice(COLUMNS), at=end)
        else:
            board.change(task, name=f"task-{task} for the {made}th time")
        made += 1
    return made


def _heap(send: Callable[[str], Any]) -> float:
    send("HeapProfiler.collectGarbage")
    return send("Runtime.getHeapUsage")["usedSize"] / 1e6


class _Worker:
    """The page's worker, asked by way of the page."""

    def __init__(self, page: Page, session: CDPSession):
        self._page, self._session = page, session
        self._answers: dict[int, Any] = {}
        self._calls = 0
        session.on(
            "Target.attachedToTarget", lambda event: setattr(self, "_id", event["sessionId"])
        )
        session.on("Target.receivedMessageFromTarget", lambda event: self._hear(event["message"]))
        attach = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
        session.send("Target.setAutoAttach", attach)

    def send(self, method: str) -> Any:
        self._calls += 1
        message = json.dumps({"id": self._calls, "method": method})
        self._session.send(
            "Target.sendMessageToTarget", {"sessionId": self._id, "message": message}
        )
        until(self._page, lambda: self._calls in self._answers)
        return self._answers.pop(self._calls)

    def _hear(self, message: str) -> None:
        answer = json.loads(message)
        self._answers[answer.get("id", 0)] = answer.get("result")


if __name__ == "__main__":
    sys.exit(main())
