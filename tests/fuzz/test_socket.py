"""The emulator's socket under arbitrary packets: it lives, and nobody else is harmed."""

import json
import random
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests

from tests.faults.servers import Server, wait_until
from tests.fuzz.wire import Peer

ODD: list[Any] = [
    None,
    True,
    -1,
    2**63,
    1e308,
    "",
    "\ud800",
    "../..",
    "%00",
    [],
    {},
    [[]],
    {"a": 1},
]
SEED = 1
METHODS = ["init", "update", "message", "close", "ping", "reply", "put_notification_ctx", "x", 5]
PATHS = ["/v3/Lists/tasks", "/v3/Lists/tasks/Items", "/v4/Subscriptions", "/v3/Maps/leases/Items/0"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    server.add("task 0")
    yield server
    server.stop()


def token(server: Server) -> str:
    return str(requests.get(f"{server.url}/token", timeout=10).json()["token"])


def tracebacks(server: Server) -> set[str]:
    """Give the end of every traceback in the log."""
    lines = [json.loads(line) for line in server.text().splitlines() if line.startswith("{")]
    texts = [line.get("traceback") or line["event"] for line in lines]
    return {text[-400:] for text in texts if "Traceback" in text}


class Chance(random.Random):
    """Chance that now and then gives something odd in place of what is right."""

    def mostly(self, *right: Any) -> Any:
        return self.choice([*right, *right, self.choice(ODD)])


def odd_packet(chance: Chance, access: str) -> bytes:
    """Make a packet that is nearly right."""
    mostly = chance.mostly
    query = {chance.choice(["From", "PageSize", "Index", "Order"]): chance.choice(ODD)}
    request = {
        "method": mostly("GET", "POST", "PUT", "DELETE"),
        "path": mostly(*PATHS),
        "params": mostly({}, query),
        "headers": mostly({}, {"If-Match": chance.choice(ODD)}),
    }
    body = json.dumps(mostly(odd_wish(chance), {"data": mostly({}), "ttl": mostly(5)})).encode()
    header = {
        "id": mostly("TM1"),
        "method": mostly(*METHODS),
        "http_request": mostly(request),
        "payload_size": mostly(len(body)),
        "token": mostly(access),
    }
    packet = Peer.frame(header, body)
    broken = [packet[: chance.randrange(len(packet))], chance.randbytes(40)]
    return bytes(chance.choice([packet] * 6 + broken))


def odd_wish(chance: Chance) -> dict[str, Any]:
    """Make a wish for subscriptions that is nearly right."""
    mostly = chance.mostly
    wanted = {
        "object_sid": mostly("ES0"),
        "object_type": mostly("list", "map"),
        "last_event_id": mostly(0),
    }
    return {
        "action": mostly("establish", "cancel"),
        "correlation_id": mostly(1),
        "requests": mostly([mostly(wanted)]),
    }


def test_arbitrary_packets_harm_nobody_else(server: Server) -> None:
    chance, access = Chance(SEED), token(server)
    with ExitStack() as stack:
        good = stack.enter_context(Peer(server.port))
        good.follow(access)
        for _ in range(40):
            with Peer(server.port) as bad:
                bad.login(access)
                for _ in range(25):
                    bad.send(odd_packet(chance, access))
        made = server.add("still here")
        wait_until(lambda: made["id"] in good.seen(), 20)
    with Peer(server.port) as fresh:
        assert fresh.login(access)["status"]["code"] == 200
    assert tracebacks(server) == set()


@pytest.mark.parametrize(
    "data", [b"\x81\x85abcd", b"\x82\xff" + b"\xff" * 8, b"\x00" * 64, b"\x8f\x80abcd"]
)
def test_broken_frames_end_only_their_own_socket(data: bytes, server: Server) -> None:
    with Peer(server.port) as good, Peer(server.port) as bad:
        access = token(server)
        good.login(access)
        bad.raw(data)
        assert good.login(access)["status"]["code"] == 200


def test_a_message_over_the_limit_ends_the_socket(server: Server) -> None:
    with Peer(server.port) as bad:
        bad.send(b"x" * 300 * 1024)
        assert bad.is_closed()


def test_a_foreign_page_is_not_let_in(server: Server) -> None:
    assert Peer.knock(server.port, "http://evil.example") == 403
    assert Peer.knock(server.port, "http://[") == 403
    assert Peer.knock(server.port, f"http://127.0.0.1:{server.port}") == 101
