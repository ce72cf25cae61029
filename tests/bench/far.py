"""Ours with Sync 80 ms away: the emulator alone, behind a proxy that counts its REST calls."""

import asyncio
import base64
import re
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from .figures import Figures
from .processes import Process, free_port
from .targets import Board
from .writers import HttpWriter

LATENCY_MS = 80
CYCLES = 10
WRITERS, WRITE_SECONDS = 8, 2.5
CALL = re.compile(rb"(?:^|\r\n)(GET|POST|DELETE) /v1/\S*?/(Lists|Maps)\S* HTTP/1\.1\r\n")


class CountingProxy:
    """Passes bytes on to a port and counts the requests for Lists and Maps in them."""

    def __init__(self, target_port: int) -> None:
        self.calls: Counter[str] = Counter()
        self._target_port = target_port
        self._server: asyncio.Server | None = None

    async def open(self) -> int:
        """Listen; give the port."""
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop listening."""
        if self._server:
            self._server.close()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = await asyncio.open_connection("127.0.0.1", self._target_port)
        with suppress(asyncio.CancelledError):  # the run is over while a client stays connected
            await asyncio.gather(
                self._pass(reader, upstream[1], is_request=True),
                self._pass(upstream[0], writer, is_request=False),
                return_exceptions=True,
            )

    async def _pass(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_request: bool
    ) -> None:
        while data := await reader.read(65536):
            if is_request:
                for method, kind in CALL.findall(data):
                    verb = "reads" if method == b"GET" else "writes"
                    self.calls[f"{kind.decode()} {verb}"] += 1
            writer.write(data)
        writer.close()


class FarBoard(Board):
    """Our server with another Sync, given by its variables."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._variables = variables
        super().__init__(folder)

    def environment(self, port: int) -> dict[str, str]:
        return {**super().environment(port), **self._variables}


async def measure(figures: Figures, folder: Path, turn: int, scale: float) -> None:
    """Measure once. The server starts in a thread: the proxy must run meanwhile."""
    folder = folder / f"far {turn}"
    folder.mkdir(parents=True)
    emulator, variables = _start_emulator(folder)
    proxy = CountingProxy(emulator.port)
    variables["KANBAN_SYNC_URL"] = f"http://127.0.0.1:{await proxy.open()}"
    board = None
    try:
        board = await asyncio.to_thread(FarBoard, folder, variables)
        await _measure_answers(figures, board, proxy, variables, max(2, int(CYCLES * scale)))
        await _measure_writers(figures, board, WRITE_SECONDS * max(scale, 0.5))
    finally:
        if board:
            board.process.stop()
        proxy.close()
        emulator.stop()


def _start_emulator(folder: Path) -> tuple[Process, dict[str, str]]:
    port, log = free_port(), folder / "emulator log"
    arguments = [sys.executable, "-m", "kanban_server.sync_emulator", "--port", str(port)]
    arguments += ["--data", str(folder / "sync"), "--latency-ms", str(LATENCY_MS)]
    process = Process(arguments, port, log)
    return process, _variables(log)


def _variables(log: Path) -> dict[str, str]:
    """Give the variables that the emulator has printed, once it has printed all five."""
    deadline = time.monotonic() + 10
    while True:
        lines = re.findall(r"^((?:KANBAN|TWILIO)_\w+)=(\S+)$", log.read_text(), re.MULTILINE)
        if len(lines) == 5:
            return dict(lines)
        if time.monotonic() > deadline:
            raise RuntimeError(f"the emulator does not say how to reach it: {log.read_text()}")
        time.sleep(0.01)


async def _measure_answers(
    figures: Figures, board: Board, proxy: CountingProxy, variables: dict[str, str], cycles: int
) -> None:
    writer: Any = await board.writer()
    index = await writer.add("bench warm")
    sync = await HttpWriter(int(variables["KANBAN_SYNC_URL"].rpartition(":")[2])).open()
    for _ in range(cycles):
        milliseconds = await _round_trip(sync, variables)
        figures.add_samples("round trip", "far", [milliseconds], 0.0)
        path = ""
        for operation, method, body in _cycle(index):
            before, begun = proxy.calls.copy(), time.perf_counter()
            answer = await writer.call(method, path or "/tasks", body)
            milliseconds = (time.perf_counter() - begun) * 1000
            path = path or f"/tasks/{answer['id']}"
            figures.add_samples(f"far {operation}", "far", [milliseconds], 0.0)
            for kind in ("Lists reads", "Lists writes"):
                figures.add(f"{operation} {kind}", "far", proxy.calls[kind] - before[kind])
    writer.close()
    sync.close()


def _cycle(neighbour: int) -> list[tuple[str, str, Any]]:
    return [
        ("add", "POST", {"name": "bench far"}),
        ("move", "PATCH", {"before": neighbour}),
        ("edit", "PATCH", {"name": "bench farther"}),
        ("delete", "DELETE", None),
    ]


async def _round_trip(sync: HttpWriter, variables: dict[str, str]) -> float:
    """Give the ms of one REST call to the emulator itself, through the same proxy."""
    login = f"{variables['TWILIO_API_KEY']}:{variables['TWILIO_API_SECRET']}"
    service = variables["TWILIO_SYNC_SERVICE_SID"]
    begun = time.perf_counter()
    await sync.call(
        "GET",
        f"/v1/Services/{service}",
        headers={"Authorization": f"Basic {base64.b64encode(login.encode()).decode()}"},
    )
    return (time.perf_counter() - begun) * 1000


async def _measure_writers(figures: Figures, board: Board, seconds: float) -> None:
    rates = {}
    for count in (1, WRITERS):
        until = time.perf_counter() + seconds
        written = await asyncio.gather(*(_edit_own(board, until) for _ in range(count)))
        rates[count] = sum(written) / seconds
        figures.add(f"far writers {count}", "far", rates[count])
    figures.add("far gain", "far", rates[WRITERS] / rates[1])


async def _edit_own(board: Board, until: float) -> int:
    """Edit a task of one's own until the time is over; give how often."""
    writer: Any = await board.writer()
    index, written = await writer.add("bench own"), 0
    while time.perf_counter() < until:
        written += 1
        await writer.call("PATCH", f"/tasks/{index}", {"name": f"bench own {written}"})
    writer.close()
    return written
