"""The permissions of old identities are taken each day."""

from threading import Event
from types import SimpleNamespace

from kanban_server.access import DAY, keep_readers_tidy
from kanban_server.errors import SyncUnavailable


class Forgetting:
    """An access whose Sync fails on the first day."""

    def __init__(self):
        self.days = 0

    def forget_old_readers(self):
        self.days += 1
        if self.days == 1:
            raise SyncUnavailable("down on Monday")


def test_old_permissions_are_removed_from_the_start_on_and_each_day(monkeypatch, caplog):
    access, pauses, is_over = Forgetting(), [], Event()

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 2:
            is_over.set()
            Event().wait()  # for ever: the thread is a daemon

    monkeypatch.setattr("kanban_server.access.time", SimpleNamespace(sleep=sleep))
    keep_readers_tidy(access)
    assert is_over.wait(10)
    assert (access.days, pauses) == (2, [DAY, DAY])
    assert "down on Monday" in caplog.text
