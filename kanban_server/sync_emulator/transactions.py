"""What a read or a write works in, and a write that waits for its COMMIT."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any

from .limits import Limits


class Transaction:
    """What a read or a write works in.

    now: milliseconds since 1970. changes: what is to be published if it is committed.
    """

    __slots__ = ("changes", "execute", "limits", "now")

    def __init__(self, db: sqlite3.Connection, now: int, limits: Limits) -> None:
        self.execute = db.execute
        self.now = now
        self.limits = limits
        self.changes: list[Any] = []


class Job:
    """A write that waits for its COMMIT. done: called with it by the publisher, if given.

    is_waited_for: whether a thread waits for it that can write itself.
    """

    __slots__ = (
        "_is_turn",
        "_is_waited_for",
        "_ready",
        "changes",
        "done",
        "error",
        "result",
        "work",
    )

    def __init__(
        self,
        work: Callable[[Transaction], Any],
        done: Callable[[Job], None] | None,
        *,
        is_waited_for: bool = False,
    ) -> None:
        self.work = work
        self.done = done
        self._is_waited_for = is_waited_for
        self._is_turn = False
        self.result: Any = None
        self.error: Exception | None = None
        self.changes: list[Any] = []
        self._ready = threading.Lock()
        self._ready.acquire()

    def outcome(self) -> Any:
        """Give the result. Raises what the work raised, or StorageFailed."""
        if self.error is not None:
            raise self.error
        return self.result

    def wait(self) -> Any:
        """Wait until the job is over and give its outcome."""
        self._ready.acquire()
        return self.outcome()

    def is_to_write(self) -> bool:
        """Wait until the job is over, or until it is its turn to write; tell which."""
        self._ready.acquire()
        return self._is_turn

    def hand_over(self) -> bool:
        """Say that it is its turn to write; tell whether anybody waits who can."""
        if self._is_waited_for:
            self._is_turn = True
            self._ready.release()
        return self._is_waited_for

    def attempt(self, db: sqlite3.Connection, transaction: Transaction) -> None:
        """Do the work in a savepoint of its own. Raises only what the disk is to blame for."""
        db.execute("SAVEPOINT job")
        try:
            self.result = self.work(transaction)
            self.changes = transaction.changes
        except Exception as error:
            if is_storage_error(error):
                raise
            db.execute("ROLLBACK TO job")
            self.error = error
        db.execute("RELEASE job")

    def fail(self, error: Exception) -> None:
        """Say that nothing of it was stored."""
        self.result, self.error, self.changes = None, error, []

    def finish(self) -> None:
        """Wake who waits for it."""
        self._ready.release()


def is_storage_error(error: Exception) -> bool:
    """Tell a failing disk (or a damaged file) from a mistake in a statement."""
    return isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError
