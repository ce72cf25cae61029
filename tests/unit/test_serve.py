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


UPGRADE = (
    b"GET /v3/wsconnect HTTP/1.1\r\nHost: localhost\r\n"
    b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def test_a_page_that_comes_and_goes_is_no_news_for_the_log(server):
    port = int(re.search(r":(\d+) ", server.stdout.readline())[1])
    with socket.create_connection(("127.0.0.1", port)) as page:
        page.sendall(UPGRADE)
        assert page.recv(1000).startswith(b"HTTP/1.1 101")
    server.terminate()
    assert server.wait(20) == 0
    assert server.stderr.read() == ""
