"""How long an exchange with Sync may take."""

import contextvars
import socket
import threading
import time

import pytest
from wire import ITEMS, SERVICE

from kanban_server import errors, transport
from kanban_server.transport import Transport


def test_every_exchange_has_a_time_limit(sync, pauses):
    limits = []

    def look(request):
        limits.append(request.req_kwargs["timeout"])
        return 200, {}, "{}"

    sync.add_callback("GET", SERVICE, look)
    Transport().request("GET", SERVICE)
    assert 0 < limits[0] <= 4


def test_what_one_request_asks_of_sync_has_one_deadline(pauses):
    def late():
        transport.begin_request(time.monotonic() - transport.REQUEST_SECONDS)
        with pytest.raises(errors.SyncUnavailable, match="in time"):
            Transport().request("POST", ITEMS)

    contextvars.copy_context().run(late)


@pytest.mark.parametrize(("seconds", "most"), [(1.0, 1.0), (60.0, 2.0)])
def test_what_is_left_of_a_request_is_never_lengthened(seconds, most):
    def late():
        transport.begin_request(time.monotonic() - transport.REQUEST_SECONDS + 2)
        with transport.at_most(seconds):
            assert most - 0.5 < transport.deadline.get() - time.monotonic() <= most
        assert transport.deadline.get() - time.monotonic() > 1.5

    contextvars.copy_context().run(late)


def test_an_answer_that_drips_is_cut_off(monkeypatch):
    monkeypatch.setattr(transport, "ATTEMPT_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        dripping = threading.Thread(target=_drip, args=(server,))
        dripping.start()
        begun = time.monotonic()
        with pytest.raises(errors.OutcomeUnknown):
            Transport(f"http://127.0.0.1:{server.getsockname()[1]}").request("POST", ITEMS)
        assert time.monotonic() - begun < 4  # of 8 s that it drips
        dripping.join()


def _drip(server: socket.socket) -> None:
    peer, _ = server.accept()
    with peer:
        peer.recv(65536)
        peer.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 10000\r\n\r\n")
        for _ in range(400):
            try:
                peer.sendall(b" ")
            except OSError:
                return
            time.sleep(0.02)
