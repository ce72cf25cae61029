"""Where a request may come from, and how often."""

import contextlib
import tracemalloc

import pytest

from kanban_server.errors import NotAllowedHere, TooManyRequests
from kanban_server.guard import Guard
from kanban_server.settings import Settings

PUBLIC = "https://board.example.org"


@pytest.fixture
def home():
    return Guard(Settings(public_url=PUBLIC))


@pytest.fixture
def shared():
    return Guard(
        Settings(public_url=PUBLIC, passcode="x", cors_origins=("https://far.example.org",))
    )


def let_in(guard, host="localhost:5001", remote="127.0.0.1", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    guard.check_origin_of_request(host, remote, headers)


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:5001", "127.0.0.1:5001", "[::1]:5001", "LOCALHOST", "127.8.9.1"],
)
def test_this_machines_names_and_addresses_are_served(host, home):
    let_in(home, host)


@pytest.mark.parametrize("host", ["192.168.1.5", "10.1.2.3:5001", "[2001:db8::1]", "0.0.0.0"])
def test_an_address_of_the_net_is_served_only_with_a_passcode(host, home, shared):
    let_in(shared, host)
    with pytest.raises(NotAllowedHere, match="KANBAN_PASSCODE"):
        let_in(home, host)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "board.example.org.evil",
        "localhost,evil",
        "localhoſt.evil",
        "xn--localhost",
        "evil:5001",
        "a b",
        "[",
        "",
    ],
)
def test_a_foreign_host_is_refused(host, home, shared):
    for guard in (home, shared):
        with pytest.raises(NotAllowedHere):
            let_in(guard, host)


def test_the_public_name_is_served_only_with_a_passcode(home, shared):
    let_in(shared, "board.example.org")
    with pytest.raises(NotAllowedHere, match="KANBAN_PASSCODE"):
        let_in(home, "board.example.org")


@pytest.mark.parametrize(
    "name", ["Forwarded", "X_Forwarded_For", "x_forwarded_proto", "X_Forwarded_Any"]
)
def test_a_tunnel_is_refused_without_a_passcode(name, home, shared):
    let_in(shared, **{name: "1.2.3.4"})
    with pytest.raises(NotAllowedHere, match="KANBAN_PASSCODE"):
        let_in(home, **{name: "1.2.3.4"})


@pytest.mark.parametrize("remote", ["192.168.1.9", "2001:db8::1", "nonsense", ""])
def test_another_machine_is_refused_without_a_passcode(remote, home, shared):
    let_in(shared, remote=remote)
    with pytest.raises(NotAllowedHere):
        let_in(home, remote=remote)


@pytest.mark.parametrize(
    "remote", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]
)
def test_this_machine_is_let_in(remote, home):
    let_in(home, remote=remote)


@pytest.mark.parametrize("origin", ["http://localhost:5001", "https://localhost:5001", PUBLIC])
def test_our_own_origin_is_let_in(origin, home):
    let_in(home, Origin=origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://[",
        "http://evil",
        "http://localhost",
        "localhost:5001",
        "http://localhost:5001.evil",
        "http://evil@localhost:5001",
    ],
)
def test_a_foreign_origin_is_refused(origin, home):
    with pytest.raises(NotAllowedHere, match="KANBAN_CORS_ORIGINS"):
        let_in(home, Origin=origin)


HERE = {"Host": "127.0.0.1:5001"}


def test_a_page_of_another_server_here_may_reach_the_emulator_and_no_other_page(home, shared):
    assert home.may_reach_sync("127.0.0.1", {**HERE, "Origin": "http://localhost:5002"})
    assert not home.may_reach_sync("127.0.0.1", {**HERE, "Origin": "http://far.example.org"})
    assert not home.is_own_origin("http://localhost:5002", HERE["Host"])
    tunnel = {"Host": "board.example.org", "Origin": "http://localhost:5002"}
    assert not shared.may_reach_sync("127.0.0.1", tunnel)


@pytest.mark.parametrize(
    ("remote", "headers"),
    [
        ("127.0.0.1", {"Host": "evil.example"}),
        ("127.0.0.1", {"Host": "evil.example", "Origin": "http://evil.example"}),
        ("127.0.0.1", {**HERE, "x-forwarded-for": "1.2.3.4"}),
        ("192.168.1.9", HERE),
    ],
)
def test_the_emulator_is_reached_from_where_the_board_is(remote, headers, home):
    assert home.may_reach_sync("127.0.0.1", HERE)
    assert not home.may_reach_sync(remote, headers)


def test_a_listed_origin_is_let_in(shared):
    let_in(shared, Origin="https://far.example.org")


@pytest.mark.parametrize("forwarded", ["1.1.1.1, 2.2.2.2", "2.2.2.2", "x,, 2.2.2.2 "])
def test_only_a_proxy_on_this_machine_is_believed_and_only_its_own_entry(forwarded, shared):
    headers = {"X-Forwarded-For": forwarded}
    assert shared.client_address("127.0.0.1", headers) == "2.2.2.2"
    assert shared.client_address("3.3.3.3", headers) == "3.3.3.3"
    assert shared.client_address("127.0.0.1", {}) == "127.0.0.1"


def test_a_proxy_before_a_unix_socket_is_on_this_machine(shared):
    assert shared.client_address("", {"X-Forwarded-For": "2.2.2.2"}) == "2.2.2.2"


def count(times, call):
    """Call so often; gives how many were let through."""
    passed = 0
    for _ in range(times):
        with contextlib.suppress(TooManyRequests):
            call()
            passed += 1
    return passed


def test_tokens_are_limited_for_each_address(shared):
    assert count(40, lambda: shared.count_token("1.1.1.1")) == 30
    assert count(1, lambda: shared.count_token("2.2.2.2")) == 1


def test_writes_are_limited_for_each_identity(shared):
    assert count(450, lambda: shared.count_write("ann")) == 400
    assert count(1, lambda: shared.count_write("bob")) == 1


def test_counts_do_not_grow_for_ever(shared, monkeypatch):
    monkeypatch.setattr("kanban_server.guard.MAX_COUNTED", 3)
    for address in "abcdefgh":
        shared.count_token(address)
    assert len(shared._counts.events) <= 4


def refused_for(call):
    with pytest.raises(TooManyRequests) as caught:
        call()
    return caught.value.retry_after


@pytest.mark.parametrize(
    ("limit", "seconds", "act", "check"),
    [
        (30, 30, Guard.count_token, Guard.count_token),
        (400, 10, Guard.count_write, Guard.count_write),
        (10, 60, Guard.count_wrong_passcode, Guard.check_passcode_attempts),
    ],
)
def test_who_is_over_a_limit_is_told_when_the_next_is_let_in(
    limit, seconds, act, check, shared, monkeypatch
):
    now = [1_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    act(shared, "ann")
    now[0] += 2.5
    for _ in range(limit - 1):
        act(shared, "ann")
    assert refused_for(lambda: check(shared, "ann")) == seconds - 2.5
    now[0] += seconds - 2.4
    check(shared, "ann")


def test_a_clock_set_back_locks_nobody_out(shared, monkeypatch):
    now = [10_000.0]
    monkeypatch.setattr("time.time", lambda: now[0])
    assert count(40, lambda: shared.count_token("1.1.1.1")) == 30
    now[0] -= 3600
    assert count(40, lambda: shared.count_token("1.1.1.1")) == 30


def test_without_a_passcode_nothing_is_limited(home):
    assert count(500, lambda: home.count_write("ann")) == 500
    assert count(50, lambda: home.count_token("1.1.1.1")) == 50


def test_ten_wrong_passcodes_bar_an_address_and_no_other(shared):
    for _ in range(10):
        shared.check_passcode_attempts("1.1.1.1")
        shared.count_wrong_passcode("1.1.1.1")
    with pytest.raises(TooManyRequests):
        shared.check_passcode_attempts("1.1.1.1")
    shared.check_passcode_attempts("2.2.2.2")


def test_what_is_too_long_to_be_a_name_is_refused_and_not_remembered(shared):
    tracemalloc.start()
    for number in range(30):
        name = f"{number}".ljust(60_000, "a")
        with pytest.raises(NotAllowedHere):
            let_in(shared, name)
        with pytest.raises(NotAllowedHere):
            let_in(shared, Origin=f"http://{name}")
        assert not shared.may_reach_sync("127.0.0.1", {"Host": name, "Origin": f"http://{name}"})
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 5 * 60_000
