"""The REST API as a caller sees it: its answers, and Sync's refusals in them."""

import gzip
import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from caller import names, problem
from wire import answers, lost_after

from kanban_server.settings import LIST_NAME


def test_a_new_task_is_answered_with_its_place_and_revision(client):
    answer = client.post("/tasks", json={"name": "Buy milk"})
    assert (answer.status_code, answer.location) == (201, "/tasks/0")
    assert answer.headers["ETag"] == f'"{answer.json["revision"]}"'
    assert set(answer.json) == {"id", "name", "list", "position", "by", "revision", "updated"}
    assert answer.json["by"] == "script"


def test_index_zero_is_a_task_like_any_other(client, task):
    assert task["id"] == 0
    assert client.get("/tasks/0").json == task
    assert client.patch("/tasks/0", json={"name": "b"}).json["name"] == "b"
    assert client.post("/tasks", json={"name": "c", "before": 0}).json["id"] == 1
    assert client.delete("/tasks/0").status_code == 204


def test_all_tasks_are_in_board_order(client, task):
    client.post("/tasks", json={"name": "top", "at": "top"})
    client.post("/tasks", json={"name": "done", "list": "done"})
    assert names(client) == ["top", "Buy milk", "done"]


def test_a_long_answer_is_compressed_for_those_who_take_that(client):
    for _ in range(9):
        client.post("/tasks", json={"name": "x" * 500})
    plain = client.get("/tasks")
    packed = client.get("/tasks", headers={"Accept-Encoding": "gzip"})
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert packed.content_encoding == "gzip"
    assert plain.content_encoding is None
    assert "Accept-Encoding" in plain.vary


def test_a_short_answer_is_left_as_it_is(client, task):
    assert client.get("/tasks", headers={"Accept-Encoding": "gzip"}).content_encoding is None


def test_a_change_is_answered_with_the_new_revision(client, task):
    answer = client.patch("/tasks/0", json={"name": "b", "list": "done", "at": "top"})
    assert answer.headers["ETag"] == f'"{answer.json["revision"]}"' != f'"{task["revision"]}"'
    assert client.get("/tasks/0").headers["ETag"] == answer.headers["ETag"]


def test_a_stale_etag_is_answered_with_the_task_as_it_is(client, task):
    newer = client.patch("/tasks/0", json={"name": "b"}).json
    stale = {"If-Match": f'"{task["revision"]}"'}
    document = problem(client.patch("/tasks/0", json={"name": "c"}, headers=stale), 412)
    assert document["task"] == newer
    assert problem(client.delete("/tasks/0", headers=stale), 412)["task"] == newer


@pytest.mark.parametrize("value", ["*", '"{}"', "{}", ' "{}" '])
def test_an_etag_that_fits_lets_the_change_through(value, client, task):
    headers = {"If-Match": value.format(task["revision"])}
    assert client.patch("/tasks/0", json={"name": "b"}, headers=headers).status_code == 200


@pytest.mark.parametrize("value", ["", '"1", "2"', 'W/"1"', ",", '""', "\xff", "x" * 8000])
def test_an_etag_that_is_none_is_refused_and_changes_nothing(value, steady):
    answer = steady.patch("/tasks/0", json={"name": "b"}, headers={"If-Match": value})
    problem(answer, answer.status_code)
    assert answer.status_code in (400, 412)
    assert names(steady) == ["Buy milk"]


def test_one_idempotency_key_gives_one_task_and_one_answer(client):
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    def post(_):
        return client.application.test_client().post("/tasks", json={"name": "a"}, headers=headers)

    with ThreadPoolExecutor(16) as pool:
        results = [(a.status_code, a.json, a.location) for a in pool.map(post, range(20))]
    assert results == [results[0]] * 20
    assert len(client.get("/tasks").json["tasks"]) == 1


def test_an_idempotency_key_used_for_another_body_is_refused(client):
    headers = {"Idempotency-Key": "k"}
    client.post("/tasks", json={"name": "a"}, headers=headers)
    problem(client.post("/tasks", json={"name": "b"}, headers=headers), 422)
    assert len(client.get("/tasks").json["tasks"]) == 1


OWN_KEY = "0b5a7e52-1a52-4f0c-9d9e-27f0f6a3c111"


@pytest.mark.parametrize(
    ("key", "mark"),
    [(OWN_KEY, OWN_KEY), ("k", str(uuid.uuid5(uuid.NAMESPACE_URL, "script\nk")))],
)
def test_a_uuid_as_idempotency_key_marks_the_item_another_key_by_its_caller(
    client, emulator, key, mark
):
    client.post("/tasks", json={"name": "a"}, headers={"Idempotency-Key": key})
    path = f"/v1/Services/{emulator.service_sid}/Lists/{LIST_NAME}/Items/0"
    keys = (emulator.api_key, emulator.api_secret)
    text = emulator.respond("GET", path, authorization=keys).body.decode()
    assert text.count(mark) == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "käse", "\x7f", "tab\there"])
def test_an_idempotency_key_that_is_none_is_refused(key, steady):
    answer = steady.post("/tasks", json={"name": "a"}, headers={"Idempotency-Key": key})
    problem(answer, 400)
    assert names(steady) == ["Buy milk"]


def test_a_deletion_is_done_though_its_idempotency_key_was_used_before(client):
    headers = {"Idempotency-Key": "k"}
    client.post("/tasks", json={"name": "a"}, headers=headers)
    assert client.delete("/tasks/0", headers=headers).status_code == 204
    assert client.get("/tasks").json["tasks"] == []


def test_a_lost_answer_and_a_retry_make_one_task(client, wire):
    client.get("/tasks")
    wire.fail(lost_after)
    wire.fail(answers("busy", **{"Retry-After": "7"}), method="GET")
    headers = {"Idempotency-Key": "k"}
    problem(client.post("/tasks", json={"name": "a"}, headers=headers), 504)
    assert client.post("/tasks", json={"name": "a"}, headers=headers).status_code == 201
    assert len(client.get("/tasks").json["tasks"]) == 1


def test_a_missing_neighbour_is_named(client, task):
    document = problem(client.patch("/tasks/0", json={"after": 9}), 409)
    assert document["neighbour"] == 9


@pytest.mark.parametrize("side", ["after", "before"])
def test_a_task_is_no_neighbour_of_itself(side, steady):
    document = problem(steady.patch("/tasks/0", json={side: 0}), 422)
    assert document["errors"][0]["pointer"] == f"/{side}"


def test_a_lease_is_taken_renewed_and_given_up(client, task):
    lease = client.put("/tasks/0/lease", json={"activity": "editing"}).json
    assert set(lease) == {"lease", "activity", "by", "until"}
    own = {"Lease": lease["lease"]}
    again = client.put("/tasks/0/lease", json={"activity": "dragging"}, headers=own).json
    assert again["lease"] == lease["lease"]
    assert client.delete("/tasks/0/lease", headers=own).status_code == 204
    assert client.delete("/tasks/0/lease", headers=own).status_code == 204


def test_anothers_lease_is_answered_with_who_and_what_and_until(client, task):
    lease = client.put("/tasks/0/lease", json={"activity": "editing"}).json
    for answer in (
        client.patch("/tasks/0", json={"name": "b"}),
        client.delete("/tasks/0", headers={"Lease": "another"}),
        client.put("/tasks/0/lease", json={"activity": "editing"}),
    ):
        shown = {name: lease[name] for name in ("by", "activity", "until")}
        assert problem(answer, 423)["lease"] == shown


def test_giving_up_needs_the_lease_and_one_that_is_foreign_stays(client, task):
    client.put("/tasks/0/lease", json={"activity": "editing"})
    problem(client.delete("/tasks/0/lease"), 400)
    assert client.delete("/tasks/0/lease", headers={"Lease": "another"}).status_code == 204
    problem(client.patch("/tasks/0", json={"name": "b"}), 423)


def test_a_deleted_task_is_restored_with_its_column(client):
    client.post("/tasks", json={"name": "a", "list": "done"})
    client.delete("/tasks/0")
    back = client.post("/tasks", json={"restore": 0})
    assert (back.status_code, back.json["id"], back.json["list"]) == (201, 1, "done")


def test_head_and_options_are_answered(client, task):
    assert client.head("/tasks/0").headers["ETag"] == f'"{task["revision"]}"'
    assert client.head("/tasks").text == ""
    assert client.options("/tasks").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status"),
    [("busy", 429), ("wrong_key", 503), ("too_large", 413)],
)
def test_what_sync_refuses_is_a_problem_of_its_own(fault, status, client, wire):
    client.get("/tasks")
    wire.fail(answers(fault, **{"Retry-After": "7"}))
    answer = client.post("/tasks", json={"name": "a"})
    problem(answer, status)
    assert ("Retry-After" in answer.headers) or status == 413


def test_readiness_tells_whether_sync_answers(client, wire):
    assert client.get("/readyz").json == {"status": "ready"}
    wire.fail(answers("wrong_key"), method="GET", path="")
    answer = client.get("/readyz")
    assert "Retry-After" in answer.headers
    problem(answer, 503)


def test_the_token_comes_with_what_the_page_needs(client):
    answer = client.get("/token")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["sync"]["list"] == "tasks"
    assert answer.json["sync"]["leases"] == "leases"
    assert answer.json["sync"]["options"]["Twilsock"] == {"uri": "ws://localhost/v3/wsconnect"}
    assert answer.json["expires_in"] == 3600


def test_a_token_names_the_writer_and_keeps_its_identity(client):
    token = client.get("/token").json
    bearer = {"Authorization": f"Bearer {token['token']}"}
    assert client.post("/tasks", json={"name": "a"}, headers=bearer).json["by"] == token["identity"]
    assert client.get("/token", headers=bearer).json["identity"] == token["identity"]


def test_every_answer_keeps_scripts_and_frames_out(steady):
    for path in ("/tasks", "/nowhere", "/healthz"):
        headers = steady.get(path).headers
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_bug_is_a_plain_500_with_its_details_in_the_log_only(client, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("the inside of it")

    monkeypatch.setattr("kanban_server.board.Board.tasks", broken)
    answer = client.get("/tasks")
    assert "the inside of it" not in problem(answer, 500)["detail"]
    assert "the inside of it" in caplog.text
