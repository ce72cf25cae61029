"""Sharing: through a tunnel, only with a passcode and then as at home; one Sync by two servers."""

import urllib.error

import pytest
from playwright.sync_api import expect

from kanban_server.sync_emulator import read_credentials
from tests.browser.conftest import free_port
from tests.browser.hands import Board, add, see, wait_live
from tests.browser.tunnel import Tunnel

pytestmark = pytest.mark.browser


@pytest.fixture
def tunnel():
    tunnel = Tunnel()
    yield tunnel
    tunnel.close()


@pytest.fixture
def shared(tunnel, servers, tmp_path) -> Board:
    """A board with a passcode, at the address that friends type."""
    url, port = f"http://board.localhost:{tunnel.port}", free_port()
    settings = {"KANBAN_PASSCODE": "sesame", "KANBAN_PUBLIC_URL": url, "KANBAN_PORT": port}
    servers.start(tmp_path / "data", **settings)
    tunnel.lead_to(int(port))
    return Board(url)


def test_a_friend_gives_the_passcode_once_and_writes_live(shared, new_page):
    friend = new_page()
    friend.goto(shared.url)
    friend.locator("dialog input").fill("sesame")
    friend.keyboard.press("Enter")
    wait_live(friend)
    add(friend, "milk")
    see(friend, todo="milk")
    expect(friend.locator(".pending")).to_have_count(0)
    friend.reload()
    wait_live(friend)
    see(friend, todo="milk")
    expect(friend.locator("dialog[open]")).to_have_count(0)


def test_without_a_passcode_a_tunnel_is_refused_with_what_to_set(tunnel, servers, tmp_path):
    port = free_port()
    servers.start(tmp_path / "data", KANBAN_PORT=port)
    tunnel.lead_to(int(port))
    with pytest.raises(urllib.error.HTTPError) as refused:
        Board(f"http://127.0.0.1:{tunnel.port}").call("GET", "/tasks")
    assert refused.value.code == 403
    assert "KANBAN_PASSCODE" in refused.value.read().decode()


def test_the_page_of_a_second_server_on_one_emulator_is_live(servers, tmp_path, new_page):
    one = servers.start(tmp_path / "one")
    keys = read_credentials(one.data)
    account = {
        "TWILIO_ACCOUNT_SID": keys.account_sid,
        "TWILIO_API_KEY": keys.api_key,
        "TWILIO_API_SECRET": keys.api_secret,
        "TWILIO_SYNC_SERVICE_SID": keys.service_sid,
    }
    two = servers.start(tmp_path / "two", KANBAN_SYNC_URL=one.url, **account)
    page = two.open(new_page())
    one.add("milk")
    see(page, todo="milk")
