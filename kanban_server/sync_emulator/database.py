"""SQLite with one writer at a time: changes that wait together share one COMMIT.

Who comes while nobody writes does it at once in its own thread, so a change on its own waits for no
other thread. Who comes meanwhile waits, and the first of them then writes for all of them.
After a COMMIT of several the next waits, GATHER_SECONDS at most, until there are as many: a COMMIT
costs one fsync and one packet to each subscriber, whatever is in it, and who was answered mostly
comes again.
A change is acknowledged and published only after its COMMIT. Readers have connections
of their own and see what is committed.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from .errors import EmulatorError, Refusal, StorageFailed
from .limits import Limits
from .schema import SCHEMA, VERSION
from .transactions import Job, Transaction, is_storage_error

T = TypeVar("T")
MAX_BATCH = 256
GATHER_SECONDS = 0.01
SWEEP_SECONDS = 1.0
LOCKED_MS = 1000  # how long a batch waits for another process; who comes meanwhile waits twice
_log = logging.getLogger(__name__)


class Database:
    """The emulator's database.

    publish: called with each batch of jobs that is over, one batch at a time, from any thread.
    sweep: a write that is done about once a second.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Callable[[], float],
        limits: Limits,
        publish: Callable[[list[Job]], None],
        sweep: Callable[[Transaction], None],
    ) -> None:
        self._path = os.fspath(path)
        self._clock = clock
        self._limits = limits
        self._publish = publish
        self._sweep = sweep
        self._readers: deque[sqlite3.Connection] = deque()
        self._waiting: deque[Job] = deque()
        lock = threading.Lock()
        self._turn, self._gathered = threading.Condition(lock), threading.Condition(lock)
        self._expected = 1
        self._is_writing = self._is_clerk_called = self._closed = False
        self._db = self._open_for_writing()
        self._clerk = threading.Thread(target=self._run, name="sync-writer", daemon=True)
        self._clerk.start()

    def read(self, work: Callable[[Transaction], T]) -> T:
        """Do a read on one state of the database, in the caller's thread."""
        try:
            db = self._readers.pop()
        except IndexError:
            db = self._connect()
            db.execute("PRAGMA query_only=1")
        try:
            db.execute("BEGIN")
            return work(self._transaction(db))
        except sqlite3.DatabaseError as error:
            if not is_storage_error(error):
                raise
            raise self._failed(error) from error
        finally:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            self._give_back(db)

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Do a write and wait for its COMMIT. Raises what work raises, or StorageFailed."""
        job = Job(work, None, is_waited_for=True)
        if self._enqueue(job) or job.is_to_write():
            self._write_waiting()
        result: T = job.outcome()
        return result

    def post(
        self, work: Callable[[Transaction], Any], done: Callable[[Job], None] | None = None
    ) -> Job:
        """Queue a write; done is handed to the publisher with its outcome."""
        job = Job(work, done)
        if self._enqueue(job):
            self._call_clerk()
        return job

    def close(self) -> None:
        """Finish what waits, then close every connection."""
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._turn.notify_all()
        self._clerk.join()
        while self._readers:
            self._readers.pop().close()
        self._db.close()

    def _give_back(self, db: sqlite3.Connection) -> None:
        self._readers.append(db)
        if self._closed:
            with suppress(IndexError):
                self._readers.pop().close()

    def _transaction(self, db: sqlite3.Connection) -> Transaction:
        return Transaction(db, int(self._clock() * 1000), self._limits)

    def _failed(self, error: sqlite3.Error) -> StorageFailed:
        return StorageFailed(f"{os.path.basename(self._path)}: {error}")

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA busy_timeout=5000")
        return db

    def _open_for_writing(self) -> sqlite3.Connection:
        try:
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
            db = self._connect()
        except (OSError, sqlite3.Error) as error:
            raise EmulatorError(f"{self._path} cannot be opened: {error}") from error
        try:
            self._prepare(db)
        except sqlite3.Error as error:
            db.close()
            raise EmulatorError(f"{self._path} cannot be opened: {error}") from error
        except EmulatorError:
            db.close()
            raise
        return db

    def _prepare(self, db: sqlite3.Connection) -> None:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, VERSION):
            raise EmulatorError(f"{self._path} is of version {version}, not {VERSION}")
        db.executescript(SCHEMA)
        db.execute(f"PRAGMA busy_timeout={LOCKED_MS}")

    def _enqueue(self, job: Job) -> bool:
        """Queue a job; tell whether nobody writes, so that the caller must see to it."""
        with self._turn:
            if self._closed:
                raise Refusal(503, 20503, "The emulator is closing")
            self._waiting.append(job)
            if len(self._waiting) == self._expected:
                self._gathered.notify()
            is_first, self._is_writing = not self._is_writing, True
        return is_first

    def _write_waiting(self) -> None:
        """Write what waits; then it is the turn of the first of those who came meanwhile."""
        with self._turn:
            self._gathered.wait_for(lambda: len(self._waiting) >= self._expected, GATHER_SECONDS)
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MAX_BATCH))]
            self._expected = len(batch)
        try:
            self._commit(batch)
        finally:
            with self._turn:
                heir = self._waiting[0] if self._waiting else None
                self._is_writing = heir is not None
                if self._closed:
                    self._turn.notify_all()
            if heir and not heir.hand_over():
                self._call_clerk()

    def _call_clerk(self) -> None:
        with self._turn:
            self._is_clerk_called = True
            self._turn.notify_all()

    def _run(self) -> None:
        """Be the clerk: write for those who do not wait, and sweep; stay until all is written."""
        sweep_at = time.monotonic() + SWEEP_SECONDS
        while True:
            with self._turn:
                self._turn.wait_for(self._is_clerk_needed, max(0, sweep_at - time.monotonic()))
                is_called, self._is_clerk_called = self._is_clerk_called, False
                if self._closed and not self._is_writing:
                    return
            if is_called:
                self._write_waiting()
            if time.monotonic() >= sweep_at:
                sweep_at = time.monotonic() + SWEEP_SECONDS
                with suppress(Refusal):  # it is closing
                    self.post(self._sweep_up)

    def _sweep_up(self, tx: Transaction) -> None:
        """Sweep; nobody waits for the outcome, so a mistake in it is told here."""
        try:
            self._sweep(tx)
        except Exception as error:
            if not is_storage_error(error):
                _log.exception("the sweep failed")
            raise

    def _is_clerk_needed(self) -> bool:
        return self._is_clerk_called or (self._closed and not self._is_writing)

    def _commit(self, batch: list[Job]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for job in batch:
                job.attempt(self._db, self._transaction(self._db))
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            for job in batch:
                job.fail(self._failed(error))
        try:
            self._publish(batch)
        except Exception:
            _log.exception("a commit could not be published")
        for job in batch:
            job.finish()

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
