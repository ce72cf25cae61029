"""The socket itself: upgrade, frames, pings, slow clients, shutdown."""

import threading
from contextlib import suppress

import pytest
from callers import Rest, make_token, until
from contract.serving import Serving
from raw import BINARY, CLOSE, PATIENCE_SECONDS, PING, PONG, Raw

from kanban_server.sync_emulator import connection, packets, websocket


@pytest.fixture(scope="module")
def serving(tmp_path_factory):
    serving = Serving(tmp_path_factory.mktemp("sync"))
    yield serving
    serving.stop()


@pytest.fixture
def connect(serving):
    """Open raw connections, logged in unless asked otherwise."""
    opened = []

    def open_one(identity="alice", **options):
        raw = Raw(serving.address, **options)
        opened.append(raw)
        if identity and raw.status == 101:
            token = make_token(serving.emulator, identity)
            assert raw.ask(method="init", token=token)["status"]["code"] == 200
        return raw

    yield open_one
    for raw in opened:
        raw.close()


@pytest.fixture
def rest(serving):
    return Rest(serving.emulator)


@pytest.fixture
def tasks(rest):
    yield rest.make("/Lists", UniqueName="tasks")
    rest.call("DELETE", "/Lists/tasks")


def test_the_socket_is_at_v3_wsconnect(connect):
    assert connect().status == 101
    assert connect(path="/v3/wsconnect?x=1").status == 101


def test_an_upgrade_is_taken_as_firefox_asks_for_it(serving):
    raw = Raw(serving.address, connection="keep-alive, Upgrade")
    raw.close()
    assert raw.status == 101


@pytest.mark.parametrize("path", ["/", "/v3", "/v3/wsconnect/more"])
def test_another_path_is_not_found(connect, path):
    assert connect(path=path).status == 404


def test_answers_are_binary_frames(connect, serving):
    raw = connect(None)
    raw.send(packets.encode({"method": "init", "id": "TM1", "token": ""}))
    assert raw.receive()[0] == BINARY


def test_a_message_in_fragments_is_put_together(connect, serving):
    raw = connect(None)
    token = make_token(serving.emulator)
    data = packets.encode({"method": "init", "id": "TM1", "token": token})
    raw.send(data[:20], fin=False)
    raw.send(b"", PING)
    raw.send(data[20:50], opcode=0, fin=False)
    raw.send(data[50:], opcode=0)
    assert raw.receive() == (PONG, b"")
    assert raw.packet()[0]["status"]["code"] == 200


def test_a_text_frame_does_no_harm(connect):
    raw = connect()
    raw.send(b"hello", opcode=1)
    assert raw.ask(method="put_notification_ctx")["status"]["code"] == 200


@pytest.mark.parametrize("fin", [True, False])
def test_a_message_that_is_too_large_ends_the_connection(connect, fin):
    raw = connect()
    half = bytes(websocket.MAX_MESSAGE_BYTES // 2 + 1)
    if fin:
        raw.send(half * 2)
    else:
        raw.send(half, fin=False)
        raw.send(half, opcode=0, fin=False)
    frames = list(iter(raw.receive, None))
    assert [frame[0] for frame in frames] in ([CLOSE], [])


def test_empty_fragments_without_end_end_the_connection(connect):
    raw = connect(None)
    raw.send(b"", fin=False)
    with suppress(OSError):
        raw.socket.sendall(bytes([0, 0x80, 0, 0, 0, 0]) * 20_000)
    assert [frame[0] for frame in iter(raw.receive, None)] in ([CLOSE], [])


def test_nothing_is_taken_after_a_message_that_is_too_large(connect, monkeypatch):
    taken = []
    monkeypatch.setattr(websocket.SocketListener, "_receive", lambda _, data: taken.append(data))
    raw = connect(None)
    with suppress(OSError):
        for fin in (False, True):
            raw.send(bytes(websocket.MAX_MESSAGE_BYTES), opcode=0, fin=fin)
            raw.send(b"more")
    assert list(iter(raw.receive, None))[1:] == []
    assert taken == []


def test_pongs_do_not_pile_up_for_a_client_that_does_not_read(connect, serving):
    raw = connect(receive_buffer=4096)
    pings = bytes([0x80 | PING, 0x80 | 125, *bytes(4 + 125)]) * 1000
    for _ in range(100):
        raw.socket.sendall(pings)
    lines = [one.transport.underlying_transport for one in serving.server.server_state.connections]
    assert max(line.get_write_buffer_size() for line in lines) < 1024 * 1024


def test_a_clients_goodbye_is_answered(connect):
    raw = connect()
    raw.send(b"", CLOSE)
    assert raw.receive() == (CLOSE, (1000).to_bytes(2, "big"))
    assert raw.receive() is None


def test_coming_and_going_is_not_logged(connect, caplog):
    caplog.set_level("INFO")
    raw = connect()
    raw.send(b"", CLOSE)
    assert [opcode for opcode, _ in iter(raw.receive, None)] == [CLOSE]
    assert [one.message for one in caplog.records if "sync_emulator" in one.name] == []


def test_who_may_connect_is_asked_if_the_composition_wants_it(tmp_path):
    evil = ("127.0.0.1", "http://evil.test")
    serving = Serving(tmp_path, allow=lambda *who: (who[0], who[1].get("Origin")) != evil)
    try:
        good = f"Origin: {serving.address}"
        for headers, status in (([good], 101), (["Origin: http://evil.test"], 403), ([], 101)):
            raw = Raw(serving.address, headers=headers)
            raw.close()
            assert raw.status == status
    finally:
        serving.stop()


def test_a_client_that_does_not_answer_pings_is_dropped(tmp_path):
    serving = Serving(tmp_path, ping_seconds=0.05)
    try:
        raw = Raw(serving.address)
        frames = list(iter(raw.receive, None))
        raw.close()
        assert frames[0][0] == PING
        assert frames[-1][0] == CLOSE
    finally:
        serving.stop()


def test_a_client_that_answers_pings_is_kept(tmp_path):
    serving = Serving(tmp_path, ping_seconds=0.5)
    try:
        raw = Raw(serving.address)
        for _ in range(5):
            opcode, payload = raw.receive()
            assert opcode == PING
            raw.send(payload, PONG)
        raw.close()
    finally:
        serving.stop()


def test_all_subscribers_get_the_same_bytes(connect, rest, tasks):
    clients = [connect(name) for name in ("alice", "bob", "carol")]
    for raw in clients:
        raw.subscribe(tasks["sid"])
    rest.add(n=1)
    frames = {raw.receive() for raw in clients}
    assert len(frames) == 1
    assert b"list_item_added" in frames.pop()[1]


def test_a_client_that_does_not_read_is_dropped_and_holds_nobody_up(
    connect, rest, tasks, monkeypatch, caplog
):
    monkeypatch.setattr(websocket, "MAX_UNSENT_BYTES", 1024 * 1024)
    reader, stuck = connect("reader"), connect("stuck", receive_buffer=4096)
    for raw in (reader, stuck):
        raw.subscribe(tasks["sid"])
    text = "x" * 16_000
    count = 0
    while "dropped a client" not in caplog.text and count < 2000:
        count += 1
        rest.add(n=count, text=text)
        _, body = reader.packet("notification")
        assert body["events"][0]["item_data"]["n"] == count
    assert "dropped a client" in caplog.text


def test_a_client_with_enough_under_way_is_not_read_from(connect, serving, tasks, monkeypatch):
    monkeypatch.setattr(connection, "MAX_UNDER_WAY", 2)
    gate, raw = threading.Event(), connect()
    lines = [one.transport.underlying_transport for one in serving.server.server_state.connections]
    serving.emulator.database.post(lambda tx: gate.wait(PATIENCE_SECONDS))
    path = f"/v3/Services/{serving.emulator.service_sid}/Lists/tasks/Items/0"
    ask = {"method": "message", "id": "TM2", "http_request": {"method": "DELETE", "path": path}}
    for _ in range(100):
        raw.send(packets.encode(ask))
    until(lambda: not all(line.is_reading() for line in lines))
    gate.set()
    for _ in range(100):
        assert raw.packet("reply")[0]["http_status"]["code"] == 404


def test_at_the_end_clients_are_told_that_the_service_restarts(tmp_path):
    serving = Serving(tmp_path)
    raw = Raw(serving.address)
    raw.ask(method="init", token=make_token(serving.emulator))
    serving.stop()
    assert raw.receive() == (CLOSE, (1012).to_bytes(2, "big"))
    assert raw.receive() is None
    raw.close()
