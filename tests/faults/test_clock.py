"""This machine's clock is off, seen from Sync: what ten minutes do, and what is said of hours."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.faults.servers import Emulator, Server

pytestmark = pytest.mark.browser


@pytest.fixture
def open_page(tmp_path: Path, start_server: Any, browser: Any, stack: Any) -> Any:
    """Start a Sync whose clock is so many seconds ahead, and a board on it; open the page."""

    def start(seconds: float) -> tuple[Server, Page]:
        sync = Emulator(tmp_path / "sync", clock_off=seconds)
        stack.callback(sync.stop)
        server = start_server(**sync.variables)
        context = browser.new_context()
        stack.callback(context.close)
        page = context.new_page()
        page.goto(server.url)
        return server, page

    return start


@pytest.mark.parametrize("minutes", [-10, 10])
def test_ten_minutes_stop_nobody(open_page: Any, minutes: int) -> None:
    server, page = open_page(minutes * 60)
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=15_000)
    task = server.add("in time")
    expect(page.locator(".card .name")).to_have_text("in time")
    taken = server.call("PUT", f"/tasks/{task['id']}/lease", {"activity": "editing"})
    assert taken.status_code == 200
    refused = server.call("PATCH", f"/tasks/{task['id']}", {"name": "another"})
    assert refused.status_code == 423
    expect(page.locator(".card")).to_contain_text("script")


@pytest.mark.parametrize("hours", [-3, 3])
def test_hours_are_said_on_the_page_with_what_to_do(open_page: Any, hours: int) -> None:
    server, page = open_page(hours * 3600)
    expect(page.locator("#line")).to_have_attribute("data-state", "refused", timeout=15_000)
    expect(page.locator("#advice")).to_contain_text("make doctor")
    assert server.add("all the same")["name"] == "all the same"
