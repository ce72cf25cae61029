"""What a person presses is what they meant: nothing slides away under a press."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import card, middle, see, until
from tests.browser.test_history import rename
from tests.browser.test_keys import press
from tests.browser.test_touch import PHONE

pytestmark = pytest.mark.browser
STORY = "story " * 79 + "end"


def edit_first(page: Page) -> None:
    card(page, "a").locator(".name").dblclick()
    expect(page.locator(".editor")).to_be_visible()


def unfold_first(page: Page) -> None:
    long_name(page).click()
    expect(long_name(page)).not_to_have_css("-webkit-line-clamp", "4")


def long_name(page: Page) -> Locator:
    return page.locator(".long .name")


@pytest.fixture(params=[edit_first, unfold_first], ids=["editor", "long name"])
def tall(request, board, page) -> Page:
    """A page where something tall stands above the cards, and could fold when it is left."""
    board.add(STORY)
    board.fill(todo="a b c d e")
    see(page, doing="")
    expect(page.locator(".card")).to_have_count(6)
    request.param(page)
    return page


def test_a_press_on_a_bin_deletes_that_card(tall):
    card(tall, "c").locator(".trash").click()
    expect(card(tall, "c")).to_have_count(0)
    expect(card(tall, "d")).to_be_visible()
    expect(tall.locator(".editor")).to_have_count(0)


def test_a_press_on_the_dots_opens_the_menu_of_that_card(tall):
    card(tall, "c").locator(".menu").click()
    expect(tall.get_by_role("dialog")).to_contain_text("Move 'c'")


def test_a_double_click_edits_that_card(tall):
    card(tall, "c").locator(".name").dblclick()
    expect(tall.locator(".editor textarea")).to_have_value("c")


def test_a_tap_does_to_a_card_what_it_says_though_an_editor_above_is_left(board, new_page):
    board.fill(todo="a b c d")
    page = board.open(new_page(**PHONE))
    card(page, "a").locator(".menu").tap()
    page.get_by_role("button", name="Edit").tap()
    expect(page.locator(".editor")).to_be_visible()
    card(page, "c").locator(".trash").tap()
    see(page, todo="a b d")


@pytest.mark.parametrize("options", [{}, PHONE], ids=["mouse", "finger"])
def test_two_clicks_on_the_dots_open_the_menu_and_choose_nothing(board, new_page, options):
    names = [f"card-{n}" for n in range(12)]
    board.fill(todo=" ".join(names))
    page = board.open(new_page(**options))
    see(page, todo=" ".join(names))
    for name in names:
        x, y = middle(card(page, name).locator(".menu"))
        if options:
            page.touchscreen.tap(x, y)
            page.touchscreen.tap(x, y)
        else:
            page.mouse.dblclick(x, y)
        expect(page.get_by_role("dialog")).to_contain_text(f"Move '{name}'")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).not_to_be_visible()
    assert board.names()["todo"] == " ".join(names)


def test_two_clicks_on_edit_leave_the_editor_open(board, page):
    board.fill(todo="a")
    card(page, "a").locator(".menu").click()
    page.mouse.dblclick(*middle(page.get_by_role("button", name="Edit")))
    expect(page.locator(".editor textarea")).to_be_focused()


def test_a_press_beside_the_buttons_of_an_editor_leaves_the_caret_in_its_text(board, page):
    board.fill(todo="a")
    edit_first(page)
    box = page.locator(".editor").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    page.keyboard.press("Backspace")
    expect(page.locator(".editor textarea")).to_have_value("")
    assert board.names()["todo"] == "a"


def test_a_press_that_is_never_released_does_not_hold_an_editor_open(board, page):
    board.fill(todo="a b")
    edit_first(page)
    page.evaluate("dispatchEvent(new MouseEvent('mousedown', { button: 0 }))")
    page.keyboard.press("Tab")
    page.locator("#filter").focus()
    expect(page.locator(".editor")).to_have_count(0)


@pytest.mark.parametrize("letter", ["e", "E", "\u0443"], ids=["e", "Caps Lock", "Russian"])
def test_a_held_letter_is_not_written_into_what_it_opens(board, page, letter):
    board.fill(todo="a")
    card(page, "a").focus()
    keys = page.context.new_cdp_session(page)
    for n in range(4):
        how = {"key": letter, "text": letter, "code": "KeyE", "autoRepeat": n > 0}
        keys.send("Input.dispatchKeyEvent", {"type": "keyDown", **how})
    keys.send("Input.dispatchKeyEvent", {"type": "keyUp", "key": letter, "code": "KeyE"})
    expect(page.locator(".editor textarea")).to_have_value("a")


def test_a_long_name_that_unfolds_comes_into_sight(board, page):
    board.fill(todo=" ".join(f"card-{n}" for n in range(15)))
    board.add(STORY)
    page.locator("ol[data-list=todo]").evaluate("(list) => list.scrollTo(0, 1e6)")
    unfold_first(page)
    below = """(card) => card.getBoundingClientRect().bottom
      - card.closest('ol').getBoundingClientRect().bottom"""
    until(page, lambda: page.locator(".long").evaluate(below) <= 0)


def test_a_click_unfolds_a_long_name_and_another_folds_it(board, page):
    board.add(STORY)
    unfold_first(page)
    page.locator("#filter").click()
    expect(long_name(page)).not_to_have_css("-webkit-line-clamp", "4")
    long_name(page).click()
    expect(long_name(page)).to_have_css("-webkit-line-clamp", "4")


def test_keys_unfold_the_long_name_that_they_choose_and_fold_it_again(board, page):
    board.add(STORY)
    board.fill(todo="a")
    expect(card(page, "a")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(long_name(page)).not_to_have_css("-webkit-line-clamp", "4")
    page.keyboard.press("ArrowDown")
    expect(long_name(page)).to_have_css("-webkit-line-clamp", "4")


def test_a_press_on_undo_puts_a_carried_card_back_and_undoes_no_more(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    rename(page, "c", "better")
    card(page, "a").focus()
    press(page, "Space", "ArrowRight")
    see(page, doing="a")
    page.locator("#undo").click()
    see(page, todo="a b better", doing="")
    expect(page.locator("#live")).to_have_text("Put back.")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["todo"] == "a b better"


def test_escape_puts_a_carried_card_back_wherever_the_focus_is(board, page):
    board.fill(todo="a b")
    card(page, "a").focus()
    press(page, "Space", "ArrowRight")
    see(page, doing="a")
    page.mouse.move(*middle(page.locator("#undo")))
    page.mouse.down()
    page.mouse.move(600, 500)
    page.mouse.up()
    see(page, doing="a")
    press(page, "Escape")
    see(page, todo="a b", doing="")
    expect(card(page, "a")).to_be_focused()
