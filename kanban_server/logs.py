"""Logs as one line of JSON an event, each with the id of its request; they show no secret."""

import json
import logging
import threading
import time
import uuid
from typing import Any

from flask import Flask, Response, g, has_request_context, request

SLOW_SECONDS = 1.0

log = logging.getLogger(__name__)


class Lines(logging.Formatter):
    """A formatter that gives JSON in ASCII: nothing a caller sends fakes a line or hides in one."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        if has_request_context():
            line["request"] = g.get("request_id")
        line.update(getattr(record, "details", {}))
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure() -> None:
    """Send the logs of this process to stderr in this form."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger("kanban_server").setLevel(logging.INFO)
    threading.excepthook = _log_thread
    for talkative in ("picows", "kanban_server.transport"):
        logging.getLogger(talkative).setLevel(logging.WARNING)


def _log_thread(end: threading.ExceptHookArgs) -> None:
    """Log what ended a thread. Source: Python, threading.excepthook."""
    if end.exc_value:
        log.error("a thread failed", exc_info=end.exc_value)


def register(app: Flask) -> None:
    """Give every request an id, and log those that are refused or slow."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id, g.begun = uuid.uuid4().hex[:12], time.monotonic()


def _end(answer: Response) -> Response:
    answer.headers["X-Request-Id"] = g.request_id
    seconds = time.monotonic() - g.begun
    if answer.status_code >= 400 or seconds > SLOW_SECONDS:
        details = {
            "method": request.method,
            "path": request.path,
            "status": answer.status_code,
            "by": g.get("identity"),
            "ms": round(seconds * 1000, 1),
        }
        log.info("answered", extra={"details": details})
    return answer
