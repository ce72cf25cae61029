"""Another board in place of the one that a page shows: its data folder was emptied meanwhile."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import alert, card, drag, see, wait_live

pytestmark = pytest.mark.browser


@pytest.fixture
def made_anew(servers, tmp_path):
    """A board, and how to put another in its place, at the same address and with other keys."""
    board = servers.start(tmp_path / "old")

    def make_anew(**columns):
        servers.stop()
        servers.start(tmp_path / "new").fill(**columns)
        servers.stop()
        return servers.start(tmp_path / "new", KANBAN_PORT=board.url.rsplit(":", 1)[1])

    return board, make_anew


def test_what_waits_for_a_board_is_not_done_to_another_in_its_place(made_anew, servers, new_page):
    board, make_anew = made_anew
    board.fill(todo="a b c", doing="x")
    page = board.open(new_page())
    see(page, todo="a b c", doing="x")
    servers.stop()
    card(page, "b").locator(".trash").click()
    drag(page, "c", below="x")
    page.evaluate(
        "window.states = []; new MutationObserver(() => states.push(line.dataset.state))"
        ".observe(line, {attributeFilter: ['data-state']})"
    )
    see(page, todo="a", doing="x c")
    other = make_anew(todo="p q r", doing="w")
    see(page, timeout_ms=20_000, todo="p q r", doing="w")
    wait_live(page)
    expect(alert(page)).to_contain_text("It was deleted meanwhile.")
    assert page.evaluate("states").count("live") == 1  # what waits is sent when it is live
    expect(page.locator(".pending, .unknown")).to_have_count(0)
    assert (other.names()["todo"], other.names()["doing"]) == ("p q r", "w")


def test_a_card_that_is_carried_goes_with_its_board(made_anew, servers, new_page):
    board, make_anew = made_anew
    board.fill(todo="a b c", doing="x")
    page = board.open(new_page())
    see(page, todo="a b c", doing="x")
    card(page, "b").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    see(page, todo="a c", doing="x b")
    other = make_anew(todo="p q r", doing="s")
    see(page, timeout_ms=20_000, todo="p q r", doing="s")
    wait_live(page)
    card(page, "q").focus()
    page.keyboard.press("Space")
    expect(card(page, "q")).to_have_class(re.compile("carried"))
    assert other.names()["todo"] == "p q r"
