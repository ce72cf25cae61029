"""The List and the Map by name and by SID, and what happens when one is gone."""

import pytest
import requests
from wire import ITEMS, SERVICE, documented

from kanban_server import errors

TASKS = f"{SERVICE}/Lists/tasks"
MAP = f"{SERVICE}/Maps/leases"
BY_SID = f"{SERVICE}/Lists/{documented('list')['body']['sid']}/Items"


@pytest.fixture
def prepared(answer, cloud):
    """The store of a List and a Map that were found."""
    answer("service", "POST", SERVICE)
    answer("list", "GET", TASKS)
    answer("list", "GET", MAP)
    cloud.prepare()
    return cloud


@pytest.mark.parametrize("gone", ["list_gone", "name_unknown"])
def test_a_vanished_list_is_made_again_and_the_call_repeated_once(gone, answer, sync, cloud):
    renewed = []
    cloud.on_renewed = lambda: renewed.append(1)
    answer(gone, "POST", ITEMS)
    answer("item_created", "POST", BY_SID)
    answer("name_unknown", "GET", TASKS)
    answer("list", "GET", MAP)
    made = answer("list", "POST", f"{SERVICE}/Lists")
    assert cloud.create({}).key == 100
    assert (made.call_count, renewed) == (1, [1])


def test_a_list_that_is_gone_without_saying_so_is_made_again(answer, sync, cloud):
    sync.add("POST", ITEMS, json={"code": 20404, "message": "not found"}, status=404)
    answer("item_created", "POST", BY_SID)
    answer("name_unknown", "GET", TASKS)
    answer("list", "GET", MAP)
    made = answer("list", "POST", f"{SERVICE}/Lists")
    assert cloud.create({}).key == 100
    assert made.call_count == 1


def test_what_a_list_was_prepared_with_is_asked_for_by_its_sid(prepared, answer, sync):
    answer("item", "GET", f"{BY_SID}/100")
    assert prepared.item(100).key == 100


@pytest.mark.parametrize("act", ["replace", "remove"])
def test_a_change_of_an_item_is_not_repeated_on_a_list_made_again(act, prepared, answer, sync):
    calls = [answer("list_gone", method, f"{BY_SID}/100") for method in ("POST", "DELETE")]
    made_again = {**documented("list")["body"], "sid": "ES" + "9" * 32}
    sync.replace("GET", TASKS, json=made_again)
    prepared.on_renewed = lambda: renewed.append(1)
    renewed = []
    with pytest.raises(errors.SyncNotFound):
        prepared.replace(100, {}, "0") if act == "replace" else prepared.remove(100, "0")
    assert (sum(call.call_count for call in calls), renewed) == (1, [1])


def test_items_after_an_index_of_a_list_made_again_are_all(prepared, answer, sync):
    answer("list_gone", "GET", BY_SID)
    sync.replace("GET", TASKS, json={**documented("list")["body"], "sid": "ES" + "9" * 32})
    answer("page_last", "GET", f"{SERVICE}/Lists/ES{'9' * 32}/Items")
    assert [item.key for item in prepared.items_after(50)] == [7]
    assert "From" not in sync.calls[-1].request.url


def test_a_list_that_vanishes_again_is_not_made_for_ever(answer, sync, cloud):
    calls = [answer("list_gone", "POST", uri) for uri in (ITEMS, BY_SID)]
    answer("list", "GET", TASKS)
    answer("list", "GET", MAP)
    with pytest.raises(errors.SyncNotFound):
        cloud.create({})
    assert [call.call_count for call in calls] == [1, 1]


def test_another_process_that_makes_the_list_first_is_no_error(answer, cloud):
    answer("service", "POST", SERVICE)
    for kind, thing in (("Lists", TASKS), ("Maps", MAP)):
        answer("name_unknown", "GET", thing)
        answer("exists", "POST", f"{SERVICE}/{kind}")
        answer("list", "GET", thing)
    cloud.prepare()


def test_a_page_that_has_made_the_list_may_only_read_it(answer, sync, cloud):
    answer("service", "POST", SERVICE)
    answer("list", "GET", MAP)
    sync.add("GET", TASKS, json={**documented("list")["body"], "created_by": "page/1"})
    permission = BY_SID.replace("/Items", "/Permissions/page%2F1")
    granted = sync.add("POST", permission, json={})
    cloud.prepare()
    rights = "Read=true&Write=false&Manage=false"
    assert [call.request.body for call in granted.calls] == [rights]


def test_a_list_whose_making_gets_no_answer_leaves_no_write_in_doubt(answer, sync, cloud):
    answer("list_gone", "POST", ITEMS)
    answer("name_unknown", "GET", TASKS)
    sync.add("POST", f"{SERVICE}/Lists", body=requests.ReadTimeout("silence"))
    with pytest.raises(errors.SyncUnavailable):
        cloud.create({})


def test_a_list_that_tells_no_sid_is_asked_for_by_name(answer, sync, cloud):
    answer("service", "POST", SERVICE)
    for thing in (TASKS, MAP):
        sync.add("GET", thing, json={})
    cloud.prepare()
    answer("item", "GET", f"{ITEMS}/100")
    assert cloud.item(100).key == 100
