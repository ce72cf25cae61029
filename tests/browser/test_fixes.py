"""Small things that people stumbled over."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, card, see, settle, until
from tests.browser.test_history import rename
from tests.browser.test_touch import PHONE

pytestmark = pytest.mark.browser


def test_only_the_newest_step_offers_undo(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    undo = page.locator(".toast button", has_text="Undo")
    for name in "ab":
        card(page, name).hover()
        card(page, name).locator(".trash").click()
        expect(page.locator(".toast", has_text=f"Deleted '{name}'")).to_be_visible()
        expect(undo).to_have_count(1)
    add(page, "d")
    expect(undo).to_have_count(0)
    card(page, "d").locator(".trash").click()
    undo.click()
    see(page, todo="c d")
    card(page, "c").locator(".trash").click()
    expect(undo).to_have_count(1)
    page.keyboard.press("Control+z")
    see(page, todo="c d")
    expect(undo).to_have_count(0)


def test_the_menu_can_be_left_by_a_tap(board, new_page):
    board.fill(todo="a")
    phone = board.open(new_page(**PHONE))
    dialog = phone.get_by_role("dialog")
    for leave in (
        lambda: dialog.get_by_role("button", name="Cancel").tap(),
        lambda: phone.touchscreen.tap(195, 20),
    ):
        card(phone, "a").locator(".menu").tap()
        expect(dialog).to_be_visible()
        dialog.get_by_role("heading").tap()
        expect(dialog).to_be_visible()
        leave()
        expect(dialog).to_be_hidden()
    see(phone, todo="a", doing="", done="")


def test_a_tap_beside_a_question_leaves_it_open(servers, tmp_path, new_page):
    board = servers.start(tmp_path / "data", KANBAN_PASSCODE="open sesame")
    page = new_page()
    page.goto(board.url)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.mouse.click(10, 10)
    page.wait_for_timeout(100)
    expect(dialog).to_be_visible()


def test_the_editor_of_the_last_card_is_in_sight(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    last = page.locator('ol[data-list="todo"] .card').last
    last.scroll_into_view_if_needed()
    settle(page)
    last.locator(".name").dblclick()
    cancel = page.locator(".editor").get_by_role("button", name="Cancel")
    expect(cancel).to_be_in_viewport(ratio=1)
    page.keyboard.insert_text("long " * 60)
    page.wait_for_timeout(100)
    expect(cancel).to_be_in_viewport(ratio=1)


def test_the_note_on_an_added_card_is_in_sight(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    page.route("**/tasks", lambda route: route.abort())
    add(page, "new", "todo")
    note = card(page, "new").locator(".notes")
    expect(note).to_have_text("not sent yet", timeout=10_000)
    page.wait_for_timeout(100)
    expect(note).to_be_in_viewport(ratio=1)


@pytest.mark.long
def test_one_toast_says_who_holds_a_card_and_goes_by_itself(board, page):
    held = board.fill(todo="a b c")["a"]
    board.call("PUT", f"/tasks/{held}/lease", {"activity": "editing"})
    expect(page.locator(".leased")).to_be_visible()
    errors = page.locator(".toast.error")
    name = card(page, "a").locator(".name")
    name.click()
    page.mouse.move(600, 500)
    page.wait_for_timeout(100)
    expect(errors).to_have_count(0)
    for _ in range(2):
        name.dblclick()
        expect(errors).to_have_count(1)
    card(page, "b").hover()
    card(page, "b").locator(".trash").click()
    expect(errors).to_have_count(0)
    name.hover()
    page.mouse.down()
    page.mouse.move(600, 500, steps=5)
    page.mouse.up()
    expect(errors).to_have_count(1)
    expect(errors).to_have_count(0, timeout=12_000)


def test_a_card_brought_back_has_the_focus_and_is_named(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    card(page, "a").focus()
    page.keyboard.press("Delete")
    see(page, todo="b")
    page.keyboard.press("Control+z")
    see(page, todo="a b")
    expect(card(page, "a")).to_be_focused()
    expect(page.locator("#live")).to_have_text("'a' is back in todo, 1 of 2")
    until(page, lambda: board.names()["todo"] == "a b")
    expect(card(page, "a")).to_be_focused()


def test_a_card_added_behind_the_filter_is_told(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    page.locator("#filter").fill("a")
    add(page, "zzz")
    words = "'zzz' added to todo, 2 of 2, but hidden by the filter"
    expect(page.locator(".toast", has_text=words)).to_be_visible()


def test_a_card_that_its_new_name_hides_is_told(board, page):
    board.fill(todo="a a2")
    see(page, todo="a a2")
    page.locator("#filter").fill("a")
    rename(page, "a", "zzz")
    notice = page.locator(".toast", has_text="'a' renamed to 'zzz', but hidden by the filter")
    expect(notice).to_be_visible()
    rename(page, "a2", "z" * 200)
    notice = page.locator(".toast", has_text=f"'a2' renamed to '{'z' * 59}…', but hidden")
    expect(notice).to_be_visible()


@pytest.fixture
def hidden_in_its_menu(board, page):
    """A card whose menu is open while another's name for it hides it."""
    ids = board.fill(todo="a1 a2 a3")
    page.locator("#filter").fill("a")
    see(page, todo="a1 a2 a3")
    card(page, "a2").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    board.change(ids["a2"], name="zzz")
    see(page, todo="a1 a3")
    return page


def test_a_card_that_is_hidden_while_its_menu_is_open_can_be_moved(hidden_in_its_menu):
    page = hidden_in_its_menu
    page.get_by_role("button", name="Down").click()
    see(page, todo="a1 a3 zzz")
    expect(card(page, "zzz")).to_be_focused()


def test_a_card_that_is_hidden_while_its_menu_is_open_can_be_edited(hidden_in_its_menu):
    page = hidden_in_its_menu
    page.get_by_role("button", name="Edit").click()
    expect(page.get_by_role("textbox", name="Name of the task")).to_have_value("zzz")
    expect(page.get_by_role("textbox", name="Name of the task")).to_be_focused()


def test_a_card_added_at_the_foot_of_a_long_column_comes_into_sight(board, page):
    for n in range(300):
        board.put_item({"name": f"t{n}", "list": "todo"})
    expect(card(page, "t299")).to_be_attached()
    add(page, "milk", "todo")
    expect(card(page, "milk")).to_be_in_viewport(ratio=1)


def test_an_arrow_leads_from_the_filter_to_the_first_hit(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    page.locator("#filter").fill("b")
    see(page, todo="b")
    page.locator("#filter").press("ArrowDown")
    expect(card(page, "b")).to_be_focused()
