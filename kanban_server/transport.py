"""The HTTP side of the one door to Sync: time limits and safe retries.

`Transport` is what the `twilio` client is given as its `http_client`. It returns good answers only;
everything else is raised as a `SyncError` that says whether a write may have happened.
Source: Twilio, advanced-examples/custom-http-client.
"""

import logging
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from twilio.http import HttpClient

from . import errors
from .answers import Answer, Read, good_body
from .breaker import Breaker
from .settings import is_loopback
from .watchdog import Watchdog, WatchedAdapter

ATTEMPT_SECONDS = 4.0
REQUEST_SECONDS = 8.5
WAITS = (0.1, 0.4, 1.0)
CONNECTIONS = 32

log = logging.getLogger(__name__)
deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


Send = Callable[..., Answer]


def begin_request(arrived: float) -> None:
    """Give all that this thread asks of Sync from now on REQUEST_SECONDS from the arrival on.

    arrived: when the request came, by the clock `time.monotonic`; it may have waited for a thread.
    """
    deadline.set(arrived + REQUEST_SECONDS)


def end_request() -> None:
    """Let what this thread does next have its own time."""
    deadline.set(float("inf"))


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Give what this thread asks of Sync in here so many seconds, or what is left if less."""
    before = deadline.set(min(deadline.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        deadline.reset(before)


class Transport(HttpClient):
    """An HttpClient for `twilio.rest.Client` that never waits for ever and never retries blindly.

    send(method, url, params=, data=, headers=, auth=, timeout=) does one HTTP exchange; base_url
    replaces scheme and host of every URL, so that a region or edge set for the cloud cannot bend
    the address of a local Sync. on_busy() is called each time that Sync says 429 to a write of the
    List. List and Map have a breaker each: a Map that fails must not stop the tasks.
    """

    def __init__(
        self,
        base_url: str = "",
        send: Send | None = None,
        on_busy: Callable[[], None] = lambda: None,
    ):
        super().__init__(log, False, ATTEMPT_SECONDS)
        self._breakers: dict[str, Breaker] = defaultdict(Breaker)
        self._on_busy = on_busy
        self._base_url = base_url
        self._send = send or http_send(is_loopback(urlsplit(base_url).hostname or ""))

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Read:
        """Do one request, again where that is safe.

        Raises SyncError and its subclasses.
        """
        parts = {"params": params, "data": data, "headers": headers, "auth": auth}
        waits = list(WAITS)
        breaker = self._breakers[_object_in(url)]
        while True:
            try:
                return self._attempt(method.upper(), self._here(url), parts, breaker)
            except errors.SyncError as error:
                pause = _pause(error, waits)
                if pause is None or not isinstance(error, _SAFE_AGAIN) or breaker.is_open():
                    raise
                time.sleep(pause)

    def _here(self, url: str) -> str:
        if not self._base_url:
            return url
        parts = urlsplit(url)
        return self._base_url + parts.path + (f"?{parts.query}" if parts.query else "")

    def _attempt(self, method: str, url: str, parts: dict[str, Any], breaker: Breaker) -> Read:
        left = deadline.get() - time.monotonic()
        if left < 0.05:
            raise errors.SyncUnavailable("Twilio Sync did not answer in time.", retry_after=2)
        with breaker.guard():
            answer = self._send(method, url, timeout=min(ATTEMPT_SECONDS, left), **parts)
            if answer.status == 429 and method != "GET" and "/Maps/" not in url:
                self._on_busy()
            return Read(answer, good_body(method, answer))


def _object_in(url: str) -> str:
    """Give the kind of object that a URL is about, "" for the Service."""
    kind = re.search("/Services/[^/]+/(Lists|Maps)/", url)
    return kind[1] if kind else ""


def http_send(is_here: bool = False) -> Send:
    """Make a `send` over real sockets: one pool of connections, no retry of its own.

    is_here: Sync is on this machine, so no proxy of the environment may see what is sent.
    """
    session = requests.Session()
    session.trust_env = not is_here
    watchdog = Watchdog()
    for scheme in ("https://", "http://"):
        session.mount(scheme, WatchedAdapter(pool_maxsize=CONNECTIONS, max_retries=0))

    def send(method: str, url: str, *, timeout: float, **parts: Any) -> Answer:
        try:
            with watchdog.limit(timeout):
                response = session.request(
                    method, url, timeout=timeout, allow_redirects=False, **parts
                )
            return Answer(response.status_code, response.headers, response.text)
        except (requests.RequestException, ValueError) as error:
            raise _no_answer(method, url, error) from error

    return send


def _no_answer(method: str, url: str, error: Exception) -> errors.SyncError:
    log.warning("no answer from Sync to %s: %s", method, type(error).__name__)
    was_sent = not isinstance(_root(error), _NEVER_SENT)
    if was_sent and method != "GET":
        return errors.OutcomeUnknown("Twilio Sync did not answer; the change may have happened.")
    where = urlsplit(url).netloc
    return errors.SyncUnavailable(f"Twilio Sync cannot be reached at {where}.", retry_after=2)


def _root(error: Exception) -> Any:
    inner = error.args[0] if error.args else error
    return getattr(inner, "reason", None) or error


_NEVER_SENT = (
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)


_SAFE_AGAIN = (errors.SyncBusy, errors.SyncUnavailable, errors.SyncNonsense)


def _pause(error: errors.SyncError, waits: list[float]) -> float | None:
    """Take the next wait in seconds, jittered; None if there is none left or no time for it.

    Only a 429 says how long to wait; any other `retry_after` is our advice to the caller.
    """
    if not waits:
        return None
    asked = error.retry_after if isinstance(error, errors.SyncBusy) else None
    pause = max(waits.pop(0), asked or 0) * random.uniform(1, 1.2)
    return pause if time.monotonic() + pause < deadline.get() and pause < 2 else None
