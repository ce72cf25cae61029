"""What a stranger stumbles over: long names, foreign scripts, small windows, thick fingers."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import card, middle, see
from tests.browser.test_touch import PHONE

pytestmark = pytest.mark.browser
STILL_AT_THE_START = """() => {
  const { animate } = Element.prototype;
  Element.prototype.animate = function (...how) {
    const slide = animate.apply(this, how);
    slide.pause();
    return slide;
  };
}"""
LONG = "many words in a name " * 20
HEBREW = "\u05e9\u05dc\u05d5\u05dd"


@pytest.mark.parametrize("options", [{}, PHONE], ids=["mouse", "finger"])
def test_a_long_name_shows_four_whole_lines(board, new_page, options):
    board.add(LONG)
    name = board.open(new_page(**options)).locator(".name")
    expect(name).to_be_visible()
    lines = "parseFloat(getComputedStyle(one).lineHeight)"
    assert name.evaluate(f"(one) => one.clientHeight <= 4 * {lines} + 1")
    assert name.evaluate("(one) => one.scrollHeight > one.clientHeight")


@pytest.mark.parametrize("width", [390, 768])
def test_who_i_am_is_told_in_a_small_window(board, new_page, width):
    page = board.open(new_page(viewport={"width": width, "height": 700}))
    expect(page.locator("#who")).to_be_in_viewport(ratio=1)
    who = page.locator("#who").text_content()
    assert page.locator("#who").bounding_box()["width"] > 40
    page.get_by_role("button", name="help").click()
    expect(page.get_by_role("dialog")).to_contain_text(f"You are {who}.")


def begins_right(place) -> bool:
    return place.evaluate(
        """(one) => {
            const range = document.createRange();
            range.selectNodeContents(one);
            const [text, box] = [range.getBoundingClientRect(), one.getBoundingClientRect()];
            return box.right - text.right < 3 && text.left - box.left > 20;
        }"""
    )


def test_a_hebrew_name_begins_at_the_right(board, page):
    board.add(HEBREW)
    expect(card(page, HEBREW)).to_be_visible()
    assert begins_right(card(page, HEBREW).locator(".name"))


@pytest.mark.parametrize("field", ["#new input", "#filter", ".editor textarea"])
def test_hebrew_is_typed_from_the_right(board, page, field):
    board.add("a")
    card(page, "a").locator(".name").dblclick()
    page.locator(field).fill(HEBREW)
    assert page.locator(field).evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    page.locator(field).fill("a")


@pytest.mark.parametrize("width", [700, 768, 900])
def test_three_columns_fit_a_tablet(board, new_page, width):
    page = board.open(new_page(viewport={"width": width, "height": 900}))
    assert page.evaluate("board.scrollWidth <= board.clientWidth")


def test_fingers_find_targets_forty_pixels_high(board, new_page):
    board.fill(todo="a")
    page = board.open(new_page(**PHONE))
    see(page, todo="a")
    card(page, "a").locator(".menu").tap()
    sizes = page.evaluate(
        """[...document.querySelectorAll('button')].filter((one) => one.offsetParent)
        .map((one) => one.getBoundingClientRect())
        .map(({width, height}) => [height, width])"""
    )
    assert min(height for height, _ in sizes) >= 40
    assert min(width for _, width in sizes) >= 32


def test_the_last_card_is_not_cut_off_while_it_slides(board, page):
    ids = board.fill(todo="a b c")
    see(page, todo="a b c")
    page.evaluate(STILL_AT_THE_START)
    board.remove(ids["a"])
    see(page, todo="b c")
    seen = "([x, y]) => document.elementFromPoint(x, y)?.textContent"
    assert page.evaluate(seen, middle(card(page, "c").locator(".name"))) == "c"


@pytest.mark.parametrize("size", [(320, 256), (568, 250), (667, 300)])
def test_in_a_low_window_all_can_be_reached(board, new_page, size):
    board.fill(todo="a b c d e")
    page = board.open(new_page(viewport=dict(zip(("width", "height"), size, strict=True))))
    card(page, "a").locator(".name").dblclick()
    page.locator("h1").hover()
    page.mouse.wheel(0, 1000)
    expect(page.locator("section input").first).to_be_in_viewport(ratio=1)
    page.locator("ol").first.hover()
    page.mouse.wheel(0, -30)  # the page follows where the list has nothing to scroll
    expect(page.get_by_role("button", name="Save")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("word", ["Qualitätssicherung", "supercalifragilisticexpialidocious"])
def test_the_menu_of_long_column_names_fits(servers, tmp_path, new_page, word):
    board = servers.start(tmp_path, KANBAN_COLUMNS=f"todo,{word}")
    board.add("a")
    page = board.open(new_page(viewport={"width": 320, "height": 600}))
    card(page, "a").locator(".menu").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("dialog.scrollWidth <= dialog.clientWidth")


def test_what_an_empty_column_says_covers_neither_its_name_nor_an_editor(
    servers, tmp_path, new_page
):
    board = servers.start(tmp_path, KANBAN_COLUMNS="todo,waiting for an answer of somebody,done")
    page = board.open(new_page(viewport={"width": 800, "height": 600}))
    second = page.locator("section").nth(1)
    name, note = second.locator("h2").bounding_box(), second.locator(".empty").bounding_box()
    assert name["height"] > 30
    assert note["y"] >= name["y"] + name["height"]
    board.add("a")
    card(page, "a").locator(".name").dblclick()
    page.keyboard.type("half")
    page.locator("#filter").fill("zzz")
    expect(page.locator("#hits")).to_have_text("0 of 1")
    expect(page.locator(".editor")).to_be_visible()
    expect(page.locator("section").first.locator(".empty")).to_be_hidden()
