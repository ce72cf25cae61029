"""The settings: where they come from, and the message when one does not fit."""

import os
import re
from pathlib import Path

import pytest

from kanban_server.settings import Settings, SettingsError, load_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
ALL = {
    "TWILIO_ACCOUNT_SID": "AC" + "0a" * 16,
    "TWILIO_API_KEY": "SK" + "1b" * 16,
    "TWILIO_API_SECRET": "very-secret",
    "TWILIO_SYNC_SERVICE_SID": "IS" + "2c" * 16,
}


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / ".env"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(environ: dict[str, str], env_file: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(environ, env_file)
    return str(caught.value)


def test_nothing_set_means_the_emulator_on_this_machine():
    settings = load_settings({})
    assert settings.credentials is None
    assert (settings.host, settings.port, settings.sync_url) == ("127.0.0.1", 5001, "")
    assert settings.columns == ("todo", "doing", "done")


def test_all_four_set_mean_the_cloud():
    credentials = load_settings(ALL).credentials
    assert credentials.service_sid == ALL["TWILIO_SYNC_SERVICE_SID"]


@pytest.mark.parametrize("missing", ALL)
def test_some_of_the_four_are_refused_naming_the_missing_and_the_source(missing, tmp_path):
    lines = [f"{name}={value}" for name, value in ALL.items() if name != missing]
    text = refusal({}, path := write(tmp_path, "\n".join(lines)))
    assert text.startswith(f"{missing} not set")
    assert str(path) in text
    assert "very-secret" not in text


@pytest.mark.parametrize("empty", ["", "  ", "<your API key>", "<>"])
def test_empty_and_placeholder_count_as_not_set(empty):
    assert "TWILIO_API_KEY not set" in refusal({**ALL, "TWILIO_API_KEY": empty})


def test_the_environment_wins_over_the_file(tmp_path):
    path = write(tmp_path, "KANBAN_PORT=6000\nKANBAN_COLUMNS=a,b")
    settings = load_settings({"KANBAN_PORT": "7000"}, path)
    assert (settings.port, settings.columns) == (7000, ("a", "b"))


def test_a_missing_file_is_no_error(tmp_path):
    assert load_settings({}, tmp_path / "none").port == 5001


def test_a_dollar_in_the_file_is_a_dollar(tmp_path):
    path = write(tmp_path, "KANBAN_PASSCODE=a${HOME}b\n")
    assert load_settings({"HOME": "/home/ann"}, path).passcode == "a${HOME}b"


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"KANBAN_PORT=\xff\xfe\n")
    assert str(path) in refusal({}, path)


@pytest.mark.parametrize(
    "line",
    ['KANBAN_PASSCODE="secret', "KANBAN_PASSCODE='secret\"", 'KANBAN_PASSCODE="secret" x',
     "KANBAN_PASSCODE secret", "KANBAN_PASSCODE:secret", "KANBAN_PASSCODE", "=secret",
     '"KANBAN_PASSCODE"=secret', "\u200bKANBAN_PASSCODE=secret", "KANBAN-PASSCODE=secret"],
)  # fmt: skip
def test_a_line_of_the_file_that_sets_nothing_is_refused_by_its_number_alone(line, tmp_path):
    path = write(tmp_path, f"# ours\nKANBAN_PORT=6000\n\n\n  {line}\nKANBAN_COLUMNS=a\n")
    text = refusal({}, path)
    assert text.startswith(f"{path}: line 5 is not NAME=value")
    assert "secret" not in text


@pytest.mark.parametrize(
    "make",
    [os.mkdir, os.mkfifo, lambda path: os.symlink("none", path)],
    ids=["folder", "pipe", "link"],
)
def test_what_is_in_the_place_of_the_file_and_is_none_is_refused(make, tmp_path):
    make(tmp_path / ".env")
    assert f"{tmp_path / '.env'} is a folder, a pipe or a link" in refusal({}, tmp_path / ".env")


def test_the_example_of_a_file_explains_every_setting():
    asked = set()

    class Environ(dict):
        def get(self, name):
            asked.add(name)

    load_settings(Environ())
    assert set(re.findall(r"^(\w+)=", EXAMPLE.read_text(), re.M)) == asked
    assert load_settings({}, EXAMPLE) == load_settings({})


@pytest.mark.parametrize("name", [name for name in ALL if name != "TWILIO_API_SECRET"])
@pytest.mark.parametrize("value", ["XX", "AC123", "AC" + "g" * 32])
def test_a_sid_of_the_wrong_form_is_refused_without_showing_it(name, value):
    text = refusal({**ALL, name: value})
    assert text.startswith(f"{name} (from the environment) is not a SID")
    assert value not in text


@pytest.mark.parametrize("secret", ["sécret", "two words", "a\tb", "a→b"])
def test_a_secret_that_no_header_can_carry_is_refused_without_showing_it(secret, tmp_path):
    path = write(tmp_path, f"TWILIO_API_SECRET='{secret}'")
    text = refusal({**ALL, "TWILIO_API_SECRET": ""}, path)
    assert text.startswith(f"TWILIO_API_SECRET (from {path}) is not the secret")
    assert secret not in text


@pytest.mark.parametrize("name", [*ALL, "KANBAN_PASSCODE", "KANBAN_COLUMNS", "KANBAN_DATA"])
@pytest.mark.parametrize("value", ["a\udcff", "a\0b"])
def test_a_value_that_is_no_text_is_refused_by_its_name_and_source(name, value):
    text = refusal({**ALL, name: value})
    assert text == f"{name} (from the environment) must be text in UTF-8."


@pytest.mark.parametrize("port", ["9" * 5000, "x", "-1", "65536", "5001.0", "²", "٣", "0x10"])
def test_a_port_that_is_none_is_refused(port):
    assert "KANBAN_PORT" in refusal({"KANBAN_PORT": port})


@pytest.mark.parametrize(
    "url",
    [
        "board.example.org",
        "ftp://x",
        "http://",
        "http://x/path",
        "http://[",
        "http://x:99999",
        "http://x?y",
        "http://x#y",
        "http://user@x",
        "http://a b",
        "http://a\tb",
        "http://(a",
        "http://x..y",
        "http://é" + "é" * 70,
    ],
)
@pytest.mark.parametrize("name", ["KANBAN_PUBLIC_URL", "KANBAN_SYNC_URL"])
def test_an_address_that_is_none_is_refused(name, url):
    assert name in refusal({**ALL, name: url})


def test_an_address_may_end_in_a_slash():
    settings = load_settings({"KANBAN_PUBLIC_URL": "https://x.example.org/"})
    assert settings.public_url == "https://x.example.org"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("HTTPS://Example.Ngrok.App", "https://example.ngrok.app"),
        ("https://x.org:443/", "https://x.org"),
        ("https://x.org:80", "https://x.org:80"),
        ("http://x.org:080", "http://x.org"),
        ("http://my_pc.lan:5001", "http://my_pc.lan:5001"),
        ("http://[0:0::1]:8000", "http://[::1]:8000"),
        ("https://Bücher.example", "https://xn--bcher-kva.example"),
        ("https://faß.de", "https://xn--fa-hia.de"),
    ],
)
def test_addresses_are_written_as_browsers_write_them(text, origin):
    environ = {"KANBAN_PUBLIC_URL": text, "KANBAN_CORS_ORIGINS": f"https://a.org,{text}"}
    settings = load_settings(environ)
    assert settings.public_url == origin
    assert settings.cors_origins == ("https://a.org", origin)


def test_another_sync_needs_all_four():
    text = refusal({"KANBAN_SYNC_URL": "http://127.0.0.1:8710"})
    assert all(name in text for name in ALL)


@pytest.mark.parametrize("columns", ["a,a", ",".join("abcdefghijklmnopqrstu"), "x" * 51])
def test_columns_that_do_not_fit_are_refused(columns):
    assert "KANBAN_COLUMNS" in refusal({"KANBAN_COLUMNS": columns})


def test_columns_are_trimmed_and_empty_ones_left_out():
    assert load_settings({"KANBAN_COLUMNS": " a , ,b,"}).columns == ("a", "b")


@pytest.mark.parametrize(
    "origins", ["*", "example.org", "https://x.org/path", "https://*.x.org", "https://(a"]
)
def test_origins_are_whole_and_never_a_star(origins):
    assert "KANBAN_CORS_ORIGINS" in refusal({"KANBAN_CORS_ORIGINS": origins})


def test_origins_are_a_list():
    settings = load_settings({"KANBAN_CORS_ORIGINS": "https://a.org, http://b.org:81/"})
    assert settings.cors_origins == ("https://a.org", "http://b.org:81")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "board.example.org"])
def test_another_bind_address_without_a_passcode_is_refused(host):
    assert "KANBAN_PASSCODE" in refusal({"KANBAN_HOST": host})
    assert load_settings({"KANBAN_HOST": host, "KANBAN_PASSCODE": "x"}).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "LOCALHOST", "::1"])
def test_loopback_needs_no_passcode(host):
    assert load_settings({"KANBAN_HOST": host}).host == host


def test_the_data_folder_may_be_named_below_the_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    assert load_settings({"KANBAN_DATA": "~/board"}).data == Path("/home/ann/board")
    assert load_settings({"KANBAN_DATA": "~nobody-of-here/x"}).data.is_absolute()


def test_no_secret_shows_in_a_representation():
    settings = load_settings({**ALL, "KANBAN_PASSCODE": "open sesame"})
    shown = repr(settings) + str(settings) + repr(settings.credentials)
    assert "very-secret" not in shown
    assert "open sesame" not in shown


def test_settings_cannot_be_changed():
    with pytest.raises(AttributeError):
        Settings().port = 1


def test_a_host_may_be_written_as_in_an_address():
    assert load_settings({"KANBAN_HOST": "[::1]"}).host == "::1"
