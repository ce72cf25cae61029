"""Those who only look: the SDK in Node, and the page in Chromium, each as tasks by column."""

import json
import subprocess
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import find
from tests.conftest import BROWSER_FLAGS
from tests.faults.servers import wait_until

Cards = dict[str, list[tuple[int, str]]]
READ = """() => Object.fromEntries([...document.querySelectorAll('ol[data-list]')].map((list) => [
  list.dataset.list,
  [...list.querySelectorAll('.card[data-id]')].map((card) => [
    Number(card.dataset.id), card.querySelector('.name').textContent,
  ]),
]))"""


def cards_of(tasks: list[dict[str, Any]]) -> Cards:
    """Give what a page must show of these tasks, which are in board order."""
    cards: Cards = {"todo": [], "doing": [], "done": []}
    for task in tasks:
        cards[task["list"]].append((task["id"], task["name"]))
    return cards


class NodeClient:
    """The official SDK, following the List of tasks from a Node process."""

    def __init__(self, url: str, folder: Path):
        self._log = (folder / "node.log").open("wb")
        self._process = subprocess.Popen(
            ["node", str(Path(__file__).with_name("sdk_client.mjs")), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._say() == "ready\n", (folder / "node.log").read_text()

    def cards(self) -> Cards:
        """Give what it holds, in board order."""
        assert self._process.stdin
        print(file=self._process.stdin, flush=True)
        items = json.loads(self._say())
        tasks = [{"id": int(index), **data} for index, data in items.items()]
        return cards_of(sorted(tasks, key=lambda task: (task["position"], task["id"])))

    def _say(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()
        self._log.close()


class BrowserPage:
    """The page itself, in a window of its own."""

    def __init__(self, browser: Browser, url: str):
        self._context = browser.new_context()
        self.page: Page = self._context.new_page()
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(url)
        self.page.locator("#line[data-state=live]").wait_for(timeout=30_000)
        self.page.on("framenavigated", lambda _: self.errors.append("the page was loaded again"))

    def cards(self) -> Cards:
        """Give what is shown."""
        shown = self.page.evaluate(READ)
        return {column: [(id, name) for id, name in cards] for column, cards in shown.items()}

    def close(self) -> None:
        self._context.close()


def open_browser(stack: ExitStack) -> Browser:
    """Start Chromium; the stack ends it."""
    path = find()
    playwright = stack.enter_context(sync_playwright())
    browser = playwright.chromium.launch(executable_path=path, args=BROWSER_FLAGS)
    stack.callback(browser.close)
    return browser


def wait_for_cards(watcher: Any, wanted: Cards, seconds: float) -> None:
    """Wait until a watcher shows exactly this. Raises AssertionError with the difference."""
    try:
        wait_until(lambda: watcher.cards() == wanted, seconds)
    except AssertionError:
        shown = watcher.cards()
        for column in wanted:
            assert shown[column] == wanted[column], f"{type(watcher).__name__}, {column}"
        raise
