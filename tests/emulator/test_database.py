"""Group commit, and a disk that fails."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from callers import until

from kanban_server.sync_emulator.database import Database
from kanban_server.sync_emulator.errors import EmulatorError, Refusal, StorageFailed
from kanban_server.sync_emulator.limits import Limits

INSERT = "INSERT INTO permissions VALUES (1, ?, 1, 1, 1)"


def no_sweep(tx):
    """Leave everything as it is."""


@pytest.fixture(autouse=True)
def _no_sweep_by_itself(monkeypatch):
    """Nothing is written but what a test writes."""
    monkeypatch.setattr("kanban_server.sync_emulator.database.SWEEP_SECONDS", 3600)


@pytest.fixture
def published():
    return []


def opened(folder, clock, publish=print):
    limits = Limits(clock, enforced=False)
    return Database(folder / "d", clock=clock, limits=limits, publish=publish, sweep=no_sweep)


@pytest.fixture
def database(tmp_path, published, clock):
    database = opened(tmp_path, clock, published.append)
    yield database
    database.close()


def names(database):
    query = "SELECT identity FROM permissions ORDER BY identity"
    return [row[0] for row in database.read(lambda tx: tx.execute(query).fetchall())]


def add(name, change=None):
    def work(tx):
        tx.execute(INSERT, (name,))
        tx.changes.append(change or name)
        return name

    return work


def writer_of(name):
    """Make a write that tells who did it."""

    def work(tx):
        add(name)(tx)
        return threading.current_thread().name

    return work


def hold_writer(database):
    """Keep the writer busy until the event is set, so that what follows waits together."""
    gate = threading.Event()
    started = threading.Event()

    def work(tx):
        started.set()
        gate.wait(10)

    database.post(work)
    assert started.wait(10)
    return gate


def together(database, *works):
    """Let writes wait together, and give their jobs."""
    gate = hold_writer(database)
    jobs = [database.post(work) for work in works]
    gate.set()
    return jobs


def test_a_write_gives_its_result_and_is_seen_by_readers(database):
    assert database.write(add("a")) == "a"
    assert names(database) == ["a"]


def test_a_write_on_its_own_is_done_by_its_caller(database):
    assert database.write(lambda tx: threading.current_thread()) is threading.current_thread()


def test_of_those_who_wait_together_the_first_writes_for_all(database, published):
    gate = hold_writer(database)
    with ThreadPoolExecutor(5) as pool:
        writers = [pool.submit(database.write, writer_of(str(n))) for n in range(5)]
        until(lambda: len(database._waiting) == 5)
        gate.set()
        assert len({writer.result(10) for writer in writers}) == 1
    assert [len(batch) for batch in published if batch] == [1, 5]


def test_a_turn_goes_from_a_caller_that_waits_to_one_that_does_not(database):
    jobs = []
    database.write(lambda tx: jobs.append(database.post(add("b"))))
    assert jobs[0].wait() == "b"


def test_writes_by_many_threads_are_each_done_once(database):
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda n: database.write(add(str(n))), range(400)))
    assert done == [str(n) for n in range(400)]
    assert sorted(names(database), key=int) == done


def test_writes_that_wait_together_share_one_commit(database, published):
    jobs = together(database, *(add(str(n)) for n in range(10)))
    assert [job.wait() for job in jobs] == [str(n) for n in range(10)]
    assert [len(batch) for batch in published if batch] == [1, 10]


def test_after_several_together_the_next_waits_for_as_many(database, published, monkeypatch):
    monkeypatch.setattr("kanban_server.sync_emulator.database.GATHER_SECONDS", 60)
    [job.wait() for job in together(database, add("a"), add("b"))]
    with ThreadPoolExecutor(1) as pool:
        early = pool.submit(database.write, add("c"))
        until(lambda: len(database._waiting) == 1)
        database.write(add("d"))
        early.result(10)
    assert [len(batch) for batch in published] == [1, 2, 2]


def test_a_write_waits_for_others_but_once_and_not_long(database, monkeypatch):
    [job.wait() for job in together(database, add("a"), add("b"))]
    database.write(add("c"))
    monkeypatch.setattr("kanban_server.sync_emulator.database.GATHER_SECONDS", "not needed")
    database.write(add("d"))


def test_changes_are_published_in_the_order_of_the_writes(database, published):
    [job.wait() for job in together(database, *(add(str(n)) for n in range(5)))]
    changes = [change for batch in published for job in batch for change in job.changes]
    assert changes == list("01234")


def test_a_refused_write_leaves_the_others_of_its_commit_alone(database, published):
    def refuse(tx):
        add("half")(tx)
        raise Refusal(412, 54155, "no")

    jobs = together(database, add("a"), refuse, add("b"))
    assert [jobs[0].wait(), jobs[2].wait()] == ["a", "b"]
    with pytest.raises(Refusal):
        jobs[1].wait()
    assert names(database) == ["a", "b"]
    assert [c for batch in published for job in batch for c in job.changes] == ["a", "b"]


def test_nothing_is_published_before_its_commit(tmp_path, clock):
    seen = []

    def publish(jobs):
        with sqlite3.connect(tmp_path / "d") as other:
            seen.append(other.execute("SELECT count(*) FROM permissions").fetchone()[0])
        other.close()

    database = opened(tmp_path, clock, publish)
    database.write(add("a"))
    database.close()
    assert seen[0] == 1


def limit_pages(database, pages):
    """Let the database grow to so many pages and no more: a full disk, as SQLite sees it."""
    database.write(lambda tx: tx.execute(f"PRAGMA max_page_count={pages}").fetchone())


def test_a_full_disk_fails_all_that_wait_and_publishes_nothing(database, published):
    limit_pages(database, 1)
    published.clear()
    large = [add("x" * 3000 + str(n)) for n in range(40)]
    for job in together(database, add("small, and done before it is full"), *large):
        with pytest.raises(StorageFailed, match="full"):
            job.wait()
    assert names(database) == []
    assert not any(job.changes for batch in published for job in batch)


def test_after_a_full_disk_writing_goes_on_when_there_is_space(database):
    limit_pages(database, 1)
    with pytest.raises(StorageFailed):
        database.write(add("x" * 100_000))
    limit_pages(database, 100_000)
    assert database.write(add("a")) == "a"
    assert names(database) == ["a"]


def test_a_mistake_in_one_write_is_not_taken_for_a_failing_disk(database):
    with pytest.raises(ZeroDivisionError):
        database.write(lambda tx: 1 / 0)
    assert database.write(add("a")) == "a"


def test_a_mistake_in_the_sweep_is_logged(tmp_path, clock, caplog, monkeypatch):
    monkeypatch.setattr("kanban_server.sync_emulator.database.SWEEP_SECONDS", 0.01)
    monkeypatch.setattr("test_database.no_sweep", lambda tx: 1 / 0)
    database = opened(tmp_path, clock)
    until(lambda: "the sweep failed" in caplog.text)
    database.close()


def test_what_waits_at_the_end_is_still_written(database):
    gate = hold_writer(database)
    job = database.post(add("late"))
    threading.Timer(0, gate.set).start()
    database.close()
    assert job.wait() == "late"


def test_after_its_end_a_write_is_refused(database):
    database.close()
    with pytest.raises(Refusal) as refused:
        database.write(add("a"))
    assert refused.value.status == 503


def test_every_commit_is_synced_to_a_write_ahead_log(database):
    modes = database.write(
        lambda tx: [
            tx.execute(f"PRAGMA {p}").fetchone()[0] for p in ("journal_mode", "synchronous")
        ]
    )
    assert modes == ["wal", 2]


def test_the_file_is_for_its_owner_only(database, tmp_path):
    assert os.stat(tmp_path / "d").st_mode & 0o077 == 0


def test_a_damaged_file_is_told_plainly(tmp_path, clock):
    (tmp_path / "d").write_bytes(b"not a database" * 100)
    with pytest.raises(EmulatorError, match="cannot be opened"):
        opened(tmp_path, clock)
