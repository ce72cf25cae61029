"""The end of patience: heads that are too long or too slow, and too many connections."""

import socket
from contextlib import ExitStack
from urllib.parse import urlsplit

import pytest
from contract.serving import Serving

from kanban_server.sync_emulator import patience

ASK = b"GET /v1/ HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """Open connections to an emulator that is soon out of patience."""
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(patience, "MAX_CONNECTIONS", 3)
    serving = Serving(tmp_path)
    where = urlsplit(serving.address)
    with ExitStack() as stack:
        stack.callback(serving.stop)
        yield lambda: stack.enter_context(
            socket.create_connection((where.hostname, where.port), timeout=20)
        )


def test_a_head_that_does_not_end_is_not_waited_for(connect):
    line = connect()
    line.sendall(ASK)
    assert b" 408 " in line.recv(1000)


def test_a_head_that_is_too_long_is_refused(connect):
    line = connect()
    line.sendall(ASK + b"X: " + b"a" * (patience.MAX_HEAD_BYTES + 1))
    assert b" 431 " in line.recv(1000)


def test_a_connection_that_asks_in_time_is_answered(connect):
    line = connect()
    line.sendall(ASK + b"\r\n")
    assert b" 401 " in line.recv(1000)


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
