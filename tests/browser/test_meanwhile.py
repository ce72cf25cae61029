"""Two things at once: what happens to one while the other goes on."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import (
    add,
    card,
    drag,
    grab,
    hover_end,
    middle,
    release,
    see,
    settle,
    until,
    wait_live,
)
from tests.browser.test_edit import edit, editor
from tests.browser.test_history import rename
from tests.browser.test_pending import refuse

pytestmark = pytest.mark.browser


def alert(page):
    return page.get_by_role("alert").last


def press(page, name: str) -> None:
    page.mouse.move(*middle(card(page, name).locator(".name")))
    page.mouse.down()


def test_a_card_deleted_between_press_and_drag_leaves_the_next_drag_alone(board, page):
    ids = board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    x, y = middle(card(page, "a").locator(".name"))
    press(page, "a")
    board.remove(ids["a"])
    board.add("seen", "done")
    see(page, done="seen")
    page.mouse.move(x + 300, y + 20, steps=5)
    release(page)
    expect(alert(page)).to_contain_text("deleted")
    see(page, todo="b", doing="x")
    drag(page, "b", below="x")
    see(page, todo="", doing="x b")


def test_a_drop_during_a_short_outage_is_not_refused_by_its_own_lease(board, page):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    with page.expect_response(lambda answer: answer.url.endswith("/lease")):
        grab(page, "a")
    page.context.set_offline(True)
    hover_end(page, "done")
    release(page)
    expect(card(page, "a").locator(".notes")).to_have_text("not sent yet")
    page.context.set_offline(False)
    wait_live(page)
    until(page, lambda: board.names() == {"todo": "", "doing": "x", "done": "a"})
    expect(page.locator(".toast.error")).to_have_count(0)


def test_two_name_conflicts_are_asked_one_after_the_other(board, page):
    ids = board.fill(todo="a b")
    see(page, todo="a b")
    page.context.set_offline(True)
    rename(page, "a", "my-a")
    rename(page, "b", "my-b")
    for name in "ab":
        board.change(ids[name], name=f"their-{name}")
    page.context.set_offline(False)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("their-a", timeout=15_000)
    dialog.get_by_role("button", name="Take theirs").click()
    expect(dialog).to_contain_text("their-b")
    dialog.get_by_role("button", name="Keep mine").click()
    until(page, lambda: board.names()["todo"] == "their-a my-b")


def test_typing_on_does_not_answer_a_name_conflict(board, page):
    ids = board.fill(todo="a")
    see(page, todo="a")
    edit(page, "a", "mine")
    board.replace_item(ids["a"], {"name": "theirs", "list": "todo", "position": "a0"})
    board.add("seen", "done")
    see(page, done="seen")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.type("x ")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert board.names()["todo"] == "theirs"


def test_a_card_lifted_by_keys_can_be_dragged_away(board, page):
    board.fill(todo="a", doing="x")
    card(page, "a").focus()
    page.keyboard.press("Space")
    expect(page.locator(".carried")).to_be_visible()
    drag(page, "a", below="x")
    see(page, todo="", doing="x a")
    until(page, lambda: board.names()["doing"] == "x a")


def test_each_refused_name_can_be_used_again(board, page):
    board.fill(todo="a b c d e")
    see(page, todo="a b c d e")
    refuse(page, "PATCH", 503)
    for name in "abcde":
        rename(page, name, f"new-{name}")
        expect(alert(page)).to_contain_text(f"'{name}' was not renamed to 'new-{name}'.")
    expect(page.get_by_role("button", name="Use the text again")).to_have_count(5)


def test_a_refused_add_leaves_the_focus_where_one_types(board, page):
    board.fill(todo="a")
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    edit(page, "a", "half")
    held[0].fulfill(status=503, content_type="application/problem+json", body="{}")
    expect(page.locator("#new input")).to_have_value("milk")
    page.keyboard.type(" done")
    expect(editor(page)).to_have_value("half done")


def test_a_card_under_edit_is_not_dragged_by_its_rim(board, page):
    board.fill(todo="a", doing="x")
    edit(page, "a", "typed")
    box = card(page, "typed").or_(page.locator(".editing")).first.bounding_box()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 500, box["y"] + 60, steps=5)
    expect(page.locator("html.dragging")).not_to_be_attached()
    page.mouse.up()
    expect(page.locator('ol[data-list="todo"] .editing')).to_be_visible()
    see(page, doing="x")


def test_a_double_click_on_the_trash_deletes_one_card(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    card(page, "a").hover()
    card(page, "a").locator(".trash").dblclick()
    see(page, todo="b c")
    until(page, lambda: board.names()["todo"] == "b c")


def test_a_key_held_down_acts_once(board, page):
    board.fill(todo="a b c")
    card(page, "a").focus()
    for _ in range(3):
        page.keyboard.down("Delete")
    page.keyboard.up("Delete")
    see(page, todo="b c")
    for _ in range(3):
        page.keyboard.down("e")
    page.keyboard.up("e")
    expect(editor(page)).to_have_value("b")


def test_escape_that_ends_a_composition_leaves_the_editor_open(board, page):
    board.fill(todo="a")
    edit(page, "a", "half")
    key = "new KeyboardEvent('keydown', {key: 'Escape', isComposing: true, bubbles: true})"
    editor(page).evaluate(f"(area) => area.dispatchEvent({key})")
    expect(editor(page)).to_have_value("half")


def test_a_carried_card_that_is_deleted_leaves_the_keys_free(board, page):
    ids = board.fill(todo="a b c")
    card(page, "a").focus()
    page.keyboard.press("Space")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    expect(alert(page)).to_contain_text("'a' went back. It was deleted meanwhile.")
    expect(card(page, "b")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card(page, "c")).to_be_focused()


def test_a_card_carried_down_a_long_column_stays_in_sight(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    card(page, "t15").focus()
    page.keyboard.press("Space")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
        settle(page)
        expect(card(page, "t15")).to_be_in_viewport(ratio=1)
        list_box = page.locator('ol[data-list="todo"]').bounding_box()
        box = card(page, "t15").bounding_box()
        assert box["y"] + box["height"] <= list_box["y"] + list_box["height"]
    page.keyboard.press("Escape")


def test_after_the_last_card_s_deletion_keys_still_work(board, page):
    board.fill(todo="a")
    card(page, "a").focus()
    page.keyboard.press("Delete")
    see(page, todo="")
    page.keyboard.press("Control+z")
    see(page, todo="a")


def test_a_drop_counts_though_a_new_name_hides_the_card(board, page):
    ids = board.fill(todo="apple", doing="avocado")
    page.locator("#filter").fill("a")
    see(page, todo="apple")
    grab(page, "apple")
    hover_end(page, "done")
    board.replace_item(ids["apple"], {"name": "zzz", "list": "todo", "position": "a0"})
    board.add("a-seen", "done")
    see(page, done="apple a-seen")
    release(page)
    until(page, lambda: "zzz" in board.names()["done"])
    expect(page.locator(".toast.error")).to_have_count(0)


def test_the_editor_s_buttons_have_the_editor_s_keys(board, page):
    board.fill(todo="a b")
    edit(page, "a", "typed")
    page.keyboard.press("Tab")
    page.keyboard.press("Delete")
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(editor(page)).to_have_value("typed")
    page.keyboard.press("Escape")
    see(page, todo="a b")


def test_the_menu_of_a_task_deleted_meanwhile_says_so(board, page):
    ids = board.fill(todo="a b")
    card(page, "a").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    board.remove(ids["a"])
    see(page, todo="b")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(alert(page)).to_have_text("It was deleted meanwhile.Close")


def test_the_menu_moves_by_what_the_filter_shows(board, page):
    board.fill(todo="apple pear plum avocado")
    page.locator("#filter").fill("a")
    see(page, todo="apple pear avocado")
    card(page, "avocado").focus()
    page.keyboard.press("m")
    page.get_by_role("button", name="Up", exact=True).click()
    see(page, todo="apple avocado pear")


def test_what_is_saved_anew_stays_in_its_column(board, page):
    ids = board.fill(todo="a", done="x y")
    edit(page, "x", "typed")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['x']}")
    expect(page.locator(".gone")).to_be_visible()
    page.keyboard.press("Enter")
    see(page, todo="a", done="y typed")


def test_an_error_fits_into_the_smallest_window(board, page):
    board.fill(todo="a")
    page.set_viewport_size({"width": 320, "height": 480})
    refuse(page, "PATCH", 503)
    rename(page, "a", "long " * 20)
    button = page.get_by_role("button", name="Use the text again")
    expect(button).to_be_in_viewport(ratio=1)
    assert page.locator(".toast.error").bounding_box()["height"] < 200


def test_a_card_pressed_while_it_gets_its_id_is_let_go(board, page):
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    press(page, "milk")
    held[0].continue_()
    expect(page.locator('.card:not([data-id^="new"])')).to_be_visible()
    page.mouse.up()
    board.remove(board.call("GET", "/tasks")["tasks"][0]["id"])
    see(page, todo="")


def test_an_editor_opened_over_a_press_outlives_it(board, page):
    ids = board.fill(todo="a b")
    card(page, "a").focus()
    press(page, "a")
    page.keyboard.press("e")
    page.keyboard.type("typed")
    page.mouse.up()
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    expect(page.locator(".gone")).to_be_visible()
    expect(editor(page)).to_have_value("typed")


def test_a_press_outlives_an_editor_opened_over_it(board, page):
    ids = board.fill(todo="a b", doing="x")
    card(page, "a").focus()
    press(page, "a")
    page.keyboard.press("e")
    page.keyboard.press("Escape")
    board.change(ids["b"], name="B")
    board.remove(ids["a"])
    board.add("seen", "done")
    see(page, done="seen")
    page.mouse.move(900, 300, steps=5)
    release(page)
    see(page, todo="B", doing="x")
    drag(page, "B", below="x")
    see(page, todo="", doing="x B")
