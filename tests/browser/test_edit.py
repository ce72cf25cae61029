"""My typing is mine: editing in place, whatever happens on the board meanwhile."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import add, alert, card, drag, reload, see, until, wait_live

pytestmark = pytest.mark.browser


def editor(page: Page):
    return page.locator(".editor textarea")


def leased(page: Page):
    """Wait at the end of it until a request for a lease is answered."""
    return page.expect_response(lambda answer: answer.url.endswith("/lease"))


def edit(page: Page, name: str, typed: str | None = None) -> None:
    """Open a card's editor by double-click and type over its name."""
    card(page, name).locator(".name").dblclick()
    expect(editor(page)).to_be_focused()
    if typed is not None:
        page.keyboard.type(typed)


def test_enter_saves_a_new_name_everywhere(board, two_pages):
    board.fill(todo="a b")
    mine, other = two_pages
    edit(mine, "a", "milk")
    mine.keyboard.press("Enter")
    see(mine, todo="milk b")
    see(other, todo="milk b")


def test_escape_gives_up(board, page):
    board.fill(todo="a")
    edit(page, "a", "milk")
    page.keyboard.press("Escape")
    see(page, todo="a")
    expect(card(page, "a")).to_be_focused()


def test_remote_changes_leave_text_and_caret_alone(board, page):
    ids = board.fill(todo="a b")
    edit(page, "a", "milk")
    page.keyboard.press("ArrowLeft")
    board.replace_item(ids["a"], {"name": "z", "list": "doing"})
    board.add("c", "doing")
    see(page, doing="c")
    page.keyboard.type("X")
    expect(editor(page)).to_have_value("milXk")


def test_cards_stand_where_they_are_above_and_below_one_that_is_edited(board, two_pages):
    ids = board.fill(todo="a b c d", doing="x")
    mine, other = two_pages
    see(mine, todo="a b c d", doing="x")
    edit(mine, "b", "milk")
    board.change(ids["x"], list="todo", after=ids["a"], before=ids["b"])
    see(mine, todo="a x b c d")
    board.change(ids["a"], list="todo", after=ids["b"], before=ids["c"])
    see(mine, todo="x b a c d")
    board.change(ids["d"], list="todo", at="top")
    board.change(ids["c"], list="todo", after=ids["x"], before=ids["b"])
    see(mine, todo="d x c b a")
    expect(editor(mine)).to_be_focused()
    drag(mine, "d", below="b")
    see(mine, todo="x c b d a")
    see(other, todo="x c b d a")


def test_a_changed_name_asks_which_one_to_keep(board, page):
    ids = board.fill(todo="a b")
    edit(page, "a", "mine")
    board.replace_item(ids["a"], {"name": "theirs", "list": "todo"})
    board.change(ids["b"], name="seen")
    see(page, todo="a seen")
    page.keyboard.press("Enter")
    expect(page.locator("dialog")).to_contain_text("Yours: mine")
    expect(page.locator("dialog")).to_contain_text("Theirs: theirs")
    page.get_by_role("button", name="Keep mine").click()
    see(page, todo="mine seen")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["todo"] == "mine seen"


def test_their_name_can_be_taken(board, page):
    ids = board.fill(todo="a")
    edit(page, "a", "mine")
    board.replace_item(ids["a"], {"name": "theirs", "list": "todo"})
    board.add("b")
    see(page, todo="a b")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Take theirs").click()
    see(page, todo="theirs b")


def test_a_task_deleted_while_it_is_edited_can_be_saved_anew(board, page):
    ids = board.fill(todo="a b")
    edit(page, "a", "milk")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    expect(page.locator(".gone")).to_be_visible()
    expect(editor(page)).to_have_value("milk")
    page.keyboard.press("Enter")
    see(page, todo="b milk")


def test_a_deleted_task_is_saved_anew_though_nothing_was_typed(board, page):
    ids = board.fill(todo="a b")
    edit(page, "a")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    expect(page.locator(".gone")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    see(page, todo="b a")


def test_a_draft_survives_a_reload(board, page):
    board.fill(todo="a")
    with leased(page):
        edit(page, "a", "half a though")
    reload(page)
    wait_live(page)
    expect(editor(page)).to_have_value("half a though")


def test_an_editor_opened_before_its_task_has_an_id_keeps_lease_and_draft(board, two_pages):
    page, other = two_pages
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    edit(page, "milk", "oat milk")
    held[0].continue_()
    expect(card(other, "milk").locator(".notes")).to_contain_text("is editing")
    page.unroute("**/tasks")
    reload(page)
    wait_live(page)
    expect(editor(page)).to_have_value("oat milk")


def test_a_reconnect_leaves_the_editor_alone(board, new_page, wire):
    board.fill(todo="a")
    page = board.open(new_page(), wire.url)
    edit(page, "a", "milk")
    wire.cut()
    expect(page.locator("#line")).to_contain_text("Offline")
    wire.mend()
    wait_live(page)
    expect(editor(page)).to_have_value("milk")
    expect(editor(page)).to_be_focused()


def test_leaving_with_unsaved_text_asks(board, page):
    board.fill(todo="a")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    edit(page, "a", "milk")
    page.close(run_before_unload=True)
    until(page, lambda: asked == ["beforeunload"])
    expect(editor(page)).to_have_value("milk")


def test_an_empty_name_is_not_saved(board, page):
    board.fill(todo="a")
    edit(page, "a")
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(alert(page)).to_contain_text("needs a name")
    expect(editor(page)).to_be_visible()


def test_text_is_text(board, page):
    payloads = [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "'\"><b>x",
        "&lt;",
    ]
    for payload in payloads:
        add(page, payload)
    expect(page.locator(".card .name")).to_have_text(payloads)
    expect(page.locator(".pending")).to_have_count(0)
    assert page.locator(".card img, .card script, .card b").count() == 0


def test_items_of_other_clients_are_shown(board, page):
    foreign = [
        {"name": "bare"},
        {},
        {"name": 5},
        {"name": "later", "list": "someday"},
        {"t": "<b>"},
    ]
    for data in foreign:
        board.put_item(data)
    see(page, todo='bare {} 5 later {"t":"<b>"}')
    expect(card(page, "later").locator(".notes")).to_have_text("list: someday")
