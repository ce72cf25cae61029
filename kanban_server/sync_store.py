"""The one door to Sync: the List of tasks, the Map of leases, and who may read them.

Everything goes through the official `twilio` client. Its generic calls (`client.sync.v1.request`,
`fetch`, `delete`) are used because the generated `delete(if_match=…)` of 9.13.0 drops the header.
Source: Twilio, Sync REST API v1; SYNC resources Service, List, Map, Item, Permission.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from twilio.rest import Client

from . import errors
from .jsontext import compact
from .rows import Item, checked_page, identity_in, item_in
from .settings import LEASES_NAME, LIST_NAME, Settings, SettingsError
from .sync_objects import READ_ONLY, SyncObjects
from .transport import Transport

PAGE_SIZE = 100
OTHER_ACCOUNT = "The Sync Service is not of TWILIO_ACCOUNT_SID: its pages would be refused."


class SyncStore:
    """The List `tasks` and the Map `leases` of one Sync Service.

    Every method may raise SyncBusy, SyncUnavailable, SyncRefuses, SyncNonsense and, if it writes,
    OutcomeUnknown. on_renewed is called after a vanished List was made again, by whomever.
    """

    def __init__(self, settings: Settings, transport: Transport):
        credentials = settings.credentials
        if credentials is None:
            raise SettingsError("Without Twilio credentials the board needs its emulator.")
        self._api = Client(
            credentials.api_key,
            credentials.api_secret,
            credentials.account_sid,
            http_client=transport,
        ).sync.v1
        self._account_sid = credentials.account_sid
        self._service = f"/Services/{credentials.service_sid}"
        self._list = f"{self._service}/Lists/{LIST_NAME}"
        self._map = f"{self._service}/Maps/{LEASES_NAME}"
        self._objects = SyncObjects(
            (self._list, self._map),
            lambda uri: self._api.fetch("GET", uri),
            self._say,
            lambda uri: self.on_renewed() if uri == self._list else None,
        )
        self._at = self._objects.address
        self.on_renewed: Callable[[], None] = lambda: None

    def prepare(self) -> None:
        """Turn the Service's ACL on, and make the List and the Map if they are absent."""
        service = self._say(self._service, {"AclEnabled": "true"})
        if not self._is_own(service):
            raise SettingsError(OTHER_ACCOUNT)
        if service.get("acl_enabled") is not True:
            raise errors.SyncRefuses("Twilio does not turn the ACL of the Sync Service on.")
        self._objects.make()

    def is_reachable(self) -> None:
        """Read the Service once."""
        self._api.fetch("GET", self._service)

    def look(self) -> tuple[bool, bool, str]:
        """Read whether the Service is of this account, its ACL on, and Sync's Date, "" if none."""
        answer, _, headers = self._api.fetch_with_response_info("GET", self._service)
        if not isinstance(answer, dict):
            raise errors.SyncNonsense("Twilio Sync sent a Service that lacks its parts.")
        return self._is_own(answer), answer.get("acl_enabled") is True, headers.get("Date", "")

    def _is_own(self, service: dict[str, Any]) -> bool:
        """Tell whether a Service is of the account that tokens name; REST calls never name it."""
        return service.get("account_sid", self._account_sid) == self._account_sid

    def items(self) -> Iterator[Item]:
        """Read the List, page by page, in order of index."""
        return self._pages("Items", self._list, "index")

    def items_after(self, index: int) -> Iterator[Item]:
        """Read the Items of the List with a higher index, or of a List made again all.

        -1 is below the first.
        """
        if index < 0:  # Sync refuses it with 54458
            return self.items()
        return self._pages("Items", self._list, "index", From=index, Bounds="exclusive")

    def item(self, index: int) -> Item:
        """Read one Item. Raises SyncNotFound."""
        return self._read_item(f"{self._list}/Items/{index}", "index")

    def create(self, data: dict[str, Any]) -> Item:
        """Append an Item."""
        return self._write_item(f"{self._list}/Items", {"Data": compact(data)}, "index")

    def replace(self, index: int, data: dict[str, Any], revision: str) -> Item:
        """Write data over the Item, if it still has this revision.

        Raises SyncChanged, SyncNotFound, SyncTooLarge.
        """
        uri = f"{self._list}/Items/{index}"
        return self._write_item(uri, {"Data": compact(data)}, "index", revision)

    def remove(self, index: int, revision: str) -> None:
        """Remove the Item, if it still has this revision. Raises SyncChanged, SyncNotFound."""
        self._delete(f"{self._list}/Items/{index}", revision)

    def leases(self) -> Iterator[Item]:
        """Read the Map of leases."""
        return self._pages("Items", self._map, "key")

    def lease(self, key: str) -> Item:
        """Read one lease. Raises SyncNotFound."""
        return self._read_item(f"{self._map}/Items/{key}", "key")

    def create_lease(self, key: str, data: dict[str, Any], ttl_seconds: int) -> Item:
        """Make the key; of several that try at once, one succeeds. Raises SyncExists."""
        form = {"Key": key, "Data": compact(data), "ItemTtl": ttl_seconds}
        return self._write_item(f"{self._map}/Items", form, "key")

    def replace_lease(
        self, key: str, data: dict[str, Any], ttl_seconds: int, revision: str
    ) -> Item:
        """Write data over the lease, if it has this revision. Raises SyncChanged, SyncNotFound."""
        form = {"Data": compact(data), "ItemTtl": ttl_seconds}
        return self._write_item(f"{self._map}/Items/{key}", form, "key", revision)

    def remove_lease(self, key: str, revision: str) -> None:
        """Remove the lease, if it has this revision. Raises SyncChanged, SyncNotFound."""
        self._delete(f"{self._map}/Items/{key}", revision)

    def let_read(self, identity: str) -> None:
        """Give an identity read, and only read, on the List and the Map.

        Where no answer comes at all Sync counts as unavailable: the grant may be asked for again.
        """
        for thing in (self._list, self._map):
            uri = f"{thing}/Permissions/{quote(identity, safe='')}"
            try:
                self._objects.on_object(partial(self._say, uri, READ_ONLY))
            except errors.OutcomeUnknown as error:
                raise errors.SyncUnavailable(error.detail) from error

    def readers(self) -> set[str]:
        """Read the identities that have a permission on the List or the Map."""
        rows = [*self._rows("Permissions", self._list), *self._rows("Permissions", self._map)]
        return {identity_in(row) for row in rows}

    def forget_reader(self, identity: str) -> None:
        """Take an identity's permissions away."""
        for thing in (self._list, self._map):
            try:
                uri = f"{thing}/Permissions/{quote(identity, safe='')}"
                self._api.delete("DELETE", self._at(uri))
            except errors.SyncNotFound:
                continue

    def _read_item(self, uri: str, key: str) -> Item:
        def read() -> Item:
            return item_in(self._api.fetch("GET", self._at(uri)), key)

        return self._objects.on_object(read, is_of_item=True)

    def _write_item(
        self, uri: str, form: dict[str, Any], key: str, revision: str | None = None
    ) -> Item:
        def write() -> Item:
            try:
                return item_in(self._post(uri, form, revision), key)
            except errors.SyncNonsense as error:
                raise errors.OutcomeUnknown(error.detail) from error

        on = self._objects.on_object if revision is None else self._objects.on_revision
        return on(write)

    def _say(self, uri: str, form: dict[str, Any]) -> dict[str, Any]:
        """Post what has the same effect each time: once more where no answer came."""
        try:
            return self._post(uri, form)
        except errors.OutcomeUnknown:
            return self._post(uri, form)

    def _post(self, uri: str, form: dict[str, Any], revision: str | None = None) -> dict[str, Any]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if revision is not None:
            headers["If-Match"] = revision
        answer = self._api.request("POST", self._at(uri), data=form, headers=headers).json
        return answer if isinstance(answer, dict) else {}

    def _delete(self, uri: str, revision: str) -> None:
        headers = {"If-Match": revision}
        self._objects.on_revision(
            lambda: self._api.delete("DELETE", self._at(uri), headers=headers)
        )

    def _pages(self, kind: str, thing: str, key: str, **query: Any) -> Iterator[Item]:
        return (item_in(row, key) for row in self._rows(kind, thing, **query))

    def _rows(self, kind: str, thing: str, **query: Any) -> Iterator[dict[str, Any]]:
        uri, all_rows = f"{thing}/{kind}", {"PageSize": PAGE_SIZE}
        page = self._objects.on_object(
            lambda: self._page(uri, {**all_rows, **query}),
            again=lambda: self._page(uri, all_rows),
        )
        while True:
            yield from page[kind.lower()]
            url = page["meta"].get("next_page_url")
            if not url:
                return
            page = checked_page(self._api.domain.twilio.request("GET", url).json, kind)

    def _page(self, uri: str, params: dict[str, Any]) -> dict[str, Any]:
        kind = uri.rpartition("/")[2]
        return checked_page(self._api.request("GET", self._at(uri), params=params).json, kind)
