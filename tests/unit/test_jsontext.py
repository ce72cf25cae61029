"""JSON as compact text."""

import json

import pytest

from kanban_server.jsontext import compact


def test_json_is_compact_and_leaves_signs_as_they_are():
    assert compact({"name": "Käse 🧀", "n": [1, None]}) == '{"name":"Käse 🧀","n":[1,null]}'


@pytest.mark.parametrize("text", ["\ud83d", "a\udc00b", "\udc00\ud800", '"\\\ud800'])
def test_a_lone_surrogate_is_escaped_and_comes_back(text):
    written = compact({text: text})
    assert json.loads(written.encode()) == {text: text}
