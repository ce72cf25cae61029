"""The Service: the settings that stand above all objects."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from . import permissions
from .errors import Refusal
from .transactions import Transaction

DEFAULTS: dict[str, Any] = {
    "friendly_name": None,
    "webhook_url": None,
    "webhooks_from_rest_enabled": False,
    "reachability_webhooks_enabled": False,
    "reachability_debouncing_enabled": False,
    "reachability_debouncing_window": 5000,
}


class Service(NamedTuple):
    """A Sync Service. settings: what is kept and shown but has no effect here."""

    sid: str
    settings: dict[str, Any]
    acl_enabled: bool
    created: int
    updated: int


def ensure(tx: Transaction, sid: str) -> None:
    """Make the service with the cloud's default settings, unless it is there."""
    tx.execute(
        "INSERT OR IGNORE INTO services VALUES (?,?,0,?,?)",
        (sid, json.dumps(DEFAULTS), tx.now, tx.now),
    )


def check(tx: Transaction, sid: str) -> None:
    """Raise Refusal 54050 if there is no such service."""
    if tx.execute("SELECT 1 FROM services WHERE sid=?", (sid,)).fetchone() is None:
        raise Refusal(404, 54050, "Service not found")


def find(tx: Transaction, sid: str) -> Service:
    """Give the service. Raises Refusal 54050."""
    row = tx.execute("SELECT * FROM services WHERE sid=?", (sid,)).fetchone()
    if row is None:
        raise Refusal(404, 54050, "Service not found")
    return Service(row[0], {**DEFAULTS, **json.loads(row[1])}, bool(row[2]), row[3], row[4])


def update(
    tx: Transaction, service: Service, settings: dict[str, Any], acl_enabled: bool | None
) -> Service:
    """Change settings; turning the ACL on ends the subscriptions it forbids."""
    after = service._replace(
        settings={**service.settings, **settings},
        acl_enabled=service.acl_enabled if acl_enabled is None else acl_enabled,
        updated=tx.now,
    )
    tx.execute(
        "UPDATE services SET settings=?, acl_enabled=?, updated=? WHERE sid=?",
        (json.dumps(after.settings), after.acl_enabled, after.updated, after.sid),
    )
    if after.acl_enabled and not service.acl_enabled:
        permissions.turn_acl_on(tx, service.sid)
    return after
