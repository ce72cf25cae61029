"""Snapshots of the board: write one, clear the board behind it, bring it back.

A snapshot is JSON: `{"list": "tasks", "made": ISO 8601, "tasks": [{index, revision, updated,
created, data}]}`, in order of index. Every function reports its progress to `tick()`, once a task.
"""

import json
import os
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from . import errors, ordering
from .jsontext import compact
from .settings import LIST_NAME
from .sync_store import Item, SyncStore
from .tasks import fields_of, mark_of, position_of

FOLDER = "snapshots"  # in the data folder
ATTEMPTS = 20
THREADS = 4
OF_THE_DATA = (54006, 54008, 54156)  # too large, not JSON, null; source: Twilio, errors/54xxx

Tick = Callable[[], Any]


class BrokenSnapshot(Exception):
    """A file is not a snapshot; the text says what is wrong with it."""


@dataclass(frozen=True)
class Cleared:
    """What `clear` did: how many tasks it removed, and how many were added meanwhile and stay."""

    removed: int
    stayed: int


@dataclass(frozen=True)
class Restored:
    """What `restore` did: how many tasks it made, and those that Sync does not store, with why."""

    made: int
    lost: list[tuple[Item, str]]


def read_items(store: SyncStore) -> list[Item]:
    """Read the whole List."""
    return list(store.items())


def write(items: list[Item], path: Path) -> None:
    """Write a snapshot so that there is never half a file at this path."""
    rows = [
        {"index" if name == "key" else name: value for name, value in item._asdict().items()}
        for item in sorted(items, key=lambda item: item.key)
    ]
    made = datetime.now(timezone.utc).isoformat(timespec="seconds")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    try:
        with open(draft, "w", encoding="utf-8", opener=_for_us_alone) as file:
            file.write(compact({"list": LIST_NAME, "made": made, "tasks": rows}))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _for_us_alone(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def load(path: Path) -> list[Item]:
    """Read a snapshot whole, before anything is touched. Raises BrokenSnapshot.

    It may begin with a byte order mark, as editors write one.
    """
    try:
        snapshot = json.loads(path.read_text(encoding="utf-8-sig"))
        rows = _rows(snapshot)
    except OSError as error:
        raise BrokenSnapshot(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BrokenSnapshot(f"{path} is not a snapshot of a board.") from error
    if len({item.key for item in rows}) != len(rows):
        raise BrokenSnapshot(f"{path} has two tasks of one index.")
    return sorted(rows, key=lambda item: item.key)


def clear(store: SyncStore, items: list[Item], path: Path, tick: Tick) -> Cleared:
    """Remove the tasks of a written snapshot, never the List.

    A task that was changed meanwhile goes into the snapshot as it is now before it is removed.
    """
    writing = threading.Lock()

    def remove(number: int) -> None:
        for newer in _remove(store, items[number]):
            with writing:
                items[number] = newer
                write(items, path)
        tick()

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(remove, range(len(items))))
    known = {item.key for item in items}
    stayed = sum(item.key not in known for item in store.items())
    return Cleared(len(items), stayed)


def restore(store: SyncStore, items: list[Item], tick: Tick) -> Restored:
    """Make the tasks of a snapshot again, those that are there already left out.

    Each is known by its `key`, or by its index in the same List, so doing it twice makes nothing
    twice; of two who do it at once, whoever is last removes what both made, unless it has a foreign
    `key`. One whose data Sync does not store stops no other.
    """
    there = read_items(store)
    present, same = set(_keys(there)), {(item.key, item.created) for item in there if item.created}
    is_mixed = any(_is_among_stand_ins(item) for item in items)
    made, lost = set(), []
    for item, key in zip(items, _keys(items), strict=True):
        if key not in present and (item.key, item.created) not in same:
            # A stand-in goes by the index, which is another one now.
            place = {"position": position_of(item)} if is_mixed else {}
            try:
                _create(store, {"key": key, **fields_of(item), **place}, key)
                made.add(key)
            except errors.SyncError as error:
                if error.code not in OF_THE_DATA:
                    raise
                lost.append((item, error.detail))
        tick()
    if made:
        _remove_doubles(store, made)
    return Restored(len(made), lost)


def _is_among_stand_ins(item: Item) -> bool:
    """Tell whether an Item has a position of its own that was made between two stand-ins."""
    own = fields_of(item).get("position")
    return own == position_of(item) and ordering.is_among_stand_ins(own)


def _remove_doubles(store: SyncStore, keys: set[str]) -> None:
    """Of the Items of each of these keys leave but the lowest, the one that the board shows."""
    seen = set()
    for item in read_items(store):
        mark = mark_of(item)
        if mark in seen:
            with suppress(errors.SyncNotFound, errors.SyncChanged, errors.OutcomeUnknown):
                store.remove(item.key, item.revision)
        elif mark in keys:
            seen.add(mark)


def _remove(store: SyncStore, item: Item) -> Iterator[Item]:
    """Remove an Item; gives each newer state that it turns out to have, before the next try."""
    for _ in range(ATTEMPTS):
        try:
            return store.remove(item.key, item.revision)
        except errors.SyncNotFound:
            return None
        except (errors.SyncChanged, errors.OutcomeUnknown):
            pass
        try:
            item = store.item(item.key)
        except errors.SyncNotFound:
            return None
        yield item
    raise errors.SyncBusy(f"Others keep changing task {item.key}.", retry_after=1)


def _create(store: SyncStore, data: dict[str, Any], key: str) -> None:
    try:
        store.create(data)
    except errors.OutcomeUnknown:
        if key not in _keys(store.items()):
            store.create(data)


def _rows(snapshot: Any) -> list[Item]:
    if snapshot["list"] != LIST_NAME or not isinstance(snapshot["tasks"], list):
        raise TypeError
    return [_row(row) for row in snapshot["tasks"]]


def _row(row: Any) -> Item:
    if not isinstance(row["index"], int) or isinstance(row["index"], bool) or row["index"] < 0:
        raise TypeError
    times = str(row["updated"]), str(row.get("created", ""))
    return Item(row["index"], row["data"], str(row["revision"]), *times)


def _keys(items: Iterable[Item]) -> Iterator[str]:
    """Give for each Item its mark or, if another client left it out, one made from what it says.

    A foreign `key` stays in its field, so the made one is stored nowhere: it must be the same under
    another index, and tell equal Items apart by their number.
    """
    seen: Counter[str] = Counter()
    for item in items:
        is_foreign = "key" in fields_of(item)
        text = json.dumps([None if is_foreign else item.key, item.data], sort_keys=True)
        seen[text] += 1
        number = f" {seen[text]}" if is_foreign else ""
        yield mark_of(item) or str(uuid.uuid5(uuid.NAMESPACE_OID, text + number))
