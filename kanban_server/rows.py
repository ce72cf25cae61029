"""What Sync's answers hold: Items, and pages of rows. Anything else is nonsense."""

from typing import Any, NamedTuple

from . import errors


class Item(NamedTuple):
    """One Item of the List or the Map; key: its index, or its key in the Map.

    updated, created: ISO 8601 as Sync gives them; created: "" if it is not known.
    """

    key: Any
    data: Any
    revision: str
    updated: str
    created: str = ""


def item_in(row: Any, key: str) -> Item:
    """Read an Item; key: the field that names it, an `index` or a `key`. Raises SyncNonsense."""
    try:
        if type(row[key]) is not (int if key == "index" else str):
            raise TypeError
        times = str(row["date_updated"]), str(row.get("date_created") or "")
        return Item(row[key], row["data"], str(row["revision"]), *times)
    except (TypeError, KeyError) as error:
        raise errors.SyncNonsense("Twilio Sync sent an Item that lacks its parts.") from error


def identity_in(row: Any) -> str:
    """Read whose a Permission is. Raises SyncNonsense."""
    try:
        return str(row["identity"])
    except (TypeError, KeyError) as error:
        raise errors.SyncNonsense("Twilio Sync sent a Permission of nobody.") from error


def checked_page(page: Any, kind: str) -> dict[str, Any]:
    """Give a page back if it has its parts; kind: of its rows. Raises SyncNonsense."""
    if isinstance(page, dict) and isinstance(page.get("meta"), dict):
        has_rows = isinstance(page.get(kind.lower()), list)
        if has_rows and isinstance(page["meta"].get("next_page_url"), str | None):
            return page
    raise errors.SyncNonsense("Twilio Sync sent a page that lacks its parts.")
