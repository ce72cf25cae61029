"""What the page asks and says while one types, edits or looks elsewhere."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, reload, see, until, wait_live
from tests.browser.test_edit import edit, editor, leased
from tests.browser.test_history import rename
from tests.browser.test_pending import refuse

pytestmark = pytest.mark.browser


def test_two_name_conflicts_are_asked_one_after_the_other(board, page):
    ids = board.fill(todo="a b")
    see(page, todo="a b")
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_visible()
    rename(page, "a", "my-a")
    rename(page, "b", "my-b")
    for name in "ab":
        board.change(ids[name], name=f"their-{name}")
    page.context.set_offline(False)
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile("their-[ab]"), timeout=15_000)
    first, second = "ab" if "their-a" in dialog.inner_text() else "ba"
    dialog.get_by_role("button", name="Take theirs").click()
    expect(dialog).to_contain_text(f"their-{second}")
    see(page, todo="their-a their-b")
    dialog.get_by_role("button", name="Keep mine").click()
    kept = {first: f"their-{first}", second: f"my-{second}"}
    until(page, lambda: board.names()["todo"] == f"{kept['a']} {kept['b']}")


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


def test_a_refused_add_is_not_mixed_with_what_is_typed_next(board, page):
    held = []
    page.route("**/tasks", lambda route: held.append(route))
    add(page, "milk")
    until(page, lambda: held)
    held[0].fulfill(status=503, content_type="application/problem+json", body="{}")
    expect(alert(page)).to_contain_text("'milk' was not added.")
    page.keyboard.type("bread")
    expect(page.locator("#new input")).to_have_value("bread")
    alert(page).get_by_role("button", name="Use the text again").click()
    expect(page.locator("#new input")).to_have_value("milk")


@pytest.mark.parametrize("key", ["Escape", "Enter"])
@pytest.mark.parametrize("sign", ["isComposing: true", "keyCode: 229"])
def test_a_key_that_ends_a_composition_leaves_the_editor_open(board, page, key, sign):
    board.fill(todo="a")
    edit(page, "a", "half")
    event = f"new KeyboardEvent('keydown', {{key: '{key}', {sign}, bubbles: true}})"
    editor(page).evaluate(f"(area) => area.dispatchEvent({event})")
    expect(editor(page)).to_have_value("half")


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


def test_the_keys_go_on_in_the_column_of_a_task_that_went_in_its_menu(board, page):
    ids = board.fill(todo="x", doing="a b")
    card(page, "a").focus()
    page.keyboard.press("m")
    expect(page.get_by_role("dialog")).to_be_visible()
    board.remove(ids["a"])
    see(page, doing="b")
    page.keyboard.press("Escape")
    expect(page.locator('ol[data-list="doing"]')).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(card(page, "b")).to_be_focused()


def test_the_menu_steps_from_where_the_card_is_by_then(board, page):
    ids = board.fill(todo="a b", doing="x y")
    see(page, todo="a b", doing="x y")
    card(page, "a").locator(".menu").click()
    board.change(ids["a"], list="doing", at="top")
    see(page, doing="a x y")
    page.get_by_role("button", name="Down").click()
    see(page, todo="b", doing="x a y")


def test_the_menu_says_that_a_card_is_at_the_top_by_then(board, page):
    ids = board.fill(todo="a b")
    see(page, todo="a b")
    card(page, "b").locator(".menu").click()
    board.change(ids["b"], list="todo", at="top")
    see(page, todo="b a")
    page.get_by_role("button", name="Up", exact=True).click()
    expect(page.get_by_text("It stands there already.")).to_be_visible()


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


def test_a_text_to_be_used_again_is_not_lost_to_the_filter(board, page):
    board.fill(todo="apple pear")
    see(page, todo="apple pear")
    refuse(page, "PATCH", 503)
    rename(page, "apple", "cherry")
    again = page.get_by_role("button", name="Use the text again")
    expect(again).to_be_visible()
    page.locator("#filter").fill("pear")
    see(page, todo="pear")
    again.click()
    expect(editor(page)).to_have_value("cherry")


def test_a_text_used_again_survives_a_reload(board, page):
    board.fill(todo="apple")
    see(page, todo="apple")
    refuse(page, "PATCH", 503)
    rename(page, "apple", "cherry")
    with leased(page):
        page.get_by_role("button", name="Use the text again").click()
    reload(page)
    wait_live(page)
    expect(editor(page)).to_have_value("cherry")


def test_a_draft_is_taken_up_before_sync_is_there(board, page):
    board.fill(todo="a")
    edit(page, "a", "half")
    page.route("**/worker.js", lambda route: None)
    reload(page)
    card(page, "a").locator(".name").dblclick()
    expect(editor(page)).to_have_value("half")


def test_a_draft_is_offered_when_another_card_is_edited_first(board, page):
    board.fill(todo="a b")
    edit(page, "a", "half")
    held = []
    page.route("**/sync.js", lambda route: held.append(route))
    reload(page)
    edit(page, "b", "typed")
    until(page, lambda: held)
    held[0].continue_()
    wait_live(page)
    expect(alert(page)).to_contain_text("'half' is not saved.")
    page.get_by_role("button", name="Use the text again").click()
    expect(editor(page)).to_have_value("half")


def test_the_text_of_a_deleted_task_goes_to_the_field_of_its_column(board, page):
    ids = board.fill(todo="a", done="x")
    page.route("**/tasks/*", lambda route: None)
    rename(page, "x", "typed")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['x']}")
    page.get_by_role("button", name="Use the text again").click()
    expect(page.locator('form.add[data-list="done"] input')).to_have_value("typed")


def test_the_draft_of_a_deleted_task_goes_to_the_field_of_its_column(board, page):
    ids = board.fill(todo="a", done="x")
    with leased(page):
        edit(page, "x", "typed")
    page.goto("about:blank")
    board.remove(ids["x"])
    page.goto(board.url)
    page.get_by_role("button", name="Use the text again").click()
    expect(page.locator('form.add[data-list="done"] input')).to_have_value("typed")
