"""Point 26: whatever fits or nearly fits our OpenAPI gets a documented answer, and never a 500."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.servers import Server

pytestmark = pytest.mark.heavy
CHECKS = (
    "not_a_server_error,status_code_conformance,"
    "content_type_conformance,response_schema_conformance,response_headers_conformance"
)
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "500"))


@pytest.mark.long
def test_generated_requests_get_documented_answers(tmp_path: Path) -> None:
    server = Server(tmp_path)
    ids = [server.add(f"task {n}")["id"] for n in range(3)]
    try:
        result = subprocess.run(
            [*_command(server), "--max-examples", str(max(REQUESTS // 20, 5))],
            capture_output=True,
            text=True,
            timeout=600,
            cwd=tmp_path,
            check=False,
        )
        assert result.returncode == 0, result.stdout[-6000:]
        assert server.call("GET", "/readyz").status_code == 200, ids
        assert '"traceback"' not in server.text()
    finally:
        server.stop()


def _command(server: Server) -> list[str]:
    schemathesis = str(Path(sys.executable).with_name("schemathesis"))
    how = ["--checks", CHECKS, "--no-color", "--seed", "1", "--suppress-health-check", "all"]
    return [schemathesis, "run", f"{server.url}/openapi.json", *how]


def test_the_document_names_every_route(tmp_path: Path) -> None:
    server = Server(tmp_path)
    paths = json.loads(server.call("GET", "/openapi.json").text)["paths"]
    server.stop()
    assert {"/tasks", "/tasks/{index}", "/tasks/{index}/lease", "/token", "/readyz"} <= set(paths)
