"""Whom the REST API lets in: hosts, origins, the passcode, and what it never tells."""

import base64

import pytest
from caller import basic, problem
from wire import answers


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


@pytest.mark.parametrize("host", ["", ":443", "."])
def test_pages_behind_a_proxy_are_told_its_own_address(host, make_app):
    client = make_app(passcode="x", public_url="https://board.example.org").test_client()
    answer = client.get("/token", auth=("", "x"), headers={"Host": f"Board.example.org{host}"})
    options = answer.json["sync"]["options"]
    assert options["Twilsock"] == {"uri": "wss://board.example.org/v3/wsconnect"}


def test_our_own_origin_is_let_in(client):
    answer = client.post("/tasks", json={"name": "a"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 201
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("allowed", ["https://far.example.org", "http://[::1]:8000"])
def test_a_listed_origin_is_let_in_with_its_preflight(allowed, make_app):
    far = make_app(cors_origins=(allowed,), passcode="open sesame").test_client()
    origin = {"Origin": allowed}
    asked = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "if-match, cache-control",
    }
    answer = far.options("/tasks/0", headers={**origin, **asked})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == allowed
    assert "cache-control" in answer.headers["Access-Control-Allow-Headers"].lower()
    refused = far.get("/tasks", headers=origin)
    assert refused.headers["Access-Control-Allow-Origin"] == allowed


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_an_image_or_frame_of_another_site_causes_no_permission(site, client, wire):
    wire.forget()
    problem(client.get("/token", headers={"Sec-Fetch-Site": site}), 403)
    assert wire.calls == []


@pytest.mark.parametrize("path", ["/tasks", "/tasks/0", "/tasks/7", "/readyz"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_an_image_or_frame_of_another_site_causes_no_read(path, site, client, wire):
    wire.forget()
    problem(client.get(path, headers={"Sec-Fetch-Site": site}), 403)
    assert wire.calls == []


@pytest.mark.parametrize("path", ["/", "/docs", "/openapi.json", "/static/main.js"])
def test_another_site_may_ask_for_the_page_and_the_documents(path, steady):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert steady.get(path, headers=headers).status_code == 200


def test_a_person_may_follow_a_link_of_another_site_to_the_tasks(steady):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
    assert steady.get("/tasks", headers=headers).status_code == 200


def test_no_other_page_may_embed_an_answer_of_the_api(steady):
    policies = {
        path: steady.get(path).headers.get("Cross-Origin-Resource-Policy")
        for path in ("/tasks", "/tasks/7", "/nowhere", "/openapi.json", "/static/sortable.min.js")
    }
    assert list(policies.values()) == ["same-origin"] * 4 + [None]


@pytest.mark.parametrize("site", ["same-origin", "none", ""])
def test_a_page_of_ours_gets_a_token_and_so_does_a_browser_that_names_no_site(site, client):
    assert client.get("/token", headers={"Sec-Fetch-Site": site}).status_code == 200


def test_a_page_of_a_listed_origin_gets_a_token(make_app):
    far = make_app(cors_origins=("https://far.example.org",)).test_client()
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://far.example.org"}
    assert far.get("/token", headers=headers).status_code == 200
    assert far.get("/tasks", headers=headers).status_code == 200


def with_code(passcode: str) -> dict[str, str]:
    return {"Authorization": basic(f":{passcode}")}


CLOSED = ["GET /tasks", "POST /tasks", "GET /tasks/0", "PATCH /tasks/0", "DELETE /tasks/0",
          "PUT /tasks/0/lease", "DELETE /tasks/0/lease", "GET /token", "GET /readyz",
          "GET /openapi.json", "GET /docs", "HEAD /tasks"]  # fmt: skip


@pytest.mark.parametrize("call", CLOSED)
def test_every_route_is_closed_without_the_passcode(call, closed):
    method, path = call.split()
    for headers in ({}, with_code("wrong"), {"Authorization": "Bearer x"}):
        answer = closed.open(path, method=method, json={"name": "a"}, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_no_route_is_forgotten_in_the_test_above(closed):
    rules = closed.application.url_map.iter_rules()
    known = {call.split()[1].replace("/0", "/<int:index>") for call in CLOSED}
    versioned = "/static/<string(length=12):version>/<name>"
    page = {"/", "/static/<name>", versioned, "/healthz", "/favicon.ico"}
    assert {rule.rule.replace("string:", "") for rule in rules} - known - page == set()


def test_the_passcode_opens_and_so_does_a_token_made_with_it(closed):
    token = closed.get("/token", headers=with_code("open sesame")).json["token"]
    for headers in (with_code("open sesame"), {"Authorization": f"Bearer {token}"}):
        assert closed.get("/tasks", headers=headers).status_code == 200
    assert closed.get("/token", headers={"Authorization": f"Bearer {token}"}).status_code == 200


@pytest.mark.parametrize("path", ["/token", "/tasks", "/openapi.json", "/docs"])
def test_guessing_the_passcode_is_limited_wherever_it_is_tried(path, closed):
    statuses = [closed.get(path, headers=with_code(f"guess {n}")).status_code for n in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    refused = closed.get("/token", headers=with_code("open sesame"))
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


def test_wrong_passcodes_of_a_neighbour_bar_no_page_that_has_its_token(closed):
    token = closed.get("/token", headers=with_code("open sesame")).json["token"]
    for n in range(11):
        closed.get("/tasks", headers=with_code(f"guess {n}"))
    held = {"Authorization": f"Bearer {token}"}
    assert [closed.get(path, headers=held).status_code for path in ("/tasks", "/token")] == [
        200
    ] * 2
    assert closed.get("/tasks").status_code == 429


@pytest.mark.parametrize("path", ["/token", "/tasks"])
def test_a_page_with_an_old_token_does_not_lock_its_neighbours_out(path, closed):
    for _ in range(20):
        closed.get(path, headers={"Authorization": "Bearer x.y.z"})
    assert closed.get("/tasks", headers=with_code("open sesame")).status_code == 200


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
        for headers in (with_code("open sesame"), with_code("wrong"), {})
    ]
    text = caplog.text + "".join(answer.text + str(answer.headers) for answer in said)
    for secret in (emulator.api_secret, emulator.credentials.auth_token, "open sesame"):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text
