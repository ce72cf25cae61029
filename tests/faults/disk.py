"""A disk that is really full: python -m tests.faults.disk, as root, on a tmpfs of one megabyte."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from tests.faults.servers import Server

SIZE_MB = 1
BALLAST_BYTES = 256 * 1024
WRITERS, WRITES = 8, 3000
NAME_CHARS = 499


def can_mount() -> bool:
    """Tell whether this process may mount a file system."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and sys.platform == "linux"


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of SIZE_MB, and unmount it whatever happens. Raises CalledProcessError."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> tuple[int, int]:
    """Write until the disk is full, make room, write on, kill the server, and look.

    Gives how many writes were acknowledged and how many refused. Raises AssertionError.
    """
    with small_disk(folder / "disk") as disk:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(BALLAST_BYTES))
        server = Server(folder / "server", KANBAN_DATA=str(disk / "data"))
        try:
            kept, refused = _write(server)
            assert refused, "the disk was not full"
            assert _names(server) == sorted(kept), "a refused write is there, or one is lost"
            ballast.unlink()
            kept.append(server.add("after there is room again")["name"])
        finally:
            server.kill()
        server = Server(folder / "server", KANBAN_DATA=str(disk / "data"))
        try:
            assert _names(server) == sorted(kept), "an acknowledged write is lost or doubled"
        finally:
            server.stop()
    return len(kept), refused


def _write(server: Server) -> tuple[list[str], int]:
    """Add tasks from many threads until one in ten was refused; give those that were taken."""
    kept: list[str] = []
    refused = 0
    with ThreadPoolExecutor(WRITERS) as threads:
        for start in range(0, WRITES, WRITERS):
            for name, status in threads.map(
                lambda n: _add(server, n), range(start, start + WRITERS)
            ):
                assert status in (201, 503, 507), status
                refused += status != 201
                if status == 201:
                    kept.append(name)
            if refused >= 5 * WRITERS:
                break
    return kept, refused


def _add(server: Server, number: int) -> tuple[str, int]:
    name = f"{number} ".ljust(NAME_CHARS, "x") + "."
    return name, server.call("POST", "/tasks", {"name": name}).status_code


def _names(server: Server) -> list[str]:
    return sorted(task["name"] for task in server.tasks())


def main() -> int:
    """Fill a disk; give the exit code."""
    if not can_mount():
        print("full disk: not tried, mounting a tmpfs needs root on Linux")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        kept, refused = fill(Path(folder))
    print(f"full disk of {SIZE_MB} MB: {kept} writes acknowledged, all there; {refused} refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
