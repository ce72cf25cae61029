"""Positions: the sort keys of tasks within a column, as fractional indexes.

Only the server makes them, and nothing from outside reaches the library unchecked.
Source: the `fractional-indexing` package, byte-compatible with the reference JavaScript.
"""

import re
from typing import Any

from fractional_indexing import FIError, generate_key_between, generate_n_keys_between

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
MAX_VALID_LENGTH = 200
MAX_GOOD_LENGTH = 100
SMALLEST = "A" + "0" * 26
POSITION = re.compile("[A-Za-z][0-9A-Za-z]*", re.ASCII)
STAND_IN_HEAD, LAST_STAND_IN = "V", "Vzzzzz"


class NoRoom(Exception):
    """No good position fits between two others: their neighbourhood wants new ones."""


def is_valid(position: Any) -> bool:
    """Tell whether a value found in an Item is a position that keys can be made from."""
    if not isinstance(position, str) or len(position) > MAX_VALID_LENGTH:
        return False
    if not POSITION.fullmatch(position) or position == SMALLEST:
        return False
    head = position[0]
    length = ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2
    fraction = position[length:]
    return len(position) >= length and not fraction.endswith("0")


def fallback(index: int) -> str:
    """Give the position of an Item that has no valid one: below all that are made normally."""
    digits = ""
    for _ in range(5):
        index, digit = divmod(index, len(DIGITS))
        digits = DIGITS[digit] + digits
    return STAND_IN_HEAD + digits


def is_among_stand_ins(position: str | None) -> bool:
    """Tell whether a valid position is such a one, or lies between two of them."""
    return position is not None and position.startswith(STAND_IN_HEAD)


def between(lower: str | None, upper: str | None) -> str:
    """Make a position between two valid ones; None is the end of the column.

    It is above all stand-ins unless both are among them. Raises NoRoom where it would be longer
    than is good, or the two are equal.
    """
    try:
        position = generate_key_between(_past_stand_ins(lower, upper), upper)
    except FIError as error:
        raise NoRoom from error
    if len(position) > MAX_GOOD_LENGTH or not is_valid(position):
        raise NoRoom
    return position


def spread(lower: str | None, upper: str | None, count: int) -> list[str]:
    """Make count positions between two valid ones, in order and short.

    Raises NoRoom.
    """
    try:
        positions = generate_n_keys_between(_past_stand_ins(lower, upper), upper, count)
    except FIError as error:
        raise NoRoom from error
    if not all(is_valid(position) for position in positions):
        raise NoRoom
    return positions


def _past_stand_ins(lower: str | None, upper: str | None) -> str | None:
    """Give from where to count: the library would go on with the stand-ins of Items to come."""
    if lower is None or not is_among_stand_ins(lower) or is_among_stand_ins(upper):
        return lower
    return max(lower, LAST_STAND_IN)
