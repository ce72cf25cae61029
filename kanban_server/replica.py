"""The server's own copy of the List: a hint, never the truth.

Every write is conditional on the revision held here, so a stale copy costs a retry and never a lost
update. No method waits for anything. Each leaves the copy whole; who calls several for one answer
holds `lock` meanwhile.
"""

import bisect
import itertools
import threading
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .sync_store import Item
from .tasks import column_of, mark_of, position_of

RESERVED = 1 << 62
MAX_GONE = 10_000  # of Items that are not there, how many are noted as such


class Entry(NamedTuple):
    """One place in a column; id: of the task, or above RESERVED for a place held for a write."""

    position: str
    id: int


class Replica:
    """Items by index, and their order in each column."""

    def __init__(self, columns: Sequence[str]):
        self.lock = threading.RLock()
        self._columns = tuple(columns)
        self._numbers = itertools.count(RESERVED)
        self.clear(float("-inf"))

    def clear(self, now: float) -> None:
        """Forget everything, as before the first read; what read began before now is of no use."""
        with self.lock:
            self._cleared_at = now
            self.filled_since = float("-inf")
            self._items: dict[int, Item] = {}
            self._known: dict[int, float] = {}
            self._read: dict[int, float] = {}
            self._order: dict[str, list[Entry]] = {column: [] for column in self._columns}
            self._by_mark: dict[str, set[int]] = {}
            self._told: dict[str, tuple[int, float]] = {}

    def refill(self, items: Iterable[Item], since: float) -> None:
        """Take a full read of the List that began at the time since, in clock seconds.

        What was put or dropped after that time is newer than the read and stays as it is.
        """
        with self.lock:
            if since < self._cleared_at:
                return
            read = {item.key: item for item in items}
            for index in self._items.keys() - read.keys():
                if self._known[index] < since:
                    self.drop(index, since)
            for index, item in read.items():
                if self._known.get(index, since) <= since:
                    self.put(item, since)
            self.filled_since = since
            for index in list(self._known.keys() - self._items.keys()):
                if self._known[index] <= since:
                    del self._known[index]

    def put(self, item: Item, since: float) -> None:
        """Take an Item, unless something newer is held.

        since: when the read that brought it began, or when the answer to its write arrived.
        """
        with self.lock:
            if since < self._cleared_at or self._known.get(item.key, since) > since:
                return
            self._known[item.key] = since
            held = self._items.get(item.key)
            if held == item:  # not the revision alone: a List made again counts anew
                return
            self._remove(item.key)
            self._items[item.key] = item
            bisect.insort(self._order[column_of(item, self._columns)], _entry(item))
            self._by_mark.setdefault(mark_of(item), set()).add(item.key)

    def drop(self, index: int, since: float) -> None:
        """Take it that there is no such Item, unless something newer is held; since as in `put`."""
        with self.lock:
            if self._known.get(index, since) > since:
                return
            self._remove(index)
            self._read.pop(index, None)
            self._known[index] = since
            if len(self._known) > len(self._items) + MAX_GONE:
                self._known = {key: self._known[key] for key in self._items}

    def get(self, index: int) -> Item | None:
        """Give the Item, if there is one here."""
        return self._items.get(index)

    def known_since(self, index: int) -> float:
        """Give the time at which the last read of this Item began."""
        return max(self._read.get(index, float("-inf")), self.filled_since)

    def was_read(self, index: int, since: float) -> None:
        """Note that a read of this Item began at the time since."""
        self._read[index] = since

    def with_mark(self, mark: str) -> Item | None:
        """Give the Item made under this `key`; of several, the one that stays."""
        with self.lock:
            indexes = self._by_mark.get(mark)
            return self._items.get(self._staying(mark, indexes)) if indexes else None

    def tell(self, mark: str, index: int, now: float) -> None:
        """Note which Item a caller was told of, as Sync may make another of this `key` late.

        That one is a double even when the first is deleted by then: it must not come back so.
        """
        with self.lock:
            self._told[mark] = (index, now)

    def forget_told(self, before: float) -> None:
        """Forget what callers were told before a time: a later Item of that `key` is restored."""
        with self.lock:
            self._told = {mark: told for mark, told in self._told.items() if told[1] >= before}

    def is_told(self, item: Item) -> bool:
        """Tell whether there may be a late double of an Item."""
        return mark_of(item) in self._told

    def doubles(self) -> list[Item]:
        """Give the Items that share their `key` with one that stays, or stayed until deleted."""
        with self.lock:
            return [
                self._items[index]
                for mark, indexes in self._by_mark.items()
                if mark and (len(indexes) > 1 or mark in self._told)
                for index in sorted(indexes - {self._staying(mark, indexes)})
            ]

    def _staying(self, mark: str, indexes: set[int]) -> int:
        return self._told[mark][0] if mark in self._told else min(indexes)

    def column(self, column: str) -> list[Entry]:
        """Give a column's places in order, those held for a write among them."""
        with self.lock:
            return list(self._order[column])

    def in_order(self) -> list[Item]:
        """Give all Items in board order, without doubles."""
        with self.lock:
            hidden = {item.key for item in self.doubles()}
            entries = itertools.chain.from_iterable(self._order.values())
            return [
                self._items[entry.id]
                for entry in entries
                if entry.id < RESERVED and entry.id not in hidden
            ]

    def neighbours(
        self, entry: Entry, column: str, skip: int | None
    ) -> tuple[Entry | None, Entry | None]:
        """Give the Entries before and after one, as if the task skip were not there."""
        entries = self._order[column]
        at = bisect.bisect_left(entries, entry)
        return self._beside(entries, at - 1, -1, skip), self._beside(entries, at + 1, 1, skip)

    def end(self, column: str, at: str, skip: int | None) -> Entry | None:
        """Give the first (at "top") or last Entry of a column, if it has any."""
        entries = self._order[column]
        step, start = (1, 0) if at == "top" else (-1, len(entries) - 1)
        return self._beside(entries, start, step, skip)

    def entry(self, index: int, column: str) -> Entry | None:
        """Give the Entry of a task, if it is in this column."""
        item = self._items.get(index)
        if item is None or column_of(item, self._columns) != column:
            return None
        return _entry(item)

    def reserve(self, column: str, position: str) -> Entry:
        """Hold a place for a write that is about to be sent."""
        with self.lock:
            entry = Entry(position, next(self._numbers))
            bisect.insort(self._order[column], entry)
            return entry

    def release(self, column: str, entry: Entry) -> None:
        """Give a held place back."""
        with self.lock:
            entries = self._order[column]
            at = bisect.bisect_left(entries, entry)
            if at < len(entries) and entries[at] == entry:
                del entries[at]

    def _beside(self, entries: list[Entry], at: int, step: int, skip: int | None) -> Entry | None:
        while 0 <= at < len(entries):
            if entries[at].id != skip:
                return entries[at]
            at += step
        return None

    def _remove(self, index: int) -> None:
        item = self._items.pop(index, None)
        if item is None:
            return
        self.release(column_of(item, self._columns), _entry(item))
        indexes = self._by_mark[mark_of(item)]
        indexes.discard(index)
        if not indexes:
            del self._by_mark[mark_of(item)]


def _entry(item: Item) -> Entry:
    return Entry(position_of(item), item.key)
