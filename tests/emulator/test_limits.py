"""Sync's rates, when they are asked for. Source: SYNC_FACTS.md, section 1."""

import json

import pytest
from callers import Rest

from kanban_server.sync_emulator import Emulator

ITEMS = "/Lists/tasks/Items"
BURST = 200


@pytest.fixture
def rest(tmp_path, clock):
    emulator = Emulator(tmp_path / "data", clock=clock, enforce_limits=True)
    yield Rest(emulator)
    emulator.close()


def write_until_refused(rest, data="{}", path=ITEMS):
    count = 0
    while rest.call("POST", path, {"Data": data})[0] == 201:
        count += 1
    return count


def test_a_burst_of_10_s_is_allowed_and_then_429(rest, tasks):
    assert write_until_refused(rest) == BURST
    assert rest.code("POST", ITEMS, {"Data": "{}"}) == (429, 54009)


def test_a_refused_write_stores_nothing(rest, tasks):
    write_until_refused(rest)
    assert rest.call("GET", "/Lists/tasks")[1]["revision"] == f"{BURST:x}"


def test_after_a_second_20_more_are_allowed(rest, tasks, clock):
    write_until_refused(rest)
    clock.now += 1
    assert write_until_refused(rest) == 20


def test_reads_have_a_budget_of_their_own(rest, tasks):
    write_until_refused(rest)
    statuses = [rest.call("GET", ITEMS)[0] for _ in range(BURST + 1)]
    assert statuses == [200] * BURST + [429]


def test_each_object_has_a_budget_of_its_own(rest, tasks):
    write_until_refused(rest)
    rest.make("/Lists", UniqueName="other")
    assert write_until_refused(rest, path="/Lists/other/Items") == BURST


def test_large_items_cost_ten_times_as_much(rest, tasks):
    assert write_until_refused(rest, json.dumps({"a": "x" * 10_240})) == BURST // 10


def test_permissions_have_a_larger_budget_of_their_own(rest, tasks):
    path = "/Lists/tasks/Permissions/alice"
    write_until_refused(rest)
    writes = [rest.call("POST", path, {"Read": "true"})[0] for _ in range(801)]
    reads = [rest.call("GET", path)[0] for _ in range(800)]
    assert writes == [200] * 800 + [429]
    assert set(reads) == {200}
    assert rest.code("GET", "/Lists/tasks/Permissions") == (429, 54009)
    assert rest.code("DELETE", path) == (429, 54009)


def test_without_the_option_nothing_is_limited(tmp_path, clock):
    emulator = Emulator(tmp_path / "free", clock=clock)
    rest = Rest(emulator)
    rest.make("/Lists", UniqueName="tasks")
    statuses = {rest.call("GET", ITEMS)[0] for _ in range(BURST * 2)}
    emulator.close()
    assert statuses == {200}
