"""Fingers: a swipe scrolls and moves nothing, a held card follows."""

import os

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import card, middle, see, settle, texts, until

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TIMES = int(os.environ.get("TOUCHES", "5"))  # `make soak` asks for 50


class Finger:
    """One finger, by the browser's own touch events."""

    def __init__(self, page: Page):
        self._page = page
        self._session = page.context.new_cdp_session(page)

    def _send(self, kind: str, *points: tuple[float, float], first: int = 0) -> None:
        touches = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(points, first)]
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def down(self, x: float, y: float) -> None:
        self._send("touchStart", (x, y))
        self._at = (x, y)

    def slide(self, x: float, y: float, steps: int = 12) -> None:
        (from_x, from_y), self._at = self._at, (x, y)
        for n in range(1, steps + 1):
            self._send(
                "touchMove", (from_x + (x - from_x) * n / steps, from_y + (y - from_y) * n / steps)
            )

    def up(self) -> None:
        self._send("touchEnd")

    def press_beside(self, x: float, y: float) -> None:
        """Put a second finger down, too."""
        self._send("touchStart", self._at, (x, y))
        self._beside = (x, y)

    def spread(self, pixels: int = 100) -> None:
        """Move two fingers apart, by so many pixels each."""
        (x, y), (other_x, other_y) = self._at, self._beside
        for n in range(1, pixels + 1, 10):
            self._send("touchMove", (x, y - n), (other_x, other_y + n))

    def tap_beside(self, x: float, y: float) -> None:
        """Tap elsewhere with a second finger."""
        self._send("touchStart", self._at, (x, y))
        self._send("touchMove", self._at, (x, y + 8))
        self._send("touchEnd", (x, y + 8), first=1)

    def hold(self, x: float, y: float) -> None:
        """Touch a card and wait until it is lifted."""
        self.down(x, y)
        expect(self._page.locator(".chosen")).to_be_attached()
        self.slide(x, y + 8, steps=4)
        expect(self._page.locator("html.dragging")).to_be_attached()


@pytest.fixture
def phone(board, new_page):
    """A phone's page with more cards than fit."""
    board.fill(todo=" ".join(f"t{n}" for n in range(40)), doing="x y")
    page = board.open(new_page(**PHONE))
    see(page, doing="x y")
    return page


def still(page: Page, cards) -> None:
    """Wait until a list no longer scrolls by itself."""
    page.wait_for_function(
        """(list) => new Promise((then) => {
            const top = list.scrollTop;
            requestAnimationFrame(() => requestAnimationFrame(() => then(list.scrollTop === top)));
        })""",
        arg=cards.element_handle(),
    )


@pytest.fixture
def swiped(board, new_page):
    """A phone on which a finger rests longer before it holds: on a busy machine a swipe is slow."""
    board.fill(todo=" ".join(f"t{n}" for n in range(40)))
    page = new_page(**PHONE)
    page.add_init_script("window.__kanban = {holdMs: 1000}")
    return board.open(page)


def test_swipes_scroll_and_move_nothing(swiped):
    phone = swiped
    see(phone, todo=" ".join(f"t{n}" for n in range(40)))
    before, finger = texts(phone, "todo"), Finger(phone)
    cards = phone.locator('ol[data-list="todo"]')
    for n in range(TIMES):
        top = cards.evaluate("(list) => list.scrollTop")
        begin, end = (600, 420) if n % 2 == 0 else (420, 600)
        finger.down(150, begin)
        finger.slide(150, end)
        finger.up()
        until(phone, lambda top=top: cards.evaluate("(list) => list.scrollTop") != top)
        still(phone, cards)
    assert texts(phone, "todo") == before
    expect(phone.locator(".lifted, .ghost, .chosen")).to_have_count(0)


def test_a_sideways_swipe_shows_the_next_column_and_stays_on_the_page(swiped):
    phone = swiped
    finger, before = Finger(phone), phone.url
    finger.down(300, 500)
    finger.slide(60, 500)
    finger.up()
    until(phone, lambda: phone.evaluate("board.scrollLeft") > 200)
    assert phone.url == before
    assert phone.evaluate("document.documentElement.scrollLeft") == 0


def test_held_cards_can_be_dragged(board, phone):
    finger = Finger(phone)
    for _ in range(TIMES):
        settle(phone)
        first, _, third, *_ = texts(phone, "todo")
        finger.hold(*middle(card(phone, first).locator(".name")))
        x, y = middle(card(phone, third))
        finger.slide(x, y + 10)
        expect(phone.locator(".card:has(+ .ghost) .name")).to_have_text(third)
        finger.up()
        expect(phone.locator("html.dragging")).not_to_be_attached()
        assert texts(phone, "todo")[1:3] == [third, first]
    expect(phone.locator(".pending")).to_have_count(0)
    assert board.names()["todo"] == " ".join(texts(phone, "todo"))


def test_a_list_scrolls_under_a_card_carried_over_its_column_s_foot_and_header(board, phone):
    finger, cards = Finger(phone), phone.locator('ol[data-list="todo"]')
    finger.hold(*middle(card(phone, "t0").locator(".name")))
    top = "(list) => list.scrollTop"
    below = "(list) => list.scrollHeight - list.clientHeight - list.scrollTop"
    finger.slide(*middle(phone.locator(".column > .add").first))
    until(phone, lambda: cards.evaluate(below) <= 1)
    expect(phone.locator(".card:has(+ .ghost) .name")).to_have_text("t39")
    finger.slide(*middle(phone.locator(".column > header").first))
    until(phone, lambda: cards.evaluate(top) == 0)
    expect(phone.locator(".ghost + .card .name")).to_have_text("t1")
    finger.up()


def test_a_card_carried_to_the_edge_reaches_the_next_column(board, phone):
    finger = Finger(phone)
    finger.hold(*middle(card(phone, "t0").locator(".name")))
    finger.slide(384, 400)
    until(phone, lambda: phone.evaluate("board.scrollLeft") > 250)
    finger.slide(200, 330)
    expect(phone.locator('ol:not([data-list="todo"]) .ghost')).to_be_attached()
    finger.up()
    expect(phone.locator("html.dragging")).not_to_be_attached()
    expect(phone.locator(".pending")).to_have_count(0)
    assert "t0" not in board.names()["todo"].split()


def test_a_tap_on_the_menu_moves_a_card(board, phone):
    card(phone, "t0").locator(".menu").tap()
    phone.get_by_role("button", name="To the top of doing").tap()
    see(phone, doing="t0 x y")


def test_a_long_name_can_be_saved_over_a_keyboard_that_takes_its_room(board, phone):
    expect(phone.locator("meta[content*='interactive-widget=resizes-content']")).to_be_attached()
    long = "ten words " * 40
    board.add(long, "todo", at="top")
    phone.locator(".long .menu").tap()
    phone.get_by_role("button", name="Edit").tap()
    phone.set_viewport_size({"width": 390, "height": 508})
    for name in ("Save", "Cancel"):
        expect(phone.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


def test_targets_are_large_enough(phone):
    sizes = phone.evaluate(
        """[...document.querySelectorAll('button')].filter((one) => one.offsetParent)
        .map((one) => one.getBoundingClientRect())
        .map(({width, height}) => Math.min(width, height))"""
    )
    assert min(sizes) >= 24


def test_a_second_finger_neither_ends_nor_takes_a_drag(phone):
    finger = Finger(phone)
    x, y = middle(card(phone, "t2").locator(".name"))
    other = middle(card(phone, "t6").locator(".name"))
    finger.hold(x, y)
    finger.tap_beside(*other)
    expect(phone.locator("html.dragging")).to_be_attached()
    assert texts(phone, "todo")[:3] == ["t0", "t1", "t2"]
    finger.up()
    expect(phone.locator("html.dragging")).not_to_be_attached()
    see(phone, doing="x y")


def test_two_fingers_before_a_drag_hold_no_card(board, new_page):
    ids = board.fill(todo="t0 t1 t2 t3 t4")
    page = new_page(**PHONE)
    page.clock.install()
    board.open(page)
    see(page, todo="t0 t1 t2 t3 t4")
    finger = Finger(page)
    finger.down(*middle(card(page, "t1")))
    finger.press_beside(*middle(card(page, "t4")))
    page.clock.fast_forward(1000)
    expect(page.locator(".chosen")).to_have_count(0)
    finger.spread()
    expect(page.locator("html.dragging, .lifted")).to_have_count(0)
    board.remove(ids["t4"])
    board.remove(ids["t1"])
    see(page, todo="t0 t2 t3")
    finger.up()


def test_a_finger_that_rests_elsewhere_does_not_stop_another_from_dragging(board, new_page):
    board.fill(todo="a b")
    page = new_page(**PHONE)
    page.add_init_script("window.__kanban = {holdMs: 1}")
    board.open(page)
    see(page, todo="a b")
    finger = Finger(page)
    finger.down(*middle(page.locator("h1")))
    finger.press_beside(*middle(card(page, "a").locator(".name")))
    finger.spread(1)
    expect(page.locator(".chosen")).to_be_attached()
    finger.spread()
    expect(page.locator("html.dragging")).to_be_attached()
    finger.up()
