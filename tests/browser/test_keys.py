"""The whole board without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import add, card, grab, release, see, until

pytestmark = pytest.mark.browser


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


@pytest.fixture
def keyed(board, page):
    """A board whose mouse is never used."""
    board.fill(todo="a b c", doing="x y")
    see(page, todo="a b c", doing="x y")
    return page


def settled(page: Page) -> None:
    expect(page.locator(".pending")).to_have_count(0)


def test_n_adds(board, keyed):
    press(keyed, "n")
    keyed.keyboard.type("milk")
    press(keyed, "Enter", "Escape")
    see(keyed, todo="a b c milk")


def test_arrows_choose(keyed):
    press(keyed, "ArrowDown")
    expect(card(keyed, "a")).to_be_focused()
    press(keyed, "ArrowDown", "ArrowRight")
    expect(card(keyed, "y")).to_be_focused()
    press(keyed, "ArrowRight", "ArrowLeft", "ArrowUp")
    expect(card(keyed, "a")).to_be_focused()


def test_tab_comes_by_each_column_and_arrows_go_to_its_cards(keyed):
    stops = []
    for _ in range(14):
        press(keyed, "Tab")
        stops.append(keyed.evaluate("document.activeElement.closest('ol')?.dataset.list"))
    assert [stop for stop in stops if stop] == ["todo", "doing", "done"]
    keyed.locator("ol[data-list=doing]").focus()
    press(keyed, "ArrowUp")
    expect(card(keyed, "x")).to_be_focused()


def test_tab_goes_back_to_the_card_that_was_chosen_and_to_its_buttons(keyed):
    press(keyed, "ArrowDown", "ArrowDown", "Tab")
    expect(card(keyed, "b").locator(".menu")).to_be_focused()
    press(keyed, "Tab", "Tab", "Shift+Tab", "Shift+Tab", "Shift+Tab")
    expect(card(keyed, "b")).to_be_focused()


def type_key(page: Page, key: str, code: str, control: bool = False) -> None:
    """Press a key of a layout that this machine has not."""
    how = {"key": key, "code": code, "ctrlKey": control, "bubbles": True, "cancelable": True}
    page.evaluate(
        "(how) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', how))", how
    )


@pytest.mark.parametrize("key", ["у", "E", "ε"], ids=["Russian", "Caps Lock", "Greek"])
def test_a_letter_does_the_same_on_any_layout(keyed, key):
    press(keyed, "ArrowDown")
    type_key(keyed, key, "KeyE")
    expect(keyed.locator(".editor")).to_be_visible()


def test_undo_works_on_a_layout_without_latin_letters(keyed):
    press(keyed, "ArrowDown", "Delete")
    see(keyed, todo="b c")
    type_key(keyed, "я", "KeyZ", control=True)
    see(keyed, todo="a b c")


def test_keys_on_a_card_that_is_edited_do_nothing_to_its_task(board, keyed):
    press(keyed, "ArrowDown", "e")
    keyed.keyboard.type("half")
    card(keyed, "a").first.evaluate("(one) => one.focus()")
    press(keyed, "Delete", "Space", "m", "e")
    expect(keyed.locator(".editor textarea")).to_be_focused()
    expect(keyed.locator(".editor textarea")).to_have_value("half")
    assert board.names()["todo"] == "a b c"


def hold(page: Page, key: str) -> None:
    """Hold a key so long that it repeats itself."""
    for _ in range(4):
        page.keyboard.down(key)
    page.keyboard.up(key)


@pytest.mark.parametrize("place", [".menu", ".trash"])
def test_enter_held_on_a_button_presses_it_once(board, keyed, place):
    press(keyed, "ArrowDown", *["Tab"] * (1 + (place == ".trash")))
    expect(card(keyed, "a").locator(place)).to_be_focused()
    hold(keyed, "Enter")
    if place == ".menu":
        expect(keyed.get_by_role("dialog")).to_be_visible()
    else:
        see(keyed, todo="b c")
    expect(keyed.locator(".editor")).to_have_count(0)
    until(keyed, lambda: board.names()["todo"] == ("a b c" if place == ".menu" else "b c"))


def test_enter_held_in_an_editor_saves_and_opens_nothing(keyed):
    press(keyed, "ArrowDown", "e")
    keyed.keyboard.type("half")
    hold(keyed, "Enter")
    see(keyed, todo="half b c")
    expect(keyed.locator(".editor")).to_have_count(0)


def test_a_card_is_read_by_its_name_and_not_by_its_buttons(keyed):
    expect(card(keyed, "a")).to_have_accessible_name("a")
    press(keyed, "ArrowDown", "Space")
    expect(card(keyed, "a")).to_have_accessible_name("a, lifted")


def test_the_undo_button_keeps_the_focus_for_the_next_undo(keyed):
    press(keyed, "ArrowDown", "Delete", "Delete")
    see(keyed, todo="c")
    keyed.locator("#undo").focus()
    press(keyed, "Enter", "Enter")
    see(keyed, todo="a b c")


def test_space_lifts_and_arrows_carry_within_the_column(board, keyed):
    press(keyed, "ArrowDown", "Space", "ArrowDown", "ArrowDown")
    see(keyed, todo="b c a")
    press(keyed, "Space")
    settled(keyed)
    assert board.names()["todo"] == "b c a"
    expect(card(keyed, "a")).to_be_focused()


def test_space_lifts_and_arrows_carry_across(board, keyed):
    press(keyed, "ArrowDown", "ArrowDown", "Space", "ArrowRight", "Space")
    see(keyed, todo="a c", doing="x b y")
    said = "'b' moved from todo, 2 of 3, to doing, 2 of 3"
    expect(keyed.locator("#live")).to_have_text(said)
    settled(keyed)
    assert board.names()["doing"] == "x b y"
    expect(card(keyed, "b")).to_be_focused()


def test_escape_puts_a_carried_card_back(board, keyed):
    press(keyed, "ArrowDown", "Space", "ArrowRight", "Escape")
    see(keyed, todo="a b c", doing="x y")
    assert board.names()["todo"] == "a b c"


def test_e_and_enter_edit(keyed):
    press(keyed, "ArrowDown", "e")
    keyed.keyboard.type("milk")
    press(keyed, "Enter", "Enter")
    keyed.keyboard.type("bread")
    press(keyed, "Enter")
    see(keyed, todo="bread b c")


def test_m_opens_the_menu_that_moves(board, keyed):
    press(keyed, "ArrowDown", "m")
    expect(keyed.locator("dialog")).to_be_visible()
    keyed.get_by_role("button", name="To the bottom of done").focus()
    press(keyed, "Enter")
    see(keyed, todo="b c", done="a")
    expect(card(keyed, "a")).to_be_focused()


def test_delete_deletes_and_focus_goes_to_the_next_card(keyed):
    press(keyed, "ArrowDown", "Delete")
    see(keyed, todo="b c")
    expect(card(keyed, "b")).to_be_focused()
    press(keyed, "Control+z")
    see(keyed, todo="a b c")


def test_slash_filters_and_escape_clears(keyed):
    press(keyed, "/")
    keyed.keyboard.type("B")
    see(keyed, todo="b", doing="")
    expect(keyed.locator("#hits")).to_have_text("1 of 5")
    press(keyed, "Escape")
    see(keyed, todo="a b c", doing="x y")


def test_question_mark_helps(keyed):
    press(keyed, "?")
    expect(keyed.locator("dialog")).to_contain_text("Space")
    press(keyed, "Escape")
    expect(keyed.locator("dialog")).not_to_be_visible()


def test_focus_follows_its_card_through_remote_changes(board, keyed):
    ids = {task["name"]: task["id"] for task in board.call("GET", "/tasks")["tasks"]}
    press(keyed, "ArrowDown")
    board.change(ids["a"], list="doing", at="top")
    see(keyed, doing="a x y")
    expect(card(keyed, "a")).to_be_focused()
    board.remove(ids["a"])
    see(keyed, doing="x y")
    expect(card(keyed, "x")).to_be_focused()


def test_what_follows_an_add_that_is_not_answered_yet_is_kept(board, keyed):
    keyed.route("**/tasks", lambda route: (keyed.wait_for_timeout(300), route.continue_()))
    press(keyed, "n")
    keyed.keyboard.type("milk")
    press(keyed, "Enter", "Escape", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown")
    expect(card(keyed, "milk")).to_be_focused()
    press(keyed, "Space", "ArrowRight", "Space")
    settled(keyed)
    see(keyed, doing="x y milk")
    assert board.names()["doing"] == "x y milk"


def test_the_card_just_added_lets_keys_go_elsewhere(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(60)))
    see(page, todo=" ".join(f"t{n}" for n in range(60)))
    add(page, "milk")
    expect(card(page, "milk")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    expect(card(page, "t0")).to_be_focused()
    page.wait_for_timeout(200)
    expect(card(page, "t0")).to_be_in_viewport(ratio=1)


def test_a_dragged_card_is_not_left_for_another_key(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    grab(page, "a")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).not_to_be_visible()
    release(page)
