"""The server as a process: how it starts and how it ends."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def server(tmp_path):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "KANBAN_PORT": "0",
        "KANBAN_DATA": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "kanban_server.serve"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=pipe, stderr=pipe, text=True
    )
    yield process
    process.kill()
    process.communicate()


def test_the_address_and_the_mode_of_sync_are_told(server):
    line = server.stdout.readline()
    assert line.startswith("The board is on http://127.0.0.1:")
    assert "Sync: the emulator" in line


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_word(server, number):
    server.stdout.readline()
    server.send_signal(number)
    assert server.wait(20) == 0
    assert server.stderr.read() == ""


INTERRUPTED = """
import signal
from kanban_server import serve
serve.load_settings = lambda *_: signal.raise_signal(signal.SIGINT)
serve.main()
"""


def test_a_key_that_interrupts_the_start_ends_it_without_a_word():
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (130, b"")


UPGRADE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def knock(port, path, headers):
    """Send the head of a request; give the status."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\n{headers}\r\n\r\n".encode())
        return int(line.recv(1000).split()[1])


def port_of(server):
    return int(re.search(r":(\d+) ", server.stdout.readline())[1])


def test_a_page_that_comes_and_goes_is_no_news_for_the_log(server):
    port = port_of(server)
    assert knock(port, "/v3/wsconnect", f"{UPGRADE}Host: localhost") == 101
    server.terminate()
    assert server.wait(20) == 0
    assert server.stderr.read() == ""


def test_a_trailer_field_is_no_header(server):
    head = b"POST /tasks HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
    head += b"Content-Type: application/json\r\n"
    body = b'd\r\n{"name": "a"}\r\n0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n'
    where = "127.0.0.1", port_of(server)
    with socket.create_connection(where) as at_once, socket.create_connection(where) as apart:
        at_once.sendall(head + b"\r\n" + body)
        assert b" 201 " in at_once.recv(1000)
        apart.sendall(head + b"Expect: 100-continue\r\n\r\n")
        assert b" 100 " in apart.recv(1000)  # so it is with the app
        apart.sendall(body)
        assert b" 201 " in apart.recv(1000)


def test_the_emulators_doors_are_as_closed_as_the_boards(server):
    port = port_of(server)
    for head in (
        "Host: evil.example\r\nOrigin: http://evil.example",
        "Host: abc.ngrok.app",
        "Host: localhost\r\nX-Forwarded-For: 1.2.3.4",
        "Host: localhost\r\nOrigin: http://evil.example",
    ):
        assert knock(port, "/v3/wsconnect", UPGRADE + head) == 403, head
        assert knock(port, "/v1/Services", head) == knock(port, "/tasks", head) == 403, head
    assert knock(port, "/v1/Services", "Host: localhost") == 401
