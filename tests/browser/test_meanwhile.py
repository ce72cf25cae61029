"""Hands that do two things at once, or while others change the same card."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import (
    add,
    alert,
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
from tests.browser.test_edit import edit, editor, leased

pytestmark = pytest.mark.browser


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


def test_a_press_after_a_release_that_was_lost_ends_the_drag(board, page):
    ids = board.fill(todo="a b")
    grab(page, "a")
    page.mouse.down()
    expect(page.locator("html.dragging")).not_to_be_attached()
    page.mouse.up()
    board.remove(ids["a"])
    see(page, todo="b")


def test_a_drop_during_a_short_outage_is_not_refused_by_its_own_lease(board, page):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    with leased(page):
        grab(page, "a")
    page.context.set_offline(True)
    hover_end(page, "done")
    release(page)
    expect(card(page, "a").locator(".notes")).to_have_text("not sent yet")
    page.context.set_offline(False)
    wait_live(page)
    until(page, lambda: board.names() == {"todo": "", "doing": "x", "done": "a"})
    expect(page.locator(".toast.error")).to_have_count(0)


def test_a_card_lifted_by_keys_can_be_dragged_away(board, page):
    board.fill(todo="a", doing="x")
    card(page, "a").focus()
    page.keyboard.press("Space")
    expect(page.locator(".carried")).to_be_visible()
    drag(page, "a", below="x")
    see(page, todo="", doing="x a")
    until(page, lambda: board.names()["doing"] == "x a")


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
    see(page, todo="a b c")
    card(page, "a").focus()
    for _ in range(3):
        page.keyboard.down("Delete")
    page.keyboard.up("Delete")
    see(page, todo="b c")
    for _ in range(3):
        page.keyboard.down("e")
    page.keyboard.up("e")
    expect(editor(page)).to_have_value("b")


def test_a_carried_card_that_is_deleted_leaves_the_keys_free(board, page):
    ids = board.fill(todo="a b c")
    see(page, todo="a b c")
    card(page, "a").focus()
    page.keyboard.press("Space")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    expect(alert(page)).to_contain_text("'a' was not moved. It was deleted meanwhile.")
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


def test_a_card_put_back_from_afar_is_in_sight(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(60)))
    card(page, "t5").focus()
    page.keyboard.press("Space")
    for _ in range(40):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(card(page, "t5")).to_be_in_viewport(ratio=1)


def test_after_the_last_card_s_deletion_keys_still_work(board, page):
    board.fill(todo="a")
    card(page, "a").focus()
    page.keyboard.press("Delete")
    see(page, todo="")
    page.keyboard.press("Control+z")
    see(page, todo="a")
    until(page, lambda: board.names()["todo"] == "a")


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


def test_a_card_whose_menu_of_the_browser_was_opened_is_not_held(board, page):
    ids = board.fill(todo="a")
    see(page, todo="a")
    page.mouse.move(*middle(card(page, "a")))
    page.mouse.down(button="right")  # the menu takes the release
    board.change(ids["a"], name="b")
    see(page, todo="b")


def test_a_carried_card_goes_back_at_a_click_beside_the_board(board, page):
    board.fill(todo="a b")
    card(page, "a").focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.locator("h1").click()
    expect(page.locator(".carried")).not_to_be_attached()
    see(page, todo="a b")
    expect(page.locator("#live")).to_have_text("Put back.")
