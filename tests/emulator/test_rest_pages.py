"""Pages: 50 by default, at most 100, forwards and back."""

import base64
import json
from urllib.parse import urlsplit

import pytest

ITEMS = "/Lists/tasks/Items"


def token(direction, key):
    """Give a page token that the emulator did not make."""
    return "PT" + base64.urlsafe_b64encode(json.dumps([direction, key]).encode()).decode()


@pytest.fixture
def many(rest, tasks):
    """The List "tasks" with 230 Items."""
    return [rest.add(n=n)["index"] for n in range(230)]


def indexes(body):
    return [item["index"] for item in body["items"]]


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ({}, [50, 50, 50, 50, 30]),
        ({"PageSize": 100}, [100, 100, 30]),
        ({"PageSize": 1000}, [100, 100, 30]),
        ({"PageSize": 230, "Order": "desc"}, [100, 100, 30]),
    ],
)
def test_pages_give_every_item_once_and_in_order(rest, many, query, sizes):
    pages = list(rest.pages(ITEMS, **query))
    found = [index for page in pages for index in indexes(page)]
    assert [len(page["items"]) for page in pages] == sizes
    assert found == (many[::-1] if query.get("Order") else many)


def test_pages_say_where_they_are(rest, many):
    metas = [page["meta"] for page in rest.pages(ITEMS, PageSize="100")]
    assert [meta["page"] for meta in metas] == [0, 1, 2]
    assert {meta["key"] for meta in metas} == {"items"}
    assert metas[2]["next_page_url"] is None
    assert metas[0]["next_page_url"].startswith("http://127.0.0.1:8710/v1/Services/IS")


def test_a_page_of_exactly_all_items_is_the_last(rest, tasks):
    [rest.add(n=n) for n in range(2)]
    assert rest.call("GET", ITEMS, query={"PageSize": 2})[1]["meta"]["next_page_url"] is None


def walk_back(rest, page, things, key):
    """Give the keys of all that stands on the pages before one, by their previous_page_url."""
    keys = []
    while page["meta"]["previous_page_url"]:
        url = urlsplit(page["meta"]["previous_page_url"])
        _, page = rest.call("GET", url.path, query=url.query)
        keys = [one[key] for one in page[things]] + keys
        assert page["meta"]["next_page_url"]
    return keys


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_previous_page_leads_back(rest, many, order):
    last = list(rest.pages(ITEMS, PageSize="100", Order=order))[2]
    expected = many if order == "asc" else many[::-1]
    assert walk_back(rest, last, "items", "index") == expected[:200]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"From": "7"}, [7, 8]),
        ({"From": "7", "Bounds": "exclusive"}, [8, 9]),
        ({"From": "7", "Order": "desc"}, [7, 6]),
        ({"From": "7", "Order": "desc", "Bounds": "exclusive"}, [6, 5]),
        ({"From": "0", "Bounds": "inclusive"}, [0, 1]),
    ],
)
def test_from_and_bounds_say_where_to_begin(rest, many, query, expected):
    assert indexes(rest.call("GET", ITEMS, query={**query, "PageSize": 2})[1]) == expected


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"Order": "up"}, 54451),
        ({"Bounds": "none"}, 54452),
        ({"PageToken": "PTx"}, 54453),
        ({"PageToken": token("after", None)}, 54453),
        ({"PageToken": token("after", "key")}, 54453),
        ({"PageToken": token("after", "\ud800")}, 54453),
        ({"PageToken": token("after", 2**63)}, 54453),
        ({"PageToken": token("beside", 1)}, 54453),
        ({"PageToken": "PT" + base64.b64encode(b"[" * 3000).decode()}, 54453),
        ({"PageSize": "0"}, 54454),
        ({"PageSize": "x"}, 54454),
        ({"PageSize": "1001"}, 54454),
        ({"PageSize": "9" * 5000}, 54454),
        ({"PageSize": "0" * 5000 + "7"}, 54454),
        ({"From": "x"}, 54458),
    ],
)
def test_bad_paging_is_refused_with_its_code(rest, tasks, query, code):
    assert rest.code("GET", ITEMS, query=query) == (400, code)


@pytest.mark.parametrize("path", ["/Maps/leases/Items", "/Lists/tasks/Permissions"])
@pytest.mark.parametrize("key", ["\ud800", 7])
def test_a_page_token_for_what_has_no_such_keys_is_refused(rest, tasks, leases, path, key):
    assert rest.code("GET", path, query={"PageToken": token("after", key)}) == (400, 54453)


def test_the_services_are_paged_as_lists_are(rest):
    for query, code in (({"PageSize": "0"}, 54454), ({"PageToken": "PTx"}, 54453)):
        assert rest.code("GET", "/v1/Services", query=query) == (400, code)
    body = rest.call("GET", "/v1/Services", query={"PageSize": "7"})[1]
    assert (len(body["services"]), body["meta"]["page_size"]) == (1, 7)


def test_keys_of_the_shape_of_a_sid_can_be_paged_through(rest, tasks, leases):
    keys = ["WK" + digit * 32 for digit in "0123"]
    for key in keys:
        rest.make("/Maps/leases/Items", Key=key, Data="{}")
        rest.make(f"/Lists/tasks/Permissions/{key}", Read="true")
    pages = rest.pages("/Maps/leases/Items", PageSize="1")
    assert [item["key"] for page in pages for item in page["items"]] == keys
    pages = rest.pages("/Lists/tasks/Permissions", PageSize="1")
    assert [one["identity"] for page in pages for one in page["permissions"]] == keys


def test_map_items_come_by_key(rest, leases):
    for key in ("b", "a", "10", "9"):
        rest.make("/Maps/leases/Items", Key=key, Data="{}")
    pages = rest.pages("/Maps/leases/Items", PageSize="3")
    assert [item["key"] for page in pages for item in page["items"]] == ["10", "9", "a", "b"]


@pytest.mark.parametrize("path", ["Lists", "Maps"])
def test_objects_come_in_pages_in_the_order_they_were_made(rest, path):
    made = [rest.make(f"/{path}", UniqueName=f"o{n}")["sid"] for n in range(5)]
    pages = list(rest.pages(f"/{path}", PageSize="2"))
    assert [len(page[path.lower()]) for page in pages] == [2, 2, 1]
    assert [one["sid"] for page in pages for one in page[path.lower()]] == made
    assert walk_back(rest, pages[2], path.lower(), "sid") == made[:4]


def test_permissions_come_in_pages_by_identity(rest, tasks):
    for name in ("carol", "alice", "bob"):
        rest.make(f"/Lists/tasks/Permissions/{name}", Read="true")
    pages = list(rest.pages("/Lists/tasks/Permissions", PageSize="2"))
    names = [one["identity"] for page in pages for one in page["permissions"]]
    assert names == ["alice", "bob", "carol"]
    assert walk_back(rest, pages[1], "permissions", "identity") == ["alice", "bob"]
