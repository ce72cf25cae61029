"""The tables.

objects: Lists and Maps; event_id is the newest event's id, next_index the next Item's
index: both only grow. items.key: a List's index (integer) or a Map's key (text).
events.body: the event as JSON, as it is sent. Dates are milliseconds since 1970.
"""

VERSION = 1

SCHEMA = f"""
BEGIN;
CREATE TABLE IF NOT EXISTS services (
    sid TEXT PRIMARY KEY,
    settings TEXT NOT NULL,
    acl_enabled INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL UNIQUE,
    service_sid TEXT NOT NULL,
    kind TEXT NOT NULL,
    unique_name TEXT,
    event_id INTEGER NOT NULL,
    next_index INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    expires INTEGER,
    created_by TEXT NOT NULL,
    UNIQUE (service_sid, kind, unique_name)
);
CREATE INDEX IF NOT EXISTS objects_expiry ON objects (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS items (
    object INTEGER NOT NULL,
    key NOT NULL,
    data TEXT NOT NULL,
    event_id INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    expires INTEGER,
    created_by TEXT NOT NULL,
    PRIMARY KEY (object, key)
);
CREATE INDEX IF NOT EXISTS items_expiry ON items (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS permissions (
    object INTEGER NOT NULL,
    identity TEXT NOT NULL,
    "read" INTEGER NOT NULL,
    "write" INTEGER NOT NULL,
    manage INTEGER NOT NULL,
    PRIMARY KEY (object, identity)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    object INTEGER NOT NULL,
    id INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (object, id)
);
PRAGMA user_version={VERSION};
COMMIT;
"""
