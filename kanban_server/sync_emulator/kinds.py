"""The two kinds of Sync object that are imitated: List and Map."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from .errors import NotImitated

SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


class Kind(NamedTuple):
    """A kind of object: its names, the prefix of its SIDs and its error codes.

    key: what an Item is addressed by, "index" or "key".
    """

    name: str
    path: str
    prefix: str
    key: str
    not_found: int
    item_not_found: int
    item_mismatch: int

    @property
    def title(self) -> str:
        """Give the name as it is written in messages."""
        return self.name.capitalize()


LIST = Kind("list", "Lists", "ES", "index", 54150, 54151, 54155)
MAP = Kind("map", "Maps", "MP", "key", 54200, 54201, 54205)
KINDS = {kind.path: kind for kind in (LIST, MAP)}
BY_NAME = {kind.name: kind for kind in (LIST, MAP)}


def kind_of(path: str) -> Kind:
    """Give the kind that a path segment such as "Lists" names. Raises NotImitated."""
    try:
        return KINDS[path]
    except KeyError:
        raise NotImitated(path) from None


def new_sid(prefix: str) -> str:
    """Make a SID: two letters and 32 hexadecimal digits, at random."""
    return prefix + secrets.token_hex(16)
