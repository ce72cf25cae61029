"""The end of patience: heads that are too long or too slow, and too many connections."""

import base64
import json
import socket
import time
from contextlib import ExitStack, suppress
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from callers import until
from contract.serving import Serving

from kanban_server.sync_emulator import patience

ASK = b"GET /v1/ HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def serving(tmp_path, monkeypatch):
    """An emulator that has room for few."""
    monkeypatch.setattr(patience, "MAX_CONNECTIONS", 3)
    serving = Serving(tmp_path)
    yield serving
    serving.stop()


@pytest.fixture
def connect(serving):
    """Open connections to it."""
    where = urlsplit(serving.address)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(
            socket.create_connection((where.hostname, where.port), timeout=20)
        )


def test_a_head_that_does_not_end_is_not_waited_for(connect, monkeypatch):
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    line = connect()
    line.sendall(ASK)
    assert b" 408 " in line.recv(1000)


def test_a_head_that_is_too_long_is_refused(connect):
    line = connect()
    line.sendall(ASK + b"X: " + b"a" * (patience.MAX_HEAD_BYTES + 1))
    assert b" 431 " in line.recv(1000)


@pytest.mark.parametrize("body", [b"", bytes(150_000)])
def test_what_comes_before_a_head_does_not_count(connect, login, body):
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    ask = ASK + login + b"X: " + b"a" * 1500 + b"\r\n" + length + body
    count = 2 if body else 100
    line = connect()
    line.sendall(ask * count + ask[:20])
    answers = b""
    while answers.count(b"HTTP/1.1 404") < count:
        answers += (part := line.recv(65_536))
        assert part
    line.sendall(ask[20:])
    while answers.count(b"HTTP/1.1 404") < count + 1:
        answers += (part := line.recv(65_536))
        assert part


def test_a_connection_that_asks_in_time_is_answered(connect):
    line = connect()
    line.sendall(ASK + b"\r\n")
    assert b" 401 " in line.recv(1000)


@pytest.fixture
def login(serving):
    """The header that names who asks."""
    emulator = serving.emulator
    pair = base64.b64encode(f"{emulator.api_key}:{emulator.api_secret}".encode()).decode()
    return f"Authorization: Basic {pair}\r\n".encode()


@pytest.mark.parametrize("more", [b"\n", b"\r", b"\r\n", b"\r\n\r\n"])
def test_a_blank_line_does_not_keep_a_connection_that_asks_nothing(serving, connect, login, more):
    serving.server.config.timeout_keep_alive = 1
    line = connect()
    line.sendall(ASK + login + b"\r\n")
    assert line.recv(1000)
    with suppress(ConnectionError):  # it may be closed by now
        line.sendall(more)
        assert line.recv(1000) == b""


def test_a_head_that_begins_during_an_answer_has_its_own_time(serving, connect, login):
    serving.server.config.timeout_keep_alive = 0.1
    serving.emulator.latency_ms = 300
    line = connect()
    ask = ASK + login + b"\r\n"
    line.sendall(ask + ask[:20])
    assert b" 404 " in line.recv(1000)
    time.sleep(0.5)
    line.sendall(ask[20:])
    assert b" 404 " in line.recv(1000)


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="a matter of the kernel")
@pytest.mark.parametrize("ending", [b"\r\n", b"Connection: close\r\n\r\n"])
def test_a_client_that_reads_nothing_is_given_up(serving, connect, monkeypatch, ending):
    async def app(scope, receive, send):
        size = 20_000_000
        headers = [(b"content-length", str(size).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(size)})

    monkeypatch.setattr(patience, "UNREAD_SECONDS", 1)
    line = connect()
    line.sendall(ASK + b"\r\n")
    assert line.recv(1000)  # the server has begun, and its app can be replaced
    serving.server.config.loaded_app = app
    line = connect()
    line.sendall((ASK + ending) * 2)
    assert line.recv(1000)
    until(lambda: not serving.server.server_state.connections, 20)


def test_of_too_many_connections_the_last_is_hung_up(connect):
    lines = [connect() for _ in range(4)]
    assert lines[3].recv(1000) == b""
    lines[0].sendall(ASK + b"\r\n")
    assert b" 401 " in lines[0].recv(1000)


def test_who_is_not_known_is_answered_and_hung_up_on_while_still_sending(connect):
    line = connect()
    line.sendall(b"POST /v1/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 600000\r\n\r\n")
    line.sendall(bytes(500_000))
    with line.makefile("rb") as answer:
        assert b" 401 " in answer.read()


@pytest.mark.parametrize("size", [1, 100_000])
def test_an_upgrade_to_anything_but_a_websocket_is_ignored(connect, login, size):
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
    line = connect()
    for name in ("a", "b", "c"):
        form = f"UniqueName={name}"
        head = (
            f"POST /v1/Services/default/Lists HTTP/1.1\r\nHost: x\r\n{upgrade}"
            f"{login.decode()}Content-Length: {len(form)}\r\n\r\n"
        )
        for start in range(0, len(head + form), size):
            line.sendall((head + form)[start : start + size].encode())
        answer = HTTPResponse(line)
        answer.begin()
        assert (answer.status, json.loads(answer.read())["unique_name"]) == (201, name)
        upgrade = "" if name == "b" else upgrade


UPGRADE = (
    b"GET /v3/wsconnect HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n"
    b"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.mark.parametrize("last", [b"", UPGRADE])
def test_a_client_that_goes_with_requests_in_line_leaves_no_error(
    serving, connect, login, caplog, last
):
    serving.emulator.latency_ms = 300
    line = connect()
    line.sendall((ASK + login + b"\r\n") * 3 + last)
    state = serving.server.server_state
    until(lambda: state.tasks)
    line.close()
    until(lambda: not (state.tasks or state.connections))
    serving.stop()
    assert caplog.text == ""


def test_a_websocket_asked_for_behind_requests_in_line_is_read_from(connect, login):
    line = connect()
    line.sendall((ASK + login + b"\r\n") * 3 + UPGRADE)
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += (part := line.recv(1000))
        assert part
    assert b" 101 " in answer
    line.sendall(b"\x89\x82\0\0\0\0hi")
    assert line.recv(1000) == b"\x8a\x02hi"


def test_blanks_around_a_value_are_no_part_of_it(serving, connect, login):
    seen = []

    async def app(scope, receive, send):
        seen.extend(scope["headers"])
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    connect().sendall(ASK + b"\r\n")  # the server has begun, and its app can be replaced
    until(lambda: serving.server.server_state.total_requests)
    serving.server.config.loaded_app = app
    line = connect()
    line.sendall(ASK + b"X: \t a b \t\r\nY: \r\n\r\n")
    assert b" 204 " in line.recv(1000)
    assert seen[1:] == [(b"x", b"a b"), (b"y", b"")]
