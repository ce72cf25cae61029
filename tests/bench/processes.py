"""Server processes under test: start, ready, CPU, memory, end. Linux only: it reads /proc."""

import http.client
import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS, STOP_SECONDS = 30, 10


def free_port() -> int:
    """Give a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Process:
    """One server with its children; ended by pid.

    ready_seconds: from start to the first 200 of `ready_path`, or to the first accepted connection.
    """

    running: ClassVar[set["Process"]] = set()

    def __init__(
        self,
        arguments: list[str],
        port: int,
        log: Path,
        environment: dict[str, str] | None = None,
        ready_path: str | None = None,
    ) -> None:
        self.port = port
        self._ready_path = ready_path
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("TWILIO_", "KANBAN_"))}
        begun = time.perf_counter()
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env={**clean, "PYTHONUNBUFFERED": "1", **(environment or {})},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.running.add(self)
        self._wait_until_ready(log)
        self.ready_seconds = time.perf_counter() - begun

    @classmethod
    def stop_all(cls) -> None:
        """End what still runs."""
        for process in list(cls.running):
            process.stop()

    def cpu_seconds(self) -> float:
        """Give the CPU time used so far, user and system, children included."""
        return sum(_cpu_of(pid) for pid in self._pids())

    def pss_mb(self) -> float:
        """Give the memory in use: proportional set size in MB, children included."""
        return sum(_pss_of(pid) for pid in self._pids())

    def stop(self) -> None:
        """End it and its children politely, then by force."""
        self.running.discard(self)
        pids = self._pids()
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(self._is_there, pids)) and time.monotonic() < deadline:
            time.sleep(0.01)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(STOP_SECONDS)

    def _is_there(self, pid: int) -> bool:
        return self._process.poll() is None if pid == self._process.pid else _is_running(pid)

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.perf_counter() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.perf_counter() > deadline:
                self.stop()
                raise RuntimeError(
                    f"{self._process.args} does not start: {log.read_text()[-2000:]}"
                )
            time.sleep(0.005)

    def _answers(self) -> bool:
        try:
            if self._ready_path is None:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            client = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            client.request("GET", self._ready_path)
            status = client.getresponse().status
            client.close()
            return status == 200
        except OSError:
            return False

    def _pids(self) -> list[int]:
        pids = [self._process.pid]
        for pid in pids:
            pids += _children_of(pid)
        return pids


def _children_of(pid: int) -> list[int]:
    files = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for file in files for child in file.read_text().split()]


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _pss_of(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _is_running(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
