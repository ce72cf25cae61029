"""What a Python developer would write by hand: Flask-SocketIO under gunicorn and gevent, SQLite.

BOARD_DATABASE=FILE gunicorn -k gevent -w 1 tests.bench.socketio_board:app
"""

import os
import sqlite3

from flask import Flask, Response, jsonify, request
from flask_socketio import SocketIO

app = Flask(__name__)
socketio = SocketIO(app, async_mode="gevent")
database = sqlite3.connect(
    os.environ["BOARD_DATABASE"], isolation_level=None, check_same_thread=False
)
database.row_factory = sqlite3.Row
database.execute("PRAGMA journal_mode=WAL")
database.execute("PRAGMA synchronous=FULL")
database.execute(
    "CREATE TABLE IF NOT EXISTS tasks"
    " (id INTEGER PRIMARY KEY, name TEXT NOT NULL, list TEXT NOT NULL, position REAL NOT NULL)"
)


def task(index: int) -> dict | None:
    """Read a task."""
    row = database.execute("SELECT * FROM tasks WHERE id=?", (index,)).fetchone()
    return dict(row) if row else None


@app.get("/tasks")
def tasks() -> Response:
    """Read all tasks in board order."""
    rows = database.execute("SELECT * FROM tasks ORDER BY list, position, id")
    return jsonify(tasks=[dict(row) for row in rows])


@app.post("/tasks")
def add() -> tuple[Response, int]:
    """Make a task at the bottom of a column."""
    body = request.get_json()
    name, column = body.get("name"), body.get("list", "todo")
    if not isinstance(name, str) or not 0 < len(name) <= 500:
        return jsonify(error="name must be 1 to 500 characters"), 422
    made = database.execute(
        "INSERT INTO tasks (name, list, position) VALUES (?, ?,"
        " COALESCE((SELECT MAX(id) FROM tasks), 0) + 1)",
        (name, column),
    )
    new = task(made.lastrowid or 0)
    socketio.emit("added", new)
    return jsonify(new), 201


@app.patch("/tasks/<int:index>")
def change(index: int) -> Response | tuple[Response, int]:
    """Edit or move a task."""
    old = task(index)
    if old is None:
        return jsonify(error="no such task"), 404
    wish = {name: request.get_json().get(name, old[name]) for name in ("name", "list", "position")}
    database.execute(
        "UPDATE tasks SET name=:name, list=:list, position=:position WHERE id=:id",
        {**wish, "id": index},
    )
    socketio.emit("changed", {**old, **wish})
    return jsonify({**old, **wish})


@app.delete("/tasks/<int:index>")
def remove(index: int) -> tuple[str, int]:
    """Delete a task."""
    database.execute("DELETE FROM tasks WHERE id=?", (index,))
    socketio.emit("removed", {"id": index})
    return "", 204
