"""Whatever several servers do one after another: one order, every intent kept, no field lost."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kanban_server import ordering
from kanban_server.board import Board, Change
from kanban_server.placing import Place
from tests.property.servers import COLUMNS, new_board, new_store, new_sync

pytestmark = pytest.mark.heavy
SERVERS, TASKS = 3, 6
moves = st.lists(
    st.tuples(
        st.integers(0, SERVERS - 1),
        st.integers(0, TASKS - 1),
        st.sampled_from(COLUMNS[:2]),
        st.sampled_from(["top", "bottom", "before", "after"]),
        st.integers(0, TASKS - 1),
    ),
    max_size=30,
)
edits = st.lists(
    st.tuples(
        st.integers(0, SERVERS - 1),
        st.dictionaries(st.sampled_from(["name", "list"]), st.sampled_from(COLUMNS), min_size=1),
    ),
    max_size=12,
)


def order(board: Board) -> list[int]:
    return [task["id"] for task in board.tasks()]


def move(board: Board, task: int, column: str, how: str, other: int) -> None:
    """Move as a caller would who sees the board as it is; then look whether it is there."""
    shown = {one["id"]: one["list"] for one in board.tasks()}
    is_end = how in ("top", "bottom") or other == task or shown[other] != column
    place = Place(at="top" if how in ("top", "before") else "bottom")
    place = place if is_end else Place(**{how: other})
    board.change(task, Change(by="x", fields={"list": column}, place=place))
    beside = [one["id"] for one in board.tasks() if one["list"] == column]
    at = beside.index(task)
    if is_end:
        assert at == (0 if place.at == "top" else len(beside) - 1)
    else:
        assert beside[at + 1 if how == "before" else at - 1] == other


@settings(max_examples=30)
@given(moves)
def test_any_moves_by_several_servers_end_in_one_order(steps: list[Any]) -> None:
    with new_sync() as sync:
        boards = [new_board(sync) for _ in range(SERVERS)]
        ids = [boards[0].add(Change(by="x", fields={"name": str(n)}))["id"] for n in range(TASKS)]
        for server, task, column, how, other in steps:
            move(boards[server], ids[task], column, how, ids[other])
        tasks = new_board(sync).tasks()
        assert all(ordering.is_valid(task["position"]) for task in tasks)
        assert {tuple(order(board)) for board in boards} == {tuple(t["id"] for t in tasks)}
        assert sorted(order(boards[0])) == ids


@settings(max_examples=30)
@given(moves)
def test_moves_on_stale_replicas_lose_no_task(steps: list[Any]) -> None:
    with new_sync() as sync:
        boards = [new_board(sync) for _ in range(SERVERS)]
        ids = [boards[0].add(Change(by="x", fields={"name": str(n)}))["id"] for n in range(TASKS)]
        for board in boards:
            board.tasks()
        for server, task, column, how, _ in steps:
            at = Place(at="top" if how in ("top", "before") else "bottom")
            boards[server].change(ids[task], Change(by="x", fields={"list": column}, place=at))
        assert sorted(order(boards[0])) == ids
        assert order(boards[0]) == order(boards[1]) == order(boards[2])


@settings(max_examples=30)
@given(edits)
def test_fields_that_servers_change_are_merged_on_the_newest_state(steps: list[Any]) -> None:
    with new_sync() as sync:
        boards = [new_board(sync) for _ in range(SERVERS)]
        foreign = {"name": "todo", "list": "todo", "colour": "red", "more": {"x": [1]}}
        index = new_store(sync).create(foreign).key
        for board in boards:
            board.tasks()
        wanted = {"name": "todo", "list": "todo"}
        for server, fields in steps:
            boards[server].change(index, Change(by="x", fields=dict(fields)))
            wanted |= fields
        data = new_store(sync).item(index).data
        assert {word: data[word] for word in foreign} == {**foreign, **wanted}
