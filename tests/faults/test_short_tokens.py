"""Tokens that live for seconds: renewed in time, and not more often than that."""

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.faults.line import NOTE_STATES
from tests.faults.servers import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.long]
LIFE_SECONDS = 9


def test_a_token_is_renewed_before_its_end_and_not_at_once(
    start_server: Any, browser: Any, stack: Any
) -> None:
    server = start_server(TOKEN_SECONDS=str(LIFE_SECONDS))
    context = browser.new_context()
    stack.callback(context.close)
    page, asked = context.new_page(), []

    def note(request: Any) -> None:
        if request.url.endswith("/token"):
            asked.append(time.monotonic())

    page.on("request", note)
    page.goto(server.url)
    expect(page.locator("#line")).to_have_attribute("data-state", "live", timeout=15_000)
    page.evaluate(NOTE_STATES)
    wait_until(lambda: page.evaluate("states") and len(asked) >= 4)
    assert asked[3] - asked[0] > 1.5 * LIFE_SECONDS
    assert set(page.evaluate("states")) == {"live"}
