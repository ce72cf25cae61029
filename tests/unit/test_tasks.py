"""What an Item means as a task: the rules that the page shares, case by case."""

import json
from pathlib import Path

import pytest

from kanban_server.sync_store import Item
from kanban_server.tasks import as_task, mark_of

RULES = json.loads((Path(__file__).parent.parent / "rules.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", RULES["cases"], ids=lambda case: json.dumps(case["data"]))
def test_an_item_of_any_client_shows_as_a_task(case):
    task = as_task(Item(case["index"], case["data"], "1", ""), RULES["columns"])
    assert {name: task[name] for name in ("name", "list", "position")} == {
        name: case[name] for name in ("name", "list", "position")
    }


def test_only_a_uuid_makes_two_items_one_task():
    assert mark_of(Item(0, {"key": "milk"}, "1", "")) == ""
    uuid = "0b5a7e52-1a52-5f0c-9d9e-27f0f6a3c111"
    assert mark_of(Item(0, {"key": uuid}, "1", "")) == uuid
