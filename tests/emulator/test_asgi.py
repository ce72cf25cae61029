"""The REST API over HTTP: a thin cover, so only what the cover adds."""

import asyncio
import base64
import json

import pytest

from kanban_server.sync_emulator import asgi


def call(emulator, path, method="GET", body=b"", headers=(), is_whole=True, **scope):
    """Give (status, headers, JSON) of a request to the ASGI app."""
    login = base64.b64encode(f"{emulator.api_key}:{emulator.api_secret}".encode())
    sent = []

    came = [{"type": "http.request", "body": body, "more_body": not is_whole}]

    async def receive():
        return came.pop() if came else await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    path, _, query = path.partition("?")
    request = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"authorization", b"Basic " + login), *headers],
        **scope,
    }
    asyncio.run(emulator.rest_app(request, receive, send))
    head, content = sent[:2]
    return head["status"], dict(head["headers"]), json.loads(content["body"] or "null")


def test_a_request_is_answered_as_in_process(emulator, rest):
    status, headers, body = call(emulator, "/v1/Services/default")
    assert (status, body) == rest.call("GET", "")
    assert headers[b"content-type"] == b"application/json"
    assert int(headers[b"content-length"]) > 0


def test_urls_are_on_the_host_that_was_asked(emulator, tasks, rest):
    [rest.add(n=n) for n in range(2)]
    host = [(b"host", b"sync.example:8443")]
    path = "/v1/Services/default/Lists/tasks/Items?PageSize=1"
    _, _, body = call(emulator, path, headers=host, scheme="https")
    assert body["meta"]["next_page_url"].startswith("https://sync.example:8443/v1/Services/IS")
    assert body["items"][0]["url"].startswith("https://sync.example:8443/v1/")


def test_a_form_is_read_and_the_path_kept_as_it_was_sent(emulator, rest, leases):
    path = "/v1/Services/default/Maps/leases/Items"
    form = b"Key=a%2Fb&Data=%7B%22name%22%3A%22%C3%A9+%2B%22%7D"
    status, headers, body = call(emulator, path, "POST", form)
    assert (status, body["key"], body["data"]) == (201, "a/b", {"name": "é +"})
    assert headers[b"etag"] == b'"1"'
    raw = f"{path}/a%2Fb".encode()
    assert call(emulator, f"{path}/a/b", raw_path=raw)[2]["data"] == {"name": "é +"}


def test_if_match_is_passed_on(emulator, rest, tasks):
    rest.add(n=1)
    path = "/v1/Services/default/Lists/tasks/Items/0"
    mark = [(b"if-match", b"5")]
    assert call(emulator, path, "DELETE", headers=mark)[0] == 412


def test_a_body_that_is_too_large_is_413(emulator):
    body = bytes(asgi.MAX_BODY_BYTES + 1)
    assert call(emulator, "/v1/Services/default", "POST", body)[0] == 413


def test_who_is_not_known_is_refused_before_the_body_is_there(emulator, monkeypatch):
    monkeypatch.setattr(asgi, "LINGER_SECONDS", 0)
    unknown = [(b"authorization", b"Basic eDp5")]
    path = "/v1/Services/default"
    status, headers, body = call(emulator, path, "POST", headers=unknown, is_whole=False)
    assert (status, body["code"], headers[b"connection"]) == (401, 20003, b"close")


def test_a_body_that_does_not_come_is_not_waited_for(emulator, monkeypatch):
    monkeypatch.setattr(asgi, "BODY_SECONDS", 0.01)
    monkeypatch.setattr(asgi, "LINGER_SECONDS", 0)
    status, headers, _ = call(emulator, "/v1/Services/default", "POST", is_whole=False)
    assert (status, headers[b"connection"]) == (408, b"close")


@pytest.mark.parametrize("body", [b"\xff\xfe=%zz&&==", b"Data=%ff", bytes(1000)])
def test_a_strange_body_never_gives_a_500(emulator, rest, tasks, body):
    path = "/v1/Services/default/Lists/tasks/Items"
    assert call(emulator, path, "POST", body)[0] == 400


def test_answers_wait_for_the_latency_beside_each_other(emulator):
    emulator.latency_ms = 300

    async def story():
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await asyncio.gather(*(ask() for _ in range(100)))
        return loop.time() - begin

    async def ask():
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
        await emulator.rest_app(scope, receive, ignore)

    async def receive():
        return {"type": "http.request", "body": b""}

    async def ignore(message):
        pass

    assert 0.3 <= asyncio.run(story()) < 3
