"""A page over a slow line: seen and typed into seconds before its script is there."""

import pytest
from playwright.sync_api import expect

from tests.browser.hands import add, reload, see, until, wait_live

pytestmark = pytest.mark.browser


class Slow:
    """A page whose script comes when it is let."""

    def __init__(self, page, url):
        self.page, self.held = page, []
        page.route("**/main.js", lambda route: self.held.append(route))
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto(url, wait_until="commit")
        until(page, lambda: self.held)

    def let(self):
        self.held.pop().continue_()
        self.page.unroute_all()
        wait_live(self.page)


def test_what_is_typed_before_the_script_is_there_stays(board, new_page):
    page = new_page()
    slow = Slow(page, board.url)
    field = page.locator("#new input")
    field.fill("milk")
    slow.let()
    expect(field).to_have_value("milk")
    reload(page)
    wait_live(page)
    expect(field).to_have_value("milk")
    field.press("Enter")
    see(page, todo="milk")


def test_what_is_typed_early_is_newer_than_what_was_typed_before_a_reload(board, page):
    field = page.locator("#new input")
    field.fill("old")
    slow = Slow(page, board.url)
    field.fill("new")
    slow.let()
    expect(field).to_have_value("new")


@pytest.mark.parametrize("column", [None, "doing"])
def test_enter_before_the_script_is_there_loads_no_other_page(board, new_page, column):
    page = new_page()
    slow = Slow(page, board.url)
    add(page, "milk", column)
    slow.let()
    assert page.url == f"{board.url}/"
    expect(page.locator(f'.add[data-list="{column or "todo"}"] input').first).to_have_value("milk")


def test_the_filter_typed_early_counts(board, new_page):
    board.fill(todo="milk bread")
    page = new_page()
    slow = Slow(page, board.url)
    page.locator("#filter").fill("bread")
    page.keyboard.press("Enter")
    slow.let()
    see(page, todo="bread")


def test_a_reload_fetches_no_file_of_the_page_again(board, page):
    fetched = """performance.getEntriesByType('resource')
        .filter(({ name, transferSize }) => name.includes('/static/') && transferSize).length"""
    assert page.evaluate(fetched) > 15
    page.reload()
    wait_live(page)
    assert page.evaluate(fetched) == 0


def test_a_page_whose_first_script_does_not_come_says_so(board, browser):
    page = browser.new_page()
    page.route("**/begin.js", lambda route: route.fulfill(status=404))
    page.goto(board.url)
    expect(page.get_by_role("alert")).to_have_text("The page is not complete. Reload it.")
    expect(page.locator("#line")).to_be_hidden()
    page.close()


def test_a_page_without_javascript_says_that_alone(board, browser):
    page = browser.new_page(java_script_enabled=False)
    page.goto(board.url)
    expect(page.locator(".advice:visible")).to_have_text("The board needs JavaScript.")
    page.close()
