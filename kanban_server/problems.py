"""Every error as an `application/problem+json` answer. Source: RFC 9457, RFC 6901."""

import logging
import math
from typing import Any

from flask import Flask, Response
from flask.typing import ResponseReturnValue
from flask_smorest import Blueprint
from werkzeug.exceptions import HTTPException

from . import errors
from .jsontext import compact
from .schemas import Problem

log = logging.getLogger(__name__)

ALWAYS = (401, 403, 405, 429, 502, 503, 507)
REFUSALS: tuple[type[errors.KanbanError], ...] = (
    errors.BadRequest,
    errors.NotIdentified,
    errors.NotAllowedHere,
    errors.TaskNotFound,
    errors.NeighbourNotThere,
    errors.TaskChanged,
    errors.NotJson,
    errors.InvalidFields,
    errors.TaskLeased,
    errors.TooManyRequests,
    errors.SyncNonsense,
    errors.SyncUnavailable,
    errors.OutcomeUnknown,
    errors.SyncFull,
)
TITLES = {
    **{kind.status: kind.title for kind in REFUSALS},
    405: "No such method",
    413: "The body is too large",
}


def documented(api: Blueprint, *statuses: int) -> Any:
    """Give the decorator that documents the problems a view may answer with."""
    content = {"application/problem+json": {"schema": Problem}}
    seconds = {"Retry-After": {"schema": {"type": "integer"}, "required": True}}
    responses: dict[str, Any] = {
        str(status): {"description": TITLES[status], "content": content}
        for status in (*statuses, *ALWAYS)
    }
    responses["429"]["headers"] = responses["503"]["headers"] = seconds
    return api.doc(responses=responses)


def register(app: Flask) -> None:
    """Answer every exception of this app as a problem."""
    app.register_error_handler(errors.KanbanError, refusal)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, bug)


def refusal(error: errors.KanbanError) -> Response:
    """Answer a refusal of the board."""
    if error.status >= 500:
        log.warning("%s: %s", error.title, error.detail)
    headers: dict[str, Any] = {}
    if error.retry_after is not None or error.status in (429, 503):
        headers["Retry-After"] = max(1, math.ceil(error.retry_after or 1))
    if isinstance(error, errors.NotIdentified):
        headers["WWW-Authenticate"] = "Bearer"
    return problem(error.status, error.title, error.detail, headers, **error.extra)


def http_error(error: HTTPException) -> ResponseReturnValue:
    """Answer what Flask or webargs refuses: unknown paths, methods, bodies that do not fit."""
    if error.response is not None and error.code and error.code < 400:
        return error.response
    messages = getattr(error, "data", {}).get("messages", {})
    fields = [
        {"pointer": pointer, "detail": detail}
        for part in messages.values()
        for pointer, detail in _pointed(part, "")
    ]
    code = error.code or 500
    if code == 422 and fields:
        return refusal(errors.InvalidFields(fields))
    if code == 400 and fields:
        return refusal(errors.BadRequest(fields[0]["detail"]))
    headers = {k: v for k, v in error.get_headers() if k.lower() in ("allow", "retry-after")}
    return problem(code, error.name, error.description or error.name, headers)


def bug(error: Exception) -> Response:
    """Answer a bug of ours: the log has the traceback, the caller a plain 500."""
    log.error("unexpected error", exc_info=error)
    return problem(500, "Internal error", "This is a mistake of ours; the log has its details.", {})


def problem(status: int, title: str, detail: str, headers: dict[str, Any], **more: Any) -> Response:
    """Make a problem document."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    answer = Response(compact(body), status)
    answer.headers.extend(headers)
    answer.content_type = "application/problem+json"
    return answer


def _pointed(messages: Any, pointer: str) -> list[tuple[str, str]]:
    """Flatten marshmallow's messages into pairs of JSON pointer and text."""
    if isinstance(messages, dict):
        return [
            pair
            for name, inner in messages.items()
            for pair in _pointed(inner, pointer if name == "_schema" else pointer + _step(name))
        ]
    return [(pointer, str(text)) for text in messages]


def _step(name: Any) -> str:
    return "/" + str(name).replace("~", "~0").replace("/", "~1")
