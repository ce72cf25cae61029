"""How far back a subscription may begin. Source: SYNC_PROTOCOL.md, sections 6.1 to 6.5."""

from functools import partial

from callers import as_alice

from kanban_server.sync_emulator import changes, packets, subscriptions


@as_alice
async def test_a_last_event_id_from_the_future_is_refused(wire, rest, tasks):
    outcome = await wire.subscribe(tasks, after=5)
    assert outcome["event_type"] == "subscription_failed"
    assert outcome["events"][0]["error"]["status"] == 410


@as_alice
async def test_history_that_is_gone_is_refused_not_skipped(wire, rest, tasks):
    [rest.add(n=n) for n in range(5)]
    rest.emulator.database.write(lambda tx: tx.execute("DELETE FROM events WHERE id<=3"))
    for after in (1, 2):
        outcome = await wire.subscribe(tasks, after, correlation=70 + after)
        assert outcome["events"][0]["error"]["status"] == 410
    assert (await wire.subscribe(tasks, after=3, correlation=78))["event_type"].endswith("ed")
    assert wire.events() == [("list_item_added", 4), ("list_item_added", 5)]


@as_alice
async def test_a_client_without_an_event_id_is_replayed_the_newest(wire, rest, tasks):
    [rest.add(n=n) for n in range(60)]
    await wire.subscribe(tasks, after=None)
    assert [number for _, number in wire.events()] == list(range(11, 61))


@as_alice
async def test_minus_1_stands_for_no_event_yet(wire, rest, tasks):
    rest.add(n=1)
    await wire.subscribe(tasks, after=-1)
    assert wire.events() == [("list_item_added", 1)]


@as_alice
async def test_a_long_replay_is_cut_and_the_client_asks_for_the_rest(wire, rest, tasks):
    [rest.add(n="x" * 10_000) for n in range(130)]
    after, seen, correlation = 0, [], 100
    while True:
        correlation += 1
        [event] = (await wire.subscribe(tasks, after, correlation))["events"]
        after = event["last_event_id"]
        seen.append(event["replay_status"])
        if seen[-1] == "completed":
            break
    assert seen == ["interrupted", "completed"]
    assert [number for _, number in wire.events()] == list(range(1, 131))


@as_alice
async def test_nothing_is_kept_for_a_client_that_has_yet_to_ask_for_the_rest(wire, rest, tasks):
    [rest.add(n="x" * 10_000) for n in range(130)]
    [event] = (await wire.subscribe(tasks))["events"]
    assert event["replay_status"] == "interrupted"
    assert rest.emulator.hub._objects == {}


@as_alice
async def test_a_replay_comes_in_packets_that_the_sdk_can_digest(wire, rest, tasks):
    [rest.add(n=n) for n in range(120)]
    await wire.subscribe(tasks, after=0)
    sizes = [len(body["events"]) for body in wire.notifications("list_item_added")]
    assert sizes == [50, 50, 20]
    assert max(sizes) == packets.MAX_EVENTS
    [rest.add(n="é" * 5_000) for n in range(20)]
    wire.received.clear()
    await wire.subscribe(tasks, after=120, correlation=78)
    assert [len(b["events"]) for b in wire.notifications("list_item_added")] == [6, 6, 6, 2]


@as_alice
async def test_the_objects_of_one_request_share_what_is_replayed(wire, rest, tasks):
    lists = [rest.make("/Lists", UniqueName=name) for name in "abc"]
    for name in "ab":
        [rest.add(f"/Lists/{name}/Items", n="x" * 15_000) for _ in range(60)]
    requests = [
        {"object_sid": obj["sid"], "object_type": "list", "last_event_id": 0} for obj in lists
    ]
    body = {"action": "establish", "correlation_id": 5, "requests": requests}
    await wire.ask("POST", "/v4/Subscriptions", body)
    done = await wire.until(lambda: wire.notifications("subscription_established")[2:] and wire)
    outcomes = [body["events"][0] for body in done.notifications("subscription_established")]
    assert [one["replay_status"] for one in outcomes] == ["completed", "interrupted", "completed"]
    assert outcomes[0]["last_event_id"] == 60
    assert 0 < outcomes[1]["last_event_id"] < 20
    assert len(wire.events()) == 60 + outcomes[1]["last_event_id"]


@as_alice
async def test_what_finds_no_room_is_interrupted_where_it_stood(wire, rest, tasks):
    [rest.add(n=n) for n in range(3)]
    read = partial(subscriptions.read_replay, service_sid=tasks["service_sid"], identity="alice")
    wanted = subscriptions.Wanted(tasks["sid"], "list", 1)
    replay = rest.emulator.database.read(lambda tx: read(tx, wanted=wanted, room=0))
    assert replay == ([], 1, False, 0)


def test_the_oldest_events_go_when_there_are_too_many(rest, tasks, monkeypatch):
    monkeypatch.setattr(changes, "KEPT_EVENTS", 10)
    monkeypatch.setattr(changes, "_TRIM_EVERY", 5)
    [rest.add(n=n) for n in range(25)]
    count = "SELECT min(id), max(id) FROM events"
    assert rest.emulator.database.read(lambda tx: tx.execute(count).fetchone()) == (16, 25)


def test_a_replay_is_bounded_in_events_as_well():
    assert subscriptions.MAX_REPLAYED_EVENTS < changes.KEPT_EVENTS
