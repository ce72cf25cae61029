"""Leases: "this task is being dragged / edited by …", kept in a Sync Map.

A lease is politeness; the revision is the guard. Creating a key is atomic in Sync, so of many who
try at once one gets it; every later write names the revision it changes.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from . import errors, transport
from .sync_store import Item, SyncStore

LEASE_SECONDS = 15
SWEEP_SECONDS = 30
MAX_AGE_SECONDS = 1.0
READ_SECONDS = 2.0
REST_SECONDS = 4.0
ATTEMPTS = 3

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """Give the time of day, in UTC."""
    return datetime.now(timezone.utc)


class Leases:
    """Who drags or edits which task.

    The view of the Map is at most MAX_AGE_SECONDS old when a write is checked against it; it is
    renewed in the background from half that age on. A lease lasts LEASE_SECONDS from when this
    process first saw its revision: the clock of the one that granted it may be off. now: the time
    of day, for `until`; clock: seconds.
    """

    def __init__(
        self,
        store: SyncStore,
        now: Callable[[], datetime] = utc_now,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._store = store
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._view: dict[str, Item] = {}
        self._touched: dict[str, float] = {}
        self._seen: dict[str, tuple[Item, float]] = {}
        self._read_at = self._tried_at = self._rest_until = float("-inf")

    def check(self, index: int, lease: str | None) -> None:
        """Raise TaskLeased if another than the holder of this lease id has the task."""
        self._freshen()
        holder = self._view.get(str(index))
        if holder and self._is_held(str(index), lease):
            raise _leased(holder)

    def look_ahead(self) -> None:
        """Renew the view in the background if it is half as old as it may get."""
        is_old = self._clock() - self._read_at > MAX_AGE_SECONDS / 2
        if is_old and not self._is_resting() and not self._reading.locked():
            threading.Thread(target=self._read, args=(self._clock(),), daemon=True).start()

    def take(self, index: int, activity: str, by: str, lease: str | None) -> dict[str, Any]:
        """Take the lease of a task, or renew it by its id; gives `{lease, activity, by, until}`.

        A caller that names the id of a new lease can ask again when no answer came. Raises
        TaskLeased, OutcomeUnknown.
        """
        begun, key = self._clock(), str(index)
        data = self._data(activity, by, lease or str(uuid.uuid4()))
        doubt: errors.OutcomeUnknown | None = None
        if self._is_held(key, data["lease"]) and self._age_of(key) > MAX_AGE_SECONDS:
            self._note(key, self._look(key))
        for _ in range(ATTEMPTS):
            holder = self._view.get(key)
            if holder and self._is_held(key, data["lease"]):
                raise _leased(holder)
            item = None
            try:
                with errors.in_doubt(doubt):
                    item = self._try_to_take(key, data)
            except (errors.SyncExists, errors.SyncChanged, errors.SyncNotFound):
                pass
            except errors.OutcomeUnknown as error:
                doubt = error
            item = item or self._look_again(key, doubt)
            self._note(key, item, begun)
            if item and item.data == data:
                return data
        raise doubt or errors.SyncBusy("Others want this task at this moment.", retry_after=1)

    def give_up(self, index: int, lease: str) -> None:
        """Give a lease up by its id; another's stays. Raises OutcomeUnknown."""
        key = str(index)
        holder = self._view.get(key)
        if holder is None or holder.data.get("lease") != lease:
            holder = self._look(key)
        doubt: errors.OutcomeUnknown | None = None
        for _ in range(ATTEMPTS):
            if holder is None or holder.data.get("lease") != lease:
                return
            try:
                with errors.in_doubt(doubt):
                    self._store.remove_lease(key, holder.revision)
                return self._note(key, None)
            except (errors.SyncChanged, errors.SyncNotFound):
                pass
            except errors.OutcomeUnknown as error:
                doubt = error
            holder = self._look_again(key, doubt)
            self._note(key, holder)
        raise doubt or errors.SyncBusy("Others want this task at this moment.", retry_after=1)

    def _data(self, activity: str, by: str, lease: str) -> dict[str, Any]:
        until = self._now() + timedelta(seconds=LEASE_SECONDS)
        text = until.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {"by": by, "activity": activity, "lease": lease, "until": text}

    def _try_to_take(self, key: str, data: dict[str, Any]) -> Item:
        holder = self._view.get(key)
        if holder is None:
            return _readable(self._store.create_lease(key, data, SWEEP_SECONDS))
        return _readable(self._store.replace_lease(key, data, SWEEP_SECONDS, holder.revision))

    def _is_held(self, key: str, lease: str | None) -> bool:
        """Tell whether, as far as is known, another than the holder of this lease id has it."""
        holder = self._view.get(key)
        return bool(holder and holder.data.get("lease") != lease and self._is_running(key, holder))

    def _age_of(self, key: str) -> float:
        return self._clock() - max(self._touched.get(key, self._read_at), self._read_at)

    def _look_again(self, key: str, doubt: errors.OutcomeUnknown | None) -> Item | None:
        with errors.in_doubt(doubt):
            return self._look(key)

    def _is_running(self, key: str, holder: Item) -> bool:
        seen = self._seen.get(key)
        is_recent = seen is not None and self._clock() < seen[1] + LEASE_SECONDS
        return is_recent and _has_end(holder)

    def _look(self, key: str) -> Item | None:
        try:
            return _readable(self._store.lease(key))
        except errors.SyncNotFound:
            return None

    def _note(self, key: str, item: Item | None, since: float | None = None) -> None:
        with self._lock:
            self._touched[key] = self._clock()
            if item:
                self._put(self._view, key, item, self._touched[key] if since is None else since)
            else:
                self._view.pop(key, None)

    def _put(self, view: dict[str, Item], key: str, item: Item, since: float) -> None:
        """Take an Item into a view; a new state of it counts from the time since."""
        view[key] = item
        if key not in self._seen or self._seen[key][0] != item:
            self._seen[key] = (item, since)

    def _freshen(self) -> None:
        if self._clock() - self._read_at > MAX_AGE_SECONDS and not self._is_resting():
            self._read(self._clock())
        else:
            self.look_ahead()

    def _is_resting(self) -> bool:
        return self._clock() < self._rest_until

    def _read(self, since: float) -> None:
        """Read the Map, unless that was tried after the time since.

        A lease is politeness: a Map that cannot be read in time holds no write up.
        """
        with self._reading:
            if self._tried_at >= since:
                return
            self._tried_at = begun = self._clock()
            try:
                with transport.at_most(READ_SECONDS):
                    view = {str(item.key): _readable(item) for item in self._store.leases()}
            except errors.SyncError as error:
                log.warning("leases cannot be read: %s", error.detail)
                self._rest_until = self._clock() + REST_SECONDS
                return
            self._replace_view(view, begun)

    def _replace_view(self, view: dict[str, Item], begun: float) -> None:
        with self._lock:
            for key, touched in list(self._touched.items()):
                if touched < begun:
                    del self._touched[key]
                elif key in self._view:
                    view[key] = self._view[key]
                else:
                    view.pop(key, None)
            for key, item in view.items():
                self._put(view, key, item, begun)
            self._seen = {key: self._seen[key] for key in view}
            self._view, self._read_at = view, begun


def _readable(item: Item) -> Item:
    data = item.data if isinstance(item.data, dict) else {}
    return Item(item.key, data, item.revision, item.updated)


def _has_end(holder: Item) -> bool:
    try:
        datetime.fromisoformat(str(holder.data["until"]).replace("Z", "+00:00"))
    except (KeyError, ValueError):
        return False
    return True


def _leased(holder: Item) -> errors.TaskLeased:
    by, activity = holder.data.get("by"), holder.data.get("activity")
    lease = {"by": by, "activity": activity, "until": holder.data.get("until")}
    return errors.TaskLeased(f"{by} is {activity} this task.", lease=lease)
