"""A lock for each name."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kanban_server.locks import KeyedLocks


def test_one_thread_at_a_time_is_in_for_a_name():
    locks, inside, most = KeyedLocks(), [], []

    def work(_):
        for _ in range(200):
            with locks("a"):
                inside.append(1)
                time.sleep(0)  # the others have their turn
                most.append(len(inside))
                inside.pop()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert max(most) == 1


def test_two_names_do_not_wait_for_each_other():
    locks, passed = KeyedLocks(), threading.Event()
    with locks("a"):
        thread = threading.Thread(target=lambda: _pass(locks, passed))
        thread.start()
        assert passed.wait(5)
    thread.join()


def _pass(locks, passed):
    with locks("b"):
        passed.set()


def test_a_lock_is_forgotten_when_nobody_needs_it():
    locks = KeyedLocks()
    with locks("a"), locks("b"):
        pass
    assert locks._locks == {}


def test_a_failure_inside_frees_the_lock():
    locks = KeyedLocks()
    with pytest.raises(RuntimeError), locks("a"):
        raise RuntimeError
    with locks("a"):
        assert len(locks._locks) == 1
