"""What the SDK tunnels. Source: SYNC_PROTOCOL.md, sections 4 and 10."""

import asyncio
import json

import pytest
from callers import as_alice, wire_of

TASKS = "/v3/Lists/tasks"


@as_alice
async def test_a_list_is_described_as_the_sdk_needs_it(wire, rest, tasks):
    rest.add(n=1)
    status, body = await wire.ask("GET", TASKS)
    path = f"/v3/Services/{rest.emulator.service_sid}/Lists/{body['sid']}"
    assert (status, body["last_event_id"], body["type"]) == (200, 1, "list")
    assert body["url"].endswith(path)
    assert body["links"]["items"].endswith(f"{path}/Items")


@as_alice
async def test_the_path_of_a_cds_uri_is_only_a_prefix(wire, rest, tasks):
    assert (await wire.ask("GET", f"/behind/proxy{TASKS}"))[0] == 200


@as_alice
async def test_an_unknown_name_is_54300_and_an_unknown_sid_54150(wire, rest, tasks):
    status, body = await wire.ask("GET", "/v3/Lists/none")
    assert (status, body["code"]) == (404, 54300)
    status, body = await wire.ask("GET", f"/v3/Lists/ES{'0' * 32}")
    assert (status, body["code"]) == (404, 54150)


@as_alice
async def test_a_list_is_made_once(wire, rest, tasks):
    status, body = await wire.ask("POST", "/v3/Lists", {"unique_name": "mine"})
    assert (status, body["created_by"]) == (201, "alice")
    status, body = await wire.ask("POST", "/v3/Lists", {"unique_name": "mine"})
    assert (status, body["code"]) == (409, 54301)


@as_alice
async def test_a_list_with_a_context_says_that_it_is_not_imitated(wire, rest, tasks):
    status, body = await wire.ask("POST", "/v3/Lists", {"context": {"a": 1}})
    assert (status, body["message"]) == (501, "not imitated: context")
    assert (await wire.ask("POST", "/v3/Lists", {"context": {}}))[0] == 201


@as_alice
async def test_items_come_from_an_index_on_and_tell_whether_there_are_more(wire, rest, tasks):
    [rest.add(n=n) for n in range(5)]
    params = {"HideExpired": "true", "From": "1", "PageSize": "3", "Order": "asc"}
    _, body = await wire.ask("GET", f"{TASKS}/Items", params=params)
    assert [item["index"] for item in body["items"]] == [1, 2, 3]
    assert body["meta"]["next_token"]
    _, body = await wire.ask("GET", f"{TASKS}/Items", params={**params, "From": "3"})
    assert [item["index"] for item in body["items"]] == [3, 4]
    assert body["meta"]["next_token"] is None


@as_alice
async def test_an_index_without_an_item_is_an_empty_page(wire, rest, tasks):
    status, body = await wire.ask("GET", f"{TASKS}/Items", params={"Index": "7"})
    assert (status, body["items"]) == (200, [])
    assert "meta" in body


@as_alice
async def test_an_item_carries_its_event_id_and_its_address(wire, rest, tasks):
    rest.add(n=1)
    _, body = await wire.ask("GET", f"{TASKS}/Items", params={"Index": "0"})
    [item] = body["items"]
    assert (item["data"], item["last_event_id"], item["created_by"]) == ({"n": 1}, 1, "system")
    status, _ = await wire.ask("POST", item["url"].partition("twilio.com")[2], {"data": {"n": 2}})
    assert status == 200


@as_alice
async def test_writes_are_answered_without_the_data(wire, rest, tasks):
    status, item = await wire.ask("POST", f"{TASKS}/Items", {"data": {"n": 1}})
    assert (status, item["index"], item["created_by"]) == (201, 0, "alice")
    assert "data" not in item


@as_alice
async def test_a_stale_if_match_is_54155(wire, rest, tasks):
    old = rest.add(n=1)["revision"]
    rest.add("/Lists/tasks/Items/0", n=2)
    status, body = await wire.ask(
        "POST", f"{TASKS}/Items/0", {"data": {"n": 3}}, headers={"If-Match": old}
    )
    assert (status, body["code"]) == (412, 54155)


@as_alice
async def test_a_delete_with_the_body_data_sync_is_answered_with_the_event_id(wire, rest, tasks):
    rest.add(n=1)
    status, body = await wire.ask("DELETE", f"{TASKS}/Items/0", raw=b"data_sync")
    assert (status, body["last_event_id"]) == (200, 2)
    assert body["date_updated"].endswith("Z")


@as_alice
async def test_a_list_takes_a_ttl_and_is_removed(wire, rest, tasks):
    status, body = await wire.ask("POST", TASKS, {"ttl": 60})
    assert (status, body["date_expires"]) == (200, "2026-09-21T14:14:20.000Z")
    status, _ = await wire.ask("DELETE", TASKS, raw=b"data_sync")
    assert status == 200
    assert (await wire.ask("GET", TASKS))[0] == 404


@as_alice
async def test_a_map_item_is_put_new_and_then_over(wire, rest, tasks):
    rest.make("/Maps", UniqueName="leases")
    path = "/v3/Maps/leases/Items/a%2Fb"
    assert (await wire.ask("PUT", path, {"data": {"n": 1}}))[0] == 201
    assert (await wire.ask("PUT", path, {"data": {"n": 2}}))[0] == 200
    _, body = await wire.ask("GET", "/v3/Maps/leases/Items", params={"Key": "a%2Fb"})
    assert [(item["key"], item["data"]) for item in body["items"]] == [("a/b", {"n": 2})]


@as_alice
async def test_if_match_minus_1_puts_a_map_item_only_if_there_is_none(wire, rest, tasks):
    rest.make("/Maps", UniqueName="leases")
    path, mark = "/v3/Maps/leases/Items/7", {"If-Match": "-1"}
    assert (await wire.ask("PUT", path, {"data": {"n": 1}}, headers=mark))[0] == 201
    status, body = await wire.ask("PUT", path, {"data": {"n": 2}}, headers=mark)
    assert (status, body["code"]) == (412, 54205)


@as_alice
async def test_data_too_large_or_no_object_is_refused(wire, rest, tasks):
    status, body = await wire.ask("POST", f"{TASKS}/Items", {"data": {"a": "x" * 16_384}})
    assert (status, body["code"]) == (413, 54006)
    for data in ([1], json.loads('{"a":' * 101 + "1" + "}" * 101)):
        status, body = await wire.ask("POST", f"{TASKS}/Items", {"data": data})
        assert (status, body["code"]) == (400, 54008)
    status, body = await wire.ask("POST", f"{TASKS}/Items", {"data": None})
    assert (status, body["code"]) == (400, 54156)
    status, body = await wire.ask("POST", f"{TASKS}/Items", {})
    assert (status, body["code"]) == (400, 54010)


@as_alice
async def test_a_body_that_is_not_json_is_54008(wire, rest, tasks):
    for raw in (b"data_sync", b"[1]", b"[" * 5000):
        status, body = await wire.ask("POST", f"{TASKS}/Items", raw=raw)
        assert (status, body["code"]) == (400, 54008)


@as_alice
async def test_what_is_not_imitated_says_so(wire, rest, tasks):
    for method, path in (("GET", "/v3/Documents/d"), ("POST", "/v3/Streams"), ("PUT", TASKS)):
        status, body = await wire.ask(method, path)
        assert status == 501
        assert body["message"].startswith("not imitated: ")


@as_alice
async def test_another_service_is_54050(wire, rest, tasks):
    status, body = await wire.ask("GET", f"/v3/Services/IS{'0' * 32}/Lists/tasks")
    assert (status, body["code"]) == (404, 54050)


@as_alice
async def test_dates_have_milliseconds(wire, rest, tasks):
    _, body = await wire.ask("GET", TASKS)
    assert body["date_created"] == "2026-09-21T14:13:20.000Z"


@as_alice
async def test_a_large_page_is_cut_at_100(wire, rest, tasks):
    [rest.add(n=n) for n in range(101)]
    for size in ("1000", "1001", "9" * 5000):
        _, body = await wire.ask("GET", f"{TASKS}/Items", params={"PageSize": size})
        assert len(body["items"]) == 100


@as_alice
async def test_a_page_of_nothing_is_refused(wire, rest, tasks):
    for size in ("0", "-1", "x"):
        status, body = await wire.ask("GET", f"{TASKS}/Items", params={"PageSize": size})
        assert (status, body["code"]) == (400, 54454)


@as_alice
async def test_a_failing_disk_is_told_to_the_writer_and_to_nobody_else(wire, rest, tasks):
    await wire.subscribe(rest.call("GET", "/Lists/tasks")[1])
    rest.emulator.database.write(lambda tx: tx.execute("PRAGMA max_page_count=1").fetchone())
    status, body = await wire.ask("POST", f"{TASKS}/Items", {"data": {"a": "x" * 16_000}})
    assert (status, body["code"]) == (507, 20500)
    assert json.dumps(body).count("x") < 10
    assert wire.events() == []


@as_alice
async def test_a_path_with_half_a_character_is_a_404(wire, rest, tasks):
    request = {"path": "/v3/Lists/\ud800", "method": "GET"}
    header = json.dumps({"id": "TM9", "method": "message", "http_request": request}).encode()
    wire.connection.receive(b"TWILSOCK V3.0 %d\r\n%b\r\n" % (len(header), header))
    assert (await wire.reply("TM9"))[0]["http_status"]["code"] == 404


@pytest.mark.parametrize("path", ["/", "", "/v3/", "/v3/Lists//Items", "/v4/Other", "/v3/Services"])
def test_an_unknown_path_is_a_404(emulator, path):
    async def run():
        async with wire_of(emulator) as wire:
            assert (await wire.ask("GET", path))[0] == 404

    asyncio.run(run())
