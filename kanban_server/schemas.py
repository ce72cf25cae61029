"""The shapes of requests and answers; the OpenAPI document is made from them.

A name is one line of 1–500 characters after trimming, at most 700 bytes of UTF-8, without control
characters, so that an Item stays under the 1 KiB above which Sync lowers its write rate (unless the
name is little but quotation marks and backslashes, which JSON doubles).
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

MAX_NAME_CHARS = 500
MAX_NAME_BYTES = 700
MAX_ID = 2**53 - 1
NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")
INVISIBLE = ("Cf", "Zs")
IGNORABLE = re.compile(  # and the empty sign of Braille. Source: Unicode, DerivedCoreProperties.txt
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def check_name(name: str) -> None:
    """Raise ValidationError if a trimmed name is not one line of text within the limits."""
    seen = IGNORABLE.sub("", name)
    if not any(unicodedata.category(character) not in INVISIBLE for character in seen):
        raise ValidationError("A name must have something to see.")
    if any(unicodedata.category(character) in NOT_IN_A_LINE for character in name):
        raise ValidationError("A name is one line without control characters.")
    if len(name) > MAX_NAME_CHARS or len(name.encode()) > MAX_NAME_BYTES:
        raise ValidationError(
            f"A name has at most {MAX_NAME_CHARS} characters and {MAX_NAME_BYTES} bytes of UTF-8."
        )


def task_id(**options: Any) -> fields.Integer:
    """Make the field of a task's id."""
    return fields.Integer(strict=True, validate=validate.Range(min=0, max=MAX_ID), **options)


class Body(Schema):
    """A JSON object; unknown fields are refused."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


class NameField(fields.String):
    """A task's name, trimmed."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = str(super()._deserialize(value, *args, **kwargs)).strip()
        check_name(name)
        return name


NAME_DOC: dict[str, Any] = {
    "description": (
        f"One line, trimmed, at most {MAX_NAME_BYTES} bytes of UTF-8, no control characters."
    ),
    "minLength": 1,
    "maxLength": MAX_NAME_CHARS,
}


class PlaceBody(Body):
    """A place by intent: neighbours, or an end of the column."""

    before = task_id(metadata={"description": "The id of the task that follows."})
    after = task_id(metadata={"description": "The id of the task that comes before."})
    at = fields.String(validate=validate.OneOf(["top", "bottom"]))

    @validates_schema
    def check_place(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a place that is given in two ways."""
        if "at" in data and ("before" in data or "after" in data):
            raise ValidationError("Give neighbours or an end, not both.", "at")
        if "before" in data and data["before"] == data.get("after"):
            raise ValidationError("The two neighbours must differ.", "before")


def bodies(columns: Sequence[str]) -> tuple[type[Body], type[Body]]:
    """Make the schemas of POST and PATCH for a board with these columns."""
    is_column = validate.OneOf(list(columns))

    class NewTask(PlaceBody):
        """A task to make; by default at the bottom of the first column."""

        name = NameField(metadata=NAME_DOC)
        list = fields.String(validate=is_column)
        restore = task_id(
            metadata={"description": "The id of a deleted task whose further fields it takes."}
        )

        @pre_load
        def leave_foreign_name(self, data: Any, **_: Any) -> Any:
            """Leave a name to the deleted task that other clients gave it beyond our rules."""
            if not isinstance(data, dict) or not {"name", "restore"} <= data.keys():
                return data
            try:
                self.fields["name"].deserialize(data["name"])
            except ValidationError:
                return {name: value for name, value in data.items() if name != "name"}
            return data

        @validates_schema
        def check_has_name(self, data: Mapping[str, Any], **_: Any) -> None:
            """Refuse a task that has neither a name nor one to take it from."""
            if "name" not in data and "restore" not in data:
                raise ValidationError("Missing data for required field.", "name")

    class TaskChanges(PlaceBody):
        """What to change; what is not given stays."""

        name = NameField(metadata=NAME_DOC)
        list = fields.String(validate=is_column)

        @validates_schema
        def check_not_empty(self, data: Mapping[str, Any], **_: Any) -> None:
            """Refuse a change of nothing."""
            if not data:
                raise ValidationError("Give at least one of name, list, before, after, at.")

    return NewTask, TaskChanges


class LeaseWish(Body):
    """What the caller is about to do with the task."""

    activity = fields.String(required=True, validate=validate.OneOf(["dragging", "editing"]))


class Lease(Schema):
    """A lease that the caller holds; `lease` is its id, for the header `Lease`."""

    lease = fields.String(required=True)
    activity = fields.String(required=True)
    by = fields.String(required=True)
    until = fields.String(required=True, metadata={"format": "date-time"})


class Task(Schema):
    """A task; its revision is also the ETag."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    list = fields.String(required=True, metadata={"description": "The column's id."})
    position = fields.String(required=True, metadata={"description": "Sort key in the column."})
    by = fields.String(required=True, allow_none=True, metadata={"description": "Who wrote it."})
    revision = fields.String(required=True)
    updated = fields.String(required=True, metadata={"format": "date-time"})


ETAG = {"ETag": {"schema": {"type": "string"}, "required": True}}
LOCATION = {"Location": {"schema": {"type": "string"}, "required": True}}


class Tasks(Schema):
    """All tasks, in board order."""

    tasks = fields.List(fields.Nested(Task), required=True)


class SyncPart(Schema):
    """What the Sync SDK needs: the names of List and Map, and options for its constructor."""

    list = fields.String(required=True)
    leases = fields.String(required=True)
    options = fields.Dict(required=True)


class Token(Schema):
    """An access token and the identity in it; expires_in: seconds."""

    identity = fields.String(required=True)
    token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    sync = fields.Nested(SyncPart, required=True)


class Status(Schema):
    """How the process is."""

    status = fields.String(required=True)


class FieldError(Schema):
    """What is wrong with one field; pointer: RFC 6901."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class HeldLease(Schema):
    """Another's lease."""

    by = fields.String(required=True, allow_none=True)
    activity = fields.String(required=True, allow_none=True)
    until = fields.String(required=True, allow_none=True)


class Problem(Schema):
    """A problem document. Source: RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldError))
    task = fields.Nested(Task, metadata={"description": "With 412: the task as it is now."})
    neighbour = fields.Integer(metadata={"description": "With 409: who is not there."})
    lease = fields.Nested(HeldLease, metadata={"description": "With 423: who holds the task."})
