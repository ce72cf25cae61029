"""The composition: one process, one port, for the board and, without an account, its emulator.

`python -m kanban_server.serve`, or `make run`. The only file that knows the emulator.
"""

import logging
import os
import socket
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from a2wsgi import WSGIMiddleware

from . import create_app
from .errors import SyncError
from .settings import Credentials, Settings, SettingsError, load_settings
from .sync_emulator import Emulator, EmulatorError
from .transport import Answer, Send

THREADS = 16


def main() -> None:
    """Serve until SIGINT or SIGTERM; a setting that does not fit ends it with a plain message."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("kanban_server.transport").setLevel(logging.WARNING)
    try:
        settings = load_settings(os.environ, Path(".env"))
        with closing(_listen(settings)) as listener:
            serve(settings, listener)
    except (SettingsError, EmulatorError) as error:
        sys.exit(f"The board cannot start. {error}")
    except SyncError as error:
        sys.exit(f"The board cannot start. {error.detail}")


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve the board, with the emulator unless there are credentials."""
    if settings.credentials:
        app = create_app(settings)
        mode = settings.sync_url or "Twilio's cloud"
        return _run(WSGIMiddleware(app, workers=THREADS), listener, f"Sync: {mode}")
    emulator = Emulator(settings.data, address=_address(listener))
    try:
        app = create_app(with_emulator(settings, emulator), send=send_to(emulator))
        board = WSGIMiddleware(app, workers=THREADS)  # type: ignore[arg-type]
        both = _Both(board, emulator.rest_app)
        ws = emulator.socket_protocol(allow_origin=_own_origin(settings))
        return _run(both, listener, f"Sync: the emulator, data in {settings.data}", ws)
    finally:
        emulator.close()


def with_emulator(settings: Settings, emulator: Emulator) -> Settings:
    """Give the settings with the emulator's credentials, its address being this very server."""
    credentials = Credentials(
        emulator.account_sid, emulator.api_key, emulator.api_secret, emulator.service_sid
    )
    return replace(settings, credentials=credentials, sync_url="/")


def send_to(emulator: Emulator) -> Send:
    """Make a `send` that calls the emulator in this process, without a socket."""

    def send(method: str, url: str, **parts: Any) -> Answer:
        parts.pop("timeout")
        address = urlsplit(url)
        query = parts["params"] or address.query
        headers, form = parts["headers"] or {}, parts["data"] or {}
        reply = emulator.respond(method, address.path, query, form, headers, parts["auth"])
        return Answer(reply.status, reply.headers, reply.body.decode())

    return send


def _own_origin(settings: Settings) -> Any:
    allowed = {settings.public_url, *settings.cors_origins} - {""}
    return lambda origin, host: urlsplit(origin).netloc == host or origin in allowed


class _Both:
    """One ASGI app: the emulator's REST below /v1/, the board everywhere else."""

    def __init__(self, board: Any, sync: Any):
        self._board, self._sync = board, sync

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_sync = scope["type"] == "http" and scope["path"].startswith("/v1/")
        await (self._sync if is_sync else self._board)(scope, receive, send)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        raise SettingsError(
            f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}. Stop what "
            "runs there, or set KANBAN_PORT to another."
        ) from error
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _run(app: Any, listener: socket.socket, mode: str, ws: Any = "none") -> None:
    config = uvicorn.Config(
        app,
        ws=ws,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    print(f"The board is on {_address(listener)}  ({mode})", flush=True)
    server.run(sockets=[listener])


if __name__ == "__main__":
    main()
