"""The board's rules: add, edit, move, delete, each one write towards Sync.

The replica proposes, Sync decides: a write names the revision it changes; if Sync has another, the
Item is read again and the change is made on its newest state.
"""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .leases import Leases
from .locks import KeyedLocks
from .memory import Memory
from .pacer import Pacer
from .placing import Place, Placing
from .replica import Replica, column_of, position_of
from .sync_store import Item, SyncStore

ATTEMPTS = 8
OWN_FIELDS = ("list", "position", "by", "key", "op")


@dataclass(frozen=True)
class Change:
    """What a caller wants of a task, and what must be so.

    fields: new values of `name` or `list`; op: the uuid of this change; since: clock time of the
    request's arrival; revision: the If-Match, or None; lease: the id of the caller's lease.
    """

    by: str
    op: str = field(default_factory=lambda: str(uuid.uuid4()))
    fields: dict[str, Any] = field(default_factory=dict)
    place: Place | None = None
    revision: str | None = None
    lease: str | None = None
    since: float = field(default_factory=time.monotonic)


class Board:
    """All that can be done with the tasks of one Sync List."""

    def __init__(
        self,
        store: SyncStore,
        leases: Leases,
        columns: tuple[str, ...],
        pacer: Pacer | None = None,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.columns = columns
        self._store = store
        self._leases = leases
        self._pacer = pacer or Pacer()
        self._clock = clock
        self._replica = Replica(columns)
        self._placing = Placing(store, self._replica, clock)
        self._memory = Memory()
        self._locks = KeyedLocks()
        self._doubts: dict[str, int] = {}
        store.on_renewed = self._replica.clear

    def tasks(self) -> list[dict[str, Any]]:
        """Read all tasks from Sync, in board order."""
        self._refresh(self._clock())
        self._remove_doubles()
        return [self.as_task(item) for item in self._replica.in_order()]

    def task(self, index: int) -> dict[str, Any]:
        """Read one task from Sync. Raises TaskNotFound."""
        return self.as_task(self._read(index))

    def add(self, change: Change, restore: int | None = None) -> dict[str, Any]:
        """Make a task; the same `op` and wish again give the same task.

        restore: the id of a deleted task whose further fields it takes. Raises KeyReused,
        NeighbourNotThere.
        """
        with self._locks(change.op):
            known = self._memory.recall(change.op, _wish(change, restore))
            if known:
                return known
            self._pacer.wait(change.by)
            self._fill()
            task = self.as_task(self._replica.with_mark(change.op) or self._append(change, restore))
            self._memory.keep(change.op, _wish(change, restore), task)
            return task

    def change(self, index: int, change: Change) -> dict[str, Any]:
        """Edit or move a task, or both, in one write.

        Raises TaskNotFound, TaskChanged, TaskLeased, NeighbourNotThere, KeyReused.
        """
        self._memory.recall(change.op, _wish(change, index))
        self._pacer.wait(change.by)
        self._fill()
        with self._locks(index):
            task = self.as_task(self._settle(index, change, self._rewrite))
        self._memory.keep(change.op, _wish(change, index), task)
        return task

    def remove(self, index: int, change: Change) -> None:
        """Delete a task. Raises TaskNotFound, TaskChanged, TaskLeased."""
        self._pacer.wait(change.by)
        self._fill()
        with self._locks(index):
            item = self._settle(index, change, self._delete)
            self._memory.bury(index, item.data)

    def take_lease(self, index: int, activity: str, by: str, lease: str | None) -> dict[str, Any]:
        """Take or renew the lease of a task. Raises TaskNotFound, TaskLeased."""
        if self._replica.get(index) is None:
            self._read(index)
        return self._leases.take(index, activity, by, lease)

    def give_up_lease(self, index: int, lease: str) -> None:
        """Give a lease up; it is no error if it is gone."""
        self._leases.give_up(index, lease)

    def as_task(self, item: Item) -> dict[str, Any]:
        """Give an Item as the API shows it."""
        data = item.data if isinstance(item.data, dict) else {}
        by = data.get("by")
        return {
            "id": item.key,
            "name": name_of(item.data),
            "list": column_of(item.data, self.columns),
            "position": position_of(item),
            "by": by if isinstance(by, str) else None,
            "revision": item.revision,
            "updated": item.updated,
        }

    def _append(self, change: Change, restore: int | None) -> Item:
        data = {**self._memory.unbury(restore), **change.fields}
        data.setdefault("list", self.columns[0])
        if "name" not in data:
            raise errors.InvalidFields(
                [{"pointer": "/name", "detail": "The deleted task is not remembered any more."}]
            )
        data.update(by=change.by, key=change.op, op=change.op)
        column = column_of(data, self.columns)
        with self._placing.reserved(column, change.place or Place(at="bottom")) as position:
            return self._create({**data, "list": column, "position": position})

    def _create(self, data: dict[str, Any]) -> Item:
        """Append once; where no answer came, look whether it happened before trying once more."""
        key = data["key"]
        item = self._find(key, self._doubts[key]) if key in self._doubts else None
        for is_last in (False, True):
            if item is None:
                item = self._try_to_create(data, is_last)
        assert item
        self._doubts.pop(key, None)
        self._replica.put(item, self._clock())
        return item

    def _try_to_create(self, data: dict[str, Any], is_last: bool) -> Item | None:
        newest = self._replica.newest_index()
        try:
            return self._store.create(data)
        except errors.OutcomeUnknown as doubt:
            self._doubts.setdefault(data["key"], newest)
            with _in_doubt(doubt):
                item = self._find(data["key"], newest)
            if item is None and is_last:
                raise
            return item

    def _find(self, key: str, after: int) -> Item | None:
        begun = self._clock()
        found = None
        for item in self._store.items_after(after):
            self._replica.put(item, begun)
            if found is None and isinstance(item.data, dict) and item.data.get("key") == key:
                found = item
        return found

    def _settle(self, index: int, change: Change, write: Callable[[Item, Change], Item]) -> Item:
        """Write on the newest state; on a stale revision or a lost answer read and look again."""
        item = self._replica.get(index) or self._read(index)
        doubt: errors.OutcomeUnknown | None = None
        for _ in range(ATTEMPTS):
            if _op(item) == change.op:
                return item
            try:
                with _in_doubt(doubt):
                    return write(self._checked(item, change), change)
            except errors.SyncChanged:
                time.sleep(random.uniform(0, 0.02))  # noqa: S311
            except errors.OutcomeUnknown as error:
                if doubt:
                    raise
                doubt = error
            except errors.SyncNotFound as error:
                return self._settle_gone(item, write, doubt, error)
            try:
                with _in_doubt(doubt):
                    item = self._read(index)
            except errors.TaskNotFound as error:
                return self._settle_gone(item, write, doubt, error)
        raise errors.SyncBusy("Others keep changing this task. Try again.", retry_after=1)

    def _settle_gone(
        self, item: Item, write: Any, doubt: Exception | None, error: Exception
    ) -> Item:
        """Take a task that is gone for deleted by us, if we may have done it."""
        if doubt and write == self._delete:
            self._replica.drop(item.key, self._clock())
            return item
        raise self._gone(item.key) from error

    def _checked(self, item: Item, change: Change) -> Item:
        self._leases.check(item.key, change.lease)
        if change.revision is None or change.revision == item.revision:
            return item
        if self._replica.known_since(item.key) < change.since:
            item = self._read(item.key)
        if change.revision == item.revision or _op(item) == change.op:
            return item
        raise errors.TaskChanged(
            f"Task {item.key} has changed since revision {change.revision}.",
            task=self.as_task(item),
        )

    def _rewrite(self, item: Item, change: Change) -> Item:
        if _op(item) == change.op:
            return item
        data = dict(item.data) if isinstance(item.data, dict) else {"name": item.data}
        data.update(change.fields, by=change.by, op=change.op)
        place = self._wanted_place(item, change)
        if place is None:
            return self._replace(item, data)
        column = change.fields.get("list") or column_of(item.data, self.columns)
        with self._placing.reserved(column, place, item.key) as position:
            return self._replace(item, {**data, "list": column, "position": position})

    def _wanted_place(self, item: Item, change: Change) -> Place | None:
        """Give where the task goes; a change of column alone means its bottom."""
        if change.place:
            return change.place
        column = change.fields.get("list")
        is_elsewhere = column and column != column_of(item.data, self.columns)
        return Place(at="bottom") if is_elsewhere else None

    def _replace(self, item: Item, data: dict[str, Any]) -> Item:
        new = self._store.replace(item.key, data, item.revision)
        self._replica.put(new, self._clock())
        return new

    def _delete(self, item: Item, change: Change) -> Item:
        self._store.remove(item.key, item.revision)
        self._replica.drop(item.key, self._clock())
        return item

    def _read(self, index: int) -> Item:
        begun = self._clock()
        try:
            item = self._store.item(index)
        except errors.SyncNotFound as error:
            raise self._gone(index) from error
        self._replica.put(item, begun)
        self._replica.was_read(index, begun)
        return item

    def _gone(self, index: int) -> errors.TaskNotFound:
        self._replica.drop(index, self._clock())
        return errors.TaskNotFound(index)

    def _fill(self) -> None:
        if self._replica.filled_since == float("-inf"):
            self._refresh(self._clock())

    def _refresh(self, since: float) -> None:
        """Read the whole List, unless a read that began after the time since did."""
        with self._locks("refresh"):
            if self._replica.filled_since < since:
                begun = self._clock()
                self._replica.refill(list(self._store.items()), begun)

    def _remove_doubles(self) -> None:
        for item in self._replica.doubles():
            try:
                self._store.remove(item.key, item.revision)
            except errors.SyncError:
                continue
            self._replica.drop(item.key, self._clock())


@contextmanager
def _in_doubt(doubt: errors.OutcomeUnknown | None) -> Iterator[None]:
    """While it is unknown whether a write happened, no failure may say that it did not."""
    try:
        yield
    except (errors.SyncChanged, errors.SyncNotFound):
        raise
    except errors.SyncError as error:
        raise (doubt or error) from error


def _op(item: Item) -> Any:
    return item.data.get("op") if isinstance(item.data, dict) else None


def name_of(data: Any) -> str:
    """Give the name that an Item's data shows: its text, or the JSON of what stands there."""
    if not isinstance(data, dict):
        return _json(data)
    if isinstance(data.get("name"), str):
        return str(data["name"])
    if "name" in data:
        return _json(data["name"])
    return _json({key: value for key, value in data.items() if key not in OWN_FIELDS})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _wish(change: Change, target: int | None) -> tuple[Any, ...]:
    return (target, tuple(sorted(change.fields.items())), change.place)
