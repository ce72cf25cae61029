"""The board when an answer of Sync is lost, late or nonsense, and when a wish is repeated."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

import pytest
from wire import answers, first, lost_after, lost_before, says

from kanban_server import errors


@pytest.mark.parametrize("board_is_empty", [True, False])
def test_a_lost_answer_to_a_creation_is_looked_into(here, board_is_empty):
    if not board_is_empty:
        here.add("before")
    here.wire.fail(lost_after)
    assert here.add("a")["name"] == "a"
    assert here.names().count("a") == 1


def test_a_creation_lost_on_its_way_is_sent_once_more(here):
    here.wire.fail(lost_before)
    assert here.add("a")["name"] == "a"
    assert here.names() == ["a"]


def test_a_creation_that_cannot_be_looked_into_is_in_doubt_and_its_repeat_makes_no_second(here):
    here.names()
    here.wire.fail(lost_after)
    here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
    with pytest.raises(errors.OutcomeUnknown):
        here.add("a", key="k")
    assert here.add("a", key="k")["name"] == "a"
    assert here.names() == ["a"]


def test_while_a_creation_is_in_doubt_no_refusal_says_that_nothing_was_written(here):
    here.names()
    here.wire.fail(lost_after)
    for _ in range(2):
        here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
        with pytest.raises(errors.OutcomeUnknown):
            here.add("a", key="k")
    assert here.names() == ["a"]


def test_a_creation_in_doubt_is_found_though_its_neighbour_is_gone_by_then(here):
    beside = here.add("beside")
    here.wire.fail(lost_after)
    here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
    with pytest.raises(errors.OutcomeUnknown):
        here.add("a", key="k", after=beside)
    here.remove(beside)
    assert here.add("a", key="k", after=beside)["name"] == "a"
    assert here.names() == ["a"]


def test_a_creation_in_doubt_is_found_though_others_crowd_it_out_meanwhile(here, monkeypatch):
    def lose(name, key):
        with pytest.raises(errors.OutcomeUnknown):
            here.add(name, key=key)

    def crowd():
        here.wire.fail(lost_before)
        here.wire.fail(lost_before)
        lose("b", "l")

    monkeypatch.setattr("kanban_server.mirror.MAX_DOUBTS", 1)
    here.names()
    here.wire.fail(lost_after)
    here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
    lose("a", "k")
    here.wire.fail(first(crowd), method="GET")
    assert here.add("a", key="k")["name"] == "a"
    assert here.names() == ["a"]


def test_a_creation_that_is_executed_late_ends_as_one_task(here):
    here.names()
    here.wire.fail(lost_before)
    here.wire.fail(lost_before)
    with pytest.raises(errors.OutcomeUnknown):
        here.add("a", key="k")
    late = {"name": "a", "key": here.change({}, key="k").op}
    here.wire.fail(first(lambda: here.store.create(late)))
    here.add("a", key="k")
    assert here.names() == ["a"]


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_lost_answer_to_an_edit_is_looked_into(here, fault):
    task = here.add("a")
    here.wire.fail(fault)
    assert here.edit(task, "b", revision=task["revision"])["name"] == "b"
    assert here.names() == ["b"]


@pytest.mark.parametrize("fault", [lost_after, lost_before])
def test_a_lost_answer_to_a_removal_is_looked_into(here, fault):
    task = here.add("a")
    here.wire.fail(fault, method="DELETE")
    here.remove(task)
    assert here.names() == []


def test_an_edit_that_gets_no_answer_twice_is_in_doubt_and_not_sent_again(here):
    task = here.add("a")
    here.wire.forget()
    for _ in range(3):
        here.wire.fail(lost_before)
    with pytest.raises(errors.OutcomeUnknown):
        here.edit(task, "b")
    assert len(here.wire.seen("POST")) == 2


def test_an_edit_that_may_have_been_overwritten_at_once_is_in_doubt_and_not_refused(here, there):
    task = here.add("a")
    here.wire.fail(lost_after)
    here.wire.fail(first(lambda: there.edit(task, "c")), method="GET")
    with pytest.raises(errors.OutcomeUnknown):
        here.edit(task, "b", revision=task["revision"])


def test_an_edit_in_doubt_whose_repetition_fails_is_in_doubt(here):
    task = here.add("a")
    here.wire.fail(lost_before)
    here.wire.fail(answers("forbidden"))
    with pytest.raises(errors.OutcomeUnknown):
        here.edit(task, "b")


def test_a_removal_in_doubt_and_then_failing_is_in_doubt(here):
    task = here.add("a")
    here.wire.fail(lost_after, method="DELETE")
    here.wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
    with pytest.raises(errors.OutcomeUnknown):
        here.remove(task)


@pytest.mark.parametrize("name", ["busy", "changed"])
def test_what_sync_refused_once_is_tried_again(here, name):
    task = here.add("a")
    here.wire.fail(answers(name, **{"Retry-After": "0"}))
    assert here.edit(task, "b")["name"] == "b"


@pytest.mark.parametrize("text", ["<html>", '{"index": 0', ""])
def test_nonsense_in_answer_to_an_edit_is_looked_into(here, text):
    task = here.add("a")
    here.wire.fail(says(200, text))
    assert here.edit(task, "b")["name"] == "b"
    assert here.names() == ["b"]


@pytest.mark.parametrize("data", ["[]", "null", "5", '"x"'])
def test_nonsense_in_answer_to_the_taking_of_a_lease_is_looked_into(here, data):
    task = here.add("a")
    text = f'{{"key": "{task["id"]}", "data": {data}, "revision": "0", "date_updated": ""}}'
    here.wire.fail(says(201, text), path="Maps/leases/Items.*")
    assert here.board.take_lease(task["id"], "editing", "bob", None)["by"] == "bob"


def test_a_repeated_change_is_recognised_before_its_revision_and_lease_are_looked_at(here):
    task = here.add("a")
    done = here.edit(task, "b", key="k", revision=task["revision"])
    here.leases.take(task["id"], "editing", "bob", None)
    here.wire.forget()
    assert here.edit(task, "b", key="k", revision=task["revision"]) == done
    assert here.wire.cost()[0] == 0


def test_a_change_made_in_another_process_is_recognised(here, there):
    task = here.add("a")
    done = here.edit(task, "b", key="k", revision=task["revision"])
    assert there.edit(task, "b", key="k", revision=task["revision"]) == done


def test_a_key_used_for_another_change_is_refused(here):
    task = here.add("a", key="k")
    with pytest.raises(errors.KeyReused):
        here.edit(task, "b", key="k")


def test_an_edit_in_doubt_is_not_written_over_what_came_after(here, there):
    task = here.add("a")
    there.names()

    def lost_then_other(forward):
        forward()
        there.edit(task, "later")
        raise errors.OutcomeUnknown("no answer")

    here.wire.fail(lost_then_other)
    with pytest.raises(errors.OutcomeUnknown):
        here.edit(task, "mine")
    assert here.raw(task["id"])["name"] == "later"


def test_a_repeated_change_changes_nothing_more_after_anothers(here, there):
    task = here.add("a")
    here.edit(task, "mine", key="k")
    there.edit(task, "theirs")
    here.names()
    assert here.edit(task, "mine", key="k")["name"] == "theirs"
    assert here.raw(task["id"])["name"] == "theirs"


@pytest.mark.parametrize("names", [("b", "c"), ("b", "b")])
def test_a_key_used_for_two_changes_at_once_makes_one(here, names):
    tasks = [here.add("a"), here.add("a")]

    def edit(task, name):
        with suppress(errors.KeyReused):
            return here.edit(task, name, key="k")

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(edit, tasks, names))
    assert made.count(None) == 1


def test_a_key_that_made_a_task_in_another_process_is_no_change_of_it(here, there):
    task = here.add("a", key="k")
    with pytest.raises(errors.KeyReused):
        there.edit(task, "b", key="k")


def test_a_double_that_another_removed_is_asked_to_go_once(here, there):
    for _ in range(2):
        here.store.create({"name": "a", "list": "todo", "position": "a1", "key": str(UUID(int=1))})
    here.board._mirror.fill()
    there.names()
    here.wire.forget()
    for _ in range(3):
        here.board.tasks(max_stale_seconds=60)
    assert len(here.wire.seen("DELETE")) == 1
