"""TTLs that really end, by a clock that the test moves."""

import asyncio

from callers import wire_of

from kanban_server.sync_emulator import items

ITEMS = "/Lists/tasks/Items"


def sweep(rest):
    rest.emulator.database.write(items.sweep)


def test_an_item_is_removed_when_its_time_has_come(rest, tasks, clock):
    rest.make(ITEMS, Data="{}", ItemTtl="60")
    clock.now += 59
    sweep(rest)
    assert rest.call("GET", f"{ITEMS}/0")[0] == 200
    clock.now += 1
    sweep(rest)
    assert rest.code("GET", f"{ITEMS}/0") == (404, 54151)


def test_the_sweep_is_done_by_itself(rest, tasks, clock):
    async def story():
        async with wire_of(rest.emulator, ttl=7200) as wire:
            await wire.subscribe(tasks)
            rest.make(ITEMS, Data='{"n":1}', ItemTtl="60")
            clock.now += 60
            [body] = await wire.until(lambda: wire.notifications("list_item_removed"))
            assert body["events"][0]["item_data"] == {"n": 1}
            assert body["events"][0]["id"] == 2

    asyncio.run(story())


def test_an_expired_item_is_hidden_from_sdks_before_it_is_removed(rest, leases, clock):
    rest.make("/Maps/leases/Items", Key="7", Data="{}", ItemTtl="60")
    rest.make("/Maps/leases/Items", Key="8", Data="{}")

    async def story():
        async with wire_of(rest.emulator) as wire:
            clock.now += 60
            for params, keys in (({}, ["8"]), ({"Key": "7"}, []), ({"Key": "8"}, ["8"])):
                query = {"HideExpired": "true", **params}
                _, body = await wire.ask("GET", "/v3/Maps/leases/Items", params=query)
                assert [item["key"] for item in body["items"]] == keys

    asyncio.run(story())


def test_a_write_does_not_prolong_a_ttl_unless_it_says_so(rest, tasks, clock):
    rest.make(ITEMS, Data="{}", ItemTtl="60")
    expires = rest.make(f"{ITEMS}/0", Data='{"a":1}')["date_expires"]
    assert expires == "2026-09-21T14:14:20Z"
    clock.now += 30
    assert rest.make(f"{ITEMS}/0", ItemTtl="60")["date_expires"] == "2026-09-21T14:14:50Z"


def test_a_ttl_of_0_means_for_ever(rest, tasks):
    rest.make(ITEMS, Data="{}", ItemTtl="60")
    assert rest.make(f"{ITEMS}/0", ItemTtl="0")["date_expires"] is None


def test_a_list_expires_with_all_it_holds(rest, clock):
    rest.make("/Lists", UniqueName="tasks", CollectionTtl="60")
    rest.make(ITEMS, Data="{}", ItemTtl="30")
    clock.now += 60
    sweep(rest)
    assert rest.code("GET", "/Lists/tasks") == (404, 54300)


def test_a_list_takes_a_ttl_from_a_write_to_its_items(rest, tasks):
    rest.make(ITEMS, Data="{}", CollectionTtl="60")
    assert rest.call("GET", "/Lists/tasks")[1]["date_expires"] == "2026-09-21T14:14:20Z"


def test_event_ids_do_not_go_back_when_the_newest_item_expires(rest, tasks, clock):
    rest.make(ITEMS, Data="{}", ItemTtl="1")
    clock.now += 1
    sweep(rest)
    item = rest.add(n=2)
    assert (item["index"], item["revision"]) == (1, "3")
