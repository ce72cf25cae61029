"""The line: said in words, found dead in time, and right again without a reload."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, grab, hover_end, release, see, until, wait_live

pytestmark = pytest.mark.browser
QUICK = "window.__kanban = {quietMs: 1000, probeLimitMs: 700, watchMs: 200, connectLimitMs: 1000}"


@pytest.fixture
def wired(board, new_page, wire):
    """A page whose line runs through the wire, with short timers."""
    page = new_page()
    page.add_init_script(QUICK)
    return board.open(page, wire.url)


def test_a_cut_is_said_and_what_was_missed_comes_when_it_is_mended(board, wired, wire):
    wire.cut()
    expect(wired.locator("#line")).to_have_text(re.compile(r"^Offline since .*\d\d"))
    board.fill(todo="a b", done="c")
    wire.mend()
    see(wired, timeout_ms=15_000, todo="a b", done="c")
    expect(wired.locator("#line")).to_have_text("Sync is live!")


def test_a_silent_line_is_found_dead_and_made_anew(board, wired, wire):
    board.fill(todo="a")
    see(wired, todo="a")
    wire.silence()
    expect(wired.locator("#line")).to_contain_text("Offline since")
    board.fill(todo="b")
    wire.mend()
    see(wired, timeout_ms=15_000, todo="a b")
    wait_live(wired)


def test_a_task_deleted_while_the_line_was_dead_is_gone(board, wired, wire):
    ids = board.fill(todo="a b")
    see(wired, todo="a b")
    wire.silence()
    expect(wired.locator("#line")).to_contain_text("Offline since")
    board.remove(ids["a"])
    wire.mend()
    see(wired, timeout_ms=15_000, todo="b")


def test_what_is_added_while_the_line_is_silent_is_kept_and_sent(board, wired, wire):
    wire.silence()
    add(wired, "milk")
    expect(wired.locator("#line")).to_contain_text("Offline since")
    see(wired, todo="milk")
    wire.mend()
    wait_live(wired)
    expect(wired.locator(".pending, .unknown")).to_have_count(0, timeout=20_000)
    assert board.names()["todo"] == "milk"


def test_a_change_that_was_answered_stays_in_place_until_sync_has_told_all(board, new_page, wire):
    board.fill(todo="a b")
    page = board.open(new_page(), wire.url)
    see(page, todo="a b")
    wire.stall()
    grab(page, "a")
    hover_end(page, "doing")
    release(page)
    see(page, doing="a")
    page.evaluate(
        """() => {
          window.strayed = 0;
          const name = () => document.querySelector('[data-list=doing] .name')?.textContent;
          const look = () => ((window.strayed += name() !== 'a'), requestAnimationFrame(look));
          look();
        }"""
    )
    expect(page.locator("#line")).to_contain_text("Offline since", timeout=20_000)
    wire.flow()
    wait_live(page, 20_000)
    expect(page.locator(".pending, .unknown")).to_have_count(0, timeout=20_000)
    assert page.evaluate("strayed") == 0
    see(page, todo="b", doing="a")


def test_the_board_is_there_before_sync_is_and_then_it_is_what_sync_says(board, new_page):
    ids = board.fill(todo="a b", done="c")
    page, held = new_page(), []
    page.route("**/worker.js", lambda route: held.append(route))
    page.goto(board.url)
    see(page, todo="a b", done="c")
    expect(page.locator("#line")).to_have_text("Connecting…")
    board.sync("DELETE", f"Lists/tasks/Items/{ids['a']}")
    until(page, lambda: held)
    held[0].continue_()
    wait_live(page)
    see(page, todo="b", done="c")


def test_what_the_server_had_counts_no_more_once_sync_is_read(board, new_page):
    ids = board.fill(todo="a b")
    page, held = new_page(), []
    page.route("**/tasks", lambda route: held.append((route, route.fetch())))
    board.open(page)
    board.remove(ids["a"])
    see(page, todo="b")
    until(page, lambda: held)
    route, answer = held[0]
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/tasks")):
        route.fulfill(response=answer)
    page.evaluate("new Promise(requestAnimationFrame)")
    board.fill(todo="c")
    see(page, todo="b c")


def test_a_quiet_line_is_asked_and_stays_live(board, new_page):
    page, asked = new_page(), []
    page.add_init_script("window.__kanban = {quietMs: 1000, probeLimitMs: 10_000}")
    page.on("websocket", lambda line: line.on("framesent", lambda sent: asked.append(sent)))
    board.open(page)
    page.evaluate(
        "window.said = []; new MutationObserver(() => said.push(line.textContent))"
        ".observe(line, {childList: true})"
    )
    until(page, lambda: sum(b"is-the-line-alive" in bytes(sent) for sent in asked) >= 3)
    assert page.evaluate("said") == []


def test_a_server_started_again_is_found_without_a_reload(servers, tmp_path, new_page):
    board = servers.start(tmp_path)
    page = board.open(new_page())
    add(page, "milk")
    see(page, todo="milk")
    servers.stop()
    expect(page.locator("#line")).to_contain_text("Offline since")
    servers.start(tmp_path, KANBAN_PORT=board.url.rsplit(":", 1)[1])
    wait_live(page, 20_000)
    add(page, "bread")
    see(page, todo="milk bread")


def test_a_list_that_vanished_is_opened_again(board, page):
    board.fill(todo="a")
    see(page, todo="a")
    board.sync("DELETE", "Lists/tasks")
    see(page, todo="", timeout_ms=15_000)
    add(page, "milk")
    see(page, todo="milk", timeout_ms=15_000)
    wait_live(page)
    expect(page.locator(".pending")).to_have_count(0)


def test_a_shared_board_asks_for_the_passcode_once(servers, tmp_path, new_page):
    board = servers.start(tmp_path, KANBAN_PASSCODE="open sesame")
    page = new_page()
    page.goto(board.url)
    field = page.locator("dialog input")
    field.fill("wrong")
    field.press("Enter")
    expect(page.locator("dialog")).to_contain_text("That was not it")
    field.fill("open sesame")
    field.press("Enter")
    wait_live(page)
    add(page, "milk")
    expect(page.locator(".pending")).to_have_count(0)
    page.reload()
    wait_live(page)
    see(page, todo="milk")
    expect(page.locator("dialog")).not_to_be_visible()


def test_too_many_wrong_passcodes_are_told(servers, tmp_path, new_page):
    board = servers.start(tmp_path, KANBAN_PASSCODE="open sesame")
    page = new_page()
    page.goto(board.url)
    for _ in range(11):
        page.locator("dialog input").fill("wrong")
        page.locator("dialog input").press("Enter")
        expect(page.locator("dialog input:focus, #line[data-state=refused]")).to_be_visible()
        if page.locator("#line[data-state=refused]").count():
            break
    expect(page.locator("#advice")).to_contain_text("Too many wrong passcodes")
    expect(page.locator("#advice")).to_contain_text("This page tries again by itself.")
    expect(page.locator(".empty").first).to_have_text("Refused")
    expect(page.locator("#advice")).to_contain_text("Try again in")


def test_a_page_that_may_keep_nothing_works(board, new_page):
    page = new_page()
    blocked = "get() { throw new DOMException('blocked', 'SecurityError') }"
    page.add_init_script(f"Object.defineProperty(window, 'sessionStorage', {{ {blocked} }})")
    board.open(page)
    add(page, "milk")
    until(page, lambda: board.names()["todo"] == "milk")


def test_the_page_cannot_write_to_sync(board, page):
    page.add_script_tag(url="/static/twilio-sync.min.js")
    task = board.add("a")
    code = """async (task) => {
        const grant = await (await fetch('/token')).json();
        const client = new Twilio.Sync.Client(grant.token, grant.sync.options);
        const list = await client.list({id: 'tasks', mode: 'open_existing'});
        const tries = [list.push({name: 'x'}), list.set(task, {name: 'x'}), list.remove(task)];
        const said = await Promise.allSettled(tries);
        client.shutdown();
        return said.map(({reason}) => [reason?.status, reason?.code]);
    }"""
    assert page.evaluate(code, task) == [[403, 54007]] * 3
