"""Lines of JSON, also for what fails where no request is."""

import json
import logging
import subprocess
import sys
from pathlib import Path

from kanban_server.logs import Lines

ROOT = Path(__file__).parents[2]
PROGRAM = """
import threading
from kanban_server import logs
logs.configure()
threading.Thread(target=lambda: 1 / 0).start()
"""


def test_what_ends_a_thread_is_one_line():
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, cwd=ROOT, check=True, text=True
    )
    line = json.loads(run.stderr)
    assert (line["level"], line["event"]) == ("error", "a thread failed")
    assert "ZeroDivisionError" in line["traceback"]


def test_a_line_has_nothing_that_a_terminal_would_obey():
    record = logging.makeLogRecord({"details": {"path": "/é\x7f\x9b2J\u2028\u202e\ud800"}})
    line = Lines().format(record)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["path"] == record.details["path"]
