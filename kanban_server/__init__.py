"""A real-time Kanban board over Twilio Sync. This file joins its parts; nothing happens at import.

`create_app` is also what a WSGI server calls: `gunicorn 'kanban_server:create_app()'`.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, request
from flask_cors import CORS
from flask_smorest import Api

from .bridge import MAX_BODY_BYTES
from .settings import Settings, load_settings

if TYPE_CHECKING:
    from .guard import Guard
    from .transport import Send

EXPOSED = ["ETag", "Location", "Retry-After", "X-Request-Id"]
HEADERS = ["Authorization", "Cache-Control", "Content-Type", "Idempotency-Key", "If-Match", "Lease"]


def create_app(settings: Settings | None = None, send: "Send | None" = None) -> Flask:
    """Make the Flask app of one board.

    settings: by default, as for a WSGI server, read from the environment and `.env`, and the logs
    of this process configured; send: how HTTP goes to Sync, by default over sockets. Raises
    SettingsError, SyncError.
    """
    from . import (
        access,
        api,
        board,
        guard,
        leases,
        logs,
        pacer,
        page,
        problems,
        sync_store,
        transport,
    )

    if settings is None:
        logs.configure()
        settings = load_settings(os.environ, Path(".env"))
    base_url = settings.sync_url if settings.sync_url != "/" else "http://sync.local"
    turns = pacer.Pacer(pacer.LIST_RATE if not settings.sync_url else None)
    door = transport.Transport(base_url, send, turns.slow_down)
    store = sync_store.SyncStore(settings, door)
    store.prepare()
    gate = guard.Guard(settings)
    the_board = board.Board(store, leases.Leases(store), settings.columns, turns)
    who = access.Access(settings, store)
    access.keep_readers_tidy(who)

    app = Flask(__name__, static_folder=None, template_folder=str(page.WEB))
    app.url_map.converters["int"] = api.Index
    app.config.update(MAX_CONTENT_LENGTH=MAX_BODY_BYTES + 1, **_openapi())  # see api._require_json
    logs.register(app)
    app.before_request(lambda: _check_origin(gate))
    app.teardown_request(lambda error: transport.end_request())
    policy = page.content_security_policy(settings)
    app.after_request(lambda answer: _secure(answer, policy))
    if settings.cors_origins:
        # compiled, since text with a bracket would count as a pattern
        allowed = [re.compile(re.escape(origin) + r"\Z") for origin in settings.cors_origins]
        CORS(app, origins=allowed, allow_headers=HEADERS, expose_headers=EXPOSED)
    Api.DEFAULT_ERROR_RESPONSE_NAME = None  # every view documents its own
    rest = Api(app)
    rest.register_blueprint(api.make_blueprint(settings, the_board, who, store, gate))
    documents = page.make_documents(rest.spec)
    documents.before_request(lambda: api.identify(who, gate))
    app.register_blueprint(documents)
    app.register_blueprint(page.make_blueprint(settings))
    problems.register(app)
    return app


def _openapi() -> dict[str, Any]:
    ways = {
        "token": {"type": "http", "scheme": "bearer", "description": "What GET /token gives."},
        "passcode": {"type": "http", "scheme": "basic", "description": "With an empty user."},
    }
    return {
        "API_TITLE": "Kanban board over Twilio Sync",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.0.3",
        "API_SPEC_OPTIONS": {
            "components": {"securitySchemes": ways},
            "security": [*({way: []} for way in ways), {}],  # none where there is no passcode
        },
    }


def _check_origin(gate: "Guard") -> None:
    host, remote = request.headers.get("Host", ""), request.remote_addr or ""
    gate.check_origin_of_request(host, remote, dict(request.headers))


def _secure(answer: Response, policy: str) -> Response:
    answer.headers.add("Content-Security-Policy", policy)
    answer.headers.add("X-Content-Type-Options", "nosniff")
    answer.headers.add("Referrer-Policy", "no-referrer")
    if request.blueprint != "page":  # whose SDK a page of an allowed origin may load
        answer.headers.add("Cross-Origin-Resource-Policy", "same-origin")
    if "Cache-Control" not in answer.headers:
        answer.headers.add("Cache-Control", "no-store")
    return answer
