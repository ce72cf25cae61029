"""The pure modules of the page, run by Node."""

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]


def test_the_modules_pass_their_own_tests():
    node = shutil.which("node") or str(ROOT / ".venv/bin/node")
    files = sorted(str(path) for path in (ROOT / "tests/web").glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout
