"""The end of a server while Sync is silent."""

from concurrent.futures import ThreadPoolExecutor

from tests.faults.lines import Line
from tests.faults.servers import wait_until
from tests.faults.sync_proxy import always


def test_a_write_under_way_is_answered_before_the_server_ends(line: Line) -> None:
    line.server.add("wakes the line")
    line.proxy.choose = always("silent", lambda request: request.writes)
    with ThreadPoolExecutor(1) as thread:
        answer = thread.submit(line.server.call, "POST", "/tasks", {"name": "b"})
        wait_until(lambda: line.proxy.met("silent"))
        line.server.popen.terminate()
        assert line.server.popen.wait(60) == 0
    assert answer.result().status_code == 504
    assert answer.result().headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in line.server.text()
