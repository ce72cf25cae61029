"""Work that is done once in the background, some seconds after it was last asked for."""

import logging
import threading
from collections.abc import Callable

from .errors import KanbanError

log = logging.getLogger(__name__)


class Later:
    """Does `work` in a thread of its own, `seconds` after the last `ask`.

    If that fails it is tried again, `tries` times in all.
    """

    def __init__(self, work: Callable[[], None], seconds: float, tries: int):
        self._work = work
        self._seconds = seconds
        self._tries = self._left = tries
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_asked = False

    def ask(self) -> None:
        """Have the work done, counting the seconds anew if it was asked for already."""
        with self._lock:
            self._left = self._tries
            self._start()

    def ask_once(self) -> None:
        """Have the work done, unless it is about to be."""
        with self._lock:
            if not self._is_asked:
                self._left = self._tries
                self._start()

    def _start(self) -> None:
        self._is_asked = True
        if self._timer:
            self._timer.cancel()
        self._timer = threading.Timer(self._seconds, self._run)
        self._timer.daemon = True
        self._timer.start()

    def _run(self) -> None:
        with self._lock:
            self._is_asked = False
        try:
            self._work()
        except Exception as error:
            is_bug = not isinstance(error, KanbanError)
            log.warning("background work failed: %s", error, exc_info=error if is_bug else None)
            with self._lock:
                self._left -= 1
                if self._left > 0:
                    self._start()
