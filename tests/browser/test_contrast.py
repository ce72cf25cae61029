"""Marks that are not text stand out, 3 to 1 (WCAG 1.4.11), also where colours are forced."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, card, drag, grab, hover_over, release, see

pytestmark = pytest.mark.browser
LEAST = 3
RATIO = """(one, kind) => {
  const colour = (text) => text.match(/[\\d.]+/g).map(Number);
  const linear = (part) => (part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
  const light = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((part) => linear(part / 255));
    return .2126 * r + .7152 * g + .0722 * b + .05;
  };
  let [place, seen] = [one.parentElement, 1];
  while (colour(getComputedStyle(place).backgroundColor)[3] === 0) place = place.parentElement;
  for (let part = one; part; part = part.parentElement) seen *= getComputedStyle(part).opacity;
  const ground = colour(getComputedStyle(place).backgroundColor);
  const style = getComputedStyle(one);
  const mark = colour(style[`${kind}Color`]);
  if (style[`${kind}Style`] === 'none' || mark[3] === 0) return 1;
  const shown = mark.map((part, at) => part * seen + ground[at] * (1 - seen));
  const ratio = light(shown) / light(ground);
  return Math.max(ratio, 1 / ratio);
}"""
STANDS_OUT = """(one, part) => {
  const { backgroundColor, forcedColorAdjust } = getComputedStyle(one, part);
  const canvas = getComputedStyle(document.body).backgroundColor;
  return backgroundColor !== canvas && forcedColorAdjust === 'none';
}"""


def contrast(place, kind: str) -> float:
    """Give the contrast of an outline or edge against what is around the thing."""
    return place.evaluate(RATIO, kind)


@pytest.fixture(params=["light", "dark"])
def toned(request, board, new_page):
    """A page in either scheme, without motion."""
    board.fill(todo="a b", doing="x", done="y")
    page = board.open(new_page(color_scheme=request.param, reduced_motion="reduce"))
    see(page, todo="a b", doing="x", done="y")
    return page


def test_where_a_card_will_be_dropped_stands_out(toned):
    grab(toned, "a")
    for name in "bxy":
        hover_over(toned, name)
        assert contrast(toned.locator(".ghost"), "outline") >= LEAST, name
    release(toned)


@pytest.mark.parametrize("kind", ["", ".error"])
def test_the_focus_on_a_notice_s_button_stands_out(board, toned, kind):
    if kind:
        toned.keyboard.press("n")
        toned.keyboard.type("x" * 600)
        toned.keyboard.press("Enter")
    else:
        card(toned, "a").focus()
        toned.keyboard.press("Delete")
    button = toned.locator(f".toast{kind} button").first
    button.focus()
    expect(button).to_be_focused()
    assert contrast(button, "outline") >= LEAST


def test_the_edges_of_fields_stand_out(board, toned):
    column = toned.locator(".column > .add input").first
    for field in toned.locator("#new input, #filter").all():
        assert contrast(field, "borderTop") >= LEAST
    column.hover()
    assert contrast(column, "borderTop") >= LEAST
    column.focus()
    assert contrast(column, "borderTop") >= LEAST
    card(toned, "a").dblclick()
    assert contrast(toned.locator(".editor textarea"), "borderTop") >= LEAST


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_state_shows_where_colours_are_forced(board, new_page, scheme):
    ids = board.fill(todo="a b c")
    page = board.open(new_page(color_scheme=scheme, forced_colors="active"))
    board.call("PUT", f"/tasks/{ids['a']}/lease", {"activity": "editing"})
    lock = page.locator(".leased .notes")
    expect(lock).to_be_visible()
    page.route("**/tasks/*", lambda route: None)
    drag(page, "b", below="c")
    marks = {".leased .notes": "::before", ".pending": "::after", "#line": "::before"}
    for place, part in {**marks, ".column > header": "::before"}.items():
        assert page.locator(place).first.evaluate(STANDS_OUT, part), place
    page.context.set_offline(True)
    add(page, "d")
    expect(page.locator(".unknown")).to_have_css("border-top-style", "dashed")
