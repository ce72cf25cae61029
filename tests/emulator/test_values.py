"""The values callers send: Item data and TTLs."""

import json

import pytest

ITEMS = "/Lists/tasks/Items"


def nested(levels):
    """Give JSON of so many objects, each in the one before."""
    return '{"a":' * levels + "1" + "}" * levels


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        ("{", (400, 54008)),
        ("NaN", (400, 54008)),
        ('{"a":1e999}', (400, 54008)),
        ('{"a":"\\ud800"}', (400, 54008)),
        ("[" * 100_000, (400, 54008)),
        ("9" * 5000, (400, 54008)),
        (nested(101), (400, 54008)),
        ("[]", (400, 54008)),
        ("null", (400, 54156)),
        (json.dumps({"a": "x" * 16_384}), (413, 54006)),
        (json.dumps({"a": "é" * 8_192}), (413, 54006)),
    ],
)
def test_data_that_cannot_be_kept_is_refused(rest, tasks, data, refusal):
    assert rest.code("POST", ITEMS, {"Data": data}) == refusal


def test_data_of_100_levels_is_kept(rest, tasks):
    data = json.loads(nested(100)) | {"b": [{}] * 200}
    assert rest.add(**data)["data"] == data


def test_data_of_exactly_16_kib_is_kept(rest, tasks):
    data = {"a": "x" * (16_384 - len('{"a":""}'))}
    assert rest.add(**data)["data"] == data


@pytest.mark.parametrize("ttl", ["-1", "31536001", "x", "1.5", "1_0", " 5", "+5", "５", "9" * 5000])
def test_a_bad_ttl_is_54011(rest, tasks, ttl):
    assert rest.code("POST", ITEMS, {"Data": "{}", "ItemTtl": ttl}) == (400, 54011)
