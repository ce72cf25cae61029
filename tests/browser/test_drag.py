"""What others do to the board while my button is held (the first table of DRAG.md)."""

import itertools

import pytest
from playwright.sync_api import expect

from tests.browser.hands import (
    add,
    alert,
    card,
    carry_below,
    drag,
    grab,
    hover_end,
    middle,
    release,
    see,
    settle,
    texts,
    until,
)

pytestmark = pytest.mark.browser


@pytest.fixture
def held(board, page):
    """The card `a` held below `x`; gives the ids by name."""
    ids = board.fill(todo="a b", doing="x y")
    see(page, todo="a b", doing="x y")
    grab(page, "a")
    carry_below(page, "x")
    return ids


def next_drag_works(board, page) -> None:
    """A board that is not stuck takes another drag and agrees with Sync afterwards."""
    board.fill(todo="p", done="q")
    expect(card(page, "q")).to_be_visible()
    drag(page, "p", below="q")
    expect(page.locator(".pending")).to_have_count(0)
    shown = {column: " ".join(texts(page, column)) for column in ("todo", "doing", "done")}
    assert shown == board.names()


def test_a_card_inserted_in_the_target_column(board, page, held):
    board.add("new", "doing", at="top")
    expect(card(page, "new")).to_be_visible()
    settle(page)
    gap = texts(page, "doing")
    release(page)
    see(page, todo="b", doing=" ".join(gap))
    next_drag_works(board, page)


def test_the_dragged_card_s_text_edited(board, page, held):
    board.replace_item(held["a"], {"name": "A", "list": "todo", "position": "a0"})
    release(page)
    see(page, doing="x A y")
    next_drag_works(board, page)


def test_the_dragged_card_deleted(board, page, held):
    board.sync("DELETE", f"Lists/tasks/Items/{held['a']}")
    board.add("seen", "done")
    see(page, done="seen")
    release(page)
    see(page, todo="b", doing="x y")
    expect(alert(page)).to_contain_text("deleted")
    next_drag_works(board, page)


def test_the_dragged_card_moved_to_another_column(board, page, held):
    board.replace_item(held["a"], {"name": "a", "list": "done", "position": "a0"})
    board.add("seen", "done")
    see(page, done="seen")
    release(page)
    see(page, todo="b", doing="x a y", done="seen")
    next_drag_works(board, page)


def test_the_old_neighbour_deleted_and_the_card_released_outside(board, page, held):
    board.remove(held["b"])
    see(page, todo="")
    page.mouse.move(5, 5)
    release(page)
    next_drag_works(board, page)


def test_the_new_neighbour_deleted(board, page, held):
    board.remove(held["x"])
    see(page, doing="a y")
    release(page)
    see(page, todo="b", doing="a y")
    next_drag_works(board, page)


def test_the_board_reset(board, page, held):
    board.clear()
    see(page, todo="")
    release(page)
    see(page, todo="", doing="")
    next_drag_works(board, page)


def test_escape_puts_the_card_back(board, page, held):
    page.keyboard.press("Escape")
    expect(page.locator("html.dragging")).not_to_be_attached()
    page.mouse.up()
    see(page, todo="a b", doing="x y")
    next_drag_works(board, page)


def test_a_pointercancel_leaves_no_ghost(board, page, held):
    page.evaluate("document.dispatchEvent(new PointerEvent('pointercancel', {bubbles: true}))")
    page.mouse.up()
    see(page, todo="a b", doing="x y")
    expect(page.locator(".lifted, .ghost")).to_have_count(0)
    next_drag_works(board, page)


def test_a_drop_between_two_shown_cards_lands_between_them_under_a_filter(board, page):
    board.fill(todo="apple", doing="avocado beet1 beet2 apricot")
    page.locator("#filter").fill("á")
    expect(page.locator("#hits")).to_have_text("3 of 5")
    drag(page, "apple", below="avocado")
    see(page, doing="avocado apple apricot")
    expect(page.locator(".pending")).to_have_count(0)
    page.locator("#filter").fill("")
    order = texts(page, "doing")
    assert order.index("avocado") < order.index("apple") < order.index("apricot")
    assert " ".join(order) == board.names()["doing"]


def test_a_reload_in_the_middle_of_many_drags_keeps_all(board, page):
    board.fill(todo="a b c", doing="x")
    see(page, todo="a b c")
    for name in "abc":
        grab(page, name)
        hover_end(page, "done")
        release(page)
    expect(page.locator(".pending")).to_have_count(0)
    sent = []
    page.route("**/tasks", lambda route: sent.append(route.fetch()))  # its answer does not come
    add(page, "d")
    see(page, todo="d", doing="x", done="a b c")
    until(page, lambda: sent)
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    see(page, todo="d", doing="x", done="a b c")


def test_a_list_scrolls_under_a_card_carried_to_the_edges_of_the_window(board, page):
    board.fill(todo="a", doing=" ".join(f"t{n}" for n in range(60)))
    expect(page.locator(".card")).to_have_count(61)
    cards = page.locator('ol[data-list="doing"]')
    rest = "(list) => list.scrollHeight - list.clientHeight - list.scrollTop"
    grab(page, "a")
    x, y = middle(cards)
    page.mouse.move(x, y, steps=8)
    page.mouse.move(x, 798, steps=8)
    until(page, lambda: cards.evaluate(rest) <= 1)
    expect(page.locator(".card:has(+ .ghost) .name")).to_have_text("t59")
    page.mouse.move(x, 2, steps=8)
    until(page, lambda: cards.evaluate("(list) => list.scrollTop") == 0)
    expect(page.locator(".ghost + .card .name")).to_have_text("t0")
    release(page)


def test_a_list_that_scrolls_up_under_a_card_goes_no_step_back(board, page):
    board.fill(todo=" ".join(f"t{n}" for n in range(60)))
    expect(page.locator(".card")).to_have_count(60)
    cards = page.locator('ol[data-list="todo"]')
    cards.evaluate("(list) => list.scrollTo(0, 9999)")
    grab(page, "t59")
    cards.evaluate("""(list) => {
      window.seen = [];
      const look = () => (window.seen.push(list.scrollTop), requestAnimationFrame(look));
      look();
    }""")
    page.mouse.move(*middle(page.locator('section[data-list="todo"] header')), steps=8)
    until(page, lambda: cards.evaluate("(list) => list.scrollTop") == 0)
    release(page)
    seen = page.evaluate("window.seen")
    assert [after for before, after in itertools.pairwise(seen) if after > before] == []


def test_a_list_scrolls_under_a_card_carried_over_its_column_s_foot_and_header(board, page):
    board.fill(todo="a", doing=" ".join(f"t{n}" for n in range(60)))
    expect(page.locator(".card")).to_have_count(61)
    cards = page.locator('ol[data-list="doing"]')
    foot, header = (
        page.locator('section[data-list="doing"]').locator(one) for one in ("form", "header")
    )
    rest = "(list) => list.scrollHeight - list.clientHeight - list.scrollTop"
    grab(page, "a")
    page.mouse.move(*middle(foot), steps=8)
    expect(cards.locator(".ghost")).to_be_in_viewport()
    until(page, lambda: cards.evaluate(rest) <= 1)
    expect(page.locator(".card:has(+ .ghost) .name")).to_have_text("t59")
    page.mouse.move(*middle(header), steps=8)
    until(page, lambda: cards.evaluate("(list) => list.scrollTop") == 0)
    expect(page.locator(".ghost + .card .name")).to_have_text("t0")
    release(page)
    until(page, lambda: board.names()["doing"].startswith("a t0 "))


def test_the_first_click_after_a_drop_counts(board, page):
    board.fill(todo="a b c")
    see(page, todo="a b c")
    for name in "ab":
        grab(page, name)
        hover_end(page, "done")
        release(page)
    card(page, "c").locator(".trash").click()
    see(page, todo="", done="a b")
    expect(page.locator(".pending")).to_have_count(0)
    until(page, lambda: board.names()["todo"] == "")


def test_a_drop_at_the_exact_centre_of_a_card_lands_beside_it(board, page):
    """Also when the button is let go at once, before the library looks where the pointer is."""
    names = [f"t{n}" for n in range(6)]
    board.fill(todo="a", doing=" ".join(names))
    see(page, todo="a", doing=" ".join(names))
    for name in names:
        grab(page, "a")
        page.mouse.move(*middle(card(page, name).last))
        release(page)
        settle(page)
        order = texts(page, "doing")
        assert (
            order.index("a") == order.index(name) - 1 or order.index("a") == order.index(name) + 1
        )


def test_a_card_carried_past_the_side_opens_no_gap_out_of_sight(board, new_page):
    board.fill(todo="a", doing="b")
    page = board.open(new_page(viewport={"width": 390, "height": 600}))
    see(page, todo="a", doing="b")
    page.locator('[data-list="doing"].column').evaluate("one => one.scrollIntoView()")
    settle(page)
    grab(page, "b")
    page.mouse.move(-60, 300)
    expect(page.locator(".taken")).to_have_count(0)
    release(page)
    see(page, todo="a", doing="b")
