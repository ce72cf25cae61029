"""The data folder: its secrets and its one owner."""

import json
import os
import re
from contextlib import closing

import pytest

from kanban_server.sync_emulator import (
    Emulator,
    EmulatorError,
    EmulatorInUse,
    FolderUnusable,
    owner_address,
    read_credentials,
)


def test_credentials_are_made_at_random_and_kept(tmp_path, emulator):
    emulator.close()
    again = Emulator(tmp_path / "data")
    other = Emulator(tmp_path / "other")
    assert again.credentials == emulator.credentials
    assert not set(other.credentials) & set(emulator.credentials)
    again.close()
    other.close()


def test_sids_look_like_twilios(emulator):
    pattern = r"(AC|SK|IS)[0-9a-f]{32}"
    for sid in (emulator.account_sid, emulator.api_key, emulator.service_sid):
        assert re.fullmatch(pattern, sid)
    assert len(emulator.api_secret) >= 32


def test_the_folder_and_the_secrets_are_for_their_owner_only(emulator):
    assert os.stat(emulator.folder).st_mode & 0o777 == 0o700
    assert os.stat(emulator.folder / "credentials.json").st_mode & 0o777 == 0o600


def test_the_mode_of_a_folder_that_was_there_is_left_alone(tmp_path):
    (tmp_path / "shared").mkdir(mode=0o755)
    Emulator(tmp_path / "shared").close()
    assert os.stat(tmp_path / "shared").st_mode & 0o777 == 0o755


def test_a_second_emulator_is_told_where_the_first_one_listens(tmp_path):
    with closing(Emulator(tmp_path, address="http://127.0.0.1:4711")):
        with pytest.raises(EmulatorInUse, match="at http://127") as refused:
            Emulator(tmp_path)
        assert (refused.value.address, refused.value.pid) == ("http://127.0.0.1:4711", os.getpid())


def test_the_owner_is_known_while_it_runs_and_not_after(emulator, tmp_path):
    assert owner_address(emulator.folder) == "http://127.0.0.1:8710"
    emulator.close()
    assert owner_address(emulator.folder) is None
    assert owner_address(tmp_path / "none") is None


def test_others_can_read_the_credentials(emulator, tmp_path):
    assert read_credentials(emulator.folder) == emulator.credentials
    assert read_credentials(tmp_path / "none") is None


def test_a_folder_that_cannot_be_used_is_told_plainly(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match="cannot be used as data folder"):
        Emulator(tmp_path / "file" / "data")


FIELDS = ("account_sid", "auth_token", "api_key", "api_secret", "service_sid")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        "\udcff",
        '{"account_sid": "AC0"}',
        json.dumps(dict.fromkeys(FIELDS, 7)),
        json.dumps(dict.fromkeys(FIELDS, "")),
    ],
)
def test_damaged_credentials_are_told_plainly_and_kept(tmp_path, text):
    (tmp_path / "credentials.json").write_text(text, errors="surrogateescape")
    with pytest.raises(FolderUnusable) as told:
        Emulator(tmp_path)
    path = tmp_path / "credentials.json"
    assert str(told.value).startswith(f"{path} is damaged: it must be a JSON object of account_sid")
    assert path.read_text(errors="surrogateescape") == text
    assert owner_address(tmp_path) is None


def test_a_database_without_its_credentials_is_not_begun_anew(emulator):
    emulator.close()
    (emulator.folder / "credentials.json").unlink()
    with pytest.raises(FolderUnusable, match=r"credentials\.json is missing.*sync\.sqlite3"):
        Emulator(emulator.folder)
    assert not (emulator.folder / "credentials.json").exists()
    assert owner_address(emulator.folder) is None


def test_a_database_of_another_version_is_refused(emulator):
    emulator.database.write(lambda tx: tx.execute("PRAGMA user_version=99"))
    emulator.close()
    with pytest.raises(EmulatorError, match="version 99"):
        Emulator(emulator.folder)
