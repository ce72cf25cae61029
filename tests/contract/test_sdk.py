"""The unmodified official JavaScript SDK, in Node and in Chromium, against the emulator.

With `make contract-cloud` the same tests run against the Twilio account in .env, except those
that stop the server or take a permission away: the cloud does not tell a subscriber of that.
"""

import json

import pytest
from sdks import keys, opened, refusal


def test_an_existing_list_is_opened_by_name(sdk, tasks):
    assert sdk.state() == "connected"


def test_a_list_that_is_not_there_is_54300(make_sdk):
    sdk = make_sdk()
    assert refusal(lambda: sdk.openList("none-of-this-name", "open_existing")) == (404, 54300)


@pytest.mark.parametrize("page_size", [100, 1000])
def test_a_thousand_items_are_paged_through(target, make_sdk, tasks, page_size):
    target.fill(tasks, 1000)
    sdk = make_sdk()
    sdk.openList(tasks.unique_name, "open_existing")
    page = sdk.items(tasks.unique_name, {"pageSize": page_size})
    found = page["items"]
    while page["hasNextPage"]:
        page = sdk.nextPage()
        found += page["items"]
    assert keys(found) == list(range(1000))
    assert found[7] == {"key": 7, "data": {"n": 7}, "updated": True}


def test_a_write_by_the_server_is_told_with_all_its_arguments(sdk, tasks):
    name = tasks.unique_name
    tasks.sync_list_items.create(data={"n": 1})
    tasks.sync_list_items(0).update(data={"n": 2})
    tasks.sync_list_items(0).delete()
    common = {"name": name, "key": 0, "isLocal": False}
    [removed] = sdk.waitFor("itemRemoved")
    assert removed == {"type": "itemRemoved", **common, "previous": {"n": 2}}
    [added] = sdk.waitFor("itemAdded")
    assert added == {"type": "itemAdded", **common, "data": {"n": 1}, "updated": True}
    [updated] = sdk.waitFor("itemUpdated")
    assert (updated["data"], updated["previous"]) == ({"n": 2}, {"n": 1})


def test_text_of_every_script_arrives_unharmed(sdk, tasks):
    text = 'é 😀 العربية \u2028 </script> \\ " \u0000'
    tasks.sync_list_items.create(data=json.dumps({"name": text}))
    [added] = sdk.waitFor("itemAdded")
    assert added["data"] == {"name": text}


def test_who_may_only_read_is_refused_every_write_and_hears_on(target, make_sdk, tasks):
    target.allow("reader", tasks, read=True)
    tasks.sync_list_items.create(data={"n": 1})
    sdk = opened(make_sdk("reader"), tasks)
    name = tasks.unique_name
    for call in (
        lambda: sdk.push(name, {}),
        lambda: sdk.set(name, 0, {}),
        lambda: sdk.update(name, 0, {}),
        lambda: sdk.remove(name, 0),
        lambda: sdk.removeList(name),
    ):
        assert refusal(call) == (403, 54007)
    tasks.sync_list_items(0).update(data={"n": 2})
    assert sdk.waitFor("itemUpdated")[0]["data"] == {"n": 2}


def test_who_may_not_read_cannot_open_the_list(make_sdk, tasks):
    sdk = make_sdk("stranger")
    assert refusal(lambda: sdk.openList(tasks.unique_name, "open_existing")) == (403, 54007)
    assert refusal(lambda: sdk.openList(tasks.unique_name, "open_or_create")) == (403, 54007)


def test_after_a_cut_everything_missed_is_caught_up_once(sdk, tasks):
    for n in range(3):
        tasks.sync_list_items.create(data={"n": n})
    sdk.waitFor("itemAdded", 3)
    sdk.forget()
    sdk.cut()
    tasks.sync_list_items.create(data={"n": 3})
    tasks.sync_list_items(1).update(data={"n": 11})
    tasks.sync_list_items(0).delete()
    tasks.sync_list_items.create(data={"n": 4})
    sdk.waitFor("itemAdded", 2)
    told = [(e["type"], e["key"]) for e in sdk.log() if e["type"].startswith("item")]
    assert told == [("itemAdded", 3), ("itemUpdated", 1), ("itemRemoved", 0), ("itemAdded", 4)]


def test_a_token_is_renewed_on_the_same_socket(target, make_sdk, tasks):
    sdk = opened(make_sdk(ttl=200), tasks)
    sdk.waitFor("tokenAboutToExpire")
    sdk.updateToken(target.token("alice", ttl=3600))
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


@pytest.mark.parametrize(("ttl", "code"), [(-10, 20104), (25 * 3600, 20157)])
def test_a_bad_token_is_denied_with_its_code(make_sdk, ttl, code):
    sdk = make_sdk(ttl=ttl)
    assert sdk.waitFor("connectionError")[0]["code"] == code
    sdk.waitFor("state:denied")
    assert bool(sdk.log_of("tokenExpired")) == (code == 20104)


def test_a_denied_client_comes_in_with_a_good_token(target, make_sdk, tasks):
    sdk = make_sdk(ttl=-10)
    sdk.waitFor("state:denied")
    sdk.updateToken(target.token("alice"))
    opened(sdk, tasks)


def test_after_a_restart_the_client_comes_back_and_ids_go_on(serving, sdk, tasks):
    sdk.push(tasks.unique_name, {"n": 0})
    sdk.waitFor("itemAdded")
    serving.stop()
    serving.start()
    tasks.sync_list_items.create(data={"n": 1})
    assert keys(sdk.waitFor("itemAdded", 2)) == [0, 1]


def test_a_permission_taken_away_stops_the_events_at_once(serving, target, make_sdk, tasks):
    target.allow("reader", tasks, read=True)
    reader, owner = opened(make_sdk("reader"), tasks), opened(make_sdk(), tasks)
    tasks.sync_list_items.create(data={"n": 0})
    reader.waitFor("itemAdded")
    tasks.sync_list_permissions("reader").delete()
    tasks.sync_list_items.create(data={"n": 1})
    owner.waitFor("itemAdded", 2)
    assert refusal(lambda: reader.get(tasks.unique_name, 1)) == (403, 54007)
    assert keys(reader.waitFor("itemAdded")) == [0]


def test_an_item_whose_time_has_come_is_told_as_removed(serving, sdk, tasks):
    sdk.push(tasks.unique_name, {"n": 1}, {"ttl": 1})
    assert sdk.waitFor("itemRemoved")[0]["previous"] == {"n": 1}


def test_a_list_that_came_back_older_is_a_failure_not_a_silent_loss(serving, sdk, tasks):
    tasks.sync_list_items.create(data={})
    tasks.sync_list_items.create(data={})
    sdk.waitFor("itemAdded", 2)
    older = "UPDATE objects SET event_id=1"
    serving.emulator.database.write(lambda tx: tx.execute(older))
    sdk.cut()
    assert sdk.waitFor("failure")[0]["status"] == 410


def test_what_is_written_while_subscribing_is_read_or_told_and_never_told_twice(make_sdk, tasks):
    name = tasks.unique_name
    sdk = make_sdk()
    sdk.openList(name, "open_existing")
    tasks.sync_list_items.create(data={"n": 0})
    read = keys(sdk.items(name, {"pageSize": 100})["items"])
    told_before = keys(sdk.log_of("itemAdded"))
    tasks.sync_list_items.create(data={"n": 1})
    tasks.sync_list_items.create(data={"n": 2})
    tasks.sync_list_items(2).delete()
    sdk.waitFor("itemRemoved")  # what happened before it was told before it
    told_after = keys(sdk.log_of("itemAdded"))[len(told_before) :]
    assert sorted({*read, *told_before}) + told_after == [0, 1, 2]
    assert len(told_before) == len(set(told_before))


def test_a_list_removed_during_a_cut_is_told_as_removed(sdk, tasks):
    sdk.cut()
    tasks.delete()
    assert sdk.waitFor("removed")[0]["isLocal"] is False
