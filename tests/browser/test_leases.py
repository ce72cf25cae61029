"""Who drags and who edits: seen by all, and respected."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import alert, card, carry_below, drag, grab, middle, refusal, release, see
from tests.browser.test_pending import hold

pytestmark = pytest.mark.browser


@pytest.fixture
def shared(board, two_pages):
    """Two people before the same cards."""
    ids = board.fill(todo="a b", doing="x")
    for page in two_pages:
        see(page, todo="a b", doing="x")
    return ids


def leased(page, name: str):
    return page.locator(".card.leased", has=page.get_by_text(name, exact=True))


def test_a_drag_shows_in_the_other_window_until_the_drop(two_pages, shared):
    mine, other = two_pages
    me = mine.locator("#who").inner_text()
    grab(mine, "a")
    expect(leased(other, "a").locator(".notes")).to_have_text(f"{me} is dragging")
    expect(leased(mine, "a")).to_have_count(0)
    carry_below(mine, "x")
    release(mine)
    expect(other.locator(".leased")).to_have_count(0)
    see(other, todo="b", doing="x a")


def test_an_edit_shows_in_the_other_window_until_it_ends(two_pages, shared):
    mine, other = two_pages
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a").locator(".notes")).to_contain_text("is editing")
    mine.keyboard.press("Escape")
    expect(other.locator(".leased")).to_have_count(0)


def test_what_another_holds_cannot_be_dragged_or_edited(two_pages, shared):
    mine, other = two_pages
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a")).to_be_visible()
    box = card(other, "a").bounding_box()
    other.mouse.move(box["x"] + 40, box["y"] + 10)
    other.mouse.down()
    other.mouse.move(box["x"] + 400, box["y"] + 90, steps=5)
    other.mouse.up()
    expect(alert(other)).to_contain_text("is editing it")
    see(other, todo="a b", doing="x")


def test_a_page_opened_later_sees_who_holds_what(board, new_page):
    task = board.add("a")
    board.call("PUT", f"/tasks/{task}/lease", {"activity": "editing"})
    page = board.open(new_page())
    expect(leased(page, "a").locator(".notes")).to_have_text("script is editing")


def test_a_drag_begun_at_once_is_undone_when_its_lease_is_refused(board, page):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    problem = '{"title": "Leased", "lease": {"by": "ann", "activity": "editing"}}'
    said = {"status": 423, "content_type": "application/problem+json", "body": problem}
    page.route("**/lease", lambda route: route.fulfill(**said))
    x, y = middle(card(page, "a").locator(".name"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 300, y + 20, steps=3)
    expect(alert(page)).to_contain_text("ann is editing it")
    expect(page.locator("html.dragging")).not_to_be_attached()
    page.mouse.up()
    see(page, todo="a", doing="x")


def test_scripts_get_423_with_who_and_what_while_a_card_is_edited(board, two_pages, shared):
    mine, other = two_pages
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a")).to_be_visible()
    status, problem = refusal(board, "PATCH", f"/tasks/{shared['a']}", {"name": "z"})
    assert status == 423
    assert problem["lease"]["activity"] == "editing"
    assert problem["lease"]["by"] == mine.locator("#who").inner_text()


def test_a_closed_tab_frees_its_task(two_pages, shared):
    mine, other = two_pages
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a")).to_be_visible()
    mine.close(run_before_unload=True)
    expect(other.locator(".leased")).to_have_count(0)


def test_a_second_drag_right_after_the_first_is_not_refused(board, page):
    board.fill(todo="a", doing="x", done="q")
    see(page, todo="a", doing="x", done="q")
    drag(page, "a", below="x")
    drag(page, "a", below="q")
    see(page, todo="", doing="x", done="q a")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["done"] == "q a"


def to_bottom_of(page, column: str, name: str):
    card(page, name).locator(".menu").click()
    page.get_by_role("button", name=f"To the bottom of {column}").click()


def test_a_move_that_comes_late_is_not_refused_for_the_edit_begun_meanwhile(two_pages, shared):
    mine, other = two_pages
    let_go = hold(mine, "PATCH")
    to_bottom_of(mine, "done", "a")
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a")).to_be_visible()
    let_go()
    see(other, todo="b", done="a")
    expect(mine.locator(".toast.error")).to_have_count(0)


def test_an_undo_that_comes_late_is_not_refused_for_the_drag_begun_meanwhile(two_pages, shared):
    mine, other = two_pages
    drag(mine, "a", below="x")
    see(other, todo="b", doing="x a")
    expect(other.locator(".leased")).to_have_count(0)
    let_go = hold(mine, "PATCH")
    mine.keyboard.press("Control+z")
    grab(mine, "a")
    expect(leased(other, "a")).to_be_visible()
    let_go()
    see(other, todo="a b", doing="x")
    expect(mine.locator("html.dragging")).to_be_attached()
    expect(mine.locator(".toast.error")).to_have_count(0)


def test_a_lease_that_could_not_be_given_up_stops_only_others(two_pages, shared):
    mine, other = two_pages
    mine.route(
        "**/lease",
        lambda route: route.abort() if route.request.method == "DELETE" else route.fallback(),
    )
    card(mine, "a").locator(".name").dblclick()
    expect(leased(other, "a")).to_be_visible()
    mine.keyboard.press("Escape")
    to_bottom_of(mine, "done", "a")
    see(other, todo="b", done="a")
    expect(leased(other, "a")).to_be_visible()
    drag(mine, "a", below="x")
    see(other, done="", doing="x a")
