"""Our page in Chromium beside a bare page that only reads the List with the SDK, by board size."""

import asyncio
import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from string import Template
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.chromium import find
from tests.conftest import BROWSER_FLAGS

from .figures import Figures
from .loads import LOAD_SECONDS, Chromium
from .processes import free_port
from .targets import Board
from .writers import HttpWriter

SIZES = {100: 3, 1000: 4, 2000: 2, 5000: 2}  # tasks, and how often each page is loaded in a round
COLUMNS = ("todo", "doing", "done")
FILLERS = 8
CHANGES, CHANGE_GAP_SECONDS = 10, 0.1
POINTER_MOVES = 40
SIZES_OF_FILES = """performance.getEntries()
    .filter((one) => one.encodedBodySize).map((one) => [one.name, one.encodedBodySize])"""
HERE = Path(__file__).parent


class PageBoard(Board):
    """Our server; a page of another origin, the bare one, may use it too."""

    def __init__(self, folder: Path, friend: str) -> None:
        self._friend = friend
        super().__init__(folder)

    def environment(self, port: int) -> dict[str, str]:
        return {**super().environment(port), "KANBAN_CORS_ORIGINS": self._friend}

    @property
    def address(self) -> str:
        """Give where its page is."""
        return f"http://127.0.0.1:{self.process.port}"

    async def fill(self, size: int) -> None:
        """Make what is missing of the tasks, a third in each column."""

        async def fill() -> None:
            writer = await HttpWriter(self.process.port).open()
            while names:
                number = names.pop()
                body = {"name": f"Task number {number} of many", "list": COLUMNS[number % 3]}
                await writer.call("POST", "/tasks", body)
            writer.close()

        writer = await HttpWriter(self.process.port).open()
        there = len((await writer.call("GET", "/tasks"))["tasks"])
        writer.close()
        names = list(range(size - there))
        await asyncio.gather(*(fill() for _ in range(FILLERS)))


async def measure(figures: Figures, folder: Path, turn: int, scale: float) -> None:
    """Measure all sizes once; beyond 2,000 tasks in the first round alone."""
    chromium = Chromium(folder / "chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find(), args=BROWSER_FLAGS)
        for size, loads in SIZES.items():
            if size > 2000 and turn:
                continue
            async with _bare_page() as bare:
                board = PageBoard(folder / f"page {size}", bare.address)
                bare.board = board.address
                try:
                    await board.fill(size)
                    await _measure_loads(figures, chromium, bare, size, max(1, int(loads * scale)))
                    await _measure_work(figures, browser, board, size)
                finally:
                    board.process.stop()
        await browser.close()
    chromium.process.stop()


class BarePage:
    """Serves bare.html at an address of its own. board: the address that it reads from."""

    def __init__(self) -> None:
        self.port = free_port()
        self.board = ""

    @property
    def address(self) -> str:
        """Give where it is."""
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer any one request with the page."""
        await reader.readuntil(b"\r\n\r\n")
        html = Template((HERE / "bare.html").read_text()).substitute(board=self.board).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(html)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + html)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def _bare_page() -> AsyncIterator[BarePage]:
    bare = BarePage()
    server = await asyncio.start_server(bare.answer, "127.0.0.1", bare.port)
    try:
        yield bare
    finally:
        server.close()


async def _measure_loads(
    figures: Figures, chromium: Chromium, bare: BarePage, size: int, loads: int
) -> None:
    """Load both pages by turns, each with an empty cache."""
    times: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(loads):
        for title, address in (("ours", bare.board), ("bare", bare.address)):
            moments = await chromium.load(address, _watch(size))
            if moments["count"] != size:
                raise RuntimeError(f"{address} shows {moments['count']} tasks, not {size}")
            times[title].append(moments)
    for title, some in times.items():
        for moment in ("first", "all", "read"):
            values = [one[moment] for one in some]
            figures.add_samples(f"page {moment} {size}", title, values, 0.0)
        values = [one["first"] - one["connected"] for one in some]
        figures.add_samples(f"page connected to first {size}", title, values, 0.0)


def _watch(size: int) -> str:
    return (HERE / "watch.js").read_text().replace("$size", str(size))


async def _measure_work(figures: Figures, browser: Browser, board: PageBoard, size: int) -> None:
    """Weigh the page, and measure what its main thread does for changes and pointer moves."""
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(board.address)
    await page.wait_for_selector('#line[data-state="live"]', timeout=LOAD_SECONDS * 1000)
    for part, weight in (await _weigh(page)).items():
        figures.add(f"page kB of {part}", str(size), weight / 1000)
    wire = await page.context.new_cdp_session(page)
    await wire.send("Performance.enable")
    await _note_work(figures, f"remote change {size}", wire, _change(page, board))
    await _note_work(figures, f"pointer move {size}", wire, _drag(page))
    await page.close()


async def _weigh(page: Page) -> Counter[str]:
    """Give the bytes that page and worker loaded: files, tasks, and headers, asked again."""
    bytes_of: Counter[str] = Counter()
    for place in (page, *page.workers):
        for address, size in await place.evaluate(SIZES_OF_FILES):
            bytes_of["tasks" if address.endswith("/tasks") else "files"] += size
            with urllib.request.urlopen(address) as answer:
                heads = (f"{name}: {value}\r\n" for name, value in answer.headers.items())
                bytes_of["headers"] += sum(map(len, heads))
    return bytes_of


async def _note_work(figures: Figures, figure: str, wire: CDPSession, doing: Any) -> None:
    """Note the main thread's ms, in all and in scripts alone, for each thing done."""
    before = await _metrics(wire)
    times = await doing
    after = await _metrics(wire)
    for metric, title in (("TaskDuration", "in all"), ("ScriptDuration", "scripts")):
        figures.add(figure, title, (after[metric] - before[metric]) / times * 1000)


async def _metrics(wire: CDPSession) -> dict[str, float]:
    answer = await wire.send("Performance.getMetrics")
    return {one["name"]: one["value"] for one in answer["metrics"]}


async def _change(page: Page, board: PageBoard) -> int:
    """Move tasks, as another person, from a column's end to the top of another; give how many."""
    writer = await HttpWriter(board.process.port).open()
    tasks = (await writer.call("GET", "/tasks"))["tasks"]
    moved = [task for task in tasks if task["list"] == "todo"][-CHANGES:]
    for task in moved:
        body = {"list": "done", "at": "top"}
        await writer.call("PATCH", f"/tasks/{task['id']}", body)
        await asyncio.sleep(CHANGE_GAP_SECONDS)
    top = f'ol[data-list="done"] .card:first-child[data-id="{moved[-1]["id"]}"]'
    await _until(page, f"document.querySelector('{top}')")
    for task in moved:
        body = {"list": "todo", "at": "bottom"}
        await writer.call("PATCH", f"/tasks/{task['id']}", body)
        await asyncio.sleep(CHANGE_GAP_SECONDS)
    await _until(page, f"!document.querySelector('{top}')")
    writer.close()
    return 2 * len(moved)


async def _until(page: Page, expression: str) -> None:
    """Wait; a locator's own waiting would cost the page a look in every frame."""
    while not await page.evaluate(f"!!({expression})"):
        await asyncio.sleep(0.05)


async def _drag(page: Page) -> int:
    """Lift a card and carry it over another column; give the number of moves."""
    card = await page.locator('ol[data-list="todo"] .card').first.bounding_box()
    target = await page.locator('ol[data-list="doing"]').bounding_box()
    assert card
    assert target
    await page.mouse.move(card["x"] + 60, card["y"] + card["height"] / 2)
    await page.mouse.down()
    for number in range(POINTER_MOVES):
        await page.mouse.move(target["x"] + 100, target["y"] + 40 + (number * 37) % 400)
    if not await page.evaluate("document.documentElement.classList.contains('dragging')"):
        raise RuntimeError("the card is not dragged")
    await page.keyboard.press("Escape")
    await page.mouse.up()
    return POINTER_MOVES
