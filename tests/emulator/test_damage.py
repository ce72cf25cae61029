"""A database that is damaged behind its first page, or held by another process."""

import sqlite3

import pytest
from callers import Rest

from kanban_server.sync_emulator import Emulator, EmulatorError, owner_address

PAGE_BYTES = 4096


def damage(emulator, begin, end):
    """Close it, and write nonsense over some pages of its database."""
    emulator.close()
    with (emulator.folder / "sync.sqlite3").open("r+b") as file:
        file.seek(begin * PAGE_BYTES)
        file.write(b"\xff" * ((end - begin) * PAGE_BYTES))


def test_a_read_of_what_is_damaged_names_the_file_and_logs_no_traceback(
    emulator, rest, tasks, caplog
):
    [rest.add(n=n, text="x" * 10_000) for n in range(50)]
    damage(emulator, 50, 100)
    again = Emulator(emulator.folder)
    status, body = Rest(again).call("GET", "/Lists/tasks/Items", query={"PageSize": "100"})
    again.close()
    assert (status, body["code"]) == (507, 20500)
    assert "sync.sqlite3: database disk image is malformed" in body["message"]
    assert caplog.text == ""


def test_what_is_too_damaged_to_begin_with_is_told_with_its_folder(emulator):
    damage(emulator, 1, 1000)
    with pytest.raises(EmulatorError, match=rf"{emulator.folder}.*sync\.sqlite3.*malformed"):
        Emulator(emulator.folder)
    assert owner_address(emulator.folder) is None


def test_a_write_waits_a_second_and_no_more_for_another_process(emulator, rest, tasks):
    other = sqlite3.connect(emulator.folder / "sync.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    status, body = rest.call("POST", "/Lists/tasks/Items", {"Data": "{}"})
    other.close()
    assert (status, body["code"]) == (507, 20500)
    assert "locked" in body["message"]
    busy = emulator.database.write(lambda tx: tx.execute("PRAGMA busy_timeout").fetchone())
    assert busy == (1000,)
    assert rest.add()["index"] == 0
