"""Two thousand cards. The caps are five times the numbers that `make bench` reports against."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from playwright.sync_api import expect

from tests.browser.hands import card, carry_below, grab, release, until, wait_live

pytestmark = pytest.mark.browser
MANY = 2000
COLUMNS = ("todo", "doing", "done")
TIMES = """window.__times = {};
new MutationObserver((_, observer) => {
  if (!document.querySelector('.card')) return;
  __times.first = performance.now();
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});"""


@pytest.fixture(scope="module")
def crowded(server):
    """A board of 2,000 tasks, written straight into Sync."""
    server.clear()

    def put(n: int) -> None:
        place = {"list": COLUMNS[n % 3], "position": f"b{n:02d}V" if n < 100 else f"d{n:04d}V"}
        server.put_item({"name": f"task-{n}", "key": f"k{n}", "op": f"k{n}", **place})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, range(MANY)))
    return server


def main_thread_seconds(session) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "TaskDuration")


def test_two_thousand_cards_are_read_moved_and_dragged(crowded, new_page):
    page = new_page()
    page.add_init_script(TIMES)
    page.goto(crowded.url)
    wait_live(page, 60_000)
    expect(page.locator(".card")).to_have_count(MANY)
    assert page.evaluate("__times.first") < 5000
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    assert seconds_per_remote_change(crowded, page, session) < 5 * 0.016
    assert seconds_per_pointer_move(page, session) < 5 * 0.020


def seconds_per_remote_change(board, page, session, times: int = 10) -> float:
    tasks = board.call("GET", "/tasks")["tasks"][:times]
    begin = main_thread_seconds(session)
    for task in tasks:
        board.change(task["id"], list="done", at="top")
    until(
        page,
        lambda: page.locator('ol[data-list="done"] .name').first.inner_text() == tasks[-1]["name"],
    )
    return (main_thread_seconds(session) - begin) / times


def seconds_per_pointer_move(page, session, times: int = 40) -> float:
    name = page.locator('ol[data-list="todo"] .name').first.inner_text()
    grab(page, name)
    box = page.locator('ol[data-list="doing"]').bounding_box()
    begin = main_thread_seconds(session)
    for n in range(times):
        page.mouse.move(box["x"] + 100, box["y"] + 40 + (n * 37) % 400)
    spent = (main_thread_seconds(session) - begin) / times
    carry_below(
        page, page.locator('ol[data-list="doing"] .card:not(.ghost) .name').nth(2).inner_text()
    )
    release(page)
    expect(page.locator(".pending")).to_have_count(0)
    expect(card(page, name)).to_be_visible()
    return spent
