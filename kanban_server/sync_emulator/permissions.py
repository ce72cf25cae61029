"""Who may what: the permission rows, and the check that reads them.

They count only for SDK identities and only while the service's ACL is on; the REST API
(identity None) may do everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .changes import AccessLost, AclTurnedOn
from .errors import forbidden
from .transactions import Transaction

if TYPE_CHECKING:
    from .objects import SyncObject

_ACCESS = (
    'SELECT s.acl_enabled, p."read", p."write", p.manage FROM services s'
    " LEFT JOIN permissions p ON p.object=? AND p.identity=? WHERE s.sid=?"
)


class Permission(NamedTuple):
    """What one identity may do with one object."""

    identity: str
    read: bool = False
    write: bool = False
    manage: bool = False


def require(tx: Transaction, obj: SyncObject, identity: str | None, right: str) -> None:
    """Raise Refusal 54007 unless the identity has the right: read, write or manage."""
    if identity is None:
        return
    row = tx.execute(_ACCESS, (obj.id, identity, obj.service_sid)).fetchone()
    if row is None or (row[0] and not row[("read", "write", "manage").index(right) + 1]):
        raise forbidden()


def fetch(tx: Transaction, obj: SyncObject, identity: str) -> Permission:
    """Give the identity's permission; all false if there is no row."""
    row = tx.execute(
        'SELECT "read", "write", manage FROM permissions WHERE object=? AND identity=?',
        (obj.id, identity),
    ).fetchone()
    return Permission(identity, *map(bool, row)) if row else Permission(identity)


def grant(tx: Transaction, obj: SyncObject, permission: Permission) -> None:
    """Write the identity's permission over what it had."""
    tx.execute("INSERT OR REPLACE INTO permissions VALUES (?,?,?,?,?)", (obj.id, *permission))
    if not permission.read:
        _stop_reading(tx, obj, permission.identity)


def grant_creator(tx: Transaction, object_id: int, identity: str) -> None:
    """Give an SDK identity all rights on the object it has just made."""
    tx.execute("INSERT INTO permissions VALUES (?,?,1,1,1)", (object_id, identity))


def revoke(tx: Transaction, obj: SyncObject, identity: str) -> bool:
    """Remove the identity's permission; tell whether there was one."""
    cursor = tx.execute("DELETE FROM permissions WHERE object=? AND identity=?", (obj.id, identity))
    _stop_reading(tx, obj, identity)
    return cursor.rowcount > 0


def _stop_reading(tx: Transaction, obj: SyncObject, identity: str) -> None:
    if tx.execute("SELECT acl_enabled FROM services WHERE sid=?", (obj.service_sid,)).fetchone()[0]:
        tx.changes.append(AccessLost(obj.sid, identity))


def page(
    tx: Transaction, obj: SyncObject, start: str | None, limit: int, *, backward: bool = False
) -> list[Permission]:
    """Give permissions by identity, from the one after (or before) start on."""
    way, order = ("<", "DESC") if backward else (">", "ASC")
    rows = tx.execute(
        'SELECT identity, "read", "write", manage FROM permissions'
        f" WHERE object=? AND identity{way}? ORDER BY identity {order} LIMIT ?",
        (obj.id, start or "", limit),
    )
    return [Permission(row[0], *map(bool, row[1:])) for row in rows]


def turn_acl_on(tx: Transaction, service_sid: str) -> None:
    """Publish who may still read, now that the service asks for permissions."""
    rows = tx.execute(
        "SELECT o.sid, p.identity FROM permissions p JOIN objects o ON o.id=p.object"
        ' WHERE o.service_sid=? AND p."read"',
        (service_sid,),
    )
    tx.changes.append(AclTurnedOn(service_sid, frozenset((sid, name) for sid, name in rows)))
