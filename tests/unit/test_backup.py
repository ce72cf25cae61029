"""Snapshots: written whole, cleared behind, brought back once."""

import json

import pytest
from wire import answers, lost_after, lost_before

from kanban_server import backup, errors
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


def test_a_snapshot_that_an_editor_gave_a_byte_order_mark_is_read(items, tmp_path):
    backup.write(items, tmp_path / "s.json")
    text = (tmp_path / "s.json").read_text(encoding="utf-8")
    (tmp_path / "s.json").write_text(text, encoding="utf-8-sig")
    assert backup.load(tmp_path / "s.json") == items


def test_half_a_sign_as_other_clients_may_write_it_stops_no_snapshot(tmp_path):
    half = Item(0, {"name": "half \ud83d, é"}, "1", "2026-01-01T00:00:00Z")
    backup.write([half], tmp_path / "s.json")
    assert backup.load(tmp_path / "s.json") == [half]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"list": "tasks", "tasks": 3}',
        '{"list": "tasks", "tasks": {}}',
        '{"list": "leases", "tasks": []}',
        '{"tasks": []}',
        '{"list": "tasks", "tasks": [{"index": "0"}]}',
        '{"list": "tasks", "tasks": [{"index": true}]}',
        '{"list": "tasks", "tasks": [{"index": 0, "revision": "0", "updated": ""}]}',
        '{"list": "tasks", "tasks": [[]]}',
    ],
)
def test_a_broken_file_is_refused(text, tmp_path):
    path = tmp_path / "s.json"
    path.write_text(text)
    with pytest.raises(backup.BrokenSnapshot, match="is not a snapshot"):
        backup.load(path)


def test_a_file_nested_beyond_reason_is_refused(tmp_path):
    (tmp_path / "s.json").write_text('{"list": "tasks", "tasks": ' + "[" * 100_000)
    with pytest.raises(backup.BrokenSnapshot, match="is not a snapshot"):
        backup.load(tmp_path / "s.json")


def test_two_tasks_of_one_index_are_refused(tmp_path):
    row = {"index": 0, "revision": "1", "updated": "", "data": {}}
    (tmp_path / "s.json").write_text(json.dumps({"list": "tasks", "tasks": [row, row]}))
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


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_removal_that_gets_no_answer_is_looked_into(fault, here, store, items, tmp_path):
    here.wire.fail(fault, method="DELETE")
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    assert list(store.items()) == []


def test_restoring_brings_back_data_and_order(store, items, tmp_path):
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    assert backup.restore(store, items, lambda: None).made == len(CONTENT)
    back = [dict(item.data) for item in store.items()]
    assert [{k: v for k, v in data.items() if k != "key"} for data in back] == CONTENT


def test_restoring_twice_makes_nothing_twice(store, items, tmp_path):
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    backup.restore(store, items, lambda: None)
    assert backup.restore(store, items, lambda: None).made == 0
    assert len(list(store.items())) == len(CONTENT)


def test_two_who_restore_at_once_make_nothing_twice(store):
    rows = [Item(n, {"name": "a"}, "0", "") for n in range(4)]
    other = iter([lambda: backup.restore(store, rows, lambda: None)])
    backup.restore(store, rows, lambda: next(other, lambda: None)())
    assert [item.key for item in store.items()] == [0, 1, 2, 3]


def test_restoring_what_is_still_there_makes_nothing(store, here, tmp_path):
    here.add("milk")
    assert backup.restore(store, backup.read_items(store), lambda: None).made == 0


@pytest.mark.parametrize("data", [{"name": "bare"}, {"name": "foreign", "key": "k"}])
def test_a_task_that_was_changed_since_is_still_there(data, store, here):
    item = store.create(data)
    here.edit(item.key, "other")
    assert backup.restore(store, [item], lambda: None).made == 0


def test_a_task_of_another_list_with_the_same_index_is_not_taken_for_it(store):
    store.create({"name": "b"})
    other = Item(0, {"name": "a"}, "0", "", "2020-01-01T00:00:00Z")
    assert backup.restore(store, [other], lambda: None).made == 1


def test_tasks_without_a_position_stay_above_and_below_what_was_put_between_them(
    store, here, tmp_path
):
    for name in "ac":
        store.create({"name": name})
    here.add("b", after=0, before=1)
    here.add("d")
    items = backup.read_items(store)
    backup.clear(store, items, tmp_path / "s.json", lambda: None)
    backup.restore(store, items, lambda: None)
    assert here.names() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "data", [{"name": "x" * 17_000}, {"name": "nan", "x": float("nan")}, {"name": "\ud800"}]
)
def test_a_task_that_sync_does_not_store_is_told_and_stops_no_other(data, store):
    rows = [Item(7, data, "0", ""), Item(8, {"name": "after it"}, "0", "")]
    done = backup.restore(store, rows, lambda: None)
    assert [item.data["name"] for item in store.items()] == ["after it"]
    assert (done.made, [item.key for item, _ in done.lost]) == (1, [7])
    assert "Twilio Sync: " in done.lost[0][1]


@pytest.mark.parametrize("name", ["wrong_key", "forbidden", "busy", "down"])
def test_what_is_no_fault_of_a_task_ends_restoring(name, here, monkeypatch):
    monkeypatch.setattr("kanban_server.transport.WAITS", ())
    here.wire.fail(answers(name))
    here.wire.fail(answers(name))
    here.wire.forget()
    with pytest.raises(errors.SyncError):
        backup.restore(
            here.store, [Item(0, {}, "0", ""), Item(1, {"name": "second"}, "0", "")], lambda: None
        )
    assert "second" not in "".join(call.data["Data"] for call in here.wire.seen("POST"))


def test_tasks_that_share_a_foreign_key_all_come_back_once_and_keep_it(store):
    rows = [Item(n, {"name": name, "key": "k"}, "0", "") for n, name in enumerate("abbc")]
    store.create(rows[1].data)
    assert backup.restore(store, rows, lambda: None).made == 3
    assert sorted(item.data["name"] for item in store.items()) == ["a", "b", "b", "c"]
    assert {item.data["key"] for item in store.items()} == {"k"}
    assert backup.restore(store, rows, lambda: None).made == 0


def test_a_snapshot_is_for_its_owner_alone(items, tmp_path):
    path = tmp_path / "s.json"
    backup.write(items, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_was_made_in_doubt_comes_back_and_stays(here, tmp_path, monkeypatch):
    monkeypatch.setattr("kanban_server.mirror.LATEST_SECONDS", 0)
    here.wire.fail(lost_after)
    here.add("milk")
    items = backup.read_items(here.store)
    backup.clear(here.store, items, tmp_path / "s.json", lambda: None)
    assert here.names() == []
    backup.restore(here.store, items, lambda: None)
    assert here.names() == ["milk"]
    assert here.names() == ["milk"]


@pytest.mark.parametrize("fault", [lost_after, lost_before])
@pytest.mark.parametrize("data", [{}, {"key": 5}])
def test_a_task_whose_making_is_in_doubt_is_made_once(fault, data, here):
    here.wire.fail(fault)
    rows = [Item(0, data, "0", ""), Item(1, data, "0", "")]
    assert backup.restore(here.store, rows, lambda: None).made == 2
    assert len(backup.read_items(here.store)) == 2


def test_there_is_never_half_a_snapshot_nor_anything_left_of_one(items, tmp_path, monkeypatch):
    path = tmp_path / "snapshots" / "s.json"
    backup.write(items, path)
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(OSError, match="disk full"):
        backup.write([Item(0, {}, "1", "")], path)
    assert backup.load(path) == items
    assert list(path.parent.iterdir()) == [path]
