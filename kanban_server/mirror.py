"""The List as the board works with it: every read and write towards Sync updates the replica."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from . import errors, transport
from .indexes import Create, Indexes
from .later import Later
from .locks import KeyedLocks
from .replica import Replica
from .sync_store import Item, SyncStore
from .tasks import fields_of, mark_of

LATE_SECONDS = 5.0
LATE_LOOKS = 3
LATEST_SECONDS = 60.0
OTHERS_SECONDS = 3.0
READ_SECONDS = 2.0
PART_SECONDS = 60.0
NEVER = 1 << 62
MAX_DOUBTS = 1000


class Mirror:
    """One Sync List and the replica of it; clock: seconds.

    A create that was in doubt may be executed late, beside its repetition: LATE_SECONDS after it
    the new Items are read once, or LATE_LOOKS times if that fails. LATEST_SECONDS after it nothing
    of its `key` is late any more: it is what an admin restored. OTHERS_SECONDS after a create has
    shown that others append, too, the whole List is read once, for what they moved and deleted.
    """

    def __init__(self, store: SyncStore, replica: Replica, clock: Callable[[], float]):
        self._store = store
        self._replica = replica
        self._clock = clock
        self._indexes = Indexes()
        self._locks = KeyedLocks()
        self._part: list[Item] = []
        self._part_begun = float("-inf")
        self._doubts: dict[str, int] = {}
        self._late = Later(self._look_for_late, LATE_SECONDS, LATE_LOOKS)
        self._again = Later(self._read_again, OTHERS_SECONDS, LATE_LOOKS)
        self._doubt_lock = threading.Lock()
        self._late_after = NEVER
        store.on_renewed = self._renewed

    def fill(self) -> None:
        """Read the whole List if that was never done."""
        if self._replica.filled_since == float("-inf"):
            self.refresh(self._clock() - PART_SECONDS)

    def refresh(self, since: float) -> None:
        """Read the whole List, unless a read that began after the time since did.

        Where such a read was cut short, as no request's time suffices for it, go on from there.
        """
        with self._locks("refresh"):
            while self._replica.filled_since < since:  # again if the List was made again meanwhile
                self._read_all(since)

    def _read_all(self, since: float) -> None:
        if self._part_begun < since:
            self._part_begun = self._clock()
            self._part.clear()
        begun, mark = self._part_begun, self._indexes.mark()
        for item in self._store.items_after(self._part[-1].key if self._part else -1):
            self._part.append(item)
        self._replica.refill(self._part, begun)
        self._indexes.read(self._part, mark)
        self._forget_part()

    def _forget_part(self) -> None:
        self._part_begun = float("-inf")
        self._part.clear()

    def _renewed(self) -> None:
        """Begin anew with a List that was made again: it counts from 0."""
        self._forget_part()
        with self._doubt_lock:
            self._doubts = dict.fromkeys(self._doubts, -1)
            self._late_after = NEVER if self._late_after == NEVER else -1
        self._replica.clear(self._clock())
        self._indexes.clear()

    def remove_doubles(self) -> None:
        """Remove from Sync what was made twice under one `key`, but for one that stays."""
        self._replica.forget_told(self._clock() - LATEST_SECONDS)
        for item in self._replica.doubles():
            try:
                self.remove(item)
            except errors.SyncNotFound:
                self.gone(item.key)
            except errors.SyncError:
                continue

    def read(self, index: int) -> Item:
        """Read one Item. Raises TaskNotFound."""
        begun = self._clock()
        try:
            item = self._store.item(index)
        except errors.SyncNotFound as error:
            raise self.gone(index, begun) from error
        self._replica.put(item, begun)
        self._replica.was_read(index, begun)
        return item

    def gone(self, index: int, since: float | None = None) -> errors.TaskNotFound:
        """Note that there was no such Item at the time since, and give the error that says so."""
        self._replica.drop(index, self._clock() if since is None else since)
        return errors.TaskNotFound(index)

    def create(self, data: dict[str, Any]) -> tuple[Item, set[int]]:
        """Append once; give the Item, and the indexes of what others appended before it meanwhile.

        Of two under one `key` it is the first that is given, and the other is removed if that can
        be. Raises OutcomeUnknown; before the same `key` again it must be settled.
        """
        with self._indexes.create(data["key"]) as create:
            item = self._append(data, create)
            self._replica.put(item, self._clock())
            if self._indexes.made(create, item.key):
                self._look_for_others(item.key)
            first = self._first_of(item)
            return first, {i for i in create.others if i < item.key and first is item}

    def _append(self, data: dict[str, Any], create: Create) -> Item:
        """Append; where no answer came, look whether it happened before trying once more."""
        key = data["key"]
        item = self._try_to_create(data, create, False) or self._try_to_create(data, create, True)
        assert item
        if (after := self._doubts.get(key)) is not None:
            unclear = errors.OutcomeUnknown("It is unknown which of two copies stays.")
            with errors.in_doubt(unclear):  # one executed late, but first: the lower index stays
                item = self._find(key, after) or item
            self._no_more_doubt(key, item)
        return item

    def doubt(self, key: str) -> errors.OutcomeUnknown | None:
        """Give what is to be said of a create under this `key`, if one is in doubt."""
        is_in_doubt = key in self._doubts
        return errors.OutcomeUnknown("An earlier try may have happened.") if is_in_doubt else None

    def settle(self, key: str) -> Item | None:
        """Give what a create in doubt has made, if there is one and it has made anything."""
        after = self._doubts.get(key)
        item = None if after is None else self._find(key, after)
        if item:
            self._no_more_doubt(key, item)
        return item

    def _no_more_doubt(self, key: str, item: Item) -> None:
        with self._doubt_lock:
            self._doubts.pop(key, None)  # newer ones may have crowded it out
        self._replica.tell(key, item.key, self._clock())

    def _look_for_others(self, index: int) -> None:
        """Read what others appended below an index, unless another thread just did."""
        with self._locks("others"):
            begun, mark = self._clock(), self._indexes.mark()
            if mark.all_to >= index:
                return
            try:
                with transport.at_most(READ_SECONDS):
                    items = list(self._store.items_after(mark.all_to))
            except errors.SyncError:
                return self._again.ask_once()
            for item in items:
                self._replica.put(item, begun)
            if self._indexes.read(items, mark, index):
                self._again.ask_once()

    def _first_of(self, item: Item) -> Item:
        """Give what was made first under the `key` of an own Item, and remove that if it is not."""
        first = self._replica.with_mark(mark_of(item))
        if first is None or first.key >= item.key:
            return item
        with suppress(errors.SyncError):  # then it is removed with the next doubles
            self.remove(item)
        return first

    def _read_again(self) -> None:
        self.refresh(self._clock())
        self.remove_doubles()

    def replace(self, item: Item, data: dict[str, Any]) -> Item:
        """Write over an Item, if it is still as given. Raises SyncChanged, SyncNotFound."""
        new = self._store.replace(item.key, data, item.revision)
        self._replica.put(new, self._clock())
        return new

    def remove(self, item: Item) -> Item:
        """Remove an Item, if it is still as given. Raises SyncChanged, SyncNotFound."""
        self._store.remove(item.key, item.revision)
        self._replica.drop(item.key, self._clock())
        return item

    def remove_late_double(self, item: Item) -> None:
        """After a deletion: remove what Sync made late of the same `key`, if that can be."""
        if self._replica.is_told(item):
            with suppress(errors.SyncError):
                self._read_again()

    def _try_to_create(self, data: dict[str, Any], create: Create, is_last: bool) -> Item | None:
        try:
            with errors.in_doubt(self.doubt(data["key"])):
                return self._store.create(data)
        except errors.OutcomeUnknown as doubt:
            self._note_doubt(data["key"], create.after)
            self._expect_late(create.after)
            self._late.ask()
            with errors.in_doubt(doubt):
                item = self._find(data["key"], create.after)
            if item is None and is_last:
                raise
            return item

    def _note_doubt(self, key: str, after: int) -> None:
        with self._doubt_lock:
            self._doubts.setdefault(key, after)
            if len(self._doubts) > MAX_DOUBTS:
                del self._doubts[next(iter(self._doubts))]

    def _expect_late(self, after: int) -> None:
        with self._doubt_lock:
            self._late_after = min(after, self._late_after)

    def _look_for_late(self) -> None:
        """Read what is new since the oldest doubt, and remove what was made twice."""
        with self._doubt_lock:
            after, self._late_after = self._late_after, NEVER
        begun = self._clock()
        try:
            for item in self._store.items_after(after):
                self._replica.put(item, begun)
        except errors.SyncError:
            self._expect_late(after)
            raise
        self.remove_doubles()

    def _find(self, key: str, after: int) -> Item | None:
        begun = self._clock()
        found = None
        for item in self._store.items_after(after):
            self._replica.put(item, begun)
            if found is None and fields_of(item).get("key") == key:
                found = item
        return found
