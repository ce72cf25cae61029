"""The door to Sync: what is sent, what is understood."""

import json
import re
from urllib.parse import parse_qs, quote

import pytest
import requests
from wire import CREDENTIALS, ITEMS, LEASES, SERVICE, documented

from kanban_server import errors
from kanban_server.settings import Settings, SettingsError
from kanban_server.sync_store import Item, SyncStore
from kanban_server.transport import Transport

ITEM = f"{ITEMS}/100"
TASKS = f"{SERVICE}/Lists/tasks"
MAP = f"{SERVICE}/Maps/leases"


def sent(sync, at: int = -1) -> dict[str, str]:
    """Give the form of a request."""
    return {name: value for name, [value] in parse_qs(sync.calls[at].request.body).items()}


def headers(sync, at: int = -1) -> dict[str, str]:
    return sync.calls[at].request.headers


def test_an_item_is_appended_as_compact_json_with_its_signs_unescaped(answer, sync, cloud):
    answer("item_created", "POST", ITEMS)
    item = cloud.create({"name": "Käse 🧀", "list": "todo"})
    assert sent(sync) == {"Data": '{"name":"Käse 🧀","list":"todo"}'}
    time = "2015-07-30T20:00:00Z"
    assert item == Item(100, {"name": "Buy milk", "list": "todo"}, "0", time, time)


def test_the_api_key_is_sent_as_basic_authorization(answer, sync, cloud):
    answer("item", "GET", ITEM)
    cloud.item(100)
    prepared = requests.Request("GET", ITEM, auth=(CREDENTIALS.api_key, CREDENTIALS.api_secret))
    assert headers(sync)["Authorization"] == prepared.prepare().headers["Authorization"]


def test_a_replacement_carries_the_revision_it_replaces(answer, sync, cloud):
    answer("item", "POST", ITEM)
    assert cloud.replace(100, {"name": "Buy milk"}, "19").revision == "1a"
    assert headers(sync)["If-Match"] == "19"


def test_a_removal_really_carries_the_revision(sync, cloud):
    sync.add("DELETE", ITEM, status=204)
    cloud.remove(100, "19")
    assert headers(sync)["If-Match"] == "19"


def test_a_creation_carries_no_revision(answer, sync, cloud):
    answer("item_created", "POST", ITEMS)
    cloud.create({})
    assert "If-Match" not in headers(sync)


@pytest.mark.parametrize("name", ["changed", "item_gone", "too_large", "busy"])
def test_a_refused_replacement_is_told_by_its_kind(name, answer, cloud):
    answer(name, "POST", ITEM)
    with pytest.raises(errors.SyncError) as caught:
        cloud.replace(100, {}, "19")
    assert caught.value.code == documented(name)["body"]["code"]


@pytest.mark.parametrize("name", ["changed", "item_gone"])
def test_a_refused_removal_is_told_by_its_kind(name, answer, cloud):
    answer(name, "DELETE", ITEM)
    with pytest.raises((errors.SyncChanged, errors.SyncNotFound)) as caught:
        cloud.remove(100, "19")
    assert caught.value.code == documented(name)["body"]["code"]


def test_a_removal_without_an_answer_is_in_doubt(sync, cloud):
    sync.add("DELETE", ITEM, body=requests.ReadTimeout("silence"))
    with pytest.raises(errors.OutcomeUnknown):
        cloud.remove(100, "19")


def test_nonsense_about_a_vanished_list_leaves_no_write_in_doubt(answer, sync, cloud):
    answer("list_gone", "POST", ITEM)
    sync.add("GET", TASKS, body="<html>")
    with pytest.raises(errors.SyncNonsense):
        cloud.replace(100, {}, "0")


def test_the_list_is_read_page_by_page_by_the_addresses_that_sync_gives(answer, sync, cloud):
    answer("page_first", "GET", ITEMS)
    answer("page_last", "GET", ITEMS)
    assert [item.key for item in cloud.items()] == [0, 1, 7]
    assert "PageSize=100" in sync.calls[0].request.url
    assert sync.calls[1].request.url.endswith("Page=1&PageToken=PT1")


def test_items_after_an_index_are_asked_for_without_that_index(answer, sync, cloud):
    answer("page_last", "GET", ITEMS)
    assert [item.key for item in cloud.items_after(5)] == [7]
    query = parse_qs(sync.calls[0].request.url.partition("?")[2])
    assert query == {"PageSize": ["100"], "From": ["5"], "Bounds": ["exclusive"]}


def test_items_after_nothing_are_all_since_sync_refuses_a_negative_index(answer, sync, cloud):
    answer("page_last", "GET", ITEMS)
    assert [item.key for item in cloud.items_after(-1)] == [7]
    assert "From" not in sync.calls[0].request.url


def test_a_half_page_in_the_middle_is_nonsense_and_not_the_end(answer, sync, cloud):
    answer("page_first", "GET", ITEMS)
    sync.add("GET", ITEMS, body='{"meta": {"ne', status=200)
    with pytest.raises(errors.SyncNonsense):
        list(cloud.items())


def test_a_service_of_another_account_is_refused(sync, cloud):
    sync.add("POST", SERVICE, json={"acl_enabled": True, "account_sid": "AC" + "9" * 32})
    with pytest.raises(SettingsError, match="TWILIO_ACCOUNT_SID"):
        cloud.prepare()


def test_a_missing_item_is_no_vanished_list(answer, sync, cloud):
    answer("item_gone", "POST", ITEM)
    with pytest.raises(errors.SyncNotFound):
        cloud.replace(100, {}, "0")
    assert len(sync.calls) == 1


def test_a_missing_item_that_is_read_is_no_vanished_list(answer, sync, cloud):
    answer("item_gone", "GET", ITEM)
    with pytest.raises(errors.SyncNotFound):
        cloud.item(100)
    assert len(sync.calls) == 1


def test_the_service_is_told_to_keep_to_its_acl(answer, sync, cloud):
    answer("service", "POST", SERVICE)
    answer("list", "GET", TASKS)
    answer("list", "GET", MAP)
    cloud.prepare()
    assert sent(sync, 0) == {"AclEnabled": "true"}


@pytest.mark.parametrize("value", [False, None, "true"])
def test_a_service_whose_acl_stays_off_is_refused(value, sync, cloud):
    sync.add("POST", SERVICE, json={**documented("service")["body"], "acl_enabled": value})
    with pytest.raises(errors.SyncRefuses, match="ACL"):
        cloud.prepare()


def test_wrong_credentials_end_the_start_with_twilios_words(answer, cloud):
    answer("wrong_key", "POST", SERVICE)
    with pytest.raises(errors.SyncRefuses, match=r"Authenticate.*401.*20003"):
        cloud.prepare()


def test_a_lease_is_made_with_its_key_and_its_time_to_live(answer, sync, cloud):
    answer("map_item_created", "POST", LEASES)
    assert cloud.create_lease("7", {"by": "ann"}, 30).key == "7"
    assert sent(sync) == {"Key": "7", "Data": '{"by":"ann"}', "ItemTtl": "30"}


def test_a_lease_that_another_made_first_is_told(answer, cloud):
    answer("key_exists", "POST", LEASES)
    with pytest.raises(errors.SyncExists):
        cloud.create_lease("7", {}, 30)


def test_a_lease_is_replaced_and_removed_only_at_its_revision(answer, sync, cloud):
    answer("map_item_created", "POST", f"{LEASES}/7")
    sync.add("DELETE", f"{LEASES}/7", status=204)
    cloud.replace_lease("7", {}, 30, "a")
    cloud.remove_lease("7", "b")
    assert [call.request.headers["If-Match"] for call in sync.calls] == ["a", "b"]


def test_a_reader_may_read_both_objects_and_nothing_else(answer, sync, cloud):
    for thing in (TASKS, MAP):
        answer("permission", "POST", f"{thing}/Permissions/ann")
    cloud.let_read("ann")
    wanted = {"Read": "true", "Write": "false", "Manage": "false"}
    assert [sent(sync, 0), sent(sync, 1)] == [wanted, wanted]


@pytest.mark.parametrize("name", ["../Items/3", "a/b", "a?x=1", "a#f", "a%2Fb"])
def test_an_identity_never_bends_the_path(name, sync, cloud):
    sync.add("DELETE", re.compile(".*"), status=204)
    cloud.forget_reader(name)
    wanted = [f"{thing}/Permissions/{quote(name, safe='')}" for thing in (TASKS, MAP)]
    assert [call.request.url for call in sync.calls] == wanted


@pytest.mark.parametrize("body", ["[]", '"ok"', "5", "true"])
def test_a_service_that_is_no_object_is_nonsense(body, sync, cloud):
    sync.add("GET", SERVICE, body=body, status=200)
    with pytest.raises(errors.SyncNonsense):
        cloud.look()


def test_a_permission_that_is_gone_already_is_no_error(answer, sync, cloud):
    for thing in (TASKS, MAP):
        answer("item_gone", "DELETE", f"{thing}/Permissions/ann")
    cloud.forget_reader("ann")
    assert len(sync.calls) == 2


def test_a_store_without_credentials_is_refused():
    with pytest.raises(SettingsError):
        SyncStore(Settings(), Transport())


def test_reachability_costs_one_read(answer, sync, cloud):
    answer("service", "GET", SERVICE)
    cloud.is_reachable()
    assert [call.request.method for call in sync.calls] == ["GET"]


def test_text_that_is_no_unicode_is_sent_escaped(answer, sync, cloud):
    answer("item", "POST", ITEM)
    cloud.replace(100, {"name": "half \ud83d"}, "0")
    assert json.loads(sent(sync)["Data"]) == {"name": "half \ud83d"}
