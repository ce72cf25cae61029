"""The unmodified official JavaScript SDK in Node against the emulator.

With `make contract-cloud` the same tests run against the Twilio account in .env, except those
that stop the server or take a permission away: the cloud does not tell a subscriber of that.
"""

import json

import pytest
from sdks import NodeSdk, SdkError

pytestmark = pytest.mark.node


@pytest.fixture
def make_sdk(target):
    """Give SDK clients that are connected as an identity."""
    made = []

    def make(identity="alice", **token):
        sdk = NodeSdk()
        made.append(sdk)
        sdk.connect(target.token(identity, **token), target.sdk_options)
        return sdk

    yield make
    for sdk in made:
        sdk.end()


@pytest.fixture
def tasks(target):
    """A List that alice may read and write."""
    made = target.new_list()
    target.allow("alice", made, read=True, write=True, manage=True)
    return made


@pytest.fixture
def sdk(make_sdk, tasks):
    """Alice's client, with the List open and subscribed."""
    return opened(make_sdk(), tasks)


def opened(sdk, tasks):
    """Open the List and wait until its events flow."""
    assert sdk.openList(tasks.unique_name, "open_existing")["sid"] == tasks.sid
    sdk.items(tasks.unique_name, {"pageSize": 100})
    return sdk


def refusal(call):
    with pytest.raises(SdkError) as refused:
        call()
    return refused.value.status, refused.value.code


def keys(entries):
    return [entry["key"] for entry in entries]


def test_an_existing_list_is_opened_by_name(sdk, tasks):
    assert sdk.state() == "connected"


def test_a_list_that_is_not_there_is_54300(make_sdk):
    sdk = make_sdk()
    assert refusal(lambda: sdk.openList("none-of-this-name", "open_existing")) == (404, 54300)


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
    open_it = lambda mode: lambda: sdk.openList(tasks.unique_name, mode)  # noqa: E731
    assert refusal(open_it("open_existing")) == (403, 54007)
    assert refusal(open_it("open_or_create")) == (403, 54007)


def test_an_own_write_is_stored_and_told_as_local(sdk, tasks):
    name = tasks.unique_name
    assert sdk.push(name, {"n": 1})["key"] == 0
    assert sdk.set(name, 0, {"n": 2})["data"] == {"n": 2}
    assert sdk.update(name, 0, {"m": 3})["data"] == {"n": 2, "m": 3}
    item = tasks.sync_list_items(0).fetch()
    assert (item.data, item.created_by) == ({"n": 2, "m": 3}, "alice")
    sdk.remove(name, 0)
    assert tasks.sync_list_items.list() == []
    assert sdk.waitFor("itemAdded")[0]["isLocal"] is True
    assert [entry["isLocal"] for entry in sdk.waitFor("itemUpdated", 2)] == [True, True]


def test_an_own_removal_is_told_twice(sdk, tasks):
    sdk.push(tasks.unique_name, {"n": 1})
    sdk.remove(tasks.unique_name, 0)
    assert [entry["isLocal"] for entry in sdk.waitFor("itemRemoved", 2)] == [True, False]


def test_mutations_of_two_clients_are_all_counted(make_sdk, tasks):
    alice, other = (opened(make_sdk(), tasks) for _ in range(2))
    alice.push(tasks.unique_name, {"count": 0})
    other.waitFor("itemAdded")
    for _ in range(5):
        alice.mutate(tasks.unique_name, 0, "count")
        other.mutate(tasks.unique_name, 0, "count")
    assert tasks.sync_list_items(0).fetch().data == {"count": 10}


def test_a_mutation_of_a_stale_item_is_tried_again(sdk, tasks):
    sdk.push(tasks.unique_name, {"count": 0})
    tasks.sync_list_items(0).update(data={"count": 5})
    assert sdk.mutate(tasks.unique_name, 0, "count")["data"] == {"count": 6}


def test_a_removed_list_is_told_to_all(target, make_sdk, tasks):
    target.allow("reader", tasks, read=True)
    reader, owner = opened(make_sdk("reader"), tasks), opened(make_sdk(), tasks)
    tasks.sync_list_items.create(data={})
    reader.waitFor("itemAdded")
    owner.removeList(tasks.unique_name)
    assert reader.waitFor("removed")[0]["isLocal"] is False
    assert owner.waitFor("removed")[0]["isLocal"] is True


def test_a_list_is_made_by_opening_it(target, make_sdk):
    name = target.new_list().unique_name + "-sdk"
    sdk = make_sdk()
    sid = sdk.openList(name)["sid"]
    assert sdk.push(name, {"n": 1})["key"] == 0
    assert target.service.sync_lists(name).fetch().sid == sid
    sdk.removeList(name)


def test_data_that_is_too_large_is_refused(sdk, tasks):
    big = {"a": "x" * 17_000}
    assert refusal(lambda: sdk.push(tasks.unique_name, big)) == (413, 54006)


def test_a_map_is_written_and_told_like_a_list(target, make_sdk):
    made = target.new_map()
    name = made.unique_name
    target.allow("alice", made, read=True, write=True, manage=True)
    sdk = make_sdk()
    sdk.openMap(name, "open_existing")
    assert sdk.set(name, "a b/ü", {"n": 1})["data"] == {"n": 1}
    assert sdk.update(name, "a b/ü", {"m": 2})["data"] == {"n": 1, "m": 2}
    assert sdk.mutate(name, "new", "count")["data"] == {"count": 1}
    assert made.sync_map_items("new").fetch().data == {"count": 1}
    assert keys(sdk.items(name, {})["items"]) == ["a b/ü", "new"]
    sdk.remove(name, "new")
    made.sync_map_items.create(key="7", data={"by": "bob"})
    assert sdk.waitFor("itemAdded", 3)[2]["key"] == "7"
    sdk.removeMap(name)
    assert sdk.waitFor("removed")


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
    assert bool([e for e in sdk.log() if e["type"] == "tokenExpired"]) == (code == 20104)


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
