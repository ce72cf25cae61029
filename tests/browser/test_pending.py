"""Optimism with a way back: what the page does while an answer does not come, or says no."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, drag, see, until, wait_live

pytestmark = pytest.mark.browser
PROBLEM = {"title": "Refused", "detail": "Because of the test."}


def refuse(page, method: str, status: int, body: dict | None = None, path: str = "**/tasks**"):
    """Answer the page's calls of a method with a refusal."""
    content = json.dumps(PROBLEM | (body or {}))

    def handle(route):
        if route.request.method != method or route.request.url.endswith("/lease"):
            return route.continue_()
        return route.fulfill(status=status, content_type="application/problem+json", body=content)

    page.route(path, handle)


def hold(page, method: str):
    """Keep the page's next call of a method back; call what this gives to let it go."""
    routes = []

    def handle(route):
        if route.request.method != method or routes:
            return route.fallback()
        return routes.append(route)

    def let_go():
        until(page, lambda: routes)
        routes[0].continue_()

    page.route("**/tasks/*", handle)
    return let_go


@pytest.mark.parametrize("status", [400, 403, 409, 423, 429, 500, 502, 503])
def test_a_refused_drag_goes_back_with_the_reason(board, page, status):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    refuse(page, "PATCH", status)
    drag(page, "a", below="x")
    see(page, todo="a", doing="x")
    expect(alert(page)).to_contain_text("'a' went back.")


def test_a_refused_add_puts_the_text_back_into_the_field_once_that_is_left(page):
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    page.locator("#new input").blur()
    held[0].fulfill(status=503, content_type="application/problem+json", body="{}")
    expect(alert(page)).to_contain_text("'milk' was not added")
    see(page, todo="")
    expect(page.locator("#new input")).to_have_value("milk")


def test_a_refused_add_offers_its_text_when_the_field_is_in_use(page):
    field = page.locator("#new input")
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    field.fill("bread")
    held[0].fulfill(status=503, content_type="application/problem+json", body="{}")
    page.get_by_role("button", name="Use the text again").click()
    expect(field).to_have_value("milk")
    page.get_by_role("button", name="Use the text again").click()
    expect(field).to_have_value("bread")


def test_a_refused_delete_brings_the_card_back(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    refuse(page, "DELETE", 500)
    card(page, "a").locator(".trash").click()
    expect(alert(page)).to_contain_text("was not deleted")
    see(page, todo="a b")


def test_an_add_whose_event_comes_before_its_answer_shows_once(page):
    def late(route):
        answer = route.fetch()
        see(page, todo="milk")
        expect(page.locator(".card:not(.pending)")).to_have_count(1)
        route.fulfill(response=answer)

    page.route("**/tasks", late)
    with page.expect_request_finished(lambda request: request.method == "POST"):
        add(page, "milk")
    see(page, todo="milk")


def test_a_lost_answer_is_asked_for_again_and_makes_one_task(board, page):
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            return route.abort()
        return route.continue_()

    page.route("**/tasks", lose)
    add(page, "milk")
    see(page, todo="milk")
    expect(page.locator(".pending, .unknown")).to_have_count(0)
    assert board.names()["todo"] == "milk"


def test_what_is_added_without_a_line_waits_and_is_sent_when_it_is_back(board, page):
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("Offline since")
    add(page, "milk")
    expect(page.locator(".unknown .name")).to_have_text("milk")
    expect(page.locator("#advice")).to_be_visible()
    page.context.set_offline(False)
    wait_live(page)
    expect(page.locator(".pending, .unknown")).to_have_count(0)
    assert board.names()["todo"] == "milk"


def test_a_neighbour_that_has_gone_does_not_undo_a_drop(board, page):
    ids = board.fill(todo="a", doing="x y")
    see(page, todo="a", doing="x y")
    held = hold(page, "PATCH")
    drag(page, "a", below="x")
    board.change(ids["x"], list="done")
    see(page, done="x")
    held()
    see(page, todo="", doing="a y")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names() == {"todo": "", "doing": "a y", "done": "x"}


def test_a_task_deleted_by_another_takes_my_unsent_change_along(board, page):
    ids = board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    held = hold(page, "PATCH")
    drag(page, "a", below="x")
    see(page, doing="x a")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    see(page, todo="", doing="x")
    expect(alert(page)).to_contain_text("deleted meanwhile")
    held()


def test_a_refused_move_names_the_card_as_it_is_called_by_then(board, page):
    ids = board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    held = []
    page.route("**/tasks/*", lambda route: held.append(route))
    drag(page, "a", below="x")
    board.replace_item(ids["a"], {"name": "b", "list": "todo", "position": "a0"})
    see(page, doing="x b")
    until(page, lambda: held)
    held[0].fulfill(status=503, content_type="application/problem+json", body="{}")
    expect(alert(page)).to_contain_text("'b' went back.")


def test_that_the_server_does_not_answer_is_said_also_of_deletions(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    page.route("**/tasks/*", lambda route: route.abort())
    card(page, "a").locator(".trash").click()
    expect(page.locator("#advice")).to_contain_text("The server does not answer.")
    expect(page.locator("#line")).to_have_text("Sync is live!")
    page.unroute("**/tasks/*")
    expect(page.locator("#advice")).to_be_hidden(timeout=20_000)
    assert board.names()["todo"] == "b"
