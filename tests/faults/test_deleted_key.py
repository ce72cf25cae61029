"""Someone deletes the board's API key: the page says what the server was told."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.faults.sync_proxy import always

pytestmark = pytest.mark.browser


def test_a_page_says_that_the_key_is_refused_and_who_can_mend_it(
    start_line: Any, browser: Any, stack: Any
) -> None:
    line = start_line()
    context = browser.new_context()
    stack.callback(context.close)
    page = context.new_page()
    line.proxy.choose = always("401")
    page.goto(line.server.url)
    expect(page.locator("#line")).to_have_attribute("data-state", "refused", timeout=15_000)
    expect(page.locator("#advice")).to_contain_text("TWILIO_API_KEY")
