"""Run the emulator alone: python -m kanban_server.sync_emulator."""

from __future__ import annotations

import argparse
import signal
import socket
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

import uvicorn

from .emulator import DEFAULT_ADDRESS, Emulator
from .errors import EmulatorError
from .patience import ImpatientProtocol
from .websocket import Allow

MAX_LATENCY_MS = 60_000


def read_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m kanban_server.sync_emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=urlsplit(DEFAULT_ADDRESS).port)
    parser.add_argument("--data", default=".data", help="folder of the database and the keys")
    parser.add_argument("--enforce-limits", action="store_true", help="imitate 429/54009")
    parser.add_argument("--latency-ms", type=_delay, default=0, help="delay each REST answer")
    return parser.parse_args(arguments)


def _port(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 6 and int(text) < 65_536:
        return int(text)
    raise argparse.ArgumentTypeError("must be 0 to 65535")


def _delay(text: str) -> float:
    if 0 <= (delay := float(text)) <= MAX_LATENCY_MS:
        return delay
    raise argparse.ArgumentTypeError(f"must be 0 to {MAX_LATENCY_MS}")


def make_server(
    emulator: Emulator, host: str, port: int, allow: Allow | None = None
) -> uvicorn.Server:
    """Give the server for an emulator that has the port for itself."""
    return uvicorn.Server(
        uvicorn.Config(
            emulator.rest_app,
            host=host,
            port=port,
            http=ImpatientProtocol,
            ws=emulator.socket_protocol(allow),
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
        )
    )


def describe(emulator: Emulator, address: str) -> str:
    """Give the variables that point a client at the emulator."""
    return "\n".join(
        (
            f"KANBAN_SYNC_URL={address}",
            f"TWILIO_ACCOUNT_SID={emulator.account_sid}",
            f"TWILIO_API_KEY={emulator.api_key}",
            f"TWILIO_API_SECRET={emulator.api_secret}",
            f"TWILIO_SYNC_SERVICE_SID={emulator.service_sid}",
        )
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGINT or SIGTERM; give the exit code."""
    given = read_arguments(arguments)
    try:
        listener = listen(given.host, given.port)
    except OSError as error:
        print(f"cannot listen on {_authority(given.host, given.port)}: {error}", file=sys.stderr)
        return 1
    with listener:
        address = f"http://{_authority(*listener.getsockname()[:2])}"
        try:
            emulator = Emulator(
                given.data,
                address=address,
                enforce_limits=given.enforce_limits,
                latency_ms=given.latency_ms,
            )
        except EmulatorError as error:
            print(error, file=sys.stderr)
            return 1
        run(emulator, listener)
    return 0


def listen(host: str, port: int) -> socket.socket:
    """Open the port. Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=1024)


def run(emulator: Emulator, listener: socket.socket) -> None:
    """Serve until a signal comes; the variables are printed once it would be heard."""
    host, port = listener.getsockname()[:2]
    server = make_server(emulator, host, port)

    def stop(number: int, frame: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    print(describe(emulator, emulator.address), flush=True)
    try:
        server.run(sockets=[listener])
    finally:
        emulator.close()


def _authority(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
