"""Point 15, over real sockets: what is closed stays closed, and no secret shows anywhere."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests

from tests.faults.servers import ROOT, Server
from tests.fuzz.wire import Peer

PASSCODE = "correct-horse-battery"
ROUTES = [
    ("GET", "/tasks"),
    ("POST", "/tasks"),
    ("GET", "/tasks/0"),
    ("PATCH", "/tasks/0"),
    ("DELETE", "/tasks/0"),
    ("PUT", "/tasks/0/lease"),
    ("DELETE", "/tasks/0/lease"),
    ("GET", "/token"),
    ("GET", "/readyz"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
    ("GET", "/v1/Services"),
]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("closed")
    server = Server(folder, KANBAN_PASSCODE=PASSCODE, KANBAN_CORS_ORIGINS="https://ok.example")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def keys(closed: Server) -> dict[str, str]:
    return dict(json.loads((closed.log.parent / "data/credentials.json").read_text()))


def basic(code: str) -> str:
    return f"Basic {b64encode(f':{code}'.encode()).decode()}"


@pytest.fixture
def token(closed: Server) -> str:
    return str(closed.call("GET", "/token", Authorization=basic(PASSCODE)).json()["token"])


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_needs_the_passcode(method: str, path: str, closed: Server) -> None:
    assert closed.call(method, path, {}).status_code == 401
    assert "WWW-Authenticate" not in closed.call("GET", "/").headers


def test_a_401_never_opens_the_browsers_own_dialog(closed: Server) -> None:
    assert closed.call("GET", "/tasks").headers["WWW-Authenticate"] == "Bearer"


def test_the_document_has_no_route_that_is_not_tried_here(closed: Server) -> None:
    text = closed.call("GET", "/openapi.json", Authorization=basic(PASSCODE)).text
    tried = {(method.lower(), path.replace("0", "{index}")) for method, path in ROUTES}
    paths = json.loads(text)["paths"]
    assert {(how, path) for path in paths for how in paths[path] if how != "parameters"} <= tried


FORGERIES: dict[str, Callable[[dict[str, Any], dict[str, str]], tuple[Any, str, str]]] = {
    "another secret": lambda claims, keys: (claims, "x" * 43, "HS256"),
    "the auth token": lambda claims, keys: (claims, keys["auth_token"], "HS256"),
    "another algorithm": lambda claims, keys: (claims, keys["api_secret"], "HS512"),
    "no signature": lambda claims, keys: (claims, "", "none"),
}


def forged(token: str, keys: dict[str, str], how: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})
    claims, secret, algorithm = FORGERIES[how](claims, keys)
    header = {"cty": "twilio-fpa;v=1"}
    return jwt.encode(claims, secret or None, algorithm, headers=header)


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize("how", list(FORGERIES))
def test_a_forged_token_opens_neither_api_nor_socket(
    how: str, token: str, keys: dict[str, str], closed: Server
) -> None:
    false = forged(token, keys, how)
    assert closed.call("GET", "/tasks", Authorization=f"Bearer {false}").status_code == 401
    with Peer(closed.port) as peer:
        assert peer.login(false)["status"]["code"] == 401


CHANGES: list[dict[str, Any]] = [
    {"exp": 1},
    {"nbf": 2**33},
    {"iss": "SK" + "0" * 32},
    {"sub": "AC" + "0" * 32},
    {"grants": {"identity": "x", "data_sync": {"service_sid": "IS" + "0" * 32}}},
    {"grants": {"identity": "x"}},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_token_that_says_something_else_opens_neither(
    change: dict[str, Any], token: str, keys: dict[str, str], closed: Server
) -> None:
    claims = jwt.decode(token, options={"verify_signature": False}) | change
    false = jwt.encode(claims, keys["api_secret"], "HS256", headers={"cty": "twilio-fpa;v=1"})
    assert closed.call("GET", "/tasks", Authorization=f"Bearer {false}").status_code == 401
    with Peer(closed.port) as peer:
        assert peer.login(false)["status"]["code"] == 401


def test_a_page_cannot_write_into_sync_with_its_own_token(token: str, closed: Server) -> None:
    assert closed.call("POST", "/tasks", {"name": "x"}, Authorization=f"Bearer {token}").ok
    for method, path in (
        ("POST", "/v3/Lists/tasks/Items"),
        ("POST", "/v3/Lists/tasks/Items/0"),
        ("DELETE", "/v3/Lists/tasks/Items/0"),
        ("DELETE", "/v3/Lists/tasks"),
        ("PUT", "/v3/Maps/leases/Items/0"),
    ):
        with Peer(closed.port) as peer:
            peer.login(token)
            request = {"method": method, "path": path, "params": {}, "headers": {}}
            header = {"method": "message", "http_request": request}
            reply, body = peer.ask(header, b'{"data":{"name":"mine"}}')
            assert reply["http_status"]["code"] == 403, path
            assert json.loads(body)["code"] == 54007


def test_cors_lets_in_the_listed_origin_and_no_other(closed: Server) -> None:
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "If-Match"}

    def preflight(origin: str) -> requests.Response:
        return requests.options(f"{closed.url}/tasks", headers={"Origin": origin, **ask}, timeout=9)

    allowed = preflight("https://ok.example")
    assert allowed.ok
    assert allowed.headers["Access-Control-Allow-Origin"] == "https://ok.example"
    refused = preflight("https://evil.example")
    assert refused.status_code == 403
    assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_passcode_cannot_be_guessed_fast_by_one_address(tmp_path: Path) -> None:
    server = Server(tmp_path, KANBAN_PASSCODE=PASSCODE)
    try:
        guesses = [server.call("GET", "/tasks", Authorization=basic(f"{n}")) for n in range(12)]
        assert [answer.status_code for answer in guesses] == [401] * 10 + [429] * 2
        assert server.call("GET", "/tasks", X_Forwarded_For="9.9.9.9").status_code == 401
    finally:
        server.stop()


def test_no_secret_shows_in_an_answer_a_log_or_the_checkout(
    token: str, keys: dict[str, str], closed: Server
) -> None:
    own = {"Authorization": f"Bearer {token}"}
    said = [closed.call(method, path, {"bad\r\nX": 1}, **own) for method, path in ROUTES]
    said += [closed.call("GET", path) for path in ("/", "/healthz", "/static/main.js", "/nothing")]
    texts = [f"{answer.headers} {answer.text}".replace(token, "") for answer in said]
    status = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, capture_output=True)
    texts += [closed.text(), status.stdout.decode()]
    secrets = [keys["api_secret"], keys["auth_token"], PASSCODE, b64encode(PASSCODE.encode())]
    secrets += [basic(PASSCODE).split()[1], token.split(".")[2]]
    for text in texts:
        assert not [secret for secret in secrets if str(secret) in text]
    assert ".env" not in status.stdout.decode()


def test_no_caller_can_write_a_line_into_the_log(closed: Server) -> None:
    closed.call("GET", '/tasks/%0a%7b"event"%3a"forged"%7d', User_Agent="x")
    closed.call("POST", "/tasks", {"name": 'a"}\n{"event": "forged"}'}, Authorization="Basic x")
    lines = [json.loads(line) for line in closed.text().splitlines()[1:]]
    assert not [line for line in lines if line["event"] == "forged"]


def test_data_and_keys_are_for_the_owners_eyes_only(closed: Server) -> None:
    data = closed.log.parent / "data"
    assert data.stat().st_mode & 0o077 == 0
    assert (data / "credentials.json").stat().st_mode & 0o077 == 0


def test_an_open_address_is_refused_without_a_passcode(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="KANBAN_PASSCODE"):
        Server(tmp_path, KANBAN_HOST="0.0.0.0")
