"""Every refusal the board can give, each with its HTTP status.

One tree: what a caller did wrong or must know (`KanbanError`) and, below it, what went wrong
towards Sync (`SyncError`). The API turns any of them into an `application/problem+json` answer.
Source: RFC 9457.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class KanbanError(Exception):
    """A refusal with an HTTP status; `extra` are further members of the problem document."""

    status = 500
    title = "The board refuses this"

    def __init__(self, detail: str, *, retry_after: float | None = None, **extra: Any):
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.extra = extra


class BadRequest(KanbanError):
    """The request cannot be read."""

    status, title = 400, "The request cannot be read"


class NotJson(KanbanError):
    """The body is not declared as JSON, or as packed."""

    status, title = 415, "The body is not plain JSON"


class NotAllowedHere(KanbanError):
    """The request comes from a place that this board does not serve."""

    status, title = 403, "Not allowed"


class NotIdentified(KanbanError):
    """The request lacks a valid passcode or token."""

    status, title = 401, "Passcode or token needed"


class TaskNotFound(KanbanError):
    """There is no task with this id."""

    status, title = 404, "No such task"

    def __init__(self, task_id: int):
        super().__init__(f"There is no task {task_id}. It may have been deleted.")


class NeighbourNotThere(KanbanError):
    """A neighbour named in a move is not in that column; `extra["neighbour"]` names it."""

    status, title = 409, "The neighbour is not there"

    def __init__(self, neighbour: int, column: str):
        detail = f"Task {neighbour} is not in the column {column!r} any more."
        super().__init__(detail, neighbour=neighbour)


class TaskChanged(KanbanError):
    """The task has another revision than the caller named; `extra["task"]` is its present state."""

    status, title = 412, "The task was changed"


class InvalidFields(KanbanError):
    """Fields that do not fit; errors: list of `{pointer, detail}`. Source: RFC 6901."""

    status, title = 422, "Some fields do not fit"

    def __init__(self, errors: list[dict[str, str]]):
        detail = " ".join(f"{error['pointer'] or '/'}: {error['detail']}" for error in errors)
        super().__init__(detail, errors=errors)


class KeyReused(KanbanError):
    """An Idempotency-Key came again with another body."""

    status, title = 422, "Idempotency-Key used for something else"

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body. Use a new key.")


class TaskLeased(KanbanError):
    """Another holds the task; `extra["lease"]` is `{by, activity, until}`."""

    status, title = 423, "Someone else holds the task"


class TooManyRequests(KanbanError):
    """A caller, or the board towards Sync, is over its rate; `retry_after` in seconds."""

    status, title = 429, "Too many requests"


class SyncError(KanbanError):
    """Something went wrong towards Sync; code: Twilio's error code, 0 if it gave none.

    "Nothing was written" is said of this try: one before it, with the same key, may be in doubt.
    """

    status, title = 502, "Twilio Sync answered with an error"

    def __init__(self, detail: str, *, code: int = 0, retry_after: float | None = None):
        super().__init__(detail, retry_after=retry_after)
        self.code = code


class SyncNotFound(SyncError):
    """Sync has no such object (404)."""

    status, title = 503, "Twilio Sync does not find it"


class SyncExists(SyncError):
    """Sync has an object of this name or key already (409)."""

    status, title = 503, "Twilio Sync has it already"


class SyncChanged(SyncError):
    """The object has another revision than the one named (412)."""

    status, title = 503, "Twilio Sync has a newer revision"


class SyncTooLarge(SyncError):
    """The data of an Item is over Sync's limit (413)."""

    status, title = 413, "Too large for Twilio Sync"


class SyncRefuses(SyncError):
    """Sync refuses this server's credentials or call (400, 401, 403)."""

    status, title = 503, "Twilio Sync refuses this server"


class SyncKeyRefused(SyncRefuses):
    """Sync refuses our API key (401); nothing was written. Only an admin can mend that."""


class SyncBusy(SyncError):
    """Sync's rate limit is reached; nothing was written (429)."""

    status, title = 429, "Twilio Sync is at its rate limit"


class SyncUnavailable(SyncError):
    """Sync cannot be reached, or fails; nothing was written, but perhaps a reader's permission."""

    status, title = 503, "Twilio Sync cannot be reached"


class SyncFull(SyncError):
    """The storage of Sync fails (507: a full disk, a damaged file); nothing was written."""

    status, title = 507, "The storage of Sync is full or fails"


class SyncNonsense(SyncError):
    """Sync answered a read with something that is not its protocol."""

    status, title = 502, "Twilio Sync answered nonsense"


class OutcomeUnknown(SyncError):
    """No usable answer came to a write: it may have happened or not."""

    status, title = 504, "It is unknown whether this happened"


@contextmanager
def in_doubt(doubt: OutcomeUnknown | None) -> Iterator[None]:
    """While it is unknown whether a write happened, no failure may say that it did not."""
    try:
        yield
    except (SyncChanged, SyncNotFound, SyncExists, TaskNotFound):
        raise
    except KanbanError as error:
        raise (doubt or error) from error
