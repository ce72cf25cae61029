"""Where the server listens, and whose fault it is if it cannot."""

import socket

import pytest

from kanban_server.listener import listen, listener_for, url_of
from kanban_server.settings import Settings, SettingsError


def test_the_settings_say_where():
    with listener_for(Settings(host="127.0.0.2", port=0)) as listener:
        assert listener.getsockname()[0] == "127.0.0.2"


def test_a_port_in_use_is_a_problem_of_the_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"Port {port} .* in use.* KANBAN_PORT"):
            listener_for(Settings(port=port))


def test_of_two_that_took_a_port_at_once_the_second_is_told_so():
    with listener_for(Settings(port=0)) as first:
        port = first.getsockname()[1]
        with listener_for(Settings(port=port)) as second:
            listen(first)
            with pytest.raises(SettingsError, match=f"Port {port} .* in use.* KANBAN_PORT"):
                listen(second)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "[::1]", "é" * 99])
def test_a_host_that_is_not_ours_is_a_problem_of_the_host(host):
    with pytest.raises(SettingsError, match=r"KANBAN_HOST=.* is no address of this machine"):
        listener_for(Settings(host=host, port=0))


def test_a_url_has_brackets_where_they_are_due():
    assert url_of("::1", 80) == "http://[::1]:80"
    assert url_of("127.0.0.1", 80) == "http://127.0.0.1:80"
