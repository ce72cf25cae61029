"""The REST API v1: resources, paging, refusals. Source: SYNC_PROTOCOL.md, section 8."""

import json
from types import SimpleNamespace

import pytest
from callers import NOW, Rest

from kanban_server.sync_emulator import Emulator

ITEMS = "/Lists/tasks/Items"


def test_a_service_is_found_by_its_sid_and_as_default(rest):
    assert rest.call("GET", "")[1] == rest.call("GET", "/v1/Services/default")[1]
    assert rest.call("GET", "")[1]["acl_enabled"] is False


def test_a_service_takes_settings_and_keeps_the_others(rest):
    rest.make("", FriendlyName="Board")
    body = rest.make("", AclEnabled="true")
    assert (body["acl_enabled"], body["friendly_name"]) == (True, "Board")
    assert rest.call("GET", "")[1] == body


@pytest.mark.parametrize(
    ("name", "value", "default", "what"),
    [
        ("WebhookUrl", "https://example.com/x", "", "webhooks"),
        ("WebhooksFromRestEnabled", "true", "false", "webhooks"),
        ("ReachabilityWebhooksEnabled", "true", "false", "reachability"),
        ("ReachabilityDebouncingEnabled", "True", "false", "reachability"),
        ("ReachabilityDebouncingWindow", "7000", "5000", "reachability"),
    ],
)
def test_a_setting_without_effect_here_is_refused(rest, name, value, default, what):
    before = rest.call("GET", "")
    status, body = rest.call("POST", "", {name: value, "FriendlyName": "Board"})
    assert (status, body["message"]) == (501, f"not imitated: {what}")
    assert rest.call("GET", "") == before
    assert rest.call("POST", "", {name: default})[0] == 200


def test_the_services_are_a_page_of_one(rest):
    _, body = rest.call("GET", "/v1/Services")
    assert [service["sid"] for service in body["services"]] == [rest.emulator.service_sid]


def test_an_unknown_service_is_54050(rest):
    assert rest.code("GET", f"/v1/Services/IS{'0' * 32}/Lists/tasks") == (404, 54050)


@pytest.mark.parametrize(("path", "prefix"), [("Lists", "ES"), ("Maps", "MP")])
def test_an_object_is_found_by_sid_and_by_name(rest, path, prefix):
    made = rest.make(f"/{path}", UniqueName="a name/with ü")
    assert made["sid"].startswith(prefix)
    assert rest.call("GET", f"/{path}/{made['sid']}") == (200, made)
    assert rest.call("GET", f"/{path}/a%20name%2Fwith%20%C3%BC") == (200, made)


def test_dates_are_whole_seconds(rest, tasks):
    assert tasks["date_created"] == "2026-09-21T14:13:20Z"


@pytest.mark.parametrize("name", ["", "x" * 321, "ES" + "0" * 32])
def test_a_bad_name_is_54302(rest, name):
    assert rest.code("POST", "/Lists", {"UniqueName": name}) == (400, 54302)


def test_a_taken_name_is_54301(rest, tasks):
    assert rest.code("POST", "/Lists", {"UniqueName": "tasks"}) == (409, 54301)
    assert rest.make("/Maps", UniqueName="tasks")["sid"].startswith("MP")


def test_a_removed_list_takes_its_items_along_and_leaves_its_name(rest, tasks):
    rest.add(n=1)
    assert rest.call("DELETE", "/Lists/tasks") == (204, None)
    assert rest.code("GET", "/Lists/tasks") == (404, 54300)
    assert rest.code("GET", f"/Lists/{tasks['sid']}/Items") == (404, 54150)
    assert rest.make("/Lists", UniqueName="tasks")["sid"] != tasks["sid"]
    assert rest.call("GET", ITEMS)[1]["items"] == []


def test_the_first_index_is_0_and_indexes_grow(rest, tasks):
    assert [rest.add(n=n)["index"] for n in range(3)] == [0, 1, 2]


def test_an_item_carries_its_data_and_its_revision_as_etag(rest, tasks):
    item = rest.add(name="é😀")
    assert item["data"] == {"name": "é😀"}
    assert item["created_by"] == "system"
    assert rest.reply.headers["ETag"] == f'"{item["revision"]}"'
    assert rest.call("GET", f"{ITEMS}/0") == (200, item)


def test_an_update_replaces_data_and_changes_the_revision(rest, tasks):
    before = rest.add(a=1, b=2)
    after = rest.add(f"{ITEMS}/0", a=3)
    assert after["data"] == {"a": 3}
    assert after["revision"] != before["revision"]


def test_an_update_may_change_the_ttl_alone(rest, tasks):
    rest.add(a=1)
    item = rest.make(f"{ITEMS}/0", ItemTtl="60")
    assert item["data"] == {"a": 1}
    assert item["date_expires"] == "2026-09-21T14:14:20Z"


def test_an_update_with_nothing_is_54010(rest, tasks):
    rest.add(a=1)
    assert rest.code("POST", f"{ITEMS}/0", {}) == (400, 54010)


@pytest.mark.parametrize("quote", ['"{}"', "{}"])
def test_if_match_lets_the_current_revision_pass(rest, tasks, quote):
    mark = quote.format(rest.add(a=1)["revision"])
    assert rest.call("POST", f"{ITEMS}/0", {"Data": "{}"}, if_match=mark)[0] == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_if_match_with_an_old_revision_is_54155(rest, tasks, method):
    old = rest.add(a=1)["revision"]
    rest.add(f"{ITEMS}/0", a=2)
    assert rest.code(method, f"{ITEMS}/0", {"Data": "{}"}, if_match=old) == (412, 54155)
    assert rest.call("GET", f"{ITEMS}/0")[1]["data"] == {"a": 2}


def test_if_match_that_is_no_revision_is_54003(rest, tasks):
    rest.add(a=1)
    assert rest.code("POST", f"{ITEMS}/0", {"Data": "{}"}, if_match="zzz") == (400, 54003)


def test_a_removed_item_is_gone_and_its_index_is_never_given_again(rest, tasks):
    rest.add(a=1)
    assert rest.call("DELETE", f"{ITEMS}/0") == (204, None)
    assert rest.code("GET", f"{ITEMS}/0") == (404, 54151)
    assert rest.code("DELETE", f"{ITEMS}/0") == (404, 54151)
    assert rest.add(a=2)["index"] == 1


@pytest.mark.parametrize("index", ["99", "9" * 30, "9" * 5000])
def test_an_index_that_is_not_there_is_54151(rest, tasks, index):
    assert rest.code("GET", f"{ITEMS}/{index}") == (404, 54151)


@pytest.mark.parametrize("index", ["-1", "x", "1.0", "²"])
def test_an_index_that_is_no_number_is_54458(rest, tasks, index):
    assert rest.code("GET", f"{ITEMS}/{index}") == (400, 54458)


def test_item_ttl_wins_over_its_old_name(rest, tasks):
    body = rest.make(ITEMS, Data="{}", Ttl="10", ItemTtl="60")
    assert body["date_expires"] == "2026-09-21T14:14:20Z"


def test_permissions_are_written_read_and_removed(rest, tasks):
    path = "/Lists/tasks/Permissions/alice"
    assert rest.make(path, Read="true", Write="false", Manage="false")["read"] is True
    assert rest.call("GET", path)[1]["write"] is False
    assert rest.call("DELETE", path) == (204, None)
    assert rest.call("GET", path)[1]["read"] is False
    assert rest.code("DELETE", path) == (404, 54354)


def test_a_wrong_boolean_is_refused(rest, tasks):
    assert rest.call("POST", "/Lists/tasks/Permissions/alice", {"Read": "maybe"})[0] == 400


@pytest.mark.parametrize(
    "authorization",
    [None, ("", ""), ("AC0", "x"), "Basic !!", "Basic", "Bearer x", "Basic " + "eDp5", ("é", "é")],
)
def test_wrong_credentials_are_20003(emulator, authorization):
    reply = emulator.respond("GET", "/v1/Services/default", authorization=authorization)
    assert (reply.status, json.loads(reply.body)["code"]) == (401, 20003)


def test_account_sid_and_auth_token_are_good_too(emulator):
    login = (emulator.account_sid, emulator.credentials.auth_token)
    assert emulator.respond("GET", "/v1/Services/default", authorization=login).status == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/Documents"),
        ("POST", "/Streams/s/Messages"),
        ("POST", "/v1/Services"),
        ("DELETE", ""),
    ],
)
def test_what_is_not_imitated_says_so(rest, method, path):
    status, body = rest.call(method, path)
    assert status == 501
    assert body["message"].startswith("not imitated: ")


@pytest.mark.parametrize("path", ["/v1", "/v1/x", "/Lists/tasks/Nonsense", "/Lists//Items"])
def test_an_unknown_path_is_20404(rest, path):
    assert rest.code("GET", path) == (404, 20404)


def test_a_method_that_is_not_there_is_405(rest, tasks):
    assert rest.call("PUT", ITEMS)[0] == 405


def test_a_refusal_has_twilios_shape_and_no_more(rest):
    status, body = rest.call("GET", "/Lists/none")
    assert (status, sorted(body)) == (404, ["code", "message", "more_info", "status"])
    assert body["more_info"] == "https://www.twilio.com/docs/errors/54300"


def test_answers_take_longer_by_the_latency(rest, monkeypatch):
    slept = []
    clock = SimpleNamespace(sleep=slept.append)  # only this module's: other threads sleep too
    monkeypatch.setattr("kanban_server.sync_emulator.emulator.time", clock)
    rest.emulator.latency_ms = 80
    rest.call("GET", "")
    assert slept == [0.08]


def test_a_storage_failure_has_twilios_shape(rest, tasks):
    rest.emulator.database.write(lambda tx: tx.execute("PRAGMA max_page_count=1").fetchone())
    status, body = rest.call("POST", ITEMS, {"Data": json.dumps({"a": "x" * 16_000})})
    assert (status, body["code"]) == (507, 20500)


def test_indexes_and_event_ids_go_on_after_a_restart(rest, tasks, tmp_path, clock):
    rest.add(a=1)
    rest.call("DELETE", f"{ITEMS}/0")
    rest.emulator.close()
    again = Emulator(tmp_path / "data", clock=clock)
    item = Rest(again).add(a=2)
    again.close()
    assert (item["index"], item["revision"]) == (1, "3")
    assert clock.now == NOW
