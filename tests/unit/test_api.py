"""The REST API as a caller sees it: answers, refusals, and nothing that ends in a 500."""

import base64
import gzip
import json
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from wire import answers, lost_after

from kanban_server.settings import LIST_NAME


def problem(answer, status):
    """Check that an answer is a problem document, and give it."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    document = answer.get_json(force=True)
    assert document["status"] == status
    assert document["type"] == "about:blank"
    assert document["title"]
    assert document["detail"]
    return document


def names(client):
    return [task["name"] for task in client.get("/tasks").json["tasks"]]


@pytest.fixture
def task(client):
    return client.post("/tasks", json={"name": "Buy milk"}).json


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


def test_the_mark_in_the_item_is_the_one_that_the_page_computes(client, emulator):
    client.post("/tasks", json={"name": "a"}, headers={"Idempotency-Key": "k"})
    path = f"/v1/Services/{emulator.service_sid}/Lists/{LIST_NAME}/Items/0"
    keys = (emulator.api_key, emulator.api_secret)
    mark = str(uuid.uuid5(uuid.NAMESPACE_URL, "script\nk"))
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


@pytest.mark.parametrize("path", ["/tasks/7", "/tasks/9007199254740991", f"/tasks/{'9' * 400}"])
def test_an_unknown_id_is_not_found(path, steady):
    problem(steady.get(path), 404)
    problem(steady.patch(path, json={"name": "a"}), 404)
    problem(steady.delete(path), 404)
    problem(steady.put(f"{path}/lease", json={"activity": "editing"}), 404)


@pytest.mark.parametrize(
    "path",
    ["/tasks/-1", "/tasks/1.5", "/tasks/x", "/tasks/%00", "/tasks/0%2F1", "/nowhere", "/%FF"],
)
def test_a_path_that_is_none_is_not_found(path, steady):
    problem(steady.get(path), 404)


def test_an_id_of_ten_thousand_digits_is_not_found(steady):
    problem(steady.get(f"/tasks/{'9' * 10_000}"), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/tasks"), ("POST", "/tasks/0"), ("DELETE", "/token"), ("FOO", "/tasks")],
)
def test_a_wrong_method_says_which_are_right(method, path, steady):
    answer = steady.open(path, method=method)
    problem(answer, 405)
    assert "GET" in answer.headers["Allow"]


def test_head_and_options_are_answered(client, task):
    assert client.head("/tasks/0").headers["ETag"] == f'"{task["revision"]}"'
    assert client.head("/tasks").text == ""
    assert client.options("/tasks").status_code == 200


BROKEN = [
    b"{",
    b"",
    b"\xff\xfe",
    b'{"name": "a"',
    b'\xef\xbb\xbf{"name": "a"}',
    b"[" * 30_000,
    b'{"a":' * 10_000,
    b"1" * 20_000,
    b'{"before": ' + b"9" * 5000 + b', "name": "a"}',
    b'"\\ud800"',
    b"nul",
    b"'a'",
]


@pytest.mark.parametrize("body", BROKEN, ids=lambda body: repr(body[:12]))
@pytest.mark.parametrize("call", ["POST /tasks", "PATCH /tasks/0", "PUT /tasks/0/lease"])
def test_a_body_that_is_no_json_is_refused(body, call, steady):
    method, path = call.split()
    answer = steady.open(path, method=method, data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    problem(answer, answer.status_code)
    assert names(steady) == ["Buy milk"]


@pytest.mark.parametrize("body", ["[]", "null", "5", '"name"', "true", "[{}]", "NaN"])
@pytest.mark.parametrize("call", ["POST /tasks", "PATCH /tasks/0", "PUT /tasks/0/lease"])
def test_json_that_is_no_object_is_refused(body, call, steady):
    method, path = call.split()
    problem(steady.open(path, method=method, data=body, content_type="application/json"), 422)


WRONG = [
    ({"name": 5}, "/name"),
    ({"name": None}, "/name"),
    ({"name": ["a"]}, "/name"),
    ({"name": ""}, "/name"),
    ({"name": " \t "}, "/name"),
    ({"name": "a\nb"}, "/name"),
    ({"name": "a\x00b"}, "/name"),
    ({"name": "a\x85b"}, "/name"),
    ({"name": "a\u2028b"}, "/name"),
    ({"name": "\ud800"}, "/name"),
    ({"name": "a" * 501}, "/name"),
    ({"name": "€" * 234}, "/name"),
    ({"name": "a", "list": "nowhere"}, "/list"),
    ({"name": "a", "list": 5}, "/list"),
    ({"name": "a", "list": "\ud800"}, "/list"),
    ({"name": "a", "at": "middle"}, "/at"),
    ({"name": "a", "before": "0"}, "/before"),
    ({"name": "a", "before": -1}, "/before"),
    ({"name": "a", "before": 2**53}, "/before"),
    ({"name": "a", "before": 1.5}, "/before"),
    ({"name": "a", "before": True}, "/before"),
    ({"name": "a", "before": float("nan")}, "/before"),
    ({"name": "a", "before": float("inf")}, "/before"),
    ({"name": "a", "before": {}}, "/before"),
    ({"name": "a", "before": 1, "after": 1}, "/before"),
    ({"name": "a", "before": 1, "at": "top"}, "/at"),
    ({"name": "a", "position": "a0"}, "/position"),
    ({"name": "a", "a/b~c": 1}, "/a~1b~0c"),
    ({"name": "a", "\ud800": 1}, "/\ud800"),
    ({"name": "a", "": 1}, "/"),
]


@pytest.mark.parametrize(("body", "pointer"), WRONG, ids=repr)
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_field_that_does_not_fit_is_pointed_at(body, pointer, method, steady):
    path = "/tasks" if method == "POST" else "/tasks/0"
    document = problem(steady.open(path, method=method, json=body), 422)
    assert pointer in [error["pointer"] for error in document["errors"]]
    assert names(steady) == ["Buy milk"]


def test_a_task_without_a_name_and_a_change_of_nothing_are_refused(steady):
    assert problem(steady.post("/tasks", json={}), 422)["errors"][0]["pointer"] == "/name"
    problem(steady.patch("/tasks/0", json={}), 422)


@pytest.mark.parametrize(
    "name",
    [
        "🧀",
        "👩‍👩‍👧‍👦",
        "שלום \u202eעולם",
        "<b>x</b>",
        "a" * 500,
        "€" * 233,
        "__proto__",
        "%s {0} \\n",
        "a\u200bb",
    ],
)
def test_a_name_of_any_script_comes_back_as_it_was(name, client):
    assert client.post("/tasks", json={"name": f"  {name} "}).json["name"] == name
    assert client.get("/tasks/0").json["name"] == name


def test_of_a_field_given_twice_the_last_counts(client):
    body = b'{"name": "a", "name": "b"}'
    assert client.post("/tasks", data=body, content_type="application/json").json["name"] == "b"


@pytest.mark.parametrize("length", [65_537, 2_000_000])
def test_a_body_that_is_too_large_is_refused(length, steady):
    for method, path in (("POST", "/tasks"), ("PATCH", "/tasks/0"), ("PUT", "/tasks/0/lease")):
        body = b'{"name": "' + b"a" * length + b'"}'
        problem(steady.open(path, method=method, data=body, content_type="application/json"), 413)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
@pytest.mark.parametrize("call", ["POST /tasks", "PATCH /tasks/0", "PUT /tasks/0/lease"])
def test_a_body_that_is_not_called_json_is_refused(kind, call, steady):
    method, path = call.split()
    problem(steady.open(path, method=method, data=b'{"name": "a"}', content_type=kind), 415)


def test_json_may_name_its_character_set(client):
    kind = "application/json; charset=utf-8"
    assert client.post("/tasks", data=b'{"name":"a"}', content_type=kind).status_code == 201


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


def test_no_header_of_chance_ends_in_a_500(client, task):
    chance = random.Random(3)
    names = ["If-Match", "Lease", "Idempotency-Key", "Authorization", "Content-Type", "Accept",
             "Range", "If-None-Match", "If-Modified-Since", "Cookie", "Accept-Encoding",
             "Transfer-Encoding", "Content-Encoding", "X-Http-Method-Override"]  # fmt: skip
    for _ in range(300):
        text = "".join(chr(chance.choice([*range(32, 127), *range(160, 256)])) for _ in range(9))
        value = chance.choice([text, "", '"', "*", "Bearer x.y.z", "Basic Zg==", "a" * 5000])
        method, path = (
            chance.choice(["GET", "PATCH", "DELETE"]),
            chance.choice(["/tasks/0", "/token"]),
        )
        answer = client.open(
            path, method=method, json={"name": "x"}, headers={chance.choice(names): value}
        )
        assert answer.status_code < 500, (method, path, value)


@pytest.mark.parametrize(
    "host", ["", "a b", "localhost:x", "[", "[::1", "localhost:99999", "\xff", "a/b", "@"]
)
def test_a_host_that_is_none_is_refused_or_harmless(host, steady):
    answer = steady.get("/token", headers={"Host": host})
    assert answer.status_code in (200, 400, 403)
    if answer.status_code != 200:
        problem(answer, answer.status_code)


@pytest.mark.parametrize(
    "origin", ["http://[", "null", "http://localhost:1", "x", "", "https://localhost@evil"]
)
def test_an_origin_that_is_not_ours_is_refused(origin, steady):
    problem(steady.post("/tasks", json={"name": "a"}, headers={"Origin": origin}), 403)


def test_our_own_origin_is_let_in(client):
    answer = client.post("/tasks", json={"name": "a"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 201
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_listed_origin_is_let_in_with_its_preflight(make_app):
    far = make_app(cors_origins=("https://far.example.org",), passcode="open sesame").test_client()
    origin = {"Origin": "https://far.example.org"}
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"}
    answer = far.options("/tasks/0", headers={**origin, **asked})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://far.example.org"
    refused = far.get("/tasks", headers=origin)
    assert refused.headers["Access-Control-Allow-Origin"] == "https://far.example.org"


def basic(passcode: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f":{passcode}".encode()).decode()}


CLOSED = ["GET /tasks", "POST /tasks", "GET /tasks/0", "PATCH /tasks/0", "DELETE /tasks/0",
          "PUT /tasks/0/lease", "DELETE /tasks/0/lease", "GET /token", "GET /readyz",
          "GET /openapi.json", "GET /docs", "HEAD /tasks"]  # fmt: skip


@pytest.mark.parametrize("call", CLOSED)
def test_every_route_is_closed_without_the_passcode(call, closed):
    method, path = call.split()
    for headers in ({}, basic("wrong"), {"Authorization": "Bearer x"}):
        answer = closed.open(path, method=method, json={"name": "a"}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_route_is_forgotten_in_the_test_above(closed):
    rules = closed.application.url_map.iter_rules()
    known = {call.split()[1].replace("/0", "/<int:index>") for call in CLOSED}
    page = {"/", "/static/<name>", "/vendor/<name>", "/healthz", "/favicon.ico"}
    assert {rule.rule.replace("string:", "") for rule in rules} - known - page == set()


def test_the_passcode_opens_and_so_does_a_token_made_with_it(closed):
    token = closed.get("/token", headers=basic("open sesame")).json["token"]
    for headers in (basic("open sesame"), {"Authorization": f"Bearer {token}"}):
        assert closed.get("/tasks", headers=headers).status_code == 200
    assert closed.get("/token", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("path", ["/token", "/tasks", "/openapi.json", "/docs"])
def test_guessing_the_passcode_is_limited_wherever_it_is_tried(path, closed):
    statuses = [closed.get(path, headers=basic(f"guess {n}")).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    refused = closed.get("/token", headers=basic("open sesame"))
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("path", ["/token", "/tasks"])
def test_a_page_with_an_old_token_does_not_lock_its_neighbours_out(path, closed):
    for _ in range(20):
        closed.get(path, headers={"Authorization": "Bearer x.y.z"})
    assert closed.get("/tasks", headers=basic("open sesame")).status_code == 200


@pytest.mark.parametrize(
    "name", ["Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-X"]
)
def test_a_tunnel_without_a_passcode_is_refused_saying_what_to_set(name, steady):
    for path in ("/", "/tasks", "/token", "/healthz"):
        document = problem(steady.get(path, headers={name: "1.2.3.4"}), 403)
        assert "KANBAN_PASSCODE" in document["detail"]


def test_nothing_secret_is_in_an_answer_or_a_log(closed, emulator, wire, caplog):
    caplog.set_level("DEBUG")
    wire.fail(answers("failed"))
    said = [
        closed.open(path, method=method, json={"name": "a"}, headers=headers)
        for method, path in (call.split() for call in CLOSED)
        for headers in (basic("open sesame"), basic("wrong"), {})
    ]
    text = caplog.text + "".join(answer.text + str(answer.headers) for answer in said)
    for secret in (emulator.api_secret, emulator.credentials.auth_token, "open sesame"):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text


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
