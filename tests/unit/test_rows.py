"""Answers of Sync that lack their parts: nonsense, and of a write that is in doubt."""

import pytest
from wire import ITEMS, SERVICE

from kanban_server import errors

ITEM = f"{ITEMS}/100"


@pytest.mark.parametrize("body", ["[]", "5", '"x"', "{}", '{"index": 1, "data": {}}'])
def test_an_answer_to_a_write_that_is_no_item_leaves_it_in_doubt(body, sync, cloud):
    sync.add("POST", ITEMS, body=body, status=201)
    with pytest.raises(errors.OutcomeUnknown):
        cloud.create({})


@pytest.mark.parametrize("index", ['"0"', "null", "[1]", "true", "1.0"])
def test_an_index_that_is_no_whole_number_is_nonsense(index, sync, cloud):
    body = f'{{"index": {index}, "data": {{}}, "revision": "0", "date_updated": ""}}'
    sync.add("GET", ITEM, body=body, status=200)
    with pytest.raises(errors.SyncNonsense):
        cloud.item(100)


@pytest.mark.parametrize("body", ["[]", "5", "{}"])
def test_an_answer_to_a_read_that_is_no_item_is_nonsense(body, sync, cloud):
    sync.add("GET", ITEM, body=body, status=200)
    with pytest.raises(errors.SyncNonsense):
        cloud.item(100)


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "{}",
        '{"meta": {}, "items": 5}',
        '{"meta": {}, "items": [5]}',
        '{"meta": {"next_page_url": 5}, "items": []}',
        '{"meta": [], "items": []}',
    ],
)
def test_a_page_that_is_none_is_nonsense(body, sync, cloud):
    sync.add("GET", ITEMS, body=body, status=200)
    with pytest.raises(errors.SyncNonsense):
        list(cloud.items())


@pytest.mark.parametrize("row", ["{}", "5", '"ann"', "[]"])
def test_a_permission_that_names_nobody_is_nonsense(row, sync, cloud):
    body = f'{{"meta": {{}}, "permissions": [{row}]}}'
    for thing in ("Lists/tasks", "Maps/leases"):
        sync.add("GET", f"{SERVICE}/{thing}/Permissions", body=body, status=200)
    with pytest.raises(errors.SyncNonsense):
        cloud.readers()
