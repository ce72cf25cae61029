"""What the REST API refuses: paths, bodies and fields that do not fit; nothing ends in a 500."""

import io
import random

import pytest
from caller import names, problem


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


@pytest.mark.parametrize("index", ["00", "%D9%A0", "+0", "0 "])
def test_a_task_has_one_address(index, steady):
    problem(steady.get(f"/tasks/{index}"), 404)
    problem(steady.put(f"/tasks/{index}/lease", json={"activity": "editing"}), 404)
    assert steady.get("/tasks/0").status_code == 200


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


def test_a_body_of_unknown_length_is_refused_and_not_cut_off(client):
    body = b'{"name": "cut"}' + b" " * 65_536 + b"garbage"
    unknown = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    answer = client.post(
        "/tasks",
        input_stream=io.BytesIO(body),
        content_type="application/json",
        environ_overrides=unknown,
    )
    problem(answer, 413)


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "json"])
@pytest.mark.parametrize("call", ["POST /tasks", "PATCH /tasks/0", "PUT /tasks/0/lease"])
def test_a_body_that_is_not_called_json_is_refused(kind, call, steady):
    method, path = call.split()
    problem(steady.open(path, method=method, data=b'{"name": "a"}', content_type=kind), 415)


@pytest.mark.parametrize("coding", ["gzip", "br", "identity, gzip", "x"])
@pytest.mark.parametrize("call", ["POST /tasks", "PATCH /tasks/0", "PUT /tasks/0/lease"])
def test_a_body_that_is_encoded_or_called_so_is_refused(coding, call, steady):
    method, path = call.split()
    headers = {"Content-Encoding": coding}
    answer = steady.open(path, method=method, json={"name": "a"}, headers=headers)
    assert "Content-Encoding" in problem(answer, 415)["detail"]


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
def test_a_body_that_is_called_plain_is_taken(coding, client):
    headers = {"Content-Encoding": coding}
    assert client.post("/tasks", json={"name": "a"}, headers=headers).status_code == 201


def test_json_may_name_its_character_set(client):
    kind = "application/json; charset=utf-8"
    assert client.post("/tasks", data=b'{"name":"a"}', content_type=kind).status_code == 201


@pytest.mark.parametrize(
    "wish", ["max-stale", "max-stale=60", "no-transform, max-stale=9", "max-stale=1" + "0" * 400]
)
def test_who_takes_a_stale_board_costs_no_read(wish, client, task, wire):
    wire.forget()
    answer = client.get("/tasks", headers={"Cache-Control": wish})
    assert answer.json["tasks"] == [task]
    assert wire.cost() == (0, 0)


@pytest.mark.parametrize(
    "wish",
    ["", "max-stale=x", "max-stale=-60", "max-stale=0", "max-age=60", "max-stale=" + "9" * 5000],
)
def test_who_does_not_take_a_stale_board_gets_what_sync_has(wish, client, task, wire):
    wire.forget()
    assert client.get("/tasks", headers={"Cache-Control": wish}).json["tasks"] == [task]
    assert wire.cost() == (0, 1)


def test_no_header_of_chance_ends_in_a_500(client, task):
    chance = random.Random(3)
    names = ["If-Match", "Lease", "Idempotency-Key", "Authorization", "Content-Type", "Accept",
             "Range", "If-None-Match", "If-Modified-Since", "Cookie", "Accept-Encoding",
             "Transfer-Encoding", "Content-Encoding", "X-Http-Method-Override",
             "Cache-Control"]  # fmt: skip
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


def test_a_name_beyond_our_rules_is_left_to_the_deleted_task(client):
    name = {"restore": 77, "name": "two\nlines"}
    answer = client.post("/tasks", json=name)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["detail"].startswith("The deleted task is not remembered")


@pytest.mark.parametrize("value", ['""', f'"{"x" * 256}"'])
def test_an_if_match_that_names_no_revision_is_told_and_not_repeated(value, steady):
    answer = steady.patch("/tasks/0", json={"name": "b"}, headers={"If-Match": value})
    detail = problem(answer, 400)["detail"]
    assert detail == "If-Match must name one revision, of 1 to 255 characters."
