"""The emulator: joins the database, the REST API and the WebSocket side."""

from __future__ import annotations

import base64
import hmac
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from . import items, rest, services, tokens
from .asgi import THREADS, App, rest_app
from .credentials import DATABASE_FILE, OwnerLock, keep_credentials, prepare_folder
from .database import Database
from .errors import EmulatorError, Refusal, StorageFailed
from .hub import Hub
from .limits import Limits
from .requests import Http, Reply, json_reply
from .rest_bodies import dumps
from .websocket import Allow, protocol_for

DEFAULT_ADDRESS = "http://127.0.0.1:8710"
Pairs = str | Mapping[str, Any] | Iterable[tuple[str, Any]] | None
Authorization = str | tuple[str, str] | None
_log = logging.getLogger(__name__)


class Emulator:
    """A local Twilio Sync that keeps its data in a folder.

    clock: seconds since 1970. latency_ms: how much longer each REST answer takes.
    address: where it will listen; in-process answers carry it in their URLs, and a second
    emulator on the folder is told it.
    Raises EmulatorInUse, FolderUnusable, EmulatorError.
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        address: str = DEFAULT_ADDRESS,
        clock: Callable[[], float] = time.time,
        enforce_limits: bool = False,
        latency_ms: float = 0,
        ping_seconds: float = 15,
    ) -> None:
        self.folder = Path(folder)
        self.clock = clock
        self.latency_ms = latency_ms
        self.ping_seconds = ping_seconds
        self.address = address
        self.hub = Hub()
        prepare_folder(self.folder)
        self._lock = OwnerLock(self.folder, address)
        try:
            self.credentials = keep_credentials(self.folder)
            self.database = self._open(enforce_limits)
        except BaseException:
            self._lock.release()
            raise
        self.executor = ThreadPoolExecutor(THREADS, thread_name_prefix="sync-emulator")
        self.rest_app: App = rest_app(self, self.executor)

    def _open(self, enforce_limits: bool) -> Database:
        database = Database(
            self.folder / DATABASE_FILE,
            clock=self.clock,
            limits=Limits(self.clock, enforced=enforce_limits),
            publish=self.hub.publish,
            sweep=items.sweep,
        )
        try:
            database.write(lambda tx: services.ensure(tx, self.service_sid))
        except StorageFailed as failure:
            database.close()
            raise EmulatorError(f"{self.folder}: {failure.message}") from failure
        return database

    @property
    def account_sid(self) -> str:
        """Give TWILIO_ACCOUNT_SID."""
        return self.credentials.account_sid

    @property
    def api_key(self) -> str:
        """Give TWILIO_API_KEY."""
        return self.credentials.api_key

    @property
    def api_secret(self) -> str:
        """Give TWILIO_API_SECRET."""
        return self.credentials.api_secret

    @property
    def service_sid(self) -> str:
        """Give TWILIO_SYNC_SERVICE_SID."""
        return self.credentials.service_sid

    def socket_protocol(self, allow: Allow | None = None) -> type[Any]:
        """Give the class for uvicorn's `ws=`.

        allow: tells, from the peer's address and the headers, whether a client may connect.
        """
        return protocol_for(self, self.executor, allow)

    def respond(
        self,
        method: str,
        path: str,
        query: Pairs = None,
        form: Pairs = None,
        headers: Mapping[str, str] | None = None,
        authorization: Authorization = None,
    ) -> Reply:
        """Answer a REST request in this process, without a socket; from any thread.

        authorization: (user, password), or the header's value.
        """
        reply = self.answer(method, path, query, form, headers, authorization)
        if self.latency_ms:
            time.sleep(self.latency_ms / 1000)
        return reply

    def answer(
        self,
        method: str,
        path: str,
        query: Pairs = None,
        form: Pairs = None,
        headers: Mapping[str, str] | None = None,
        authorization: Authorization = None,
        *,
        base: str | None = None,
    ) -> Reply:
        """Answer a REST request at once, whatever latency_ms says.

        base: scheme and host for the URLs in the answer; the emulator's address if not given.
        """
        try:
            self.authenticate(authorization)
            if_match = _header(headers, "if-match")
            where = base or self.address
            http = Http(method, path, _pairs(query), _pairs(form), if_match, where)
            call = rest.route(self.account_sid, self.service_sid, http)
            return (self.database.write if call.writes else self.database.read)(call.work)
        except Refusal as refusal:
            return self.refuse(refusal)
        except Exception:
            _log.exception("%s %s", method, path)
            return self.refuse(Refusal(500, 20500, "Internal Server Error"))

    def authenticate(self, authorization: Authorization) -> None:
        """Check who asks. Raises Refusal 20003."""
        if isinstance(authorization, str):
            authorization = _basic(authorization)
        user, password = authorization or ("", "")
        known = {
            self.account_sid: self.credentials.auth_token,
            self.api_key: self.api_secret,
        }
        expected = known.get(user)
        if expected is None or not hmac.compare_digest(password.encode(), expected.encode()):
            raise Refusal(401, 20003, "Authenticate")

    def refuse(self, refusal: Refusal) -> Reply:
        """Give the answer that says no."""
        return json_reply(refusal.status, dumps(refusal.as_json()))

    def verify_token(self, token: object, now: float) -> tokens.Access:
        """Check an access token. Raises TokenRefused."""
        return tokens.verify(token, self.credentials, now)

    def close(self) -> None:
        """Finish what was begun and give the folder up."""
        self.executor.shutdown()
        self.database.close()
        self._lock.release()


def _basic(header: str) -> tuple[str, str]:
    scheme, _, text = header.partition(" ")
    try:
        user, _, password = base64.b64decode(text).decode().partition(":")
    except ValueError:  # what base64 and UTF-8 raise
        return "", ""
    return (user, password) if scheme.lower() == "basic" else ("", "")


def _header(headers: Mapping[str, str] | None, wanted: str) -> str | None:
    for name, value in (headers or {}).items():
        if name.lower() == wanted:
            return value
    return None


def _pairs(given: Pairs) -> dict[str, str]:
    """Give a query or form as text by name; booleans as Twilio writes them."""
    if not given:
        return {}
    if isinstance(given, str):
        return dict(parse_qsl(given, keep_blank_values=True))
    pairs = given.items() if isinstance(given, Mapping) else given
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in pairs
        if value is not None
    }
