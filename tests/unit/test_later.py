"""Work for later: done once, and tried again a few times if it fails."""

import threading

from kanban_server.later import Later


class Work:
    """Fails so many times; tells when it is done and when it has been tried so often."""

    def __init__(self, failures=0):
        self.failures = failures
        self.tries = threading.Semaphore(0)
        self.done = threading.Event()

    def __call__(self):
        self.tries.release()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not yet")
        self.done.set()


def test_work_that_was_asked_for_twice_is_done_once():
    work = Work()
    later = Later(work, 3600, tries=3)
    later.ask()
    first = later._timer
    later.ask()
    first.join(10)
    assert not first.is_alive()
    later._timer.function()
    later._timer.cancel()
    assert work.done.is_set()
    assert work.tries.acquire(blocking=False)
    assert not work.tries.acquire(blocking=False)


def test_work_that_is_asked_for_once_keeps_its_time():
    later = Later(Work(), 3600, tries=3)
    later.ask_once()
    first = later._timer
    later.ask_once()
    assert later._timer is first
    first.cancel()


def test_work_that_began_can_be_asked_for_once_more():
    later = Later(Work(), 3600, tries=3)
    later.ask_once()
    first = later._timer
    first.cancel()
    first.function()
    later.ask_once()
    assert later._timer is not first
    later._timer.cancel()


def test_work_that_fails_is_tried_again():
    work = Work(failures=2)
    Later(work, 0.01, tries=3).ask()
    assert work.done.wait(10)


def test_work_that_keeps_failing_is_left():
    work = Work(failures=5)
    Later(work, 0.01, tries=3).ask()
    assert all(work.tries.acquire(timeout=10) for _ in range(3))
    assert not work.tries.acquire(timeout=0.3)
