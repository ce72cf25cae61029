"""What an answer of Sync means: a good body, or the error that it is, translated once.

Source: Twilio's error codes and HTTP statuses, errors/54xxx.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twilio.http.response import Response

from . import errors

MAX_WAIT_SECONDS = 24 * 3600.0  # what is more, is as good as infinite, which no answer can say
KEY_ADVICE = (
    "The API key of this board is refused: whoever runs the board must set a valid one "
    "(TWILIO_API_KEY, TWILIO_API_SECRET) and start it again."
)


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status, headers, and the body as text."""

    status: int
    headers: Mapping[str, str]
    text: str


class Read(Response):
    """A good answer whose body is read already: `json`, None where there is none."""

    def __init__(self, answer: Answer, body: Any):
        super().__init__(answer.status, answer.text, answer.headers)
        self.json = body


def good_body(method: str, answer: Answer) -> Any:
    """Give the JSON of a good answer, None if it has no body. Raises SyncError for the others."""
    body = _json(answer.text)
    if 200 <= answer.status < 300:
        if body is not None or answer.status == 204:
            return body
        raise _unclear(method, "Twilio Sync sent an answer that is not JSON.")
    body = body if isinstance(body, dict) else {}
    message = body.get("message") or f"HTTP status {answer.status}"
    code = body.get("code") if isinstance(body.get("code"), int) else 0
    raise _refusal(method, answer, str(message), int(code or 0))


def _refusal(method: str, answer: Answer, message: str, code: int) -> errors.SyncError:
    detail = f"Twilio Sync: {message} (status {answer.status}, code {code})."
    kind = _BY_STATUS.get(answer.status)
    if answer.status == 401:
        return errors.SyncKeyRefused(f"{detail} {KEY_ADVICE}", code=code)
    if kind:
        return kind(detail, code=code, retry_after=_retry_after(answer))
    if answer.status >= 500 or answer.status < 400:
        return _unclear(method, detail)
    return errors.SyncRefuses(detail, code=code)


_BY_STATUS: dict[int, type[errors.SyncError]] = {
    404: errors.SyncNotFound,
    409: errors.SyncExists,
    412: errors.SyncChanged,
    413: errors.SyncTooLarge,
    429: errors.SyncBusy,
    507: errors.SyncFull,
}


def _unclear(method: str, detail: str) -> errors.SyncError:
    """An answer that does not say whether a write happened."""
    if method != "GET":
        return errors.OutcomeUnknown(detail)
    return errors.SyncNonsense(detail, retry_after=2)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _retry_after(answer: Answer) -> float | None:
    value = answer.headers.get("Retry-After") or ""
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_WAIT_SECONDS)
    return 1.0 if answer.status in (429, 507) else None
