"""What an Item means as a task, also one of a foreign client."""

import pytest

from kanban_server import tasks
from kanban_server.sync_store import Item

COLUMNS = ("todo", "doing", "done")


def shown(data):
    return tasks.as_task(Item(7, data, "1a", "2015-07-30T20:00:00Z"), COLUMNS)


def test_a_task_of_ours_is_shown_as_it_is():
    data = {"name": "a", "list": "done", "position": "a1", "by": "ann", "key": "k", "op": "o"}
    assert shown(data) == {
        "id": 7,
        "name": "a",
        "list": "done",
        "position": "a1",
        "by": "ann",
        "revision": "1a",
        "updated": "2015-07-30T20:00:00Z",
    }


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"name": ""}, ""),
        ({"name": 0}, "0"),
        ({"name": None}, "null"),
        ({"name": ["é", 1.5]}, '["é",1.5]'),
        ({}, "{}"),
        ({"by": "ann", "text": "x"}, '{"text":"x"}'),
        (5, "5"),
        (None, "null"),
        ([], "[]"),
        ("text", "text"),
    ],
)
def test_what_stands_in_the_place_of_a_name_is_shown(data, name):
    assert shown(data)["name"] == name


@pytest.mark.parametrize("column", [None, 5, "", "Done", ["done"], {"done": 1}])
def test_an_unknown_column_is_the_first(column):
    assert shown({"name": "a", "list": column})["list"] == "todo"


@pytest.mark.parametrize("position", [None, 5, "", "!", "a00", "ä", ["a0"]])
def test_an_invalid_position_is_replaced_by_one_of_the_index(position):
    assert shown({"position": position})["position"] == "V00007"


@pytest.mark.parametrize("by", [None, 5, ["ann"]])
def test_a_writer_that_is_no_text_is_nobody(by):
    assert shown({"by": by})["by"] is None


@pytest.mark.parametrize("key", [None, "", "k", 5, "G" * 36, "a" * 36])
def test_only_a_uuid_is_a_mark(key):
    assert tasks.mark_of(Item(0, {"key": key}, "1", "")) == ""
