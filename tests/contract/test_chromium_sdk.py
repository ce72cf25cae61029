"""The official SDK's browser build in Chromium: the essentials of test_node_sdk.py.

With `make contract-cloud` the same tests run against the Twilio account in .env.
"""

import json

import pytest
from playwright.sync_api import expect
from sdks import PageSdk, keys, opened, refusal, serve_files

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site():
    with serve_files() as address:
        yield address


@pytest.fixture
def make_sdk(target, browser, site):
    """Give SDK clients, each in a page of its own, that are connected as an identity."""
    made = []

    def make(identity="alice", **token):
        sdk = PageSdk(browser, site)
        made.append(sdk)
        sdk.connect(target.token(identity, **token), target.sdk_options)
        return sdk

    yield make
    for sdk in made:
        sdk.end()


def test_the_writes_of_the_server_are_told_with_all_their_arguments(sdk, tasks):
    tasks.sync_list_items.create(data={"name": "é😀"})
    tasks.sync_list_items(0).update(data={"n": 2})
    tasks.sync_list_items(0).delete()
    [removed] = sdk.waitFor("itemRemoved")
    assert (removed["key"], removed["isLocal"], removed["previous"]) == (0, False, {"n": 2})
    assert sdk.waitFor("itemAdded")[0]["data"] == {"name": "é😀"}
    assert sdk.waitFor("itemUpdated")[0]["previous"] == {"name": "é😀"}


def test_a_thousand_items_are_paged_through(target, make_sdk, tasks):
    target.fill(tasks, 1000)
    sdk = make_sdk()
    sdk.openList(tasks.unique_name, "open_existing")
    page = sdk.items(tasks.unique_name, {"pageSize": 100})
    found = page["items"]
    while page["hasNextPage"]:
        page = sdk.nextPage()
        found += page["items"]
    assert keys(found) == list(range(1000))


def test_who_may_only_read_is_refused_every_write(target, make_sdk, tasks):
    target.allow("reader", tasks, read=True)
    tasks.sync_list_items.create(data={"n": 1})
    sdk = opened(make_sdk("reader"), tasks)
    name = tasks.unique_name
    for call in (
        lambda: sdk.push(name, {}),
        lambda: sdk.set(name, 0, {}),
        lambda: sdk.remove(name, 0),
    ):
        assert refusal(call) == (403, 54007)


def test_own_writes_are_stored_and_told_as_local(sdk, tasks):
    name = tasks.unique_name
    sdk.push(name, {"n": 1})
    sdk.update(name, 0, {"m": 2})
    assert tasks.sync_list_items(0).fetch().data == {"n": 1, "m": 2}
    sdk.remove(name, 0)
    assert tasks.sync_list_items.list() == []
    assert sdk.waitFor("itemAdded")[0]["isLocal"] is True


def test_after_a_cut_everything_missed_is_caught_up_once(sdk, tasks):
    for n in range(2):
        tasks.sync_list_items.create(data={"n": n})
    sdk.waitFor("itemAdded", 2)
    sdk.forget()
    sdk.cut()
    tasks.sync_list_items(1).update(data={"n": 11})
    tasks.sync_list_items(0).delete()
    tasks.sync_list_items.create(data={"n": 2})
    sdk.waitFor("itemAdded")
    told = [(e["type"], e["key"]) for e in sdk.log() if e["type"].startswith("item")]
    assert told == [("itemUpdated", 1), ("itemRemoved", 0), ("itemAdded", 2)]


def test_a_token_is_renewed_on_the_same_socket(target, make_sdk, tasks):
    sdk = opened(make_sdk(ttl=200), tasks)
    sdk.waitFor("tokenAboutToExpire")
    sdk.updateToken(target.token("alice"))
    tasks.sync_list_items.create(data={})
    sdk.waitFor("itemAdded")
    assert (sdk.socketCount(), sdk.state()) == (1, "connected")


def test_an_expired_session_ends_and_a_fresh_token_brings_it_back(target, make_sdk, tasks):
    sdk = opened(make_sdk(ttl=4), tasks)
    sdk.waitFor("tokenExpired")
    sdk.waitFor("state:disconnected")
    tasks.sync_list_items.create(data={"n": 1})
    sdk.updateToken(target.token("alice"))
    assert sdk.waitFor("itemAdded")[0]["data"] == {"n": 1}


def test_after_a_restart_the_client_comes_back_and_ids_go_on(serving, sdk, tasks):
    tasks.sync_list_items.create(data={"n": 0})
    sdk.waitFor("itemAdded")
    serving.stop()
    serving.start()
    tasks.sync_list_items.create(data={"n": 1})
    assert keys(sdk.waitFor("itemAdded", 2)) == [0, 1]


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
        expect(page.get_by_text("Sync is live!")).to_be_visible()
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
