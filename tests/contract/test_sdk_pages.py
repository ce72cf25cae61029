"""What only a page does with the official SDK: keep its session cache, and be the tutorial's."""

import json

import pytest
from playwright.sync_api import expect
from sdks import PageSdk, keys

pytestmark = pytest.mark.browser


def test_the_sdks_session_cache_loses_nothing_even_with_default_options(
    target, browser, site, tasks
):
    name = tasks.unique_name
    options = {**target.sdk_options, "Sync": {}}
    sdk = PageSdk(browser, site)
    for n in range(2):
        sdk.connect(target.token("alice"), options)
        sdk.openList(name, "open_existing")
        assert keys(sdk.items(name, {})["items"]) == list(range(n))
        tasks.sync_list_items.create(data={"n": n})
        assert keys(sdk.waitFor("itemAdded")) == [n]
        sdk.reload()
    sdk.end()


@pytest.fixture
def open_tutorial(target, browser, site, tasks):
    """Open the tutorial's page as alice, as often as it is called."""
    settings = {
        "token": target.token("alice"),
        "options": target.sdk_options,
        "list": tasks.unique_name,
    }
    pages = []

    def open_page():
        page = browser.new_page()
        pages.append(page)
        page.add_init_script(f"window.settings = {json.dumps(settings)}")
        page.goto(f"{site}/tutorial.html")
        expect(page.get_by_text("Sync is live!")).to_be_visible(timeout=15_000)
        page.wait_for_function("() => document.getElementById('add').onsubmit !== null")
        return page

    yield open_page
    for page in pages:
        page.close()


def test_a_page_of_the_tutorials_kind_adds_moves_and_removes(open_tutorial):
    one, other = open_tutorial(), open_tutorial()
    one.fill("#name", "Write a test")
    one.click("text=Add")
    for page in (one, other):
        expect(page.locator("#card-0")).to_contain_text("Write a test (todo)")
    other.click("#card-0 .move")
    for page in (one, other):
        expect(page.locator("#card-0")).to_contain_text("Write a test (done)")
    one.click("#card-0 .trash")
    for page in (one, other):
        expect(page.locator("#card-0")).to_have_count(0)
