"""Small things that people stumbled over."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, card, see, settle, until
from tests.browser.test_touch import PHONE

pytestmark = pytest.mark.browser


def test_only_the_newest_step_offers_undo(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    undo = page.locator(".toast button", has_text="Undo")
    for name in "ab":
        card(page, name).hover()
        card(page, name).locator(".trash").click()
        expect(page.locator(".toast", has_text=f"Deleted '{name}'")).to_be_visible()
        expect(undo).to_have_count(1)
    add(page, "d")
    expect(undo).to_have_count(0)
    card(page, "d").locator(".trash").click()
    undo.click()
    see(page, todo="c d")
    card(page, "c").locator(".trash").click()
    expect(undo).to_have_count(1)
    page.keyboard.press("Control+z")
    see(page, todo="c d")
    expect(undo).to_have_count(0)
