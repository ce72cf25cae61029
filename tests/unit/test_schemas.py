"""The shapes of requests: names at their limits, places given in one way only."""

import json
from pathlib import Path

import pytest
from marshmallow import ValidationError

from kanban_server import schemas
from kanban_server.jsontext import compact

COLUMNS = ("todo", "doing", "done")


@pytest.fixture
def new():
    return schemas.bodies(COLUMNS)[0]()


@pytest.fixture
def changes():
    return schemas.bodies(COLUMNS)[1]()


def refusal(schema, body):
    with pytest.raises(ValidationError) as caught:
        schema.load(body)
    return caught.value.messages


@pytest.mark.parametrize(
    "name", ["a", "a" * 500, "é" * 350, "🧀" * 175, "a\u00a0b", "\u202eabc", "0"]
)
def test_a_name_within_the_limits_is_taken(name, new):
    assert new.load({"name": name})["name"] == name


@pytest.mark.parametrize("name", ["a" * 501, "é" * 351, "🧀" * 176, "\U0010ffff" * 176])
def test_a_name_over_500_characters_or_700_bytes_is_refused(name, new):
    assert "name" in refusal(new, {"name": name})


@pytest.mark.parametrize("name", [" a ", "\ta\n", "\u3000a\u00a0", "\ra"])
def test_a_name_is_trimmed_before_it_is_measured(name, new):
    assert new.load({"name": name})["name"] == "a"
    assert new.load({"name": " " * 900 + "a"})["name"] == "a"


CONTROLS = [chr(code) for code in (*range(32), *range(127, 160), 0x2028, 0x2029, 0xD800, 0xDFFF)]


@pytest.mark.parametrize("sign", CONTROLS, ids=lambda sign: hex(ord(sign)))
def test_a_name_has_no_control_character_no_second_line_and_no_half_sign(sign, new):
    assert "name" in refusal(new, {"name": f"a{sign}b"})


@pytest.mark.parametrize("column", COLUMNS)
def test_the_columns_of_the_board_are_taken(column, new, changes):
    assert changes.load({"list": column}) == {"list": column}


@pytest.mark.parametrize("column", ["", "Todo", "todo ", None, 0, ["todo"], {"todo": 1}])
def test_no_other_column_is(column, changes):
    assert "list" in refusal(changes, {"list": column})


@pytest.mark.parametrize("index", [0, 1, schemas.MAX_ID])
def test_an_id_is_taken(index, changes):
    assert changes.load({"after": index}) == {"after": index}


@pytest.mark.parametrize("index", [-1, schemas.MAX_ID + 1, "0", 0.0, 1.5, True, None, [0], 10**400])
def test_what_is_no_id_is_refused(index, changes):
    assert "after" in refusal(changes, {"after": index})


@pytest.mark.parametrize("place", [{"at": "top", "before": 1}, {"after": 1, "before": 1}])
def test_a_place_is_given_in_one_way(place, changes):
    refusal(changes, place)


def test_both_neighbours_may_be_given(changes):
    assert changes.load({"after": 1, "before": 0}) == {"after": 1, "before": 0}


def test_a_new_task_needs_a_name_or_one_to_restore(new):
    assert refusal(new, {}) == {"name": ["Missing data for required field."]}
    assert new.load({"restore": 0}) == {"restore": 0}


def test_a_change_of_nothing_is_refused(changes):
    assert "_schema" in refusal(changes, {})


@pytest.mark.parametrize("field", ["position", "by", "key", "op", "id", "revision", "restore"])
def test_what_only_the_server_sets_is_refused(field, changes):
    assert field in refusal(changes, {field: "x"})


@pytest.mark.parametrize("activity", ["", "looking", None, 5])
def test_only_what_a_lease_is_for_is_taken(activity):
    assert "activity" in refusal(schemas.LeaseWish(), {"activity": activity})


def test_the_longest_name_leaves_room_for_our_fields_in_a_kibibyte(new):
    name = new.load({"name": "é" * 350})["name"]
    uuid, identity = "u" * 36, "n" * 30 + "-4f2a1b2c"
    ours = {"list": "doing", "position": "a" * 20, "by": identity, "key": uuid, "op": uuid}
    assert len(compact({**ours, "name": name}).encode()) < 1024


RULES = json.loads((Path(__file__).parents[1] / "rules.json").read_text(encoding="utf-8"))
NAMES = RULES["names"]


@pytest.mark.parametrize("name", NAMES["shown"], ids=ascii)
def test_a_name_with_something_to_see_is_taken(name):
    schemas.check_name(name)


@pytest.mark.parametrize(
    "name", [*NAMES["unseen"], "\u200b\u200b", "\u200d", "\u2060 \u00a0"], ids=ascii
)
def test_a_name_that_shows_nothing_is_refused(name):
    with pytest.raises(ValidationError, match="something to see"):
        schemas.check_name(name)
