"""The official Python client against the emulator, over a socket.

With `make contract-cloud` the same tests run against the Twilio account in .env: each makes
its own List or Map and removes it.
"""

import json

import pytest
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client


def refusal(call):
    """Give (status, code) of what the call is refused with."""
    with pytest.raises(TwilioRestException) as refused:
        call()
    return refused.value.status, refused.value.code


def test_the_service_is_found_and_its_acl_is_on(target):
    service = target.service.fetch()
    assert (service.sid, service.account_sid) == (target.service_sid, target.account)
    assert service.acl_enabled is True


def test_a_list_is_made_found_and_removed(target):
    made = target.new_list()
    assert target.service.sync_lists(made.unique_name).fetch().sid == made.sid
    assert made.created_by == "system"
    assert made.delete() is True
    assert refusal(lambda: target.service.sync_lists(made.sid).fetch()) == (404, 54150)


def test_a_name_is_given_once(target):
    name = target.new_list().unique_name
    create = target.service.sync_lists.create
    assert refusal(lambda: create(unique_name=name)) == (409, 54301)


def test_an_item_is_added_changed_and_removed(target):
    items = target.new_list().sync_list_items
    added = items.create(data={"name": "é😀"})
    assert (added.index, added.data) == (0, {"name": "é😀"})
    assert items(0).update(data={"a": 1}).data == {"a": 1}
    assert items(0).fetch().revision != added.revision
    assert items(0).delete() is True
    assert refusal(items(0).fetch) == (404, 54151)
    assert items.create(data={}).index == 1


def test_an_update_of_an_old_revision_is_refused(target):
    items = target.new_list().sync_list_items
    old = items.create(data={"a": 1}).revision
    items(0).update(data={"a": 2}, if_match=old)
    stale = refusal(lambda: items(0).update(data={"a": 3}, if_match=old))
    assert stale == (412, 54155)
    assert items(0).fetch().data == {"a": 2}


def test_a_delete_of_an_old_revision_is_refused(target):
    made = target.new_list()
    old = made.sync_list_items.create(data={"a": 1}).revision
    new = made.sync_list_items(0).update(data={"a": 2}).revision
    path = f"/Services/{target.service_sid}/Lists/{made.sid}/Items/0"

    def delete(revision):
        return target.client.sync.v1.delete("DELETE", path, headers={"If-Match": revision})

    assert refusal(lambda: delete(old)) == (412, 54155)
    assert delete(new) is True


def test_the_answer_carries_the_revision_as_etag(target):
    made = target.new_list()
    made.sync_list_items.create(data={})
    response = target.client.sync.v1.domain.request(
        "GET", f"/v1/Services/{target.service_sid}/Lists/{made.sid}/Items/0"
    )
    assert response.headers["ETag"].strip('"') == json.loads(response.text)["revision"]


def test_all_pages_are_followed(target):
    made = target.new_list()
    target.fill(made, 120)
    for options in ({}, {"page_size": 100}, {"page_size": 100, "order": "desc"}):
        numbers = [item.data["n"] for item in made.sync_list_items.list(**options)]
        assert sorted(numbers) == list(range(120))
        assert numbers == sorted(numbers, reverse="order" in options)


def test_from_and_bounds_begin_where_they_say(target):
    made = target.new_list()
    target.fill(made, 4)
    found = made.sync_list_items.list(from_="1", bounds="exclusive")
    assert [item.index for item in found] == [2, 3]


@pytest.mark.parametrize(
    ("data", "expected"),
    [("{", (400, 54008)), (json.dumps({"a": "x" * 17_000}), (413, 54006))],
)
def test_bad_data_is_refused_with_its_code(target, data, expected):
    items = target.new_list().sync_list_items
    assert refusal(lambda: items.create(data=data)) == expected


def test_a_bad_page_size_is_an_error_of_the_page(target):
    with pytest.raises(TwilioException):
        target.new_list().sync_list_items.list(page_size=0, order="sideways")


def test_a_map_item_is_put_found_and_removed(target):
    items = target.new_map().sync_map_items
    item = items.create(key="7", data={"by": "alice"}, item_ttl=3600)
    assert (item.key, item.data) == ("7", {"by": "alice"})
    assert item.date_expires is not None
    assert refusal(lambda: items.create(key="7", data={})) == (409, 54208)
    old = item.revision
    items("7").update(data={"by": "bob"}, if_match=old)
    assert refusal(lambda: items("7").update(data={}, if_match=old)) == (412, 54205)
    assert items("7").delete() is True
    assert refusal(items("7").fetch) == (404, 54201)


def test_permissions_are_written_listed_and_removed(target):
    made = target.new_list()
    target.allow("alice", made, read=True)
    [one] = made.sync_list_permissions.list()
    assert (one.identity, one.read, one.write, one.manage) == ("alice", True, False, False)
    assert made.sync_list_permissions("alice").delete() is True


def test_a_ttl_is_kept_and_shown(target):
    made = target.new_list()
    item = made.sync_list_items.create(data={}, item_ttl=3600)
    assert (item.date_expires - item.date_created).total_seconds() == 3600
    assert made.update(collection_ttl=3600).date_expires is not None


def test_wrong_credentials_are_refused(target):
    client = Client(target.key, "x" * 32, target.account)
    if target.address:
        client.sync.base_url = target.address
    status, code = refusal(client.sync.v1.services(target.service_sid).fetch)
    assert (status, code) == (401, 20003)


def test_data_survives_a_restart(target, serving):
    made = target.new_list()
    made.sync_list_items.create(data={"a": 1})
    serving.stop()
    serving.start()
    assert made.sync_list_items(0).fetch().data == {"a": 1}
    assert made.sync_list_items.create(data={}).index == 1
