"""Stories of people who do two things at once: type and lose a lease, aim and lose the line."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.hands import (
    add,
    alert,
    card,
    drag,
    grab,
    hover_end,
    hover_over,
    middle,
    refusal,
    release,
    see,
    settle,
    until,
)
from tests.browser.test_edit import edit, editor
from tests.browser.test_history import rename
from tests.browser.test_keys import press
from tests.browser.test_touch import PHONE

pytestmark = pytest.mark.browser
JSON = "application/problem+json"
HELD = {"title": "Leased", "lease": {"by": "ann", "activity": "editing"}}


def test_one_types_on_in_an_editor_whose_lease_is_refused(board, page):
    board.fill(todo="a")
    held = []
    page.route("**/lease", lambda route: held.append(route))
    edit(page, "a", "pla")
    until(page, lambda: held)
    held[0].fulfill(status=423, content_type=JSON, body=json.dumps(HELD))
    expect(alert(page)).to_contain_text("ann is editing it.")
    page.keyboard.type("n the next meeting")
    expect(editor(page)).to_have_value("plan the next meeting")


def test_no_card_moves_under_the_pointer_when_the_line_is_cut_or_back(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    settle(page)
    place = middle(card(page, "b"))
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_visible()
    assert middle(card(page, "b")) == place
    page.context.set_offline(False)
    expect(page.locator("#advice")).to_be_hidden(timeout=15_000)
    assert middle(card(page, "b")) == place


@pytest.mark.parametrize("answer", [(204, ""), (200, "null"), (200, "{}"), (200, "[]")])
def test_an_answer_that_is_not_the_board_s_leaves_a_change_to_be_sent_again(board, page, answer):
    board.fill(todo="a", done="x")
    see(page, todo="a", done="x")
    status, body = answer
    page.route(
        "**/tasks/*",
        lambda route: route.fulfill(status=status, content_type="application/json", body=body),
        times=1,
    )
    card(page, "a").locator(".menu").click()
    page.get_by_role("button", name="To the top of done").click()
    until(page, lambda: board.names()["done"] == "a x")
    expect(page.locator(".pending")).to_have_count(0)
    see(page, todo="", done="a x")


@pytest.mark.parametrize("end", ["top", "bottom"])
def test_the_ends_of_a_column_are_those_of_all_its_cards(board, page, end):
    board.fill(todo="apple pear plum")
    page.locator("#filter").fill("ear")
    see(page, todo="pear")
    card(page, "pear").locator(".menu").click()
    page.get_by_role("button", name=f"To the {end} of todo").click()
    moved = {"top": "pear apple plum", "bottom": "apple plum pear"}
    until(page, lambda: board.names()["todo"] == moved[end])
    expect(page.get_by_text(f"Moved 'pear' to the {end} of todo")).to_be_visible()


def test_a_card_sent_out_of_sight_by_keys_is_followed(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    card(page, "t1").focus()
    press(page, "m")
    page.get_by_role("button", name="To the bottom of todo").focus()
    press(page, "Enter")
    expect(card(page, "t1")).to_be_in_viewport(ratio=1)
    press(page, "Control+z")
    expect(card(page, "t1")).to_be_in_viewport(ratio=1)


def test_a_card_dropped_by_the_mouse_has_the_focus(board, page):
    board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    drag(page, "a", below="x")
    expect(card(page, "a")).to_be_focused()


def test_a_card_lifted_by_a_key_is_free_once_one_goes_to_another_window(board, page):
    ids = board.fill(todo="a")
    card(page, "a").focus()
    press(page, "Space")
    until(page, lambda: refusal_of(board, ids["a"]) == 423)
    page.evaluate("dispatchEvent(new Event('blur'))")
    expect(page.locator(".carried")).to_have_count(0)
    until(page, lambda: refusal_of(board, ids["a"]) is None)


def refusal_of(board, task: int) -> int | None:
    """Try to change a task as a script; give the status of a refusal."""
    try:
        return refusal(board, "PATCH", f"/tasks/{task}", {"name": "a"})[0]
    except AssertionError:
        return None


def test_a_question_waits_for_the_drop(board, page):
    ids = board.fill(todo="a b", doing="x y")
    see(page, todo="a b", doing="x y")
    held = []
    page.route(
        "**/tasks/*",
        lambda route: held.append(route) if route.request.method == "PATCH" else route.continue_(),
    )
    rename(page, "a", "mine")
    until(page, lambda: held)
    grab(page, "x")
    hover_over(page, "y")
    task = board.call("GET", f"/tasks/{ids['a']}")
    problem = json.dumps({"title": "Changed", "task": {**task, "name": "theirs"}})
    held[0].fulfill(status=412, content_type=JSON, body=problem)
    see(page, todo="a b")
    hover_end(page, "done")
    page.unroute("**/tasks/*")
    release(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    see(page, done="x")


def test_tab_does_not_reach_the_picture_of_a_carried_card(board, page):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    card(page, "a").focus()
    grab(page, "a")
    hover_over(page, "x")
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.lifted')") is None
    board.add("remote", "done")
    see(page, done="remote")
    release(page)


@pytest.mark.parametrize("options", [{}, PHONE], ids=["mouse", "finger"])
def test_a_card_that_another_moves_does_not_take_the_view_along(board, new_page, options):
    board.fill(done=" ".join(f"t{n}" for n in range(40)))
    page = board.open(new_page(**options))
    add(page, "mine")
    until(page, lambda: "mine" in board.names()["todo"])
    expect(page.locator(".pending")).to_have_count(0)
    task = board.call("GET", "/tasks")["tasks"][0]["id"]
    board.change(task, list="done")
    expect(card(page, "mine")).to_be_attached()
    see(page, todo="")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 300)))")
    scrolled = "[board.scrollLeft, document.querySelectorAll('ol')[2].scrollTop]"
    assert page.evaluate(scrolled) == [0, 0]


def test_another_window_size_does_not_lead_back_to_an_editor_that_was_left(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(60)))
    edit(page, "t1", "half")
    page.locator("section[data-list=todo] form.add input").focus()
    page.evaluate("document.querySelector('ol').scrollTop = 1200")
    page.set_viewport_size({"width": 1100, "height": 700})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))")
    assert page.evaluate("document.querySelector('ol').scrollTop") > 1000


def test_a_line_end_of_another_client_is_no_change(board, page):
    board.put_item({"name": "a\r\nb", "list": "todo"})
    page.locator(".card .name").dblclick()
    expect(editor(page)).to_be_focused()
    page.locator("#filter").click()
    expect(editor(page)).to_have_count(0)


@pytest.mark.parametrize("path", ["worker.js", "keys.js", "sortable.min.js"])
def test_a_page_that_came_in_part_says_so(board, new_page, path):
    page = new_page()
    page.route(f"**/{path}", lambda route: route.fulfill(status=404))
    page.goto(board.url)
    expect(alert(page)).to_have_text("The page is not complete. Reload it.")
    expect(page.locator("#line")).to_be_hidden()


def test_a_question_does_not_take_what_is_typed_for_a_passcode(servers, tmp_path, new_page):
    board = servers.start(tmp_path, KANBAN_PASSCODE="open sesame")
    page = new_page()
    page.goto(board.url)
    page.locator("dialog input").fill("open sesame")
    page.keyboard.press("Enter")
    expect(page.locator("#line")).to_have_attribute("data-state", "live")
    page.locator("#new input").focus()
    refused = {"status": 401, "content_type": JSON, "body": "{}"}
    page.route("**/token", lambda route: route.fulfill(**refused))
    page.route("**/tasks", lambda route: route.fulfill(**refused))
    add(page, "milk")
    expect(page.locator("dialog")).to_contain_text("This board is shared with a passcode.")
    page.keyboard.type("bread")
    expect(page.locator("dialog input")).to_have_value("")
