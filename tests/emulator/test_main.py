"""The emulator on its own: python -m kanban_server.sync_emulator."""

import base64
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from raw import Raw
from twilio.rest import Client

from kanban_server.sync_emulator import Emulator
from kanban_server.sync_emulator.__main__ import read_arguments

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 20


def start(folder, *arguments):
    command = [sys.executable, "-m", "kanban_server.sync_emulator", "--data", str(folder)]
    return subprocess.Popen(
        [*command, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def process(tmp_path):
    process = start(tmp_path / "with space", "--port", "0")
    yield process
    process.kill()
    process.communicate(timeout=PATIENCE_SECONDS)


def variables(process):
    return dict(process.stdout.readline().strip().split("=", 1) for _ in range(5))


def test_it_prints_the_variables_that_a_client_needs(process):
    printed = variables(process)
    account, key, secret, service = list(printed.values())[1:]
    client = Client(key, secret, account)
    client.sync.base_url = printed["KANBAN_SYNC_URL"]
    assert client.sync.v1.services(service).fetch().account_sid == account


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_it_ends_cleanly_when_it_is_told_to(process, name):
    variables(process)
    process.send_signal(getattr(signal, name))
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert errors == ""
    assert process.returncode == 0


def test_it_ends_cleanly_with_clients_connected(process):
    raw = Raw(variables(process)["KANBAN_SYNC_URL"])
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    raw.close()
    assert (process.returncode, errors) == (0, "")


def test_it_does_not_wait_for_the_rest_of_a_request(process):
    printed = variables(process)
    _, key, secret, service = list(printed.values())[1:]
    login = base64.b64encode(f"{key}:{secret}".encode()).decode()
    where = urlsplit(printed["KANBAN_SYNC_URL"])
    with socket.create_connection((where.hostname, where.port)) as line:
        head = f"POST /v1/Services/{service}/Lists HTTP/1.1\r\nHost: x\r\n"
        rest = f"Authorization: Basic {login}\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
        line.sendall((head + rest).encode())
        assert line.recv(100).startswith(b"HTTP/1.1 100")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, errors) == (0, "")


def test_what_was_acknowledged_survives_a_kill(process, tmp_path):
    printed = variables(process)
    account, key, secret, service = list(printed.values())[1:]
    client = Client(key, secret, account)
    client.sync.base_url = printed["KANBAN_SYNC_URL"]
    made = client.sync.v1.services(service).sync_lists.create(unique_name="tasks")
    for n in range(5):
        made.sync_list_items.create(data={"n": n})
    os.kill(process.pid, signal.SIGKILL)
    process.wait(PATIENCE_SECONDS)
    emulator = Emulator(tmp_path / "with space")
    path = f"/v1/Services/{service}/Lists/tasks"
    reply = emulator.respond("GET", path, authorization=(key, secret))
    emulator.close()
    assert b'"revision":"5"' in reply.body


def test_a_folder_in_use_is_told_with_the_owners_address(process, tmp_path):
    address = variables(process)["KANBAN_SYNC_URL"]
    second = start(tmp_path / "with space", "--port", "0")
    _, errors = second.communicate(timeout=PATIENCE_SECONDS)
    assert second.returncode == 1
    assert f"in use by the emulator at {address}" in errors
    assert "Traceback" not in errors


def test_a_full_disk_is_told_plainly(tmp_path):
    full = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", sys.executable]
    command = [*full, "-m", "kanban_server.sync_emulator", "--data", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{tmp_path} cannot be written: ")
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_none_is_told_plainly(tmp_path):
    process = start(tmp_path, "--port", "99999")
    _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 2
    assert "--port: must be 0 to 65535" in errors


def test_a_port_in_use_is_told_plainly(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = start(tmp_path, "--port", str(taken.getsockname()[1]))
        _, errors = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "ddress already in use" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("latency", ["nan", "inf", "-5", "x"])
def test_a_latency_that_is_none_is_refused(latency, capsys):
    with pytest.raises(SystemExit):
        read_arguments(["--latency-ms", latency])
    assert "--latency-ms" in capsys.readouterr().err
