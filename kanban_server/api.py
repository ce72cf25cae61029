"""The REST API: what a request says goes to the board, what the board says is the answer."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from flask import Response, current_app, g, request
from flask.views import MethodView
from flask_smorest import Blueprint
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.routing import IntegerConverter

from . import errors, problems, schemas, transport, wishes
from .access import Access
from .board import Board
from .bridge import MAX_BODY_BYTES
from .compress import compressed
from .guard import Guard
from .jsontext import compact
from .settings import DEFAULT_PORTS, LEASES_NAME, LIST_NAME, Settings
from .sync_store import SyncStore
from .wishes import KEY_HEADER, LEASE_HEADER, MATCH_HEADER, STALE_HEADER

MIN_GZIP_BYTES = 4096


class Index(IntegerConverter):
    """An index in a path: plain digits, so that a task has one address."""

    regex = "(?:0|[1-9][0-9]*)"


def make_blueprint(
    settings: Settings, board: Board, access: Access, store: SyncStore, guard: Guard
) -> Blueprint:
    """Make the API of one board."""
    api = Blueprint("api", __name__)
    api.ARGUMENTS_PARSER = wishes.BodyParser()
    api.before_request(lambda: identify(access, guard))
    new_task, changes = schemas.bodies(board.columns)
    _add_collection(api, board, new_task())
    _add_task(api, board, changes())
    _add_lease(api, board)
    _add_token(api, settings, access, guard)
    _add_readiness(api, store)
    return api


def _add_collection(api: Blueprint, board: Board, new_task: schemas.Body) -> None:
    @api.route("/tasks")
    class TasksView(MethodView):
        """All tasks."""

        @api.response(200, schemas.Tasks)
        @problems.documented(api)
        @api.doc(parameters=[STALE_HEADER])
        def get(self) -> Response:
            """Read all tasks, in board order."""
            return _json({"tasks": board.tasks(wishes.max_stale_seconds())})

        @problems.documented(api, 400, 404, 409, 413, 415, 422, 504)
        @api.arguments(new_task, error_status_code=422)
        @api.response(201, schemas.Task, headers={**schemas.ETAG, **schemas.LOCATION})
        @api.doc(parameters=[KEY_HEADER])
        def post(self, body: dict[str, Any]) -> Response:
            """Make a task. The same Idempotency-Key again gives the same task."""
            restore = body.pop("restore", None)
            task = board.add(wishes.change(body), restore)
            answer = _task(task, 201)
            answer.location = f"/tasks/{task['id']}"
            return answer


def _add_task(api: Blueprint, board: Board, changes: schemas.Body) -> None:
    @api.route("/tasks/<int:index>")
    class TaskView(MethodView):
        """One task."""

        @api.response(200, schemas.Task, headers=schemas.ETAG)
        @problems.documented(api, 404)
        def get(self, index: int) -> Response:
            """Read a task."""
            return _task(board.task(_id(index)))

        @problems.documented(api, 400, 404, 409, 412, 413, 415, 422, 423, 504)
        @api.arguments(changes, error_status_code=422)
        @api.response(200, schemas.Task, headers=schemas.ETAG)
        @api.doc(parameters=[KEY_HEADER, MATCH_HEADER, LEASE_HEADER])
        def patch(self, body: dict[str, Any], index: int) -> Response:
            """Edit or move a task, or both in one write."""
            for name in ("before", "after"):
                if body.get(name) == index:
                    detail = "A task cannot be its own neighbour."
                    raise errors.InvalidFields([{"pointer": f"/{name}", "detail": detail}])
            return _task(board.change(_id(index), wishes.change(body)))

        @api.response(204)
        @problems.documented(api, 400, 404, 412, 423, 504)
        @api.doc(parameters=[MATCH_HEADER, LEASE_HEADER])
        def delete(self, index: int) -> Response:
            """Delete a task."""
            board.remove(_id(index), wishes.change({}))
            return Response(status=204)


def _add_lease(api: Blueprint, board: Board) -> None:
    @api.route("/tasks/<int:index>/lease")
    class LeaseView(MethodView):
        """Who drags or edits a task."""

        @problems.documented(api, 400, 404, 413, 415, 422, 423, 504)
        @api.arguments(schemas.LeaseWish(), error_status_code=422)
        @api.response(200, schemas.Lease)
        @api.doc(parameters=[LEASE_HEADER])
        def put(self, body: dict[str, Any], index: int) -> Response:
            """Take the lease of a task, or renew it with the header Lease."""
            lease = board.take_lease(_id(index), body["activity"], g.identity, wishes.lease())
            return _json(lease)

        @api.response(204)
        @problems.documented(api, 400, 404, 422, 504)
        @api.doc(parameters=[{**LEASE_HEADER, "required": True}])
        def delete(self, index: int) -> Response:
            """Give a lease up; it is no error if it is gone."""
            lease = wishes.lease()
            if lease is None:
                raise errors.BadRequest("The header Lease must name the lease to give up.")
            board.give_up_lease(_id(index), lease)
            return Response(status=204)


def _add_token(api: Blueprint, settings: Settings, access: Access, guard: Guard) -> None:
    @api.route("/token")
    class TokenView(MethodView):
        """Access tokens."""

        @api.response(200, schemas.Token)
        @problems.documented(api)
        def get(self) -> Response:
            """Get a token that reads Sync and names its holder to this API."""
            with _counting_guesses(guard):
                grant = access.grant(request.headers.get("Authorization", ""))
            sync = {"list": LIST_NAME, "leases": LEASES_NAME, "options": _options(settings)}
            body = {
                "identity": grant.identity,
                "token": grant.token,
                "expires_in": grant.expires_in,
                "sync": sync,
            }
            answer = _json(body)
            answer.headers["Cache-Control"] = "no-store"
            return answer


def _add_readiness(api: Blueprint, store: SyncStore) -> None:
    @api.route("/readyz")
    class ReadyView(MethodView):
        """Whether Sync can be reached."""

        @api.response(200, schemas.Status)
        @problems.documented(api)
        def get(self) -> Response:
            """Read Sync once."""
            store.is_reachable()
            return _json({"status": "ready"})


def identify(access: Access, guard: Guard) -> None:
    """Find out who calls, before anything of the body is read; count what is limited."""
    transport.begin_request(request.environ.get("kanban.arrived", time.monotonic()))
    if request.method == "OPTIONS":  # a browser asks without credentials whether it may
        return None
    if request.blueprint == "api":  # the documents cost nothing
        guard.check_asker(dict(request.headers))
    address = _address(guard)
    if not request.headers.get("Authorization", "").lower().startswith("bearer "):
        guard.check_passcode_attempts(address)
    if request.endpoint == "api.TokenView":
        return guard.count_token(address)
    with _counting_guesses(guard):
        g.identity = access.identify(request.headers.get("Authorization", ""))
    if request.method not in ("GET", "HEAD"):
        guard.count_write(g.identity)
    return _require_json()


@contextmanager
def _counting_guesses(guard: Guard) -> Iterator[None]:
    """Count a refused passcode; a token cannot be guessed, and an old one is no attempt."""
    try:
        yield
    except errors.NotIdentified:
        if request.headers.get("Authorization", "").lower().startswith("basic"):
            guard.count_wrong_passcode(_address(guard))
        raise


def _address(guard: Guard) -> str:
    return guard.client_address(request.remote_addr or "", dict(request.headers))


def _require_json() -> None:
    if request.method not in ("POST", "PATCH", "PUT"):
        return
    if request.mimetype != "application/json":
        raise errors.NotJson("Send the body as JSON, with Content-Type: application/json.")
    if request.headers.get("Content-Encoding", "").lower() not in ("", "identity"):
        raise errors.NotJson("Send the body plain: no Content-Encoding is taken.")
    if len(request.get_data()) > MAX_BODY_BYTES:  # of one without a length Flask reads no more
        raise RequestEntityTooLarge


def _options(settings: Settings) -> dict[str, Any]:
    """Give the SDK's options: none on the cloud, else the address of the WebSocket."""
    if not settings.sync_url:
        return {}
    url = urlsplit(settings.sync_url if settings.sync_url != "/" else _own_url(settings))
    scheme = "wss" if url.scheme == "https" else "ws"
    return {"Twilsock": {"uri": f"{scheme}://{url.netloc}/v3/wsconnect"}}


def _own_url(settings: Settings) -> str:
    """Give the address that a page was asked for at: a proxy may speak TLS, or name its port."""
    public = urlsplit(settings.public_url)
    port = f":{DEFAULT_PORTS.get(public.scheme)}"
    is_public = request.host.lower().removesuffix(port).rstrip(".") == public.netloc
    return settings.public_url if is_public else request.host_url


def _id(index: int) -> int:
    if index > schemas.MAX_ID:
        raise errors.TaskNotFound(index)
    return index


def _task(task: dict[str, Any], status: int = 200) -> Response:
    answer = _json(task, status)
    answer.set_etag(task["revision"])
    return answer


def _json(body: Any, status: int = 200) -> Response:
    """Give an answer, compressed quickly if it is long and the caller takes that."""
    text = compact(body).encode()
    answer = current_app.response_class(text, status, mimetype="application/json")
    return compressed(answer) if len(text) >= MIN_GZIP_BYTES else answer
