"""The board beside other writers: foreign Items, a List that vanishes, changes during a read."""

import json

import pytest
from process import delete_list
from wire import answers, first, lost_before

from kanban_server import errors
from kanban_server.transport import Answer


def test_a_list_that_vanished_is_made_again_and_the_board_goes_on(here, emulator):
    here.add("a")
    delete_list(emulator)
    assert here.add("b")["id"] == 0
    assert here.names() == ["b"]


def test_a_vanished_list_leaves_no_old_task_behind(here, emulator):
    old = here.add("a")
    delete_list(emulator)
    with pytest.raises(errors.TaskNotFound):
        here.edit(old, "b")
    assert here.names() == []


def test_a_list_that_another_process_made_again_is_shown_as_it_is(here, there, emulator):
    here.add("old")
    assert there.names() == ["old"]
    delete_list(emulator)
    here.add("new")
    assert there.names() == ["new"]


def test_what_is_meant_for_a_list_that_vanished_changes_nothing_in_the_next(here, there, emulator):
    old = here.add("old")
    delete_list(emulator)
    precious = there.add("precious")
    assert (old["id"], old["revision"]) == (precious["id"], precious["revision"])
    with pytest.raises(errors.TaskNotFound):
        here.edit(old, "changed")
    assert here.names() == ["precious"]


def made_again_meanwhile(process, emulator, then=lambda: None):
    """Make a fault: Sync answers, but before that arrives the List is another with a new task."""

    def fault(forward):
        answer = forward()
        delete_list(emulator)
        process.add("new")
        then()
        return answer

    return fault


def test_a_read_of_a_list_that_is_made_again_meanwhile_is_repeated(here, emulator):
    here.add("a"), here.add("b")
    fault = made_again_meanwhile(here, emulator)
    here.wire.fail(fault, method="GET", path="Lists/tasks/Items")
    assert here.names() == ["new"]


def test_a_task_read_of_a_list_that_is_made_again_meanwhile_is_not_kept(here, there, emulator):
    here.add("a"), here.add("b", list="done")
    fault = made_again_meanwhile(here, emulator, here.names)
    here.wire.fail(fault, method="GET", path="Lists/tasks/Items/1")
    here.board.task(1)
    newer = there.raw(there.add("newer")["id"])
    here.edit(1, "changed")
    assert [there.raw(1)[field] for field in ("list", "key")] == [newer["list"], newer["key"]]


def test_a_list_made_again_is_told_from_the_old_while_the_map_fails(here, there, emulator):
    here.add("old")
    delete_list(emulator)
    there.add("new", list="doing")
    new = there.raw(0)
    here.wire.fail(answers("forbidden"), method="GET", path="Maps/leases")
    with pytest.raises(errors.SyncRefuses):
        here.edit(0, "changed")
    here.edit(0, "changed")
    assert [there.raw(0)[field] for field in ("list", "key")] == [new["list"], new["key"]]


def test_tasks_of_other_clients_are_shown_by_the_rules(here):
    for data in (
        {"name": "x"},
        {},
        {"name": 5},
        {"name": "<b>html</b>", "list": "nowhere", "position": "!"},
        {"text": "old", "list": "done"},
    ):
        here.store.create(data)
    shown = [(task["name"], task["list"]) for task in here.board.tasks()]
    assert shown == [
        ("x", "todo"),
        ("{}", "todo"),
        ("5", "todo"),
        ("<b>html</b>", "todo"),
        ('{"text":"old"}', "done"),
    ]


def test_unknown_fields_survive_every_change(here):
    here.store.create({"name": "x", "colour": "red", "deep": {"a": [1]}, "list": "nowhere"})
    here.edit(0, "y")
    assert here.raw(0)["list"] == "nowhere"
    here.move(0, at="top", list="done")
    data = here.raw(0)
    assert (data["colour"], data["deep"], data["list"]) == ("red", {"a": [1]}, "done")


@pytest.mark.parametrize("data", [5, [1, 2], "text", True, None])
def test_data_that_is_no_object_is_shown_and_can_be_moved(here, data):
    here.store.create({"name": "x"})
    here.wire.fail(with_data(data), method="GET")
    [shown] = here.board.tasks()
    assert shown["name"] == (data if isinstance(data, str) else json.dumps(data).replace(" ", ""))
    assert here.move(0, list="done")["name"] == shown["name"]
    assert here.raw(0)["name"] == data


def with_data(data):
    """Make a fault: the first Item of a page has this data."""

    def fault(forward):
        page = json.loads(forward().text)
        page["items"][0]["data"] = data
        return Answer(200, {}, json.dumps(page))

    return fault


def test_a_first_read_cut_short_is_gone_on_with_by_the_next_request(here):
    here.fill(300)
    here.wire.forget()
    here.wire.fail(first(lambda: here.wire.fail(lost_before, method="GET")), method="GET")
    with pytest.raises(errors.SyncError):
        here.add("a")
    here.add("b")
    assert here.wire.cost() == (1, 4)
    assert len(here.board.tasks(max_stale_seconds=60)) == 301


def test_no_operation_drops_what_was_written_while_the_board_was_read(here):
    here.add("a")
    added = []
    here.wire.fail(first(lambda: added.append(here.add("b"))), method="GET")
    during = here.board.tasks()
    assert here.wire.calls
    here.wire.forget()
    here.edit(added[0], "c")
    assert here.wire.cost() == (1, 0)
    assert [task["name"] for task in during] == ["a", "b"]


def test_what_was_removed_while_the_board_was_read_stays_removed(here):
    task = here.add("a")
    here.wire.fail(after(lambda: here.remove(task)), method="GET")
    assert here.board.tasks() == []


def test_what_was_changed_while_the_board_was_read_is_not_taken_back(here):
    task = here.add("a")
    here.wire.fail(after(lambda: here.edit(task, "b")), method="GET")
    assert [task["name"] for task in here.board.tasks()] == ["b"]


def test_what_was_added_while_the_board_was_read_stays(here):
    here.names()
    added = []
    here.wire.fail(after(lambda: added.append(here.add("a"))), method="GET")
    here.board.tasks()
    here.wire.forget()
    here.edit(added[0], "b")
    assert here.wire.cost() == (1, 0)


def after(happening):
    """Make a fault: something happens between Sync's answer and its arrival."""

    def fault(forward):
        answer = forward()
        happening()
        return answer

    return fault
