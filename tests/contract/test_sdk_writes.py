"""Writes through the unmodified official JavaScript SDK, in Node and in Chromium.

With `make contract-cloud` they run against the Twilio account in .env.
"""

from sdks import keys, opened, refusal


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
