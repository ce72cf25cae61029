"""What one process remembers: answers under a key, and deleted tasks."""

import pytest

from kanban_server import memory
from kanban_server.errors import KeyReused
from kanban_server.memory import Memory


def test_the_same_wish_gets_the_same_answer_and_another_is_refused():
    kept = Memory()
    kept.keep("mark", ("wish",), {"id": 0})
    assert kept.recall("mark", ("wish",)) == {"id": 0}
    with pytest.raises(KeyReused):
        kept.recall("mark", ("another",))


def test_an_unknown_mark_is_nothing():
    assert Memory().recall("mark", "wish") is None


def test_the_oldest_answers_are_forgotten_first(monkeypatch):
    monkeypatch.setattr(memory, "MAX_ANSWERS", 3)
    kept = Memory()
    for n in range(5):
        kept.keep(str(n), n, {"id": n})
    assert [n for n in range(5) if kept.recall(str(n), n)] == [2, 3, 4]


def test_a_deleted_task_is_given_back_as_a_copy():
    kept = Memory()
    kept.bury(0, {"name": "a"})
    kept.unbury(0)["name"] = "b"
    assert kept.unbury(0) == {"name": "a"}


@pytest.mark.parametrize("index", [None, 7])
def test_what_was_never_deleted_is_empty(index):
    assert Memory().unbury(index) == {}


def test_a_hundred_deleted_tasks_are_remembered():
    kept = Memory()
    for n in range(101):
        kept.bury(n, {"name": str(n)})
    assert (kept.unbury(0), kept.unbury(1)) == ({}, {"name": "1"})
