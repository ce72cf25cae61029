"""What an Item means as a task. Page and server share these rules, also for foreign Items.

Missing or unknown `list`: the first column; `name` missing or not text: the JSON of what stands
there; no valid `position`: what `ordering.fallback` gives. Source: tests/rules.json.
"""

import re
from collections.abc import Sequence
from typing import Any

from . import ordering
from .jsontext import compact
from .sync_store import Item

OWN_FIELDS = ("list", "position", "by", "key", "op")
UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def fields_of(item: Item) -> dict[str, Any]:
    """Give an Item's data as an object; data of another kind is all name."""
    return item.data if isinstance(item.data, dict) else {"name": item.data}


def name_of(item: Item) -> str:
    """Give the name that is shown: the text, or the JSON of what stands in its place."""
    fields = fields_of(item)
    if "name" not in fields:
        return compact({key: value for key, value in fields.items() if key not in OWN_FIELDS})
    return fields["name"] if isinstance(fields["name"], str) else compact(fields["name"])


def column_of(item: Item, columns: Sequence[str]) -> str:
    """Give the column where an Item is shown: its own, or the first if that is unknown."""
    own = fields_of(item).get("list")
    return own if isinstance(own, str) and own in columns else columns[0]


def position_of(item: Item) -> str:
    """Give the position of an Item, or what stands in for a missing or invalid one."""
    position = fields_of(item).get("position")
    return str(position) if ordering.is_valid(position) else ordering.fallback(item.key)


def op_of(item: Item) -> Any:
    """Give the uuid of an Item's last change, None if it has none."""
    return fields_of(item).get("op")


def mark_of(item: Item) -> str:
    """Give the uuid of an Item's creation, "" if it has none; Items that share one are one task.

    Only what looks like a uuid counts, so that a foreign field `key` never makes two tasks one.
    """
    key = fields_of(item).get("key")
    return key if isinstance(key, str) and UUID.fullmatch(key) else ""


def counted(number: int) -> str:
    """Give a number of tasks in words."""
    return "1 task" if number == 1 else f"{number} tasks"


def as_task(item: Item, columns: Sequence[str]) -> dict[str, Any]:
    """Give an Item as the API shows it."""
    by = fields_of(item).get("by")
    return {
        "id": item.key,
        "name": name_of(item),
        "list": column_of(item, columns),
        "position": position_of(item),
        "by": by if isinstance(by, str) else None,
        "revision": item.revision,
        "updated": item.updated,
    }
