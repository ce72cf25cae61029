"""Two thousand cards. `make bench` measures the numbers; here are caps of five times as much.

Counted is what the page's process computes; a drag's cap is doubled, as without a graphics card
the painting is computed there too.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Servers
from tests.browser.hands import card, carry_below, grab, release, wait_live
from tests.browser.heap import fill

pytestmark = [pytest.mark.browser, pytest.mark.long]
MANY = 2000
COUNT_IN_EACH_FRAME = """
    window.counts = [];
    const look = () => {
        counts.push(document.querySelectorAll('.card').length);
        requestAnimationFrame(look);
    };
    look();
"""


@pytest.fixture(scope="module")
def crowded(tmp_path_factory):
    """A board of 2,000 tasks, written straight into Sync; no other test has to clear it."""
    servers = Servers()
    board = servers.start(tmp_path_factory.mktemp("crowd"))
    fill(board, MANY)
    board.call("GET", "/tasks")  # or pages are given at first what it read lately: an empty board
    yield board
    servers.stop()


def cpu_seconds(browser) -> float:
    """Give what the busiest page's process has computed so far, however busy the machine is."""
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return max(one["cpuTime"] for one in processes if one["type"] == "renderer")


def test_two_thousand_cards_are_read_moved_and_dragged(crowded, browser, new_page):
    page = new_page()
    page.goto(crowded.url)
    wait_live(page, 60_000)
    expect(page.locator(".card")).to_have_count(len(crowded.call("GET", "/tasks")["tasks"]))
    assert seconds_per_remote_change(crowded, page, browser) < 5 * 0.016
    assert seconds_per_pointer_move(page, browser) < 2 * 5 * 0.020


def test_a_crowded_board_is_drawn_part_by_part(crowded, new_page):
    page = new_page()
    page.add_init_script(COUNT_IN_EACH_FRAME)
    page.route("**/worker.js", lambda route: None)
    page.goto(crowded.url)
    shown = len(crowded.call("GET", "/tasks")["tasks"])
    expect(page.locator(".card")).to_have_count(shown, timeout=60_000)
    counts = page.evaluate("counts")
    assert max(after - before for before, after in pairwise(counts)) == 3 * 100


def test_a_crowded_board_comes_back_part_by_part_when_the_filter_is_cleared(crowded, new_page):
    page = crowded.open(new_page())
    shown = len(crowded.call("GET", "/tasks")["tasks"])
    expect(page.locator(".card")).to_have_count(shown, timeout=60_000)
    page.locator("#filter").fill("no such name")
    expect(page.locator(".card")).to_have_count(0)
    page.evaluate(COUNT_IN_EACH_FRAME)
    page.keyboard.press("Escape")
    expect(page.locator(".card")).to_have_count(shown, timeout=60_000)
    counts = page.evaluate("counts")
    assert max(after - before for before, after in pairwise(counts)) <= 3 * 100


def test_nothing_written_while_the_page_loads_is_missed(crowded, new_page):
    page = new_page()
    before = len(crowded.call("GET", "/tasks")["tasks"])
    with ThreadPoolExecutor(1) as writer:
        writing = writer.submit(lambda: [crowded.add(f"late-{n}") for n in range(100)])
        page.goto(crowded.url)
        writing.result()
    expect(page.locator(".card")).to_have_count(before + 100, timeout=60_000)


def seconds_per_remote_change(board, page, browser, times: int = 10) -> float:
    tasks = board.call("GET", "/tasks")["tasks"][:times]
    begin = cpu_seconds(browser)
    for task in tasks:
        board.change(task["id"], list="done", at="top")
    first = page.locator('ol[data-list="done"] .name').first
    expect(first).to_have_text(tasks[-1]["name"], timeout=10_000)
    return (cpu_seconds(browser) - begin) / times


def seconds_per_pointer_move(page, browser, times: int = 40) -> float:
    name = page.locator('ol[data-list="todo"] .name').first.inner_text()
    grab(page, name)
    box = page.locator('ol[data-list="doing"]').bounding_box()
    begin = cpu_seconds(browser)
    for n in range(times):
        page.mouse.move(box["x"] + 100, box["y"] + 40 + (n * 37) % 400)
    spent = (cpu_seconds(browser) - begin) / times
    carry_below(
        page, page.locator('ol[data-list="doing"] .card:not(.ghost) .name').nth(2).inner_text()
    )
    release(page)
    expect(page.locator(".pending")).to_have_count(0)
    expect(card(page, name)).to_be_visible()
    return spent
