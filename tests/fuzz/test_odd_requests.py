"""Requests that no good client sends, over a raw socket: a clear refusal, never a 500 or a hang."""

import base64
import json
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kanban_server.sync_emulator import patience
from tests.faults.servers import Server, wait_until

DEEP = "[" * 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server to which nothing of all this may be a bug of ours, whatever came first."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.add("task 0")
    yield server
    server.stop()
    assert "traceback" not in server.text().lower()


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


def send(server: Server, request: bytes) -> tuple[int, bytes]:
    """Send bytes; give status and body of the answer, which closes the connection."""
    with connect(server) as line:
        line.sendall(request)
        answer = b""
        while data := line.recv(65536):
            answer += data
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


def ask(server: Server, method: str, path: str, body: Any = b"", **headers: str) -> int:
    """Send one request; header names with _ for -. Gives the status; a problem must say it too."""
    body = body.encode() if isinstance(body, str) else body
    given = {"Host": f"127.0.0.1:{server.port}", "Connection": "close"}
    if method in ("POST", "PATCH", "PUT"):
        given |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/1.1", *(f"{k}: {v}" for k, v in given.items()), "", ""]
    status, text = send(server, "\r\n".join(lines).encode("latin-1") + body)
    assert status < 400 or json.loads(text)["status"] == status
    return status


def bearer(header: bytes) -> str:
    parts = (base64.urlsafe_b64encode(part).decode().rstrip("=") for part in (header, b"{}", b"x"))
    return f"Bearer {'.'.join(parts)}"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (DEEP, 400),
        ('{"":' * 13_000 + "1" + "}" * 13_000, 400),
        ('{"name":"x","before":' + "9" * 5000 + "}", 400),
        ('{"name":"x"}'.encode("utf-16"), 400),
        (b'{"name":"\xff"}', 400),
        ("null", 422),
        ("[1]", 422),
        ("", 422),
        ('{"name":NaN}', 422),
        ('{"name":"\\ud800"}', 422),
        ('{"name":"x","list":"\\ud800"}', 422),
        ('{"\\ud800":1,"name":"x"}', 422),
        ('{"name":"a\\nb"}', 422),
        ('{"name":"x","before":1e3}', 422),
        ('{"name":"x","restore":-1}', 422),
        (b" " * 70_000, 413),
    ],
)
def test_a_body_that_does_not_fit_is_refused(
    body: str | bytes, status: int, server: Server
) -> None:
    assert ask(server, "POST", "/tasks", body) == status


@pytest.mark.parametrize(
    "authorization",
    [
        bearer(b"[" * 6000),
        bearer(b'{"alg":"HS256","x":' + b"9" * 5000 + b"}"),
        bearer(b'{"alg":"none"}'),
        "Bearer \xe9.\xe9.\xe9",
        "Bearer",
        "Bearer " + "." * 5000,
    ],
)
def test_a_broken_token_is_401(authorization: str, server: Server) -> None:
    assert ask(server, "GET", "/tasks", Authorization=authorization) == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://["}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "["}, 403),
        ({"Host": ""}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"X_Forwarded_For": "1.2.3.4"}, 403),
        ({"Forwarded": "for=1.2.3.4"}, 403),
        ({"Host": "10.1.2.3:abc"}, 403),
        ({"Host": "127.0.0.1:abc"}, 200),
    ],
)
def test_a_request_from_elsewhere_is_refused(
    headers: dict[str, str], status: int, server: Server
) -> None:
    assert ask(server, "GET", "/tasks", **headers) == status


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/tasks/" + "9" * 5000, {}, 404),
        ("GET", "/tasks/" + "9" * 400, {}, 404),
        ("GET", "/tasks/-1", {}, 404),
        ("GET", "/tasks/0%2f..%2f..%2fLists", {}, 404),
        ("GET", "/tasks/%00", {}, 404),
        ("GET", "/static/..%2f..%2fsetup.cfg", {}, 404),
        ("GET", "/static/../package.json", {}, 404),
        ("GET", "/static/0123456789ab/..%2fpackage.json", {}, 404),
        ("GET", "/static/0123456789ab/../../setup.cfg", {}, 404),
        ("GET", "/vendor/..%2fpackage.json", {}, 404),
        ("DELETE", "/tasks/" + "9" * 400 + "/lease", {"Lease": "x"}, 404),
        ("DELETE", "/tasks/0/lease", {}, 400),
        ("DELETE", "/tasks/0/lease", {"Lease": "x" * 256}, 400),
        ("DELETE", "/tasks/0", {"If_Match": '"a", "b"'}, 400),
        ("DELETE", "/tasks/0", {"If_Match": 'W/"1"'}, 400),
        ("DELETE", "/tasks/0", {"Lease": "\xe9"}, 400),
        ("TRACE", "/tasks", {}, 405),
    ],
)
def test_an_odd_path_or_header_is_refused(
    method: str, path: str, headers: dict[str, str], status: int, server: Server
) -> None:
    assert ask(server, method, path, **headers) == status


def test_a_body_may_come_in_chunks(server: Server) -> None:
    assert send(server, _chunked(server, b'{"name":"chunks"}'))[0] == 201


def test_a_body_in_chunks_has_the_same_limit(server: Server) -> None:
    assert send(server, _chunked(server, b" " * 40_000, b" " * 40_000))[0] == 413


def _chunked(server: Server, *chunks: bytes) -> bytes:
    head = f"POST /tasks HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n"
    kind = "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return (head + kind).encode() + body


def test_a_length_beside_chunks_is_refused_as_smuggling(server: Server) -> None:
    request = _chunked(server, b"{}").replace(b"\r\n\r\n", b"\r\nContent-Length: 2\r\n\r\n", 1)
    assert send(server, request)[0] == 400


def test_a_head_without_end_is_cut_off(server: Server) -> None:
    with connect(server) as line, pytest.raises(OSError, match=r"reset|[Bb]roken|aborted"):
        line.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 50 * 1024 * 1024)


@pytest.mark.long
def test_slow_senders_hold_no_thread_and_are_dropped(server: Server) -> None:
    head = f"POST /tasks HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
    whole = head + "Content-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    begun = time.monotonic()
    slow = [connect(server) for _ in range(60)]
    for number, line in enumerate(slow):
        line.sendall((head if number % 2 else whole).encode())
    assert server.tasks()
    assert time.monotonic() - begun < 5
    for line in slow:
        wait_until(lambda line=line: b"408" in line.recv(100), patience.HEAD_SECONDS + 5)
        line.close()


def test_a_low_limit_of_open_files_is_raised_for_many_pages(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
    try:
        server = Server(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    pages = [connect(server) for _ in range(200)]
    try:
        assert server.call("GET", "/tasks").status_code == 200
    finally:
        for page in pages:
            page.close()
        server.stop()


def test_no_header_breaks_a_line_of_the_log(server: Server) -> None:
    ask(server, "POST", "/tasks", '{"name":"\\ud800"}', User_Agent='\xe9"}{"event":"x')
    assert all(json.loads(line) for line in server.text().splitlines()[1:])
