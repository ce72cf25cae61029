"""Notices: none goes unread, none is in the way."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, drag, middle, reload, see, until, wait_live
from tests.browser.test_history import rename
from tests.browser.test_keys import press
from tests.browser.test_pending import refuse
from tests.browser.test_stories import HELD
from tests.browser.test_touch import PHONE, Finger

pytestmark = pytest.mark.browser
OBSERVE = """
    window.said = [];
    new MutationObserver((changes) => said.push(...changes.flatMap(({ addedNodes }) =>
      [...addedNodes].map((node) => node.textContent)))
    ).observe(document.getElementById('toasts'), { childList: true });
"""


def test_a_text_that_only_a_notice_holds_is_not_left_unasked(board, page):
    board.fill(todo="a")
    refuse(page, "PATCH", 503)
    rename(page, "a", "typed for long")
    expect(page.get_by_role("button", name="Use the text again")).to_be_visible()
    asked = []
    page.on("dialog", lambda dialog: asked.append(dialog.type))
    reload(page)
    assert asked == ["beforeunload"]


def test_the_reason_of_a_refusal_outlives_the_next_deed(board, page):
    board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    refuse(page, "PATCH", 423, HELD)
    drag(page, "a", below="x")
    expect(alert(page)).to_contain_text("'a' went back.")
    card(page, "b").locator(".trash").click()
    see(page, todo="a")
    expect(alert(page)).to_contain_text("'a' went back. ann is editing it.")


def test_a_deed_is_said_once(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    card(page, "a").locator(".trash").click()
    expect(page.locator(".toast", has_text="Deleted 'a'")).to_be_visible()
    said = page.locator("[role=status], [role=alert], [aria-live]").all_text_contents()
    assert [text for text in said if "'a'" in text] == ["'a' deleted"]


def test_what_the_filter_hides_is_said_with_the_deed(board, page):
    page.locator("#filter").fill("fig")
    add(page, "apple")
    expect(page.locator("#live")).to_have_text(
        "'apple' added to todo, 1 of 1, but hidden by the filter"
    )


def test_an_undo_under_a_filter_says_so_and_its_words_go_with_the_redo(board, page):
    board.fill(todo="apple banana", done="fig")
    see(page, todo="apple banana", done="fig")
    card(page, "banana").locator(".trash").click()
    page.locator("#filter").fill("fig")
    page.locator("#undo").click()
    words = "'banana' is back in todo, 2 of 2, but hidden by the filter"
    expect(page.locator(".toast")).to_have_text(words)
    page.locator("#redo").click()
    expect(page.locator(".toast")).to_have_count(0)


def test_a_card_that_is_gone_did_not_go_back(board, page):
    board.fill(todo="a b", doing="c")
    see(page, todo="a b", doing="c")
    card(page, "a").focus()
    press(page, " ", "ArrowRight")
    board.clear()
    expect(alert(page)).to_contain_text("'a' was not moved. It was deleted meanwhile.")
    expect(page.locator("#live")).not_to_have_text("Put back.")


@pytest.fixture
def refused_under_a_question(board, new_page):
    """A page whose move is refused while help is open, and a hand on its clock."""
    board.fill(todo="a b")
    page = new_page()
    page.clock.install()
    board.open(page)
    see(page, todo="a b")
    held = []
    page.route("**/tasks/*", lambda route: held.append(route))
    card(page, "a").focus()
    press(page, " ", "ArrowRight", " ", "?")
    until(page, lambda: held)
    held[0].fulfill(status=423, content_type="application/problem+json", body=json.dumps(HELD))
    expect(page.locator(".toast.error")).to_be_attached()
    return page


def test_what_goes_wrong_under_a_question_is_said_after_it_and_stays_its_time(
    refused_under_a_question,
):
    page = refused_under_a_question
    page.clock.fast_forward(15_000)
    page.evaluate(OBSERVE)
    press(page, "Escape")
    until(page, lambda: "'a' went back. ann is editing it." in "".join(page.evaluate("said")))
    page.clock.fast_forward(9000)
    expect(alert(page)).to_be_visible()
    page.clock.fast_forward(2000)
    expect(page.locator(".toast.error")).to_have_count(0)


def test_what_goes_wrong_before_a_question_outlives_it(board, new_page):
    page = new_page()
    page.clock.install()
    board.open(page)
    add(page, "x" * 501)
    expect(alert(page)).to_be_visible()
    page.clock.fast_forward(6000)
    page.locator("#help").click()
    page.clock.fast_forward(6000)
    press(page, "Escape")
    expect(alert(page)).to_contain_text("501 characters")
    alert(page).get_by_role("button", name="Close").click()
    page.locator("#help").click()
    press(page, "Escape")
    page.clock.fast_forward(12_000)
    expect(page.locator(".toast")).to_have_count(0)


def test_a_notice_gives_the_focus_back(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    card(page, "b").focus()
    press(page, "m")
    page.get_by_role("button", name="To the top of done").click()
    expect(card(page, "b")).to_be_focused()
    page.locator(".toast").get_by_role("button", name="Undo").focus()
    press(page, "Enter")
    see(page, todo="a b")
    expect(card(page, "b")).to_be_focused()


def test_the_notices_that_hold_texts_can_all_be_reached(board, new_page):
    page = board.open(new_page(viewport={"width": 390, "height": 600}))
    refuse(page, "POST", 503)
    for n in range(9):
        add(page, f"task-{n}")
        expect(alert(page)).to_contain_text(f"'task-{n}' was not added.")
    notice = page.locator(".toast", has_text="task-0")
    notice.hover()
    expect(notice).to_be_in_viewport(ratio=1)


def test_a_notice_does_not_stop_a_list_from_scrolling_in_a_drag(board, new_page):
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    page = board.open(new_page(**PHONE))
    refuse(page, "PATCH", 503)
    rename(page, "t3", "again")
    expect(page.get_by_role("button", name="Use the text again")).to_be_visible()
    finger = Finger(page)
    finger.hold(*middle(card(page, "t5").locator(".name")))
    x, y = middle(page.locator(".toast"))
    finger.slide(x, y)

    def is_scrolled() -> bool:
        finger.slide(x, y + 1, steps=1)
        finger.slide(x, y, steps=1)
        return page.evaluate("document.querySelector('ol').scrollTop") > 100

    until(page, is_scrolled)
    finger.up()


def test_help_says_who_one_is_as_soon_as_that_is_known(board, new_page):
    page, held = new_page(), []
    page.route("**/token", lambda route: held.append(route))
    page.goto(board.url)
    until(page, lambda: held)
    press(page, "?")
    expect(page.locator("dialog")).to_contain_text("Space")
    expect(page.locator("dialog")).not_to_contain_text("You are")
    press(page, "Escape")
    held[0].continue_()
    wait_live(page)
    press(page, "?")
    me = page.locator("#who").inner_text()
    expect(page.locator("dialog")).to_contain_text(f"You are {me}.")
