"""What a person presses is what they meant: nothing slides away under a press."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.hands import card, see
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
