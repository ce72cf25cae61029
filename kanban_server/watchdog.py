"""A hard end for HTTP exchanges: a peer that sends a byte now and then cannot hold a thread.

The time-out of `requests` starts anew with every byte, so the connection of an overdue exchange is
shut down from outside; the waiting thread then sees it broken.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests import ReadTimeout
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CHECK_SECONDS = 0.25

_exchange = threading.local()


class _Exchange:
    """One exchange under way: when it must be over, and its connection once there is one."""

    def __init__(self, until: float):
        self.until = until
        self.connection: Any = None
        self.was_cut = False

    def cut(self) -> None:
        self.was_cut = True
        sock = getattr(self.connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


class Watchdog:
    """Looks after all exchanges of one adapter, in one thread that starts with the first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._exchanges: set[_Exchange] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(self, seconds: float) -> Iterator[None]:
        """End what this thread exchanges in here after so many seconds. Raises ReadTimeout."""
        exchange = _Exchange(time.monotonic() + seconds)
        _exchange.current = exchange
        with self._lock:
            self._exchanges.add(exchange)
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            _exchange.current = None
            with self._lock:
                self._exchanges.discard(exchange)
        if exchange.was_cut:  # http.client takes a head that breaks off for a whole one
            raise ReadTimeout

    def _watch(self) -> None:
        while True:
            time.sleep(CHECK_SECONDS)
            now = time.monotonic()
            with self._lock:
                for one in self._exchanges:
                    if one.until < now:
                        one.cut()  # while it is under way: its connection is another's after that


class _WatchedHTTP(HTTPConnection):
    """A connection that tells the exchange of its thread which one it is."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        if getattr(_exchange, "current", None) is not None:
            _exchange.current.connection = self
        return super().request(*args, **kwargs)


class _WatchedHTTPS(_WatchedHTTP, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTP


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPS


class WatchedAdapter(HTTPAdapter):
    """The adapter of `requests` with connections that the watchdog can cut."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools with watched connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
