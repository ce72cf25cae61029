"""The HTTP side of the door to Sync, through the official client, with documented answers."""

import socket

import pytest
import requests
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError
from wire import CREDENTIALS, ITEMS, LEASES, SERVICE, documented

from kanban_server import errors
from kanban_server.transport import Transport

ITEM = f"{ITEMS}/100"


def client(transport: Transport) -> Client:
    keys = CREDENTIALS
    return Client(keys.api_key, keys.api_secret, keys.account_sid, http_client=transport)


def write(base_url: str = "") -> object:
    """Append an Item the way any user of the official client does."""
    items = client(Transport(base_url)).sync.v1.services(CREDENTIALS.service_sid)
    return items.sync_lists("tasks").sync_list_items.create(data={"name": "Buy milk"})


def read() -> object:
    lists = client(Transport()).sync.v1.services(CREDENTIALS.service_sid).sync_lists("tasks")
    return lists.sync_list_items(100).fetch()


def test_a_good_answer_reaches_the_official_client(answer, pauses):
    answer("item_created", "POST", ITEMS)
    assert write().index == 100
    assert pauses == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("list_gone", errors.SyncNotFound),
        ("item_gone", errors.SyncNotFound),
        ("name_unknown", errors.SyncNotFound),
        ("exists", errors.SyncExists),
        ("changed", errors.SyncChanged),
        ("too_large", errors.SyncTooLarge),
        ("wrong_key", errors.SyncKeyRefused),
        ("forbidden", errors.SyncRefuses),
        ("wrong_match", errors.SyncRefuses),
    ],
)
def test_a_refusal_is_told_by_its_kind_and_code_and_not_repeated(name, kind, answer, pauses):
    call = answer(name, "POST", ITEMS)
    with pytest.raises(kind) as caught:
        write()
    assert type(caught.value) is kind
    assert caught.value.code == documented(name)["body"]["code"]
    assert call.call_count == 1


@pytest.mark.parametrize("name", ["busy", "crowded"])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_429_is_tried_again_because_nothing_was_done(name, method, answer, pauses):
    url = ITEMS if method == "POST" else ITEM
    refused = answer(name, method, url)
    answer("item_created" if method == "POST" else "item", method, url)
    assert (write if method == "POST" else read)().index == 100
    assert refused.call_count == 1
    assert len(pauses) == 1


def test_a_429_without_retry_after_waits_a_second_with_jitter(answer, pauses):
    answer("busy", "POST", ITEMS)
    answer("item_created", "POST", ITEMS)
    write()
    assert 1 <= pauses[0] <= 1.2


def test_retry_after_is_heeded_and_a_long_one_is_passed_on_instead(answer, pauses):
    call = answer("busy", "POST", ITEMS, **{"Retry-After": "7"})
    with pytest.raises(errors.SyncBusy) as caught:
        write()
    assert caught.value.retry_after == 7
    assert (call.call_count, pauses) == (1, [])


@pytest.mark.parametrize("value", ["soon", "", "-1", "Wed, 21 Oct 2026 07:28:00 GMT", "1.5"])
def test_a_retry_after_that_is_no_number_of_seconds_is_none(value, answer, pauses):
    answer("busy", "POST", ITEMS, **{"Retry-After": value})
    answer("item_created", "POST", ITEMS)
    assert write().index == 100


def test_429_for_ever_ends_as_busy_after_four_attempts(answer, pauses):
    call = answer("busy", "POST", ITEMS)
    with pytest.raises(errors.SyncBusy) as caught:
        write()
    assert caught.value.retry_after == 1
    assert call.call_count == 4


def test_each_429_to_a_write_is_told_to_who_keeps_the_pace(answer, pauses):
    told = []
    answer("busy", "POST", ITEMS)
    answer("item_created", "POST", ITEMS)
    door = Transport(on_busy=lambda: told.append(1))
    door.request("POST", ITEMS, data={"Data": "{}"})
    assert told == [1]


def test_a_429_of_the_map_slows_no_write_of_the_list(answer, pauses):
    answer("busy", "POST", LEASES)
    with pytest.raises(errors.SyncBusy):
        Transport(on_busy=lambda: pytest.fail("slowed")).request("POST", LEASES)


@pytest.mark.parametrize("name", ["failed", "down"])
def test_a_5xx_to_a_write_is_never_repeated_blindly(name, answer, pauses):
    call = answer(name, "POST", ITEMS)
    with pytest.raises(errors.OutcomeUnknown):
        write()
    assert call.call_count == 1


@pytest.mark.parametrize("name", ["failed", "down"])
def test_a_5xx_to_a_read_is_tried_again(name, answer, pauses):
    answer(name, "GET", ITEM)
    answer("item", "GET", ITEM)
    assert read().revision == "1a"


@pytest.mark.parametrize("text", ["<html>Bad gateway</html>", '{"index": 100, "da', "", "null"])
def test_a_write_answered_with_nonsense_may_have_happened(text, sync, pauses):
    call = sync.add("POST", ITEMS, body=text, status=201)
    with pytest.raises(errors.OutcomeUnknown):
        write()
    assert call.call_count == 1


@pytest.mark.parametrize("text", ["<html>Bad gateway</html>", '{"index": 100, "da'])
def test_a_read_answered_with_nonsense_is_tried_again_then_called_so(text, sync, pauses):
    call = sync.add("GET", ITEM, body=text, status=200)
    with pytest.raises(errors.SyncNonsense):
        read()
    assert call.call_count == 4


@pytest.mark.parametrize("status", [302, 502, 504])
def test_html_from_a_gateway_leaves_a_write_in_doubt(status, sync, pauses):
    sync.add("POST", ITEMS, body="<html>", status=status, headers={"Location": "http://e.example"})
    with pytest.raises(errors.OutcomeUnknown):
        write()


def test_json_nested_beyond_reason_is_nonsense_and_no_crash(sync, pauses):
    sync.add("GET", ITEM, body="[" * 100_000, status=200)
    with pytest.raises(errors.SyncNonsense):
        read()


@pytest.mark.parametrize(
    "failure",
    [
        requests.ReadTimeout("read timed out"),
        requests.ConnectionError("Connection aborted.", ConnectionResetError(104, "reset")),
        requests.exceptions.ChunkedEncodingError("half an answer"),
    ],
    ids=["time-out", "reset after sending", "half an answer"],
)
def test_a_write_whose_answer_never_came_is_in_doubt_and_sent_once(failure, sync, pauses):
    call = sync.add("POST", ITEMS, body=failure)
    with pytest.raises(errors.OutcomeUnknown):
        write()
    assert call.call_count == 1


REFUSED = requests.ConnectionError(MaxRetryError(None, "/", NewConnectionError(None, "refused")))


@pytest.mark.parametrize("failure", [requests.ConnectTimeout("slow"), REFUSED])
def test_a_write_that_never_left_is_tried_again_and_then_known_not_to_be_done(
    failure, sync, pauses
):
    call = sync.add("POST", ITEMS, body=failure)
    with pytest.raises(errors.SyncUnavailable):
        write()
    assert call.call_count == 4


def test_a_refused_connection_is_unavailable_within_its_attempts(pauses):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(errors.SyncUnavailable, match=f"127.0.0.1:{port}"):
            write(f"http://127.0.0.1:{port}")
    assert len(pauses) == 3


def test_what_is_for_this_machine_goes_past_a_proxy_of_the_environment(proxy):
    Transport(proxy.url).request("GET", SERVICE)
    Transport(proxy.url.replace("127.0.0.1", "LocalHost")).request("GET", SERVICE)
    assert [target.startswith("/v1/") for target in proxy.asked] == [True, True]


def test_what_is_for_another_machine_goes_through_the_proxy(proxy):
    Transport("http://sync.example").request("GET", SERVICE)
    assert proxy.asked == [SERVICE.replace("https://sync.twilio.com", "http://sync.example")]


def test_a_region_or_edge_does_not_bend_a_local_address(monkeypatch, sync, pauses):
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    sync.add(
        "POST",
        ITEMS.replace("https://sync.twilio.com", "http://127.0.0.1:5001"),
        json=documented("item_created")["body"],
        status=201,
    )
    assert write("http://127.0.0.1:5001").index == 100


def test_on_the_cloud_the_region_is_heeded(monkeypatch, sync, pauses):
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    url = ITEMS.replace("sync.twilio.com", "sync.dublin.ie1.twilio.com")
    sync.add("POST", url, json=documented("item_created")["body"], status=201)
    assert write().index == 100


def test_a_dead_sync_is_left_alone_after_five_failures(sync, pauses):
    door = Transport()
    call = sync.add("POST", ITEMS, body=requests.ReadTimeout("silence"))
    for _ in range(6):
        with pytest.raises((errors.OutcomeUnknown, errors.SyncUnavailable)):
            door.request("POST", ITEMS)
    assert call.call_count == 5


def test_neither_key_nor_secret_nor_text_is_logged(caplog, answer, sync, pauses):
    caplog.set_level("DEBUG", logger="kanban_server")
    sync.add("POST", ITEMS, body=requests.ReadTimeout(f"password {CREDENTIALS.api_secret}"))
    with pytest.raises(errors.OutcomeUnknown) as caught:
        write()
    assert CREDENTIALS.api_secret not in caplog.text + caught.value.detail
    assert "Buy milk" not in caplog.text
