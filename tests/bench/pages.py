"""Our page in Chromium beside a bare page that only reads the List with the SDK, by board size."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from string import Template
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Page, async_playwright

from tests.chromium import find
from tests.conftest import BROWSER_FLAGS

from .figures import Figures
from .processes import free_port
from .targets import Board
from .writers import HttpWriter

SIZES = {100: 3, 1000: 4, 2000: 1, 5000: 1}  # tasks, and how often each page is loaded in a round
COLUMNS = ("todo", "doing", "done")
FILLERS = 8
LOAD_SECONDS = 60
CHANGES, CHANGE_GAP_SECONDS = 10, 0.1
POINTER_MOVES = 40
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
                    await _measure_loads(figures, browser, bare, size, max(1, int(loads * scale)))
                    await _measure_work(figures, browser, board, size)
                finally:
                    board.process.stop()
        await browser.close()


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
    figures: Figures, browser: Browser, bare: BarePage, size: int, loads: int
) -> None:
    """Load both pages by turns, each with an empty cache."""
    times: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
    for _ in range(loads):
        for title, address in (("ours", bare.board), ("bare", bare.address)):
            async with _context(browser, size) as context:
                times[title].append(await _load(await context.new_page(), address, size))
    for title, some in times.items():
        for moment in ("first", "all"):
            values = [one[moment] for one in some]
            figures.add_samples(f"page {moment} {size}", title, values, 0.0)
        values = [one["first"] - one["connected"] for one in some]
        figures.add_samples(f"page connected to first {size}", title, values, 0.0)


@asynccontextmanager
async def _context(browser: Browser, size: int) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    watch = (HERE / "watch.js").read_text().replace("$size", str(size))
    await context.add_init_script(watch)
    yield context
    await context.close()


async def _load(page: Page, address: str, size: int) -> dict[str, float]:
    """Give the moments of one load, in ms since the navigation."""
    await page.goto(address)
    deadline = time.monotonic() + LOAD_SECONDS
    moments: dict[str, float] = {}
    while "all" not in moments:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{address} does not show {size} tasks: {moments}")
        await asyncio.sleep(0.05)
        moments = await page.evaluate("bench")
    if moments["count"] != size:
        raise RuntimeError(f"{address} shows {moments['count']} tasks, not {size}")
    return moments


async def _measure_work(figures: Figures, browser: Browser, board: PageBoard, size: int) -> None:
    """Weigh the page, and measure what its main thread does for changes and pointer moves."""
    async with _context(browser, size) as context:
        page = await context.new_page()
        wire = await context.new_cdp_session(page)
        heads, files = await _weigh(wire, _load(page, board.address, size))
        figures.add("page kB", str(size), files / 1000)
        figures.add("page kB of headers", str(size), heads / 1000)
        await page.wait_for_selector('#line[data-state="live"]')
        await wire.send("Performance.enable")
        await _note_work(figures, f"remote change {size}", wire, _change(page, board))
        await _note_work(figures, f"pointer move {size}", wire, _drag(page))


async def _weigh(wire: CDPSession, loading: Any) -> tuple[int, int]:
    """Give the bytes that came over the wire while loading, of headers and of bodies."""
    heads: dict[str, int] = {}
    files: dict[str, int] = {}

    def begun(event: Any) -> None:
        heads[event["requestId"]] = event["response"]["encodedDataLength"]

    def ended(event: Any) -> None:
        files[event["requestId"]] = event["encodedDataLength"]

    wire.on("Network.responseReceived", begun)
    wire.on("Network.loadingFinished", ended)
    await wire.send("Network.enable")
    await loading
    await wire.send("Network.disable")
    sent = [request for request, length in files.items() if length]  # not what is in the page
    head = sum(heads[request] for request in sent)
    return head, sum(files[request] for request in sent) - head


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
    top = page.locator(f'ol[data-list="done"] .card:first-child[data-id="{moved[-1]["id"]}"]')
    await top.wait_for()
    for task in moved:
        body = {"list": "todo", "at": "bottom"}
        await writer.call("PATCH", f"/tasks/{task['id']}", body)
        await asyncio.sleep(CHANGE_GAP_SECONDS)
    await top.wait_for(state="detached")
    writer.close()
    return 2 * len(moved)


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
