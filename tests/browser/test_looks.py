"""Looks: every width, both colour schemes, reduced motion; no rule of accessibility broken."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import free_port
from tests.browser.hands import add, alert, card, see, until, wait_live
from tests.conftest import LAN_NAME

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests/node_modules/axe-core/axe.min.js"
WIDTHS = (320, 390, 768, 1024, 1440, 2560)


def empty(board, page):
    see(page, todo="")


def full(board, page):
    board.fill(todo="a b", doing="c")
    board.put_item({"name": "foreign", "list": "someday"})
    see(page, todo="foreign a b", doing="c")


def editing(board, page):
    full(board, page)
    card(page, "a").locator(".name").dblclick()
    expect(page.locator(".editor")).to_be_visible()


def in_menu(board, page):
    full(board, page)
    card(page, "a").locator(".menu").click()
    expect(page.locator("dialog")).to_be_visible()


def offline(board, page):
    full(board, page)
    page.context.set_offline(True)
    expect(page.locator("#advice")).to_be_visible()
    card(page, "a").locator(".trash").click()


def leased(board, page):
    task = board.add("a")
    board.call("PUT", f"/tasks/{task}/lease", {"activity": "editing"})
    expect(page.locator(".leased")).to_be_visible()
    card(page, "a").locator(".trash").click()
    expect(alert(page)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [empty, full, editing, in_menu, offline, leased])
def test_no_rule_of_accessibility_is_broken(board, new_page, state, scheme):
    page = board.open(new_page(color_scheme=scheme, reduced_motion="reduce", bypass_csp=True))
    state(board, page)
    page.add_script_tag(path=AXE)
    found = page.evaluate("axe.run().then(({violations}) => violations)")
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_the_buttons_of_a_question_are_no_list_without_items(board, page):
    in_menu(board, page)
    expect(page.get_by_role("dialog").get_by_role("button", name="Cancel")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_role("list")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_hangs_over_at_any_width(board, new_page, width):
    board.add("A long name " * 12)
    board.add("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft")
    page = board.open(new_page(viewport={"width": width, "height": 700}))
    expect(page.locator(".card")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for control in page.locator("header.top :is(button, input):visible").all():
        box = control.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize("width", [320, 390, 768])
def test_the_longest_word_of_the_line_leaves_the_title_alone(board, new_page, width):
    page = board.open(new_page(viewport={"width": width, "height": 700}))
    page.context.set_offline(True)
    expect(page.locator("#line")).to_contain_text("Offline")
    page.locator("#line").evaluate(
        "(one) => (one.textContent = 'Offline since 10:58 PM, retrying…')"
    )
    apart = """() => {
      const text = document.createRange();
      text.selectNodeContents(document.querySelector('h1'));
      const [a, b] = [text, line].map((one) => one.getBoundingClientRect());
      return a.right <= b.left || a.bottom <= b.top || b.bottom <= a.top;
    }"""
    assert page.evaluate(apart)


def test_all_cards_are_printed(board, page):
    board.fill(todo=" ".join(f"card-{n}" for n in range(60)))
    page.emulate_media(media="print")
    expect(page.locator(".card")).to_have_count(60)
    last = page.locator(".card").last.bounding_box()
    assert last["y"] > 800
    assert page.evaluate("document.documentElement.scrollHeight") >= last["y"] + last["height"]


def test_what_is_printed_is_dark_on_light_whatever_the_screen_is(board, new_page):
    page = board.open(new_page(color_scheme="dark"))
    board.fill(todo="a")
    name = card(page, "a").locator(".name")
    expect(name).to_have_css("color", "rgb(232, 235, 242)")
    page.emulate_media(media="print", color_scheme="dark")
    expect(name).to_have_css("color", "rgb(29, 36, 48)")
    expect(page.locator("html")).to_have_css("color-scheme", "light")


def test_a_card_is_printed_by_its_name_while_it_is_edited(board, page):
    board.fill(todo="a")
    card(page, "a").locator(".name").dblclick()
    page.emulate_media(media="print")
    expect(page.locator(".editing .name")).to_be_visible()
    expect(page.locator(".editor")).to_have_css("clip-path", "inset(50%)")
    expect(page.locator(".editor textarea")).to_be_focused()


def test_help_begins_at_its_top_in_a_low_window(board, new_page):
    page = board.open(new_page(viewport={"width": 640, "height": 360}))
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_in_viewport(ratio=1)


def test_an_editor_stays_in_sight_when_the_window_gets_lower(board, new_page):
    page = board.open(new_page(viewport={"width": 1280, "height": 900}))
    board.fill(todo=" ".join(f"card-{n}" for n in range(20)))
    card(page, "card-19").locator(".name").dblclick()
    expect(page.locator(".editor")).to_be_in_viewport(ratio=1)
    page.set_viewport_size({"width": 1280, "height": 450})
    expect(page.locator(".editor")).to_be_in_viewport(ratio=1)


def watch_motion(page):
    """Note which cards are animated, in `played`."""
    page.evaluate(
        "window.played = []; const play = Element.prototype.animate;"
        "Element.prototype.animate = function (...all) {"
        " played.push(this.dataset.id); return play.apply(this, all) }; 0"
    )


def test_reduced_motion_moves_nothing(board, new_page):
    page = board.open(new_page(reduced_motion="reduce"))
    watch_motion(page)
    ids = board.fill(todo="a b", doing="x")
    board.change(ids["a"], list="doing")
    see(page, todo="b", doing="x a")
    assert page.evaluate("played") == []


def test_a_remote_move_is_animated(board, page):
    ids = board.fill(todo="a b", doing="x")
    see(page, todo="a b", doing="x")
    watch_motion(page)
    board.change(ids["a"], list="doing")
    see(page, todo="b", doing="x a")
    assert str(ids["a"]) in page.evaluate("played")


def test_all_text_grows_with_the_size_that_the_browser_is_set_to(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    every = "[...document.querySelectorAll('html, body *')]"
    sizes = f"{every}.map((one) => parseFloat(getComputedStyle(one).fontSize))"
    before = page.evaluate(sizes)
    set_size = {"fontSizes": {"standard": 24, "fixed": 20}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", set_size)
    until(page, lambda: page.evaluate(sizes)[0] != before[0])
    now = page.evaluate(sizes)
    assert {round(b / a, 2) for a, b in zip(before, now, strict=True)} == {1.5}


def test_no_request_goes_to_another_host(board, new_page):
    page, hosts = new_page(), set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.on("websocket", lambda line: hosts.add(line.url.split("/")[2]))
    board.open(page)
    assert hosts == {board.url.split("/")[2]}


def test_the_page_s_own_code_is_small():
    css = sum(path.stat().st_size for path in (ROOT / "web").glob("*.css"))
    assert css <= 20_000


def test_a_page_over_plain_http_on_a_lan_address_is_live(servers, tmp_path, new_page):
    port = free_port()
    address = f"http://{LAN_NAME}:{port}"
    shared = {"KANBAN_PASSCODE": "open sesame", "KANBAN_PUBLIC_URL": address}
    servers.start(tmp_path, KANBAN_PORT=port, **shared)
    page = new_page()
    page.goto(address)
    assert page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]
    page.locator("dialog input").fill("open sesame")
    page.locator("dialog input").press("Enter")
    wait_live(page)
    add(page, "milk")
    expect(page.locator(".pending")).to_have_count(0)
