"""The board's rules: add, edit, move, delete, each one write towards Sync.

The replica proposes, Sync decides: a write names the revision it changes; if Sync has another, the
Item is read again and the change is made on its newest state.
"""

import random
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from . import errors
from .leases import Leases
from .locks import KeyedLocks
from .memory import Memory
from .mirror import Mirror
from .pacer import Pacer
from .placing import Place, Placing
from .replica import Replica
from .sync_store import Item, SyncStore
from .tasks import as_task, column_of, fields_of, mark_of, name_of, op_of

ATTEMPTS = 8


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
        self._leases = leases
        self._pacer = pacer or Pacer()
        self._clock = clock
        self._replica = Replica(columns)
        self._mirror = Mirror(store, self._replica, clock)
        self._placing = Placing(self._mirror, self._replica)
        self._memory = Memory()
        self._locks = KeyedLocks()

    def tasks(self, max_stale_seconds: int = 0) -> list[dict[str, Any]]:
        """Give all tasks in board order: read from Sync now, or lately if that is enough."""
        self._mirror.refresh(self._clock() - max_stale_seconds)
        self._mirror.remove_doubles()
        return [as_task(item, self.columns) for item in self._replica.in_order()]

    def task(self, index: int) -> dict[str, Any]:
        """Read one task from Sync. Raises TaskNotFound."""
        return as_task(self._mirror.read(index), self.columns)

    def add(self, change: Change, restore: int | None = None) -> dict[str, Any]:
        """Make a task; the same `op` and wish again give the same task.

        restore: the id of a deleted task whose further fields it takes. Raises KeyReused,
        NeighbourNotThere, InvalidFields.
        """
        with self._locks(change.op):
            known = self._memory.recall(change.op, _wish(change, restore))
            if known:
                return known
            with errors.in_doubt(self._mirror.doubt(change.op)):
                self._pacer.wait(change.by)
                self._mirror.fill()
                item = self._replica.with_mark(change.op) or self._mirror.settle(change.op)
            item = item or self._append(change, restore)
            task = as_task(item, self.columns)
            self._memory.keep(change.op, _wish(change, restore), task)
        self._leases.look_ahead()
        return task

    def change(self, index: int, change: Change) -> dict[str, Any]:
        """Edit or move a task, or both, in one write.

        The same `op` and wish again changes nothing, and gives the task as it is now. Raises
        TaskNotFound, TaskChanged, TaskLeased, NeighbourNotThere, KeyReused.
        """
        with self._locks(change.op):
            if self._memory.recall(change.op, _wish(change, index)):
                return as_task(self._replica.get(index) or self._mirror.read(index), self.columns)
            self._pacer.wait(change.by)
            self._mirror.fill()
            with self._locks(index):
                task = as_task(self._settle(index, change, self._rewrite), self.columns)
            self._memory.keep(change.op, _wish(change, index), task)
        return task

    def remove(self, index: int, change: Change) -> None:
        """Delete a task. Raises TaskNotFound, TaskChanged, TaskLeased."""
        self._pacer.wait(change.by)
        self._mirror.fill()
        with self._locks(index):
            item = self._settle(index, change, self._delete)
            self._memory.bury(index, item.data)
        self._mirror.remove_late_double(item)

    def take_lease(self, index: int, activity: str, by: str, lease: str | None) -> dict[str, Any]:
        """Take or renew the lease of a task. Raises TaskNotFound, TaskLeased."""
        if self._replica.get(index) is None:
            self._mirror.read(index)
        return self._leases.take(index, activity, by, lease)

    def give_up_lease(self, index: int, lease: str) -> None:
        """Give a lease up; it is no error if it is gone."""
        self._leases.give_up(index, lease)

    def _append(self, change: Change, restore: int | None) -> Item:
        buried = self._memory.unbury(restore)
        data = {**buried, **_new_fields(change, buried)}
        if "name" not in data and not buried:
            detail = "The deleted task is not remembered any more; give its name."
            raise errors.InvalidFields([{"pointer": "/name", "detail": detail}])
        data.update(by=change.by, key=change.op, op=change.op)
        column = column_of(Item(0, data, "", ""), self.columns)
        place = change.place or Place(at="bottom")
        with self._placing.reserved(column, place) as position:
            data.update(list=column, position=position)
            item, others = self._mirror.create(data)
        return self._placing.past_others(item, column, place, others)

    def _settle(self, index: int, change: Change, write: Callable[[Item, Change], Item]) -> Item:
        """Write on the newest state; on a stale revision or a lost answer read and look again."""
        item = self._replica.get(index) or self._mirror.read(index)
        doubt: errors.OutcomeUnknown | None = None
        for _ in range(ATTEMPTS):
            if _is_made(item, change):
                return item
            try:
                with errors.in_doubt(doubt):
                    item = self._checked(item, change)
                    return write(item, change)
            except errors.SyncChanged:
                time.sleep(random.uniform(0, 0.02))
            except errors.OutcomeUnknown as error:
                if doubt:
                    raise
                doubt = error
            except errors.SyncNotFound as error:
                return self._settle_gone(item, write, doubt, error)
            try:
                with errors.in_doubt(doubt):
                    before, item = item, self._mirror.read(index)
            except errors.TaskNotFound as error:
                return self._settle_gone(item, write, doubt, error)
            if doubt and write == self._rewrite and not _can_be_judged(item, before, change):
                raise doubt
        busy = errors.SyncBusy("Others keep changing this task.", retry_after=1)
        raise doubt or busy

    def _settle_gone(
        self, item: Item, write: Any, doubt: Exception | None, error: Exception
    ) -> Item:
        """Take a task that is gone for deleted by us, if we may have done it."""
        gone = self._mirror.gone(item.key)
        if doubt and write == self._delete:
            return item
        raise gone from error

    def _checked(self, item: Item, change: Change) -> Item:
        """Give the Item in a state that this change may be made on."""
        self._leases.check(item.key, change.lease)
        if change.revision is None or change.revision == item.revision:
            return item
        if self._replica.known_since(item.key) < change.since:
            item = self._mirror.read(item.key)
        if change.revision == item.revision or _is_made(item, change):
            return item
        raise errors.TaskChanged(
            f"Task {item.key} has changed since revision {change.revision}.",
            task=as_task(item, self.columns),
        )

    def _rewrite(self, item: Item, change: Change) -> Item:
        if _is_made(item, change):
            return item
        data = {**fields_of(item), **change.fields, "by": change.by, "op": change.op}
        place = self._wanted_place(item, change)
        if place is None:
            return self._mirror.replace(item, data)
        column = change.fields.get("list") or column_of(item, self.columns)
        with self._placing.reserved(column, place, item.key) as position:
            return self._mirror.replace(item, {**data, "list": column, "position": position})

    def _wanted_place(self, item: Item, change: Change) -> Place | None:
        """Give where the task goes; a change of column alone means its bottom."""
        if change.place:
            return change.place
        column = change.fields.get("list")
        is_elsewhere = column and column != column_of(item, self.columns)
        return Place(at="bottom") if is_elsewhere else None

    def _delete(self, item: Item, change: Change) -> Item:
        return self._mirror.remove(item)


def _is_made(item: Item, change: Change) -> bool:
    """Tell whether a change is an Item's last. Raises KeyReused where its op made the Item."""
    if op_of(item) != change.op:
        return False
    if mark_of(item) == change.op:
        raise errors.KeyReused
    return True


def _can_be_judged(item: Item, before: Item, change: Change) -> bool:
    """Tell whether it shows what became of a write in doubt: it is there, or nothing was written.

    What another wrote meanwhile may stand on top of it, and must not be written over.
    """
    return item.revision == before.revision or op_of(item) == change.op


def _new_fields(change: Change, buried: dict[str, Any]) -> dict[str, Any]:
    """Give the fields that a task is made with; a name as it was shown leaves the old one alone."""
    is_same = buried and change.fields.get("name") == name_of(Item(0, buried, "", ""))
    return {k: v for k, v in change.fields.items() if not (is_same and k == "name")}


def _wish(change: Change, target: int | None) -> tuple[Any, ...]:
    return (target, tuple(sorted(change.fields.items())), change.place)
