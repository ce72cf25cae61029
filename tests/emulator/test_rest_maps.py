"""Maps over the REST API: Items under keys of the caller's own."""

import threading

import pytest

KEYS = "/Maps/leases/Items"


def test_a_map_item_has_a_key_and_comes_once(rest, leases):
    item = rest.make(KEYS, Key="a b/ü", Data='{"n":1}')
    assert (item["key"], item["data"]) == ("a b/ü", {"n": 1})
    assert rest.code("POST", KEYS, {"Key": "a b/ü", "Data": "{}"}) == (409, 54208)
    assert rest.call("GET", f"{KEYS}/a%20b%2F%C3%BC") == (200, item)


@pytest.mark.parametrize("key", ["", "x" * 257])
def test_a_bad_map_key_is_54209(rest, leases, key):
    assert rest.code("POST", KEYS, {"Key": key, "Data": "{}"}) == (400, 54209)


def test_a_map_item_has_refusals_of_its_own(rest, leases):
    old = rest.make(KEYS, Key="7", Data="{}")["revision"]
    rest.make(f"{KEYS}/7", Data="{}")
    assert rest.code("DELETE", f"{KEYS}/7", if_match=old) == (412, 54205)
    assert rest.code("GET", f"{KEYS}/8") == (404, 54201)


def test_of_many_who_create_one_key_only_one_wins(rest, leases):
    statuses = []

    def take():
        statuses.append(rest.emulator.respond(*create).status)

    path = f"{rest.service}{KEYS}"
    create = ("POST", path, None, {"Key": "7", "Data": "{}"}, None, rest.authorization)
    threads = [threading.Thread(target=take) for _ in range(20)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sorted(statuses) == [201] + [409] * 19
