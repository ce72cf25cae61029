"""A peer that sends a byte now and then holds no thread."""

import socket
import threading
from collections.abc import Iterator

import pytest

from kanban_server import errors
from kanban_server.transport import http_send


@pytest.fixture
def dripping() -> Iterator[str]:
    """The address of a server that sends the head of an answer byte by byte, without end."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield "http://{}:{}/".format(*server.getsockname())
        stop.set()
        thread.join()


def test_a_read_that_drips_ends_and_says_that_sync_cannot_be_reached(dripping):
    with pytest.raises(errors.SyncUnavailable):
        http_send()("GET", dripping, timeout=0.5)


def test_a_write_that_drips_ends_in_doubt(dripping):
    with pytest.raises(errors.OutcomeUnknown):
        http_send()("POST", dripping, timeout=0.5, data={"Data": "{}"})
