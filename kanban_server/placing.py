"""Where a task goes: from neighbours or an end to a position, and room where there is none."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from . import errors, ordering
from .locks import KeyedLocks
from .mirror import Mirror
from .replica import RESERVED, Entry, Replica
from .sync_store import Item
from .tasks import fields_of, position_of

GOOD_LENGTH = 50
ATTEMPTS = 20


@dataclass(frozen=True)
class Place:
    """A place by intent: after and before are task ids, at is "top" or "bottom"."""

    after: int | None = None
    before: int | None = None
    at: str | None = None


class Placing:
    """Finds positions in the replica; reads neighbours from Sync where the replica has doubts."""

    def __init__(self, mirror: Mirror, replica: Replica):
        self._mirror = mirror
        self._replica = replica
        self._locks = KeyedLocks()

    @contextmanager
    def reserved(self, column: str, place: Place, moving: int | None = None) -> Iterator[str]:
        """Hold a position at a place while the write that uses it is under way.

        moving: the task that goes there, as if it stood nowhere. Raises NeighbourNotThere.
        """
        position, entry = self._reserve(column, place, moving)
        try:
            yield position
        finally:
            self._replica.release(column, entry)

    def past_others(self, item: Item, column: str, place: Place, others: set[int]) -> Item:
        """Move a new task on to its end of a column, where others reached it first meanwhile.

        others: the ids of what they appended before it. If the one write for it is refused, the
        task stays where it is.
        """
        if place.after is not None or place.before is not None:
            return item
        if not self._is_any_beyond(item.key, column, place, others):
            return item
        try:
            with self.reserved(column, place, item.key) as position:
                return self._mirror.replace(item, {**fields_of(item), "position": position})
        except errors.SyncError:
            return item

    def _is_any_beyond(self, index: int, column: str, place: Place, others: set[int]) -> bool:
        with self._replica.lock:
            own = self._replica.entry(index, column)
            entries = [self._replica.entry(other, column) for other in others]
            is_top = place.at == "top"
            return any(own and entry and (entry < own) == is_top for entry in entries)

    def _reserve(self, column: str, place: Place, moving: int | None) -> tuple[str, Entry]:
        if not self._is_plain(column, place, moving):
            self._read_neighbours(column, place)
        with self._locks(column):  # while one makes room, a place of another's would slip
            for _ in range(ATTEMPTS):
                with self._replica.lock:
                    lower, upper = self._bounds(column, place, moving)
                    try:
                        position = ordering.between(_position(lower), _position(upper))
                        return position, self._replica.reserve(column, position)
                    except ordering.NoRoom:
                        pass
                self._make_room(column, lower, moving)
        raise errors.SyncBusy("The order of this column is being repaired.", retry_after=1)

    def _is_plain(self, column: str, place: Place, moving: int | None) -> bool:
        """Tell whether the replica shows the neighbours there, and two of them side by side."""
        with self._replica.lock:
            named = [index for index in (place.after, place.before) if index is not None]
            entries = [self._replica.entry(index, column) for index in named]
            if None in entries:
                return False
            if len(entries) < 2:
                return True
            following, before = entries
            while following != before:
                following = following and self._replica.neighbours(following, column, moving)[1]
                if following is None or (following.id < RESERVED and following != before):
                    return False
            return True

    def _read_neighbours(self, column: str, place: Place) -> None:
        for index in (place.after, place.before):
            if index is None:
                continue
            self._read(index)
            if self._replica.entry(index, column) is None:
                raise errors.NeighbourNotThere(index, column)

    def _bounds(
        self, column: str, place: Place, moving: int | None
    ) -> tuple[Entry | None, Entry | None]:
        """Give the Entries that the position must lie between."""
        if place.after is not None:
            entry = self._replica.entry(place.after, column)
            if entry is None:
                raise errors.NeighbourNotThere(place.after, column)
            return entry, self._replica.neighbours(entry, column, moving)[1]
        if place.before is not None:
            entry = self._replica.entry(place.before, column)
            if entry is None:
                raise errors.NeighbourNotThere(place.before, column)
            return self._replica.neighbours(entry, column, moving)[0], entry
        end = self._replica.end(column, place.at or "bottom", moving)
        return (None, end) if place.at == "top" else (end, None)

    def _make_room(self, column: str, lower: Entry | None, moving: int | None) -> None:
        """Give the tasks around a place, above which is lower, new positions in the same order.

        As few of them as will do.
        """
        entries = [e for e in self._replica.column(column) if e.id != moving]
        middle = entries.index(lower) + 1 if lower in entries else 0
        reach = 4
        while True:
            low, high = max(0, middle - reach), min(len(entries), middle + reach)
            window = entries[low:high]
            before = entries[low - 1] if low else None
            after = entries[high] if high < len(entries) else None
            is_all = before is None and after is None
            positions = _spread(_position(before), _position(after), len(window) + 1)
            if positions and (is_all or max(map(len, positions)) <= GOOD_LENGTH):
                del positions[middle - low]  # the gap that the new position goes into
                if any(entry.id >= RESERVED for entry in window):
                    return time.sleep(0.02)  # a write is under way there: look again after it
                return self._move_all(window, positions)
            if is_all:
                raise errors.SyncBusy("There is no room in this column.", retry_after=1)
            reach *= 4

    def _move_all(self, window: list[Entry], positions: list[str]) -> None:
        """Write new positions so that the order holds after each single write.

        First those that go up, the last of them first; then those that go down, in order.
        """
        pairs = list(zip(window, positions, strict=True))
        up = [pair for pair in reversed(pairs) if pair[1] > pair[0].position]
        down = [pair for pair in pairs if pair[1] < pair[0].position]
        for entry, position in up + down:
            item = self._replica.get(entry.id)
            if item is None or position_of(item) != entry.position:
                return  # somebody was faster: look again
            if not self._reposition(item, position):
                return

    def _reposition(self, item: Item, position: str) -> bool:
        try:
            self._mirror.replace(item, {**fields_of(item), "position": position})
            return True
        except (errors.SyncChanged, errors.SyncNotFound):
            self._read(item.key)
        return False

    def _read(self, index: int) -> None:
        """Read a task, or that it is gone, into the replica."""
        with suppress(errors.TaskNotFound):
            self._mirror.read(index)


def _position(entry: Entry | None) -> str | None:
    return entry.position if entry else None


def _spread(lower: str | None, upper: str | None, count: int) -> list[str]:
    try:
        return ordering.spread(lower, upper, count)
    except ordering.NoRoom:
        return []
