"""Framing, byte by byte. Source: SYNC_PROTOCOL.md, section 2."""

import json

import pytest

from kanban_server.sync_emulator import packets
from kanban_server.sync_emulator.packets import BadPacket

INIT = b'TWILSOCK V3.0 39\r\n{"id":"TM1","method":"init","token":""}\r\n'


def test_decode_reads_a_packet_without_payload():
    packet = packets.decode(INIT)
    assert (packet.method, packet.id, packet.payload) == ("init", "TM1", b"")


def test_decode_takes_the_payload_by_its_size_in_bytes():
    data = b'TWILSOCK V3.0 37\r\n{"method":"message","payload_size":4}\r\n\xf0\x9f\x98\x80\r\n'
    assert packets.decode(data).payload == "😀".encode()


def test_decode_counts_the_header_in_bytes_too():
    header = '{"method":"init","token":"é😀"}'.encode()
    assert packets.decode(b"TWILSOCK V3.0 %d\r\n%b\r\n" % (len(header), header)).method == "init"


def test_decode_keeps_a_payload_that_is_not_json():
    header = b'{"method":"message","payload_type":"application/json","payload_size":9}'
    data = b"TWILSOCK V3.0 %d\r\n%b\r\ndata_sync" % (len(header), header)
    assert packets.decode(data).payload == b"data_sync"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"TWILSOCK V2.0 2\r\n{}\r\n",
        b"TWILSOCK V3.0 x\r\n{}\r\n",
        b"TWILSOCK V3.0 2\r\n{]\r\n",
        b"TWILSOCK V3.0 2\r\n[]\r\n",
        b"TWILSOCK V3.0 2\r\n\xff\xff\r\n",
        b"TWILSOCK V3.0 200000\r\n" + b"[" * 200000,
    ],
)
def test_decode_refuses_what_is_no_packet(data):
    with pytest.raises(BadPacket):
        packets.decode(data)


@pytest.mark.parametrize("size", ["-1", '"9"', "null", "1e9"])
def test_decode_takes_a_strange_payload_size_for_none(size):
    header = b'{"method":"message","payload_size":%b}' % size.encode()
    assert packets.decode(b"TWILSOCK V3.0 %d\r\n%b\r\nabc" % (len(header), header)).payload == b""


def test_encode_writes_magic_header_and_payload():
    assert packets.encode({"method": "reply", "id": "TM1"}, b"{}") == (
        b'TWILSOCK V3.0 46\r\n{"method":"reply","id":"TM1","payload_size":2}\r\n{}'
    )


def test_encode_counts_bytes_not_characters():
    data = packets.encode({"id": "é"})
    assert data == 'TWILSOCK V3.0 28\r\n{"id":"é","payload_size":0}\r\n'.encode()


def test_a_tunnelled_answer_carries_its_own_status_beside_that_of_the_transport():
    header, payload = packets.decode(packets.answer("TM1", 412, "Precondition Failed", {}, b"{}"))
    assert header["status"] == {"code": 200, "status": "OK"}
    assert header["http_status"] == {"code": 412, "status": "Precondition Failed"}
    assert payload == b"{}"


def test_events_of_one_kind_share_a_packet():
    header, payload = packets.decode(packets.events("t", "list_item_added", ['{"id":1}'] * 2))
    body = json.loads(payload)
    assert header["message_type"] == "t"
    assert body["event_type"] == "list_item_added"
    assert body["events"] == [{"id": 1}, {"id": 1}]
    assert "correlation_id" not in body


def test_replayed_events_echo_the_correlation_id_as_a_number():
    _, payload = packets.decode(packets.events("t", "list_item_added", ["{}"], 1795347020889))
    assert json.loads(payload)["correlation_id"] == 1795347020889


def test_an_acknowledgement_is_told_without_parsing():
    ack = packets.encode({"method": "reply", "id": "TM1", "status": {"code": 200}})
    assert packets.is_ack(ack)
    assert not packets.is_ack(INIT)


def test_the_word_reply_in_another_packet_is_no_acknowledgement():
    assert not packets.is_ack(packets.encode({"method": "message", "id": '"method":"reply"'}))
