"""Processes under test: the board's server and a standalone emulator, each in its own folder."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


def wait_until(state: Callable[[], Any], seconds: float = 30, what: str = "") -> Any:
    """Give the state as soon as it holds. Raises AssertionError after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := state():
            return value
        time.sleep(0.02)
    raise AssertionError(f"not so within {seconds} s: {what or state}")


class Process:
    """A Python module that runs in a folder of its own, with nothing of this environment."""

    def __init__(self, folder: Path, module: str, *arguments: str, ready: str, **variables: str):
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{module.rpartition('.')[2]}.log"
        self._seen = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.ready = wait_until(lambda: re.search(ready, self._started()), START_SECONDS, ready)

    def _started(self) -> str:
        ended = self.popen.poll()
        text = self.text()[self._seen :]
        assert ended is None, text
        return text

    def _accepts(self, url: str) -> bool:
        """Tell whether it listens already: it says where a moment before."""
        self._started()
        with socket.socket() as probe:
            return probe.connect_ex((urlsplit(url).hostname, urlsplit(url).port)) == 0

    def text(self) -> str:
        """Give all that it has said so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End it as a power cut would."""
        self.popen.kill()
        self.popen.wait()

    def stop(self) -> None:
        """End it politely, by force after 10 s."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            self.popen.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()


class Emulator(Process):
    """A standalone Sync; variables: what a server needs to use it.

    clock_off: how many seconds its clock is ahead of ours.
    """

    def __init__(self, folder: Path, *options: str, port: int = 0, clock_off: float = 0):
        command = ["kanban_server.sync_emulator"]
        if clock_off:
            command = ["tests.faults.shifted_sync", str(clock_off)]
        last = "TWILIO_SYNC_SERVICE_SID=.*\n"
        where = ("--data", str(folder / "data"), "--port", str(port))
        super().__init__(folder, *command, *where, *options, ready=last)
        pairs = re.findall(r"^((?:KANBAN|TWILIO)\w+)=(\S+)$", self._started(), re.MULTILINE)
        self.variables = dict(pairs)
        self.url = self.variables["KANBAN_SYNC_URL"]
        wait_until(lambda: self._accepts(self.url))

    def ask(self, method: str, path: str, **form: str) -> requests.Response:
        """Ask the REST API, past every proxy; path: below the Service."""
        names = ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_SYNC_SERVICE_SID")
        key, secret, service = (self.variables[name] for name in names)
        url = f"{self.url}/v1/Services/{service}/{path}"
        return requests.request(method, url, data=form, auth=(key, secret), timeout=60)

    def items(self, path: str = "Lists/tasks") -> list[dict[str, Any]]:
        """Read all Items of an object."""
        items: list[dict[str, Any]] = []
        query = "Items?PageSize=100"
        while query:
            page = self.ask("GET", f"{path}/{query}").json()
            items += page["items"]
            query = (page["meta"]["next_page_url"] or "").rpartition("/")[2]
        return items


class Server(Process):
    """The board's server; requests go through `call`. TOKEN_SECONDS: see short_tokens.py."""

    def __init__(self, folder: Path, port: int = 0, **variables: str):
        given = {"KANBAN_DATA": str(folder / "data"), "KANBAN_PORT": str(port), **variables}
        ready = r"The board is on (http://\S+)"
        module = "tests.faults.short_tokens" if "TOKEN_SECONDS" in given else "kanban_server.serve"
        super().__init__(folder, module, ready=ready, **given)
        self.url = self.ready.group(1)
        wait_until(lambda: self._accepts(self.url))

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Send one request on a new connection; header names are written with _ for -."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(method, self.url + path, json=body, headers=given, timeout=60)

    def add(self, name: str, **more: Any) -> dict[str, Any]:
        """Make a task that must be made."""
        answer = self.call("POST", "/tasks", {"name": name, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def tasks(self) -> list[dict[str, Any]]:
        """Read the board."""
        answer = self.call("GET", "/tasks")
        assert answer.status_code == 200, answer.text
        return answer.json()["tasks"]
