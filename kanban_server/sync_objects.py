"""Where in Sync the List and the Map are, and what to do when they are not there any more."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import quote

from . import errors

SYSTEM = "system"  # who makes what is made by the REST API. Source: Twilio, List, created_by
READ_ONLY = {"Read": "true", "Write": "false", "Manage": "false"}
OBJECT_GONE = (54150, 54200, 54300)

T = TypeVar("T")


class SyncObjects:
    """The addresses of the List and the Map: by name, and by SID once they were found.

    By SID, what is meant for one that was deleted never reaches one made again under its name.
    fetch(uri), post(uri, form): how to ask Sync; on_renewed(uri): what to do at each new SID.
    """

    def __init__(
        self,
        uris: tuple[str, ...],
        fetch: Callable[[str], Any],
        post: Callable[[str, dict[str, Any]], Any],
        on_renewed: Callable[[str], None],
    ):
        self._uris = uris
        self._fetch = fetch
        self._post = post
        self._on_renewed = on_renewed
        self._by_sid: dict[str, str] = {}
        self._lock = threading.Lock()

    def address(self, uri: str) -> str:
        """Give an address inside the List or the Map, with the SID in the name's place."""
        for by_name, by_sid in self._by_sid.items():
            if uri.startswith(f"{by_name}/"):
                return by_sid + uri.removeprefix(by_name)
        return uri

    def make(self) -> None:
        """Find the List and the Map, and make what is absent; pages may only read them."""
        for uri in self._uris:
            address = self._found(uri)
            is_new = self._by_sid.get(uri) != address
            self._by_sid[uri] = address
            if is_new:  # told at once: nothing known of the old one may reach this one
                self._on_renewed(uri)

    def on_object(
        self, call: Callable[[], T], is_of_item: bool = False, again: Callable[[], T] | None = None
    ) -> T:
        """Call; if the List or the Map has vanished, make both again and call once more.

        is_of_item: whether it may be the Item that is gone; then the code tells, else any 404 does.
        again: what to call the second time, if not the same.
        """
        try:
            return call()
        except errors.SyncNotFound as error:
            if is_of_item and error.code not in OBJECT_GONE:
                raise
        self._renew()
        return (again or call)()

    def on_revision(self, call: Callable[[], T]) -> T:
        """Call for a known revision of an Item: where the List or the Map has vanished, it has."""
        try:
            return call()
        except errors.SyncNotFound as error:
            if error.code in OBJECT_GONE:
                self._renew()
            raise

    def _found(self, uri: str) -> str:
        try:
            thing = self._fetch(uri)
        except errors.SyncNotFound:
            thing = self._make(uri)
        known = thing if isinstance(thing, dict) else {}
        sid, maker = known.get("sid"), str(known.get("created_by", SYSTEM))
        address = f"{uri.rpartition('/')[0]}/{sid}" if sid else uri
        if maker != SYSTEM:  # a page, by the SDK, to which its rights would stay
            self._post(f"{address}/Permissions/{quote(maker, safe='')}", READ_ONLY)
        return address

    def _make(self, uri: str) -> Any:
        kind, _, name = uri.rpartition("/")
        try:
            return self._post(kind, {"UniqueName": name})
        except errors.SyncExists:  # another process was faster
            return self._fetch(uri)

    def _renew(self) -> None:
        """Find both again, or make them; of what the caller meant to write nothing was written."""
        with self._lock:
            try:
                self.make()
            except errors.OutcomeUnknown as error:
                raise errors.SyncUnavailable(error.detail, retry_after=2) from error
