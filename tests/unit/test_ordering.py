"""Positions: which are valid, where a new one goes, when there is no room."""

import contextlib
import itertools
import random

import pytest

from kanban_server import ordering


@pytest.mark.parametrize("position", ["a0", "Zz", "a0V", "b00", "VzzzzzV", "z" + "0" * 26 + "1"])
def test_a_key_of_the_library_is_valid(position):
    assert ordering.is_valid(position)


@pytest.mark.parametrize(
    "position",
    [
        None,
        5,
        True,
        ["a0"],
        "",
        "a",
        "b0",
        "a00",
        "a0V0",
        "0a",
        "a0-",
        "a0 ",
        "a0\n",
        "ä0",
        "a٣",
        "A" + "0" * 26,
        "a0" + "V" * 199,
        "a" * 100_000,
    ],
)
def test_anything_else_is_not(position):
    assert not ordering.is_valid(position)


@pytest.mark.parametrize("index", [0, 1, 61, 62, 999, 62**5 - 1])
def test_what_stands_in_for_a_missing_position_is_valid_and_below_normal_ones(index):
    stand_in = ordering.fallback(index)
    assert ordering.is_valid(stand_in)
    assert stand_in < ordering.between(None, None)


def test_stand_ins_keep_the_order_of_indexes():
    stand_ins = [ordering.fallback(index) for index in range(5000)]
    assert stand_ins == sorted(set(stand_ins))


def test_a_huge_index_has_a_valid_stand_in():
    assert ordering.is_valid(ordering.fallback(2**53 - 1))


def test_there_is_room_between_two_neighbouring_stand_ins():
    lower, upper = ordering.fallback(7), ordering.fallback(8)
    assert lower < ordering.between(lower, upper) < upper


def test_what_follows_a_foreign_position_past_all_stand_ins_is_above_it():
    assert "VzzzzzX" < ordering.between("VzzzzzX", "W0000") < "W0000"


@pytest.mark.parametrize("upper", [None, "W0000", "a0"])
def test_what_follows_a_stand_in_is_above_those_of_items_to_come(upper):
    lower, last = ordering.fallback(7), ordering.fallback(62**5 - 1)
    made = [ordering.between(lower, upper), *ordering.spread(lower, upper, 3)]
    assert all(last < position < (upper or "~") for position in made)


def test_positions_at_random_places_keep_their_order():
    chance, positions = random.Random(1), []
    for _ in range(2000):
        at = chance.randint(0, len(positions))
        lower = positions[at - 1] if at else None
        upper = positions[at] if at < len(positions) else None
        positions.insert(at, ordering.between(lower, upper))
    assert positions == sorted(set(positions))


@pytest.mark.parametrize(("lower", "upper"), [("a0", "a0"), ("a1", "a0")])
def test_between_equal_or_crossed_positions_there_is_no_room(lower, upper):
    with pytest.raises(ordering.NoRoom):
        ordering.between(lower, upper)
    with pytest.raises(ordering.NoRoom):
        ordering.spread(lower, upper, 3)


def test_drops_into_one_gap_end_with_no_room_before_positions_grow_too_long():
    positions = drops_into_one_gap("a0", "a1")
    assert 400 < len(positions) < 1000
    assert 90 < max(map(len, positions)) <= ordering.MAX_GOOD_LENGTH


def drops_into_one_gap(lower: str, upper: str) -> list[str]:
    positions = []
    with contextlib.suppress(ordering.NoRoom):
        for _ in range(1000):
            upper = ordering.between(lower, upper)
            positions.append(upper)
    return positions


def test_appending_and_prepending_stay_short():
    low = high = ordering.between(None, None)
    for _ in range(5000):
        low, high = ordering.between(None, low), ordering.between(high, None)
    assert max(len(low), len(high)) <= 5


@pytest.mark.parametrize("end", ["z" * 27, "A" + "0" * 25 + "1", "A" + "0" * 26 + "1"])
def test_at_the_ends_of_what_can_be_counted_there_is_an_answer(end):
    for lower, upper in ((end, None), (None, end)):
        try:
            position = ordering.between(lower, upper)
        except ordering.NoRoom:
            continue
        assert (lower or "") < position < (upper or "~")


def test_foreign_positions_of_any_kind_give_a_position_or_no_room():
    chance = random.Random(2)
    found = [_any_position(chance) for _ in range(20_000)]
    valid = sorted({position for position in found if ordering.is_valid(position)})
    assert len(valid) > 1000
    for lower, upper in itertools.pairwise(valid):
        try:
            assert lower < ordering.between(lower, upper) < upper
        except ordering.NoRoom:
            assert len(upper) > 90


def _any_position(chance: random.Random) -> str:
    signs = chance.choice((ordering.DIGITS, "09AZaz"))
    return "".join(chance.choices(signs, k=chance.choice((2, 3, 5, 30, 200))))


def test_positions_spread_evenly_are_in_order_and_short():
    positions = ordering.spread("a0", "a1", 500)
    assert positions == sorted(set(positions))
    assert positions[0] > "a0"
    assert positions[-1] < "a1"
    assert max(map(len, positions)) <= 5
