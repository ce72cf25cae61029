"""Who may what, on every call and every subscription. Source: SYNC_PROTOCOL.md, 7.4."""

import asyncio

import pytest
from callers import wire_of

TASKS = "/v3/Lists/tasks"
ALICE = "/Lists/tasks/Permissions/alice"
CALLS = {
    "read": [("GET", TASKS), ("GET", f"{TASKS}/Items")],
    "write": [
        ("POST", f"{TASKS}/Items"),
        ("POST", f"{TASKS}/Items/0"),
        ("DELETE", f"{TASKS}/Items/0"),
    ],
    "manage": [("DELETE", TASKS)],
}


@pytest.fixture
def acl(rest, tasks):
    """The List with one Item, in a service whose ACL is on."""
    rest.add(n=1)
    rest.make("", AclEnabled="true")
    return tasks


def run(emulator, story):
    async def inside():
        async with wire_of(emulator) as wire:
            await story(wire)

    asyncio.run(inside())


@pytest.mark.parametrize("right", ["read", "write", "manage"])
def test_each_right_opens_its_calls_and_no_other(emulator, rest, acl, right):
    rest.make(ALICE, **{right.capitalize(): "true"})

    async def story(wire):
        for name, calls in CALLS.items():
            for method, path in calls:
                status, body = await wire.ask(method, path, {"data": {"n": 2}})
                assert (status < 300) == (name == right), (name, method)
                assert name == right or (status, body["code"]) == (403, 54007)

    run(emulator, story)


def test_without_a_permission_row_nothing_is_allowed(emulator, acl):
    async def story(wire):
        for method, path in [call for calls in CALLS.values() for call in calls]:
            status, body = await wire.ask(method, path, {"data": {}})
            assert (status, body["code"]) == (403, 54007)
        outcome = await wire.subscribe(acl)
        assert outcome["events"][0]["error"]["code"] == 54007

    run(emulator, story)


def test_while_the_acl_is_off_every_identity_may_do_everything(emulator, rest, tasks):
    async def story(wire):
        assert (await wire.ask("POST", f"{TASKS}/Items", {"data": {}}))[0] == 201
        assert (await wire.ask("DELETE", TASKS))[0] == 200

    run(emulator, story)


def test_the_rest_api_needs_no_permission(rest, acl):
    assert rest.add(n=2)["index"] == 1


def test_who_makes_a_list_through_the_sdk_may_do_everything_with_it(emulator, rest, acl):
    async def story(wire):
        assert (await wire.ask("POST", "/v3/Lists", {"unique_name": "mine"}))[0] == 201
        assert (await wire.ask("POST", "/v3/Lists/mine/Items", {"data": {}}))[0] == 201
        assert (await wire.ask("DELETE", "/v3/Lists/mine"))[0] == 200

    run(emulator, story)


@pytest.mark.parametrize("take_away", [("DELETE", None), ("POST", {"Write": "true"})])
def test_a_permission_taken_away_stops_the_events_at_once(emulator, rest, acl, take_away):
    rest.make(ALICE, Read="true")

    async def story(wire):
        await wire.subscribe(acl, after=1)
        rest.add(n=2)
        rest.call(take_away[0], ALICE, take_away[1])
        rest.add(n=3)
        assert (await wire.ask("GET", TASKS))[0] == 403
        assert wire.events() == [("list_item_added", 2)]

    run(emulator, story)


def test_a_permission_taken_away_while_subscribing_refuses_the_subscription(emulator, rest, acl):
    rest.make(ALICE, Read="true")

    async def story(wire):
        subscription = emulator.hub.subscribe(wire.connection, acl["sid"])
        rest.call("DELETE", ALICE)
        await wire.ask("GET", TASKS)
        assert subscription.is_over

    run(emulator, story)


def test_turning_the_acl_on_ends_the_subscriptions_of_those_without_permission(
    emulator, rest, tasks
):
    rest.make("/Lists/tasks/Permissions/bob", Read="true")

    async def story(alice):
        async with wire_of(emulator, "bob") as bob:
            await alice.subscribe(tasks)
            await bob.subscribe(tasks)
            rest.make("", AclEnabled="true")
            rest.add(n=1)
            await bob.until(bob.events)
            await alice.ask("GET", TASKS)
            assert alice.events() == []

    run(emulator, story)


def test_while_the_acl_is_off_a_removed_row_changes_nothing(emulator, rest, tasks):
    rest.make(ALICE, Read="true")

    async def story(wire):
        await wire.subscribe(tasks)
        rest.call("DELETE", ALICE)
        rest.add(n=1)
        await wire.until(wire.events)

    run(emulator, story)


def test_maps_have_permissions_as_well(emulator, rest, leases):
    rest.make("", AclEnabled="true")
    rest.make("/Maps/leases/Permissions/alice", Read="true")

    async def story(wire):
        assert (await wire.ask("GET", "/v3/Maps/leases"))[0] == 200
        status, body = await wire.ask("PUT", "/v3/Maps/leases/Items/7", {"data": {}})
        assert (status, body["code"]) == (403, 54007)

    run(emulator, story)
