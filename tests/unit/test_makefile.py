"""What make does where a tool of the machine fails."""

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
WITHOUT_PIP = "#!/bin/sh\nmkdir -p .venv/bin && touch .venv/bin/python\nexit 1\n"


def test_a_virtual_environment_that_fails_halfway_is_not_taken_for_done(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    python = tmp_path / "bin" / "python3"
    python.parent.mkdir()
    python.write_text(WITHOUT_PIP)
    python.chmod(0o755)
    environ = {**os.environ, "PATH": f"{python.parent}:{os.environ['PATH']}"}
    command = ["make", ".venv/bin/python"]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False)
    assert done.returncode != 0
    assert not (tmp_path / ".venv").exists()
