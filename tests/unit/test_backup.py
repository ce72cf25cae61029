"""Snapshots: written whole, cleared behind, brought back once."""

import json
from pathlib import Path

import pytest

from kanban_server import backup
from kanban_server.sync_store import Item

CONTENT = [
    {"name": "a", "list": "todo", "position": "a0"},
    {"name": 5},
    {},
    {"name": "é ☃", "x": [1]},
]


@pytest.fixture
def store(here):
    return here.store


@pytest.fixture
def items(store):
    for data in CONTENT:
        store.create(data)
    return backup.read_items(store)


def test_a_snapshot_read_back_is_what_was_written(items, tmp_path):
    backup.write(items, tmp_path / "s.json")
    assert backup.load(tmp_path / "s.json") == items


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"tasks": 3}', '{"tasks": [{"index": "0"}]}', '{"tasks": [{"index": true}]}'],
)
def test_a_broken_file_is_refused(text, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(backup.BrokenSnapshot, match="is not a snapshot"):
        backup.load(path)


def test_two_tasks_of_one_index_are_refused(tmp_path):
    row = {"index": 0, "revision": "1", "updated": "", "data": {}}
    (tmp_path / "s.json").write_text(json.dumps({"tasks": [row, row]}))
    with pytest.raises(backup.BrokenSnapshot, match="two tasks of one index"):
        backup.load(tmp_path / "s.json")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(backup.BrokenSnapshot, match=r"none\.json cannot be read"):
        backup.load(tmp_path / "none.json")


def test_clearing_removes_every_task_of_the_snapshot(store, items, tmp_path):
    ticks: list[None] = []
    cleared = backup.clear(store, items, tmp_path / "s.json", lambda: ticks.append(None))
    assert cleared == backup.Cleared(removed=len(CONTENT), stayed=0)
    assert list(store.items()) == []
    assert len(ticks) == len(CONTENT)


def test_a_task_changed_meanwhile_is_in_the_snapshot_as_it_last_was(store, items, tmp_path):
    path = tmp_path / "s.json"
    backup.write(items, path)
    store.replace(0, {"name": "newest"}, items[0].revision)
    backup.clear(store, items, path, lambda: None)
    assert backup.load(path)[0].data == {"name": "newest"}
    assert list(store.items()) == []


def test_a_task_added_meanwhile_stays_and_is_counted(store, items, tmp_path):
    late = store.create({"name": "late"})
    cleared = backup.clear(store, items, tmp_path / "s.json", lambda: None)
    assert cleared.stayed == 1
    assert [item.key for item in store.items()] == [late.key]


def test_a_task_deleted_meanwhile_is_no_error(store, items, tmp_path):
    store.remove(0, items[0].revision)
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    assert list(store.items()) == []


def test_restoring_brings_back_data_and_order(store, items, tmp_path):
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    assert backup.restore(store, items, lambda: None) == len(CONTENT)
    back = [dict(item.data) for item in store.items()]
    assert [{k: v for k, v in data.items() if k != "key"} for data in back] == CONTENT


def test_restoring_twice_makes_nothing_twice(store, items, tmp_path):
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    backup.restore(store, items, lambda: None)
    assert backup.restore(store, items, lambda: None) == 0
    assert len(list(store.items())) == len(CONTENT)


def test_restoring_what_is_still_there_makes_nothing(store, here, tmp_path):
    here.add("milk")
    assert backup.restore(store, backup.read_items(store), lambda: None) == 0


def test_there_is_never_half_a_snapshot(items, tmp_path, monkeypatch):
    path = Path(tmp_path / "s.json")
    backup.write(items, path)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        backup.write([Item(0, {}, "1", "")], path)
    assert backup.load(path) == items
