"""An emulator without a socket, with a clock that the test moves."""

import pytest
from callers import Clock, Rest

from kanban_server.sync_emulator import Emulator


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def emulator(tmp_path, clock):
    emulator = Emulator(tmp_path / "data", clock=clock)
    yield emulator
    emulator.close()


@pytest.fixture
def rest(emulator):
    return Rest(emulator)


@pytest.fixture
def tasks(rest):
    """The List "tasks", empty."""
    return rest.make("/Lists", UniqueName="tasks")


@pytest.fixture
def leases(rest):
    """The Map "leases", empty."""
    return rest.make("/Maps", UniqueName="leases")
