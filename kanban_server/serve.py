"""The composition: one process, one port, for the board and, without an account, its emulator.

`python -m kanban_server.serve`, or `make run`. The only file that knows the emulator.
"""

import gc
import math
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from . import create_app, logs
from .bridge import Bridge
from .errors import SyncError
from .guard import Guard
from .listener import listen, listener_for, url_of
from .settings import Credentials, Settings, SettingsError, load_settings
from .sync_emulator import Emulator, EmulatorError, owner_address, read_credentials
from .sync_emulator.patience import MAX_CONNECTIONS, ImpatientProtocol
from .sync_store import SyncStore
from .transport import REQUEST_SECONDS, Answer, Send, Transport, http_send

THREADS = 16
FILES = 2 * MAX_CONNECTIONS
GRACE_SECONDS = math.ceil(REQUEST_SECONDS) + 1  # at the end a request under way is answered


def main() -> None:
    """Serve until SIGINT or SIGTERM; a setting that does not fit ends it with a plain message."""
    logs.configure()
    try:
        settings = load_settings(os.environ, Path(".env"))
        with closing(listener_for(settings)) as listener:
            serve(settings, listener)
    except SettingsError as error:
        sys.exit(f"The board cannot start. {error}")
    except SyncError as error:
        sys.exit(f"The board cannot start. {error.detail}")
    except KeyboardInterrupt:  # before uvicorn minds it
        sys.exit(128 + signal.SIGINT)


def serve(settings: Settings, listener: socket.socket) -> None:
    """Serve the board, with the emulator unless there are credentials."""
    if settings.credentials:
        app = create_app(settings)
        mode = settings.sync_url or "Twilio's cloud"
        return _run(Bridge(app, THREADS), listener, f"Sync: {mode}")
    emulator = _emulator(settings, _address(listener))
    try:
        app = create_app(with_emulator(settings, emulator), send=send_to(emulator))
        allow = Guard(settings).may_reach_sync
        both = _Both(Bridge(app, THREADS), emulator.rest_app, allow)
        ws = emulator.socket_protocol(allow)
        return _run(both, listener, f"Sync: the emulator, data in {settings.data}", ws)
    finally:
        emulator.close()


def with_emulator(settings: Settings, emulator: Emulator) -> Settings:
    """Give the settings with the emulator's credentials, its address being this very server."""
    return replace(settings, credentials=_as_credentials(emulator), sync_url="/")


def _as_credentials(keys: Any) -> Credentials:
    return Credentials(keys.account_sid, keys.api_key, keys.api_secret, keys.service_sid)


@contextmanager
def open_store(settings: Settings) -> Iterator[SyncStore]:
    """Open the Sync that a server with these settings uses.

    On the emulator: the running one, or one in this process if none runs. Raises SettingsError.
    """
    address = None if settings.credentials else owner_address(settings.data)
    if settings.credentials:
        yield SyncStore(settings, Transport(settings.sync_url))
    elif address:
        credentials = _kept_credentials(settings.data)
        settings = replace(settings, credentials=credentials, sync_url=address)
        yield SyncStore(settings, Transport(address, http_send(is_here=True)))
    else:
        with closing(_emulator(settings)) as emulator:
            local = with_emulator(settings, emulator)
            yield SyncStore(local, Transport("http://sync.local", _elsewhere(emulator)))


def _kept_credentials(folder: Path) -> Credentials:
    """Read the credentials of the emulator that runs on the folder. Raises SettingsError."""
    try:
        kept = read_credentials(folder)
    except EmulatorError as error:
        raise SettingsError(str(error)) from error
    if kept is None:
        raise SettingsError(
            f"{folder} has no credentials.json any more, without which the server that runs on it "
            "cannot be asked. Bring the file back."
        )
    return _as_credentials(kept)


def _emulator(settings: Settings, address: str = "") -> Emulator:
    """Open the emulator. Raises SettingsError where the folder cannot be used or is in use."""
    try:
        return Emulator(settings.data, address=address)
    except EmulatorError as error:
        raise SettingsError(str(error)) from error


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


def _elsewhere(emulator: Emulator) -> Send:
    """Make the same for the main thread: Ctrl-C comes there, which must not break off a write."""
    send = send_to(emulator)
    return lambda *given, **parts: emulator.executor.submit(send, *given, **parts).result()


class _Both:
    """One ASGI app: the emulator's REST below /v1/, the board everywhere else.

    Who may not reach the emulator is left to the board, which refuses in its own words.
    """

    def __init__(self, board: Any, sync: Any, allow: Callable[[str, Mapping[str, str]], bool]):
        self._board, self._sync, self._allow = board, sync, allow

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        is_sync = scope["type"] == "http" and scope["path"].startswith("/v1/")
        is_for_sync = is_sync and self._allow((scope["client"] or [""])[0], _headers(scope))
        await (self._sync if is_for_sync else self._board)(scope, receive, send)


def _headers(scope: Any) -> dict[str, str]:
    pairs = scope["headers"]
    return {name.decode("latin-1").title(): value.decode("latin-1") for name, value in pairs}


def _allow_many_connections() -> None:
    """Let this process open files enough for MAX_CONNECTIONS; often 1,024 are preset."""
    with suppress(ValueError, OSError):  # a system that allows fewer
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _address(listener: socket.socket) -> str:
    return url_of(*listener.getsockname()[:2])


def _run(app: Any, listener: socket.socket, mode: str, ws: Any = "none") -> None:
    config = uvicorn.Config(
        app,
        http=ImpatientProtocol,
        ws=ws,
        log_config=None,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    for number in (signal.SIGINT, signal.SIGTERM):  # uvicorn raises them again at its end
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    _allow_many_connections()
    gc.freeze()  # what is there now stays: the collector need not walk it again
    listen(listener)  # who comes now waits in line, so the address can be told
    _tell(f"The board is on {_address(listener)}  ({mode})")
    server.run(sockets=[listener])


def _tell(line: str) -> None:
    """Print a line. Raises SettingsError where none can be written, as to a full disk."""
    try:
        print(line, flush=True)
    except OSError as error:
        raise SettingsError(f"Its address cannot be printed: {error.strerror}.") from error


if __name__ == "__main__":
    main()
