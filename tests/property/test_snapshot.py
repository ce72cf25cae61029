"""Point 29: snapshot, clear, restore, snapshot: the same tasks in the same order."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanban_server import backup
from tests.property.servers import new_board, new_store, new_sync

pytestmark = pytest.mark.heavy
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner), max_leaves=6
)
lists = st.sampled_from(["todo", "done", "gone"])
own = st.fixed_dictionaries({}, optional={"name": words, "list": lists, "position": words})
items = st.builds(lambda a, b: {**a, **b}, st.dictionaries(words, values, max_size=3), own)


def nothing() -> None:
    """Report no progress."""


def seen(sync: Any) -> list[Any]:
    return [(t["name"], t["list"]) for t in new_board(sync).tasks()]


@settings(max_examples=40)
@given(st.lists(items, max_size=6))
def test_what_is_restored_is_what_was_there(rows: list[Any]) -> None:
    with new_sync() as sync, tempfile.TemporaryDirectory() as folder:
        store, path = new_store(sync), Path(folder) / "snapshot.json"
        rows = [row for row in rows if "key" not in row]
        for row in rows:
            store.create(row)
        before = seen(sync)
        found = backup.read_items(store)
        backup.write(found, path)
        assert backup.load(path) == found
        backup.clear(store, found, path, nothing)
        assert backup.read_items(store) == []
        assert backup.restore(store, backup.load(path), nothing).made == len(rows)
        again = backup.read_items(store)
        assert [{k: v for k, v in item.data.items() if k != "key"} for item in again] == rows
        assert seen(sync) == before
        assert backup.restore(store, backup.load(path), nothing).made == 0
