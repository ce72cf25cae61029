"""What other browsers than the one of these tests do another way."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import card, grab, hover_end, middle, release, see
from tests.browser.test_edit import edit, editor

pytestmark = pytest.mark.browser
SAFARI = "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 Version/18.5 Safari/605.1.15"
NO_FIELD_SIZING = """() => {
  const supports = CSS.supports.bind(CSS);
  CSS.supports = (property, value) => property !== 'field-sizing' && supports(property, value);
  document.styleSheets[0].insertRule('textarea { field-sizing: fixed !important }');
}"""


def test_escape_puts_a_dragged_card_back_in_safari(board, new_page):
    page = board.open(new_page(user_agent=SAFARI))
    board.fill(todo="a", doing="x")
    grab(page, "a")
    hover_end(page, "doing")
    page.keyboard.press("Escape")
    expect(page.locator("html.dragging")).not_to_be_attached()
    release(page)
    see(page, todo="a", doing="x")


def test_the_editor_grows_where_css_does_not_do_it(board, page):
    page.evaluate(NO_FIELD_SIZING)
    board.fill(todo="a")
    edit(page, "a", "long " * 40)
    needed, has = editor(page).evaluate("(area) => [area.scrollHeight, area.clientHeight]")
    assert has == needed > 60


def test_a_lifted_card_stays_under_the_pointer(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    before = card(page, "a").bounding_box()
    x, y = middle(card(page, "a").locator(".name"))
    grab(page, "a")
    page.mouse.move(x + 700, y + 400, steps=5)
    lifted = page.locator(".lifted").bounding_box()
    release(page)
    assert abs(lifted["x"] - before["x"] - 700) < 8
    assert abs(lifted["y"] - before["y"] - 400) < 8
