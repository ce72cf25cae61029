"""Which indexes of the List this process can account for, and so whether others append to it.

Sync gives indexes in ascending order and none twice: one below that of a new Item is known, or was
given to an own create that is still under way, or to what another appended.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from .rows import Item
from .tasks import mark_of

PATIENCE_SECONDS = 0.5


@dataclass(eq=False)
class Create:
    """An own create under way.

    key: of the Item; after: the highest index known when it began; index: its own, once given;
    others: the indexes of what was found since then to have been appended by others.
    """

    key: str
    after: int
    index: int | None = None
    others: set[int] = field(default_factory=set)


class Mark(NamedTuple):
    """How far all indexes are accounted for, in which List."""

    all_to: int
    list_number: int


class Indexes:
    """The indexes that are accounted for: all up to one, and some beyond it."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS):
        self._patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._under_way: set[Create] = set()
        self._list_number = 0
        self.clear()

    def clear(self) -> None:
        """Begin anew, as a List made again does."""
        with self._changed:
            self._all_to = -1
            self._beyond: set[int] = set()
            self._list_number += 1
            for create in self._under_way:
                create.after = -1
                create.others.clear()
            self._changed.notify_all()

    def mark(self) -> Mark:
        """Give how far all is accounted for; what is read after that is new."""
        with self._changed:
            return Mark(self._all_to, self._list_number)

    @contextmanager
    def create(self, key: str) -> Iterator[Create]:
        """Note that an own create is under way."""
        with self._changed:
            create = Create(key, max(self._beyond, default=self._all_to))
            self._under_way.add(create)
        try:
            yield create
        finally:
            with self._changed:
                self._under_way.discard(create)
                self._changed.notify_all()

    def made(self, create: Create, index: int) -> bool:
        """Note the index that a create was given; tell whether others may have appended below it.

        Waits for the answers to own creates that may account for what is missing there, not long.
        """
        with self._changed:
            create.index = index
            self._account_for(index)
            self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._all_to >= index or not self._may_be_own(index), self._patience_seconds
            )
            return self._all_to < index

    def read(self, items: Iterable[Item], since: Mark, to: int = -1) -> bool:
        """Take a read of all Items after a mark; tell whether others appended any of them.

        to: an index given before the read began. What is missing up to there is gone or never was,
        and not looked for again.
        """
        with self._changed:
            if since.list_number != self._list_number:
                return False
            own = {create.key for create in self._under_way if create.index is None}
            new = {item.key: mark_of(item) for item in items if not self._is_known(item.key)}
            others = {index for index, mark in new.items() if mark not in own}
            for create in self._under_way:
                create.others |= others
            self._all_to = max(self._all_to, to, *new)
            self._account_for(self._all_to)
            self._changed.notify_all()
            return bool(others)

    def _is_known(self, index: int) -> bool:
        return index <= self._all_to or index in self._beyond

    def _account_for(self, index: int) -> None:
        if index > self._all_to:
            self._beyond.add(index)
        while self._all_to + 1 in self._beyond:
            self._all_to += 1
        self._beyond = {index for index in self._beyond if index > self._all_to}

    def _may_be_own(self, index: int) -> bool:
        """Tell whether own creates under way may have been given all that is missing below."""
        afters = [create.after for create in self._under_way if create.index is None]
        missing = (i for i in range(self._all_to + 1, index) if i not in self._beyond)
        return all(
            count <= sum(after < i for after in afters) for count, i in enumerate(missing, 1)
        )
