"""What one process remembers for a while: answers given under a key, and deleted tasks."""

import threading
from collections import OrderedDict
from typing import Any

from .errors import KeyReused

MAX_ANSWERS = 10_000
MAX_DELETED = 100


class Memory:
    """Answers by mark, so that the same request again gets the same; data of deleted tasks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, tuple[Any, dict[str, Any]]] = OrderedDict()
        self._deleted: OrderedDict[int, dict[str, Any]] = OrderedDict()

    def recall(self, mark: str, wish: Any) -> dict[str, Any] | None:
        """Give the task answered to this mark, if there is one. Raises KeyReused."""
        with self._lock:
            known = self._answers.get(mark)
        if known and known[0] != wish:
            raise KeyReused
        return known[1] if known else None

    def keep(self, mark: str, wish: Any, task: dict[str, Any]) -> None:
        """Remember the task answered to a mark and its wish."""
        with self._lock:
            self._answers[mark] = (wish, task)
            if len(self._answers) > MAX_ANSWERS:
                self._answers.popitem(last=False)

    def bury(self, index: int, data: Any) -> None:
        """Remember the data of a deleted task."""
        with self._lock:
            self._deleted[index] = data if isinstance(data, dict) else {}
            if len(self._deleted) > MAX_DELETED:
                self._deleted.popitem(last=False)

    def unbury(self, index: int | None) -> dict[str, Any]:
        """Give the data of a deleted task; empty if it is not remembered."""
        with self._lock:
            return dict(self._deleted.get(index, {})) if index is not None else {}
