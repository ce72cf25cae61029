"""Windows of all sizes: low ones, narrow ones, and what stands at their feet."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, middle, see, until, wait_live
from tests.browser.test_history import rename
from tests.browser.test_keys import press
from tests.browser.test_pending import refuse
from tests.browser.test_touch import PHONE, Finger

pytestmark = pytest.mark.browser

MAGNIFIED = {"viewport": {"width": 320, "height": 200}}  # 1280 x 800 at 400 %
WIDE_SPACES = "* { line-height: 1.5; letter-spacing: .12em; word-spacing: .16em; }".replace(
    ";", " !important;"
)
LYING = PHONE | {"viewport": {"width": 844, "height": 390}}


def is_bare(place) -> bool:
    """Tell whether nothing lies over the middle of a thing."""
    return place.evaluate(
        "(one, [x, y]) => one.contains(document.elementFromPoint(x, y))", list(middle(place))
    )


def test_a_wheel_over_the_board_brings_the_top_of_a_low_page_back(board, new_page):
    board.fill(todo=" ".join(f"t{n}" for n in range(14)))
    page = board.open(new_page(**MAGNIFIED))
    page.evaluate("scrollTo(0, 200)")
    page.mouse.move(160, 100)

    def is_at_the_top():
        page.mouse.wheel(0, -400)
        return page.evaluate("scrollY") == 0

    until(page, is_at_the_top)


def test_a_finger_on_the_board_reaches_the_foot_of_a_lying_phone(board, new_page):
    page = board.open(new_page(**LYING))
    finger = Finger(page)
    field = page.locator(".column .add").first

    def is_at_the_foot():
        finger.down(200, 340)
        finger.slide(200, 120, steps=10)
        finger.up()
        box = field.bounding_box()
        return box["y"] + box["height"] <= 390

    until(page, is_at_the_foot)


@pytest.mark.parametrize("width", [320, 360, 390, 430, 640, 768, 1000, 1280, 2560])
def test_no_card_moves_when_the_line_is_cut(board, new_page, width):
    board.fill(todo="a")
    page = board.open(new_page(viewport={"width": width, "height": 844}))
    see(page, todo="a")
    before = card(page, "a").bounding_box()
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("retrying")
    assert card(page, "a").bounding_box() == before
    expect(page.locator("#advice")).to_be_in_viewport()
    page.context.set_offline(False)
    wait_live(page)


@pytest.mark.parametrize("width", [320, 360, 380, 390, 414, 480, 640, 768])
def test_the_line_is_whole_when_its_reader_sets_wide_spaces(board, new_page, width):
    """WCAG 1.4.12; and without them, the line takes no row of its own."""
    page = board.open(new_page(viewport={"width": width, "height": 844}, bypass_csp=True))
    title, line = page.locator("h1").bounding_box(), page.locator("#line").bounding_box()
    assert line["y"] < title["y"] + title["height"]
    page.add_style_tag(content=WIDE_SPACES)
    assert page.locator("#line").evaluate("(one) => one.scrollWidth <= one.clientWidth")


def test_a_narrow_window_says_all_of_the_line_s_words(board, new_page):
    page = board.open(new_page(**PHONE))
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("retrying")
    words = page.evaluate("getComputedStyle(document.querySelector('#advice'), '::before').content")
    assert page.locator("#line").inner_text() in words


@pytest.mark.parametrize("options", [{}, PHONE], ids=["wide", "phone"])
def test_a_notice_leaves_the_field_below_it_free_while_offline(board, new_page, options):
    board.fill(todo="a b")
    page = board.open(new_page(**options))
    see(page, todo="a b")
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_visible()
    card(page, "a").locator(".trash").click()
    expect(page.locator(".toast")).to_be_visible()
    for field in page.locator(".column .add input").all():
        field.scroll_into_view_if_needed()
        assert is_bare(field)


def test_an_error_does_not_cover_its_field_in_a_low_window(board, new_page):
    page = board.open(new_page(**MAGNIFIED))
    add(page, "x" * 600)
    expect(alert(page)).to_contain_text("600 characters")
    assert is_bare(page.locator("#new input"))


def test_a_notice_has_an_edge_where_colours_are_forced(board, new_page):
    board.fill(todo="a")
    page = board.open(new_page(forced_colors="active"))
    card(page, "a").locator(".trash").click()
    expect(page.locator(".toast")).to_have_css("border-top-style", "solid")


def test_a_low_window_shows_why_the_board_is_not_live(board, new_page):
    page = board.open(new_page(**LYING))
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_in_viewport(ratio=1)


def test_the_end_of_a_column_can_be_scrolled_from_under_notices_that_stay(board, new_page):
    board.fill(todo=" ".join(f"t{n}" for n in range(14)))
    page = board.open(new_page(viewport={"width": 360, "height": 640}))
    see(page, todo=" ".join(f"t{n}" for n in range(14)))
    refuse(page, "PATCH", 503)
    for name in ("t1", "t2"):
        rename(page, name, f"{name}-new")
        expect(page.locator(".lasting", has_text=f"'{name}'")).to_be_visible()
    page.locator("ol").first.evaluate("(list) => list.scrollTo(0, 1e6)")
    assert is_bare(card(page, "t13").locator(".menu"))


def test_many_notices_that_stay_leave_a_column_its_size_and_its_foot(board, new_page):
    names = [f"t{n}" for n in range(14)]
    board.fill(todo=" ".join(names))
    page = board.open(new_page(viewport={"width": 320, "height": 568}))
    see(page, todo=" ".join(names))
    cards = page.locator("ol").first
    before = cards.bounding_box()
    refuse(page, "PATCH", 503)
    for name in names[:6]:
        rename(page, name, f"{name}-new")
        expect(page.locator(".lasting", has_text=f"'{name}'")).to_be_attached()
    assert cards.bounding_box() == before
    cards.evaluate("(list) => list.scrollTo(0, 1e6)")
    assert is_bare(card(page, "t13").locator(".menu"))
    assert is_bare(page.locator(".column .add input").first)


def test_a_turned_phone_still_shows_what_a_notice_would_cover(board, new_page):
    board.fill(todo=" ".join(f"t{n}" for n in range(30)))
    page = board.open(new_page(viewport={"width": 844, "height": 500}))
    see(page, todo=" ".join(f"t{n}" for n in range(30)))
    refuse(page, "PATCH", 503)
    rename(page, "t1", "long " * 30)
    expect(page.locator(".lasting")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator("ol").first.evaluate("(list) => list.scrollTo(0, 1e6)")
    assert is_bare(card(page, "t29").locator(".menu"))


def test_what_has_the_focus_is_above_the_advice_in_a_low_window(board, new_page):
    board.fill(todo=" ".join(f"t{n}" for n in range(14)))
    page = board.open(new_page(viewport={"width": 640, "height": 300}))
    see(page, todo=" ".join(f"t{n}" for n in range(14)))
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_visible()
    for _ in range(14):
        press(page, "ArrowDown")
        assert is_bare(page.locator(".card:focus .name"))
    page.locator(".column .add input").first.focus()
    assert is_bare(page.locator(".column .add input").first)


@pytest.mark.parametrize("size", [(844, 390), (1280, 300), (320, 568)])
def test_two_long_names_can_be_told_apart_and_chosen_in_a_small_window(board, new_page, size):
    long = "a name that goes on and on " * 15
    task = board.add(long + "one")
    page = board.open(new_page(viewport={"width": size[0], "height": size[1]}))
    page.locator(".card").focus()
    press(page, "e", "End", "Backspace", "Backspace", "Backspace")
    page.keyboard.type("six")
    board.replace_item(task, {"name": long + "two", "list": "todo"})
    board.add("seen", "doing")
    see(page, doing="seen")
    press(page, "Enter")
    expect(page.locator("mark")).to_have_text(["six", "two"])
    for part in ("mark >> nth=0", "button >> nth=0", "button >> nth=1"):
        assert is_bare(page.locator("dialog").locator(part))


@pytest.mark.parametrize(("mine", "theirs"), [("a  b", "a b"), ("a b", "a  b"), ("né", "ne")])
def test_names_that_hardly_differ_can_be_told_apart(board, page, mine, theirs):
    task = board.add("name")
    page.locator(".card").focus()
    press(page, "e")
    page.keyboard.insert_text(mine)
    board.replace_item(task, {"name": theirs, "list": "todo"})
    board.add("seen", "doing")
    see(page, doing="seen")
    press(page, "Enter")
    marks = page.locator("mark:not(:empty)")
    assert max(mark.bounding_box()["width"] for mark in marks.all()) > 2


def test_a_field_can_be_seen_above_a_notice_that_stays_in_a_low_window(board, new_page):
    board.fill(todo="t1")
    page = board.open(new_page(**LYING))
    see(page, todo="t1")
    refuse(page, "PATCH", 503)
    rename(page, "t1", "new")
    expect(page.locator(".lasting")).to_be_visible()
    page.evaluate("scrollTo(0, 1e6)")
    assert is_bare(page.locator(".column .add input").nth(1))
