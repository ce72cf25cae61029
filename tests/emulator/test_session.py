"""One session, packets in and packets out, with a clock of the test's own."""

import pytest

from kanban_server.sync_emulator import packets
from kanban_server.sync_emulator.session import INIT_SECONDS, WARNING_SECONDS, Ask, Hangup, Session
from kanban_server.sync_emulator.tokens import Access, TokenRefused

HOUR = 3600


def verify(token, now):
    """Take "name:seconds" for a token."""
    name, _, life = str(token).partition(":")
    if name == "bad":
        raise TokenRefused(20104, "Access Token expired or expiration date invalid")
    return Access(name, "IS0", now + float(life or HOUR))


@pytest.fixture
def session():
    return Session(verify, 0)


def send(session, now=0, payload=b"", **header):
    return session.receive(packets.encode({"id": "TM1", **header}, payload), now)


def headers(outputs):
    return [packets.decode(output).header for output in outputs]


def test_init_is_answered_with_the_same_id(session):
    [reply] = headers(send(session, method="init", token="alice"))
    assert (reply["method"], reply["id"], reply["status"]["code"]) == ("reply", "TM1", 200)
    assert session.identity == "alice"


def test_init_offers_neither_offline_storage_nor_telemetry(session):
    [reply] = headers(send(session, method="init", token="alice"))
    assert "offline_storage" not in reply
    assert reply["capabilities"] == ["client_update"]


def test_init_keeps_the_continuation_token_of_a_client_that_comes_back(session):
    [reply] = headers(send(session, method="init", token="alice", continuation_token="c1"))
    assert reply["continuation_token"] == "c1"


def test_init_with_a_bad_token_is_refused_with_its_code(session):
    [reply] = headers(send(session, method="init", token="bad"))
    assert (reply["status"]["code"], reply["status"]["status"]) == (401, "UNAUTHORIZED")
    assert reply["status"]["errorCode"] == 20104


def test_what_comes_after_the_end_is_left_alone(session):
    send(session, method="init", token="alice:5")
    assert headers(session.tick(5))[0]["method"] == "close"
    assert send(session, 5, method="message", http_request={"path": "/v3/Lists"}) == []
    assert send(session, 5, method="update", token="alice") == []


def test_a_message_becomes_a_request(session):
    send(session, method="init", token="alice")
    request = {
        "method": "get",
        "path": "/v3/Lists",
        "params": {"a": "1"},
        "headers": {"If-Match": "5"},
    }
    [ask] = send(session, method="message", http_request=request, payload=b"data_sync")
    assert ask == Ask("TM1", "GET", "/v3/Lists", {"a": "1"}, {"if-match": "5"}, b"data_sync")


def test_a_message_before_init_is_refused(session):
    [reply] = headers(send(session, method="message", http_request={}))
    assert reply["status"]["code"] == 401


@pytest.mark.parametrize("method", ["telemetry.v1", "reply", "ping", "nonsense"])
def test_other_packets_are_not_answered(session, method):
    assert send(session, method=method) == []


@pytest.mark.parametrize("data", [b"", b"text", b"TWILSOCK V3.0 2\r\n[]\r\n"])
def test_a_broken_packet_is_ignored_and_the_session_goes_on(session, data):
    assert session.receive(data, 0) == []
    assert headers(send(session, method="init", token="alice"))[0]["status"]["code"] == 200


def test_the_warning_comes_some_minutes_before_the_token_ends(session):
    send(session, method="init", token="alice:3600")
    assert session.deadline == HOUR - WARNING_SECONDS
    [update] = headers(session.tick(session.deadline))
    assert update["client_update_type"] == "token_about_to_expire"
    assert session.deadline == HOUR


def test_a_short_token_is_warned_of_at_once(session):
    outputs = headers(send(session, method="init", token="alice:100"))
    assert [header["method"] for header in outputs] == ["reply", "client_update"]


def test_at_its_end_the_token_closes_the_session(session):
    send(session, method="init", token="alice:100")
    [close] = headers(session.tick(100))
    assert (close["method"], close["status"]["code"], close["status"]["errorCode"]) == (
        "close",
        410,
        51207,
    )
    assert session.is_closing


def test_a_client_that_does_not_leave_after_the_close_is_hung_up_on(session):
    send(session, method="init", token="alice:100")
    session.tick(100)
    assert session.tick(session.deadline) == [Hangup()]


def test_an_update_renews_both_timers_on_the_same_session(session):
    send(session, method="init", token="alice:100")
    [reply] = headers(send(session, now=50, method="update", token="alice:3600"))
    assert reply["status"]["code"] == 200
    assert session.deadline == 50 + HOUR - WARNING_SECONDS
    assert session.tick(100) == []


def test_an_update_with_a_bad_token_is_refused_and_the_old_one_stays(session):
    send(session, method="init", token="alice")
    [reply] = headers(send(session, method="update", token="bad"))
    assert reply["status"]["code"] == 401
    assert session.identity == "alice"


def test_an_update_before_init_is_refused(session):
    [reply] = headers(send(session, method="update", token="alice"))
    assert (reply["method"], reply["status"]["code"]) == ("reply", 401)
    assert headers(send(session, method="init", token="alice"))[0]["status"]["code"] == 200


@pytest.mark.parametrize("method", ["update", "init"])
def test_a_token_of_another_identity_is_forbidden(session, method):
    send(session, method="init", token="alice")
    [close] = headers(send(session, method=method, token="bob"))
    assert (close["status"]["code"], close["status"]["errorCode"]) == (308, 51232)


def test_who_does_not_log_in_is_hung_up_on(session):
    assert session.tick(INIT_SECONDS - 1) == []
    assert session.tick(INIT_SECONDS) == [Hangup()]


def test_notification_contexts_are_taken_note_of(session):
    [reply] = headers(send(session, method="put_notification_ctx"))
    assert reply["status"]["code"] == 200
