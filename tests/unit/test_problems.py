"""Errors as problem documents."""

import json

import pytest
from flask import Flask, abort, request

from kanban_server import errors, problems
from kanban_server.page import WEB


@pytest.fixture
def app():
    app = Flask("problems")
    problems.register(app)
    return app


def answer_to(app, error):
    def view():
        raise error

    app.add_url_rule("/", view_func=view)
    return app.test_client().get("/")


def document(answer):
    assert answer.content_type == "application/problem+json"
    return json.loads(answer.data)


KINDS = [kind for kind in vars(errors).values()
         if isinstance(kind, type) and issubclass(kind, errors.KanbanError)]  # fmt: skip
MADE = {
    errors.TaskNotFound: lambda: errors.TaskNotFound(7),
    errors.NeighbourNotThere: lambda: errors.NeighbourNotThere(7, "todo"),
    errors.InvalidFields: lambda: errors.InvalidFields([{"pointer": "/a", "detail": "b"}]),
    errors.KeyReused: errors.KeyReused,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_is_a_problem_with_its_status(kind, app):
    answer = answer_to(app, MADE.get(kind, lambda: kind("Because."))())
    assert answer.status_code == kind.status == document(answer)["status"]
    assert document(answer)["title"] == kind.title
    assert document(answer)["detail"]


def test_what_a_refusal_knows_is_in_the_document(app):
    answer = answer_to(app, errors.TaskChanged("Changed.", task={"id": 0}))
    assert document(answer)["task"] == {"id": 0}


@pytest.mark.parametrize(("given", "shown"), [(7, "7"), (0.2, "1"), (1.2, "2"), (0, "1")])
def test_a_wait_is_told_in_whole_seconds(given, shown, app):
    answer = answer_to(app, errors.SyncBusy("Busy.", retry_after=given))
    assert answer.headers["Retry-After"] == shown


@pytest.mark.parametrize("kind", [errors.SyncBusy, errors.SyncUnavailable, errors.TooManyRequests])
def test_429_and_503_always_tell_a_wait(kind, app):
    assert answer_to(app, kind("No.")).headers["Retry-After"] == "1"


def test_a_missing_passcode_asks_for_a_token_and_opens_no_dialog(app):
    answer = answer_to(app, errors.NotIdentified("No."))
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("status", [400, 404, 405, 408, 413, 415, 429, 500, 503])
def test_what_flask_refuses_is_a_problem(status, app):
    app.add_url_rule("/", view_func=lambda: abort(status))
    answer = app.test_client().get("/")
    assert answer.status_code == document(answer)["status"] == status


def test_a_redirect_stays_one(app):
    app.add_url_rule("/folder/", view_func=lambda: "x")
    answer = app.test_client().get("/folder")
    assert (answer.status_code, answer.location) == (308, "http://localhost/folder/")


def test_messages_of_nested_fields_become_pointers(app):
    messages = {"json": {"a": {"b/c": {0: ["Wrong."]}}, "_schema": ["All."]}}

    def view():
        from webargs.flaskparser import abort as refuse

        refuse(422, messages=messages)

    app.add_url_rule("/", view_func=view)
    found = document(app.test_client().get("/"))["errors"]
    assert found == [
        {"pointer": "/a/b~1c/0", "detail": "Wrong."},
        {"pointer": "", "detail": "All."},
    ]


def test_a_bug_shows_nothing_of_itself(app, caplog):
    answer = answer_to(app, ValueError("secret"))
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret" in caplog.text


def test_text_that_is_no_unicode_is_escaped(app):
    answer = answer_to(app, errors.BadRequest("half \ud83d"))
    assert document(answer)["detail"] == "half \ud83d"


def test_a_body_too_large_is_told_when_it_is_read(app):
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/", view_func=lambda: request.get_data(), methods=["POST"])
    assert document(app.test_client().post("/", data=b"x" * 11))["status"] == 413


def test_the_page_knows_by_its_title_that_sync_refuses_this_server():
    assert f"'{errors.SyncRefuses.title}'" in (WEB / "api.js").read_text()
