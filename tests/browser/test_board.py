"""The tutorial's user finds everything again: add, drag, delete, live in every window."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, alert, card, carry_below, drag, grab, hover_end, release, see

pytestmark = pytest.mark.browser
RANDOM_VIEWS = Path(__file__).with_name("random_views.js")


def test_an_added_task_shows_in_the_other_window(board, two_pages):
    mine, other = two_pages
    add(mine, "milk")
    see(mine, todo="milk")
    see(other, todo="milk")
    assert board.names()["todo"] == "milk"


def test_the_button_adds_too(page):
    page.locator("#new input").fill("milk")
    page.get_by_role("button", name="Add task").click()
    see(page, todo="milk")


def test_a_card_dragged_between_two_others_lands_there_everywhere(board, two_pages):
    board.fill(todo="a b", doing="x y")
    mine, other = two_pages
    see(mine, todo="a b", doing="x y")
    drag(mine, "a", below="x")
    see(mine, todo="b", doing="x a y")
    see(other, todo="b", doing="x a y")
    mine.reload()
    see(mine, todo="b", doing="x a y")


def test_a_card_can_be_dragged_within_its_column(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    drag(page, "a", below="b")
    see(page, todo="b a c")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["todo"] == "b a c"


def test_a_card_can_be_dragged_into_an_empty_column(board, page):
    board.fill(todo="a b")
    see(page, todo="a b")
    grab(page, "b")
    hover_end(page, "done")
    release(page)
    see(page, todo="a", done="b")


def test_a_drop_shows_in_its_place_at_once(board, page):
    board.fill(todo="a", doing="x")
    see(page, todo="a", doing="x")
    page.route("**/tasks/*", lambda route: (time.sleep(0.3), route.continue_()))
    grab(page, "a")
    carry_below(page, "x")
    page.mouse.up()
    see(page, timeout_ms=200, doing="x a")


def test_two_quick_drags_both_stay(board, page):
    board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    drag(page, "a", below="x")
    drag(page, "b", below="a")
    see(page, doing="x a b")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["doing"] == "x a b"


def test_the_trash_icon_deletes_everywhere(board, two_pages):
    board.fill(todo="a b")
    mine, other = two_pages
    card(mine, "a").locator(".trash").click()
    see(mine, todo="b")
    see(other, todo="b")


def test_a_script_s_changes_show_at_once(board, page):
    ids = board.fill(todo="a b")
    see(page, todo="a b")
    board.change(ids["a"], name="z", list="done")
    see(page, todo="b", done="z")


def test_the_page_says_that_sync_is_live_and_who_you_are(page):
    expect(page).to_have_title("Twilio Sync Kanban")
    expect(page.locator("#line")).to_have_text("Sync is live!")
    expect(page.locator("#who")).to_have_text(re.compile(r"^\w+-\w+$"))


def test_the_name_of_a_person_survives_a_reload(board, page):
    before = page.locator("#who").inner_text()
    board.open(page)
    assert page.locator("#who").inner_text() == before


def test_each_column_counts_its_cards(board, page):
    board.fill(todo="a b", done="c")
    expect(page.locator(".count")).to_have_text(["2", "0", "1"])


def test_cards_can_be_grabbed(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    expect(card(page, "a")).to_have_css("cursor", "grab")
    grab(page, "a")
    expect(page.locator("body")).to_have_css("cursor", "grabbing")
    release(page)


def test_all_pages_of_a_long_list_are_shown(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(230)))
    board.open(page)
    expect(page.locator(".card")).to_have_count(230)


def test_a_double_enter_adds_one_task(board, page):
    field = page.locator("#new input")
    field.fill("milk")
    field.press("Enter")
    field.press("Enter")
    expect(page.locator(".pending")).to_have_count(0)
    assert board.names()["todo"] == "milk"


def test_the_field_at_the_foot_adds_where_it_stands_and_stays_for_the_next(board, page):
    add(page, "one", column="doing")
    page.keyboard.type("two")
    page.keyboard.press("Enter")
    see(page, todo="", doing="one two")
    expect(page.locator('section[data-list="doing"] input')).to_be_focused()


def test_a_name_that_is_too_long_stays_in_the_field_with_the_reason(page):
    add(page, "x" * 501)
    expect(alert(page)).to_contain_text("501 characters")
    expect(page.locator("#new input")).to_have_value("x" * 501)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_cards_stand_in_the_order_they_were_given_whatever_moves_at_once(page, seed):
    assert page.evaluate(RANDOM_VIEWS.read_text(), [seed, 150]) == []


def test_an_added_card_takes_the_place_of_its_twin_from_the_board_that_the_server_had(page):
    shown = page.evaluate(
        """async () => {
            const { Renderer } = await import('/static/render.js');
            const board = document.createElement('main');
            board.innerHTML = '<ol data-list="todo"></ol>';
            document.body.append(board);
            const renderer = new Renderer(board, document.getElementById('card'));
            const cards = (...ids) => ids.map((id) => ({ task: { id, name: id, mark: '' } }));
            renderer.draw([{ id: 'todo', cards: cards('7', 'new') }], false);
            const mine = renderer.element('new');
            renderer.hold('new');
            renderer.rename('new', '7');
            renderer.draw([{ id: 'todo', cards: cards('7') }], false);
            renderer.letGo('7');
            renderer.draw([{ id: 'todo', cards: cards('7') }], false);
            const shown = [...board.querySelectorAll('.card')].map((card) => card === mine);
            board.remove();
            return shown;
        }"""
    )
    assert shown == [True]
