"""From ASGI to WSGI: what arrives at the app, and what goes back."""

import asyncio
from typing import Any

import pytest

from kanban_server.bridge import MAX_BODY_BYTES, Bridge

SCOPE: dict[str, Any] = {
    "type": "http",
    "method": "POST",
    "raw_path": b"/tasks/%C3%A9",
    "query_string": b"a=1",
    "server": ("127.0.0.1", 5001),
    "client": ("127.0.0.1", 40000),
    "http_version": "1.1",
    "scheme": "http",
    "headers": [(b"host", b"localhost"), (b"content-type", b"text/plain")],
}


class App:
    """A WSGI app that keeps what it is given."""

    def __init__(self) -> None:
        self.environ: dict[str, Any] = {}
        self.body = b""

    def __call__(self, environ, start):
        self.environ, self.body = environ, environ["wsgi.input"].read()
        start("200 OK", [("X-Sign", "ü"), ("Date", "today")])
        return [b"he", b"llo"]


def exchange(app, messages, **scope: Any) -> list[dict[str, Any]]:
    """Send messages to the bridge and give what comes back."""
    sent: list[dict[str, Any]] = []
    waiting = iter(messages)

    async def receive():
        return next(waiting)

    async def send(message):
        sent.append(message)

    asyncio.run(Bridge(app, 1)({**SCOPE, **scope}, receive, send))
    return sent


def part(body: bytes, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_the_app_gets_a_body_that_came_in_parts_whole():
    app = App()
    exchange(app, [part(b"he", more=True), part(b"llo")])
    assert app.body == b"hello"
    assert app.environ["CONTENT_LENGTH"] == "5"


def test_the_path_is_decoded_as_wsgi_wants_it():
    app = App()
    exchange(app, [part(b"")])
    assert app.environ["PATH_INFO"].encode("latin-1").decode() == "/tasks/é"


def test_the_answer_goes_back_whole_and_without_a_second_date():
    start, body = exchange(App(), [part(b"")])
    assert (start["status"], start["headers"]) == (200, [(b"x-sign", "ü".encode("latin-1"))])
    assert body["body"] == b"hello"


def test_a_header_with_an_underscore_cannot_pass_for_one_with_a_dash():
    app = App()
    exchange(app, [part(b"")], headers=[(b"x_forwarded_for", b"1.2.3.4")])
    assert "HTTP_X_FORWARDED_FOR" not in app.environ


def test_a_header_that_comes_twice_arrives_joined():
    app = App()
    exchange(app, [part(b"")], headers=[(b"if-match", b'"1"'), (b"if-match", b'"2"')])
    assert app.environ["HTTP_IF_MATCH"] == '"1","2"'


def test_a_body_without_end_is_read_no_further_than_needed():
    app = App()
    exchange(app, (part(b"x" * 50_000, more=True) for _ in range(10)))
    assert MAX_BODY_BYTES < len(app.body) < 3 * 50_000


def test_a_caller_that_goes_away_reaches_no_thread():
    app = App()
    exchange(app, [part(b"x", more=True), {"type": "http.disconnect"}])
    assert app.environ == {}


def test_an_app_that_fails_closes_what_it_opened():
    closed = []

    class Chunks:
        def __iter__(self):
            raise RuntimeError

        def close(self):
            closed.append(True)

    with pytest.raises(RuntimeError):
        exchange(lambda environ, start: Chunks(), [part(b"")])
    assert closed
