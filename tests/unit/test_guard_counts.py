"""Whose guesses are counted together, and whose are kept when there are many."""

import pytest

from kanban_server.errors import TooManyRequests
from kanban_server.guard import Guard
from kanban_server.settings import Settings


@pytest.fixture
def guard():
    return Guard(Settings(passcode="x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("2001:db8:1:2::1", "2001:DB8:1:2:0::1"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("8.8.8.8:1000", "8.8.8.8"),
        ("[2001:db8:1:2::1]:1000", "2001:db8:1:2::2"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::2"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_one_household_is_one_caller(one, other, guard):
    assert guard.client_address("127.0.0.1", {"X-Forwarded-For": one}) == guard.client_address(
        other, {}
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:3::1"),
        ("::ffff:8.8.8.8", "::ffff:8.8.8.9"),
        ("8.8.8.8:1", "8.8.8.9:1"),
        ("_hidden", "unknown"),
    ],
)
def test_two_households_are_two(one, other, guard):
    assert guard.client_address(one, {}) != guard.client_address(other, {})


def test_who_is_barred_stays_so_when_there_are_many_others(guard, monkeypatch):
    monkeypatch.setattr("kanban_server.guard.MAX_COUNTED", 8)
    for _ in range(10):
        guard.count_wrong_passcode("1.1.1.1")
    for number in range(100):
        guard.count_token(f"2.2.2.{number}")
        guard.count_wrong_passcode(f"2.2.2.{number}")
    with pytest.raises(TooManyRequests):
        guard.check_passcode_attempts("1.1.1.1")
    guard.check_passcode_attempts("2.2.2.99")
