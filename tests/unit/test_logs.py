"""Lines of JSON, also for what fails where no request is."""

import json
import subprocess
import sys
from pathlib import Path

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
