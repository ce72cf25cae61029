"""Undo and redo of one's own actions."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, drag, see, until
from tests.browser.test_edit import edit

pytestmark = pytest.mark.browser
UNDO, REDO, REDO_TOO = "Control+z", "Control+Shift+z", "Control+y"


def settled(page) -> None:
    expect(page.locator(".pending, .unknown")).to_have_count(0)


def see_everywhere(board, page, **columns) -> None:
    """Wait until the page and Sync show these names."""
    see(page, **columns)
    until(page, lambda: board.names() == columns)


def rename(page, name: str, to: str) -> None:
    edit(page, name, to)
    page.keyboard.press("Enter")


def test_a_move_is_undone_and_done_again(board, page):
    board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    drag(page, "a", below="x")
    page.keyboard.press(UNDO)
    see(page, todo="a b", doing="x")
    page.keyboard.press(REDO)
    see(page, todo="b", doing="x a")
    settled(page)
    assert board.names() == {"todo": "b", "doing": "x a", "done": ""}


def test_an_edit_is_undone_and_done_again(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    rename(page, "a", "milk")
    see(page, todo="milk b")
    page.keyboard.press(UNDO)
    see(page, todo="a b")
    page.keyboard.press(REDO_TOO)
    see(page, todo="milk b")


def test_an_add_is_undone_and_done_again(board, page):
    add(page, "milk")
    see(page, todo="milk")
    page.locator("h1").click()
    page.keyboard.press(UNDO)
    see(page, todo="")
    page.keyboard.press(REDO)
    see(page, todo="milk")
    settled(page)
    assert board.names()["todo"] == "milk"


def test_a_deleted_task_comes_back_in_its_old_place_with_all_its_fields(board, page):
    data = '{"name": "b", "list": "todo", "position": "a0V", "colour": "red"}'
    board.fill(todo="a c")
    index = board.sync("POST", "Lists/tasks/Items", Data=data)["index"]
    see(page, todo="a b c")
    card(page, "b").locator(".trash").click()
    see(page, todo="a c")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    see(page, todo="a b c")
    settled(page)
    items = board.sync("GET", "Lists/tasks/Items")["items"]
    restored = [item for item in items if item["data"]["name"] == "b"]
    assert [item["data"]["colour"] for item in restored] == ["red"]
    assert restored[0]["index"] != index


def test_an_undo_is_refused_if_another_changed_that_field(board, page):
    ids = board.fill(todo="a b")
    see(page, todo="a b")
    rename(page, "a", "milk")
    settled(page)
    board.change(ids["a"], name="theirs")
    see(page, todo="theirs b")
    page.keyboard.press(UNDO)
    expect(alert(page)).to_contain_text("Not undone. Someone changed it")
    see(page, todo="theirs b")


def test_an_undo_leaves_what_another_changed_beside_it(board, page):
    ids = board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    rename(page, "a", "milk")
    settled(page)
    board.change(ids["a"], list="doing")
    see(page, todo="b", doing="x milk")
    page.keyboard.press(UNDO)
    see(page, todo="b", doing="x a")


def test_others_actions_are_not_undone(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    expect(page.locator("#undo")).to_be_disabled()


def test_the_button_keeps_the_focus_when_nothing_is_left_to_undo(board, page):
    add(page, "milk")
    see(page, todo="milk")
    page.locator("#undo").focus()
    page.keyboard.press("Enter")
    see(page, todo="")
    expect(page.locator("#undo")).to_be_disabled()
    expect(page.locator("#undo")).to_be_focused()
    page.keyboard.press("Enter")
    see(page, todo="")


def test_undo_while_a_card_is_carried_puts_it_back_and_no_more(board, page):
    board.fill(doing="x")
    add(page, "milk")
    see(page, todo="milk", doing="x")
    settled(page)
    card(page, "x").focus()
    for key in ("Space", "ArrowRight", UNDO):
        page.keyboard.press(key)
    expect(page.locator("#live")).to_have_text("Put back.")
    page.keyboard.press("ArrowLeft")
    expect(card(page, "milk")).to_be_focused()
    see(page, todo="milk", doing="x", done="")


def test_keys_rest_in_text_fields(board, page):
    add(page, "milk")
    see(page, todo="milk")
    page.keyboard.type("bread")
    page.keyboard.press(UNDO)
    settled(page)
    see(page, todo="milk")


def test_twenty_undos_and_redos_give_the_same_board(board, page):
    board.fill(todo="a b c d e", doing="x y")
    see(page, todo="a b c d e", doing="x y")
    for name in "abc":
        card(page, name).focus()
        for key in ("Space", "ArrowRight", "Space", "Space", "ArrowDown", "Space"):
            page.keyboard.press(key)
        rename(page, name, name.upper())
        settled(page)
    for name in ("A", "d", "e"):
        card(page, name).locator(".trash").click()
    page.keyboard.press("Escape")
    begin = {"todo": "a b c d e", "doing": "x y", "done": ""}
    end = {"todo": "", "doing": "x C B y", "done": ""}
    see_everywhere(board, page, **end)
    for key, expected in ((UNDO, begin), (REDO, end)):
        for _ in range(20):
            page.keyboard.press(key)
        see_everywhere(board, page, **expected)


@pytest.fixture
def undone_while_edited(board, page):
    """A card 'a' whose rename to 'b' is undone while 'c' is typed over that."""
    ids = board.fill(todo="a")
    see(page, todo="a")
    rename(page, "a", "b")
    until(page, lambda: board.names()["todo"] == "b")
    edit(page, "b", "c")
    page.locator("#undo").click()
    until(page, lambda: board.names()["todo"] == "a")
    return ids["a"]


def test_what_one_undoes_oneself_is_no_conflict_with_what_one_types(
    board, page, undone_while_edited
):
    page.get_by_role("button", name="Save").click()
    until(page, lambda: board.names()["todo"] == "c")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.locator("#undo").click()
    until(page, lambda: board.names()["todo"] == "a")


def test_a_name_changed_by_another_after_one_s_own_undo_is_asked_about(
    board, page, undone_while_edited
):
    board.change(undone_while_edited, name="theirs")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("dialog")).to_contain_text("Theirs: theirs")
    page.get_by_role("button", name="Take theirs").click()
    see(page, todo="theirs")
