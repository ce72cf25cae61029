"""Pages: 50 by default, at most 100, forwards and back."""

import pytest

ITEMS = "/Lists/tasks/Items"


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


def test_the_previous_page_leads_back(rest, many):
    second = list(rest.pages(ITEMS, PageSize="100"))[1]
    path, _, query = second["meta"]["previous_page_url"].partition("?")
    _, first = rest.call("GET", path[len("http://127.0.0.1:8710") :], query=query)
    assert indexes(first) == many[:100]
    assert first["meta"]["previous_page_url"] is None
    assert first["meta"]["next_page_url"]


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
        ({"PageToken": "PTWyJhZnRlciIsbnVsbF0"}, 54453),
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


def test_permissions_come_in_pages_by_identity(rest, tasks):
    for name in ("carol", "alice", "bob"):
        rest.make(f"/Lists/tasks/Permissions/{name}", Read="true")
    pages = rest.pages("/Lists/tasks/Permissions", PageSize="2")
    names = [one["identity"] for page in pages for one in page["permissions"]]
    assert names == ["alice", "bob", "carol"]
