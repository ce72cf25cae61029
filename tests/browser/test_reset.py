"""`make reset` while people look at the board."""

import json
import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import ROOT
from tests.browser.hands import add, see

pytestmark = pytest.mark.browser


def reset(board) -> str:
    """Clear the board as a script does, beside the running server; gives what it says."""
    foreign = ("TWILIO_", "KANBAN_")
    clean = {key: text for key, text in os.environ.items() if not key.startswith(foreign)}
    environment = {**clean, "PYTHONPATH": str(ROOT), "KANBAN_DATA": str(board.data)}
    command = [sys.executable, "-m", "kanban_server.cli", "reset", "--yes"]
    run = subprocess.run(
        command, cwd=board.data.parent, env=environment, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_open_pages_empty_and_live_on(board, two_pages):
    board.fill(todo="a b", doing="c")
    mine, other = two_pages
    see(other, todo="a b", doing="c")
    assert "3 tasks deleted" in reset(board)
    see(mine, todo="", doing="", done="")
    add(mine, "new")
    see(other, todo="new")


def test_open_pages_stay_read_only(board, page):
    board.fill(todo="a")
    reset(board)
    see(page, todo="")
    page.add_script_tag(url="/static/twilio-sync.min.js")
    refusal = page.evaluate(
        """async () => {
          const { token, sync } = await (await fetch('/token')).json();
          const options = { Sync: { enableSessionStorage: false }, ...sync.options };
          const client = new Twilio.Sync.Client(token, options);
          const list = await client.list({ id: sync.list, mode: 'open_existing' });
          const error = await list.push({ name: 'x' }).catch((refused) => refused);
          return [error.status, error.code];
        }"""
    )
    assert refusal == [403, 54007]


def test_the_snapshot_has_what_was_on_the_board(board, page):
    board.fill(todo="a b")
    reset(board)
    newest = max((board.data / "snapshots").glob("*.json"), key=lambda path: path.stat().st_mtime)
    kept = json.loads(newest.read_text(encoding="utf-8"))["tasks"]
    assert [task["data"]["name"] for task in kept] == ["a", "b"]
    expect(page.locator(".card")).to_have_count(0)
