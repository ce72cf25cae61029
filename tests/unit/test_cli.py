"""The commands of an admin, on an emulator of their own in the data folder."""

import json
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kanban_server.cli import _write_snapshot, main
from kanban_server.serve import open_store
from kanban_server.settings import Settings
from kanban_server.sync_emulator import Emulator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("KANBAN_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def tasks(data) -> list[str]:
    with open_store(Settings(data=data)) as store:
        store.prepare()
        for name in ("milk", "bread"):
            store.create({"name": name})
    return ["milk", "bread"]


def run(*words: str, say: str = "") -> Result:
    return CliRunner().invoke(main, words, input=say)


def names(data: Path) -> list[str]:
    with open_store(Settings(data=data)) as store:
        return [item.data["name"] for item in store.items()]


def snapshots(data: Path) -> list[Path]:
    return sorted((data / "snapshots").glob("*.json"))


def test_reset_asks_and_a_no_deletes_nothing(data, tasks):
    result = run("reset", say="n\n")
    assert "Delete all 2 tasks" in result.output
    assert names(data) == tasks


def test_reset_deletes_after_a_yes_and_leaves_a_snapshot(data, tasks):
    assert run("reset", say="y\n").exit_code == 0
    assert names(data) == []
    (path,) = snapshots(data)
    kept = json.loads(path.read_text())["tasks"]
    assert [task["data"]["name"] for task in kept] == tasks


def test_one_task_is_spoken_of_as_one(data):
    with open_store(Settings(data=data)) as store:
        store.prepare()
        store.create({"name": "milk"})
    told = run("reset", say="y\n").output
    for words in ("Delete the only task of the board?", "Snapshot of 1 task: ", "1 task deleted."):
        assert words in told


def test_reset_for_scripts_does_not_ask(data, tasks):
    assert "2 tasks deleted" in run("reset", "--yes").output
    assert names(data) == []


@pytest.mark.parametrize("columns", [40, 60])
def test_the_line_of_progress_fits_a_narrow_terminal(columns, data, tasks, monkeypatch):
    monkeypatch.setattr("click._termui_impl.isatty", lambda stream: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = re.split(r"[\r\n]+", run("reset", "--yes").output + run("export").output)
    bars = [re.sub(r"\x1b\[\S*?[a-zA-Z]", "", line) for line in lines if "ing  [" in line]
    assert {len(bar.rstrip()) <= columns for bar in bars} == {True}


@pytest.mark.parametrize("yes", ["0", "no", "", "1"])
def test_make_leaves_the_question_out_for_a_1_alone(yes):
    command = ["make", "--dry-run", "reset", f"YES={yes}"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert ("cli reset --yes" in told) == (yes == "1")


def test_an_empty_board_needs_no_reset(data):
    assert "empty already" in run("reset").output
    assert snapshots(data) == []


def test_restore_brings_a_snapshot_back_once(data, tasks):
    run("reset", "--yes")
    (path,) = snapshots(data)
    assert "2 tasks made" in run("restore", str(path)).output
    assert "0 tasks made, 2 were there" in run("restore", str(path)).output
    assert names(data) == tasks


def test_restore_names_each_task_that_could_not_be_made_and_ends_with_1(data, tmp_path):
    rows = [
        {"index": n, "revision": "0", "updated": "", "data": {"name": name}}
        for n, name in enumerate(["x" * 17_000, "milk"])
    ]
    (tmp_path / "s.json").write_text(json.dumps({"list": "tasks", "tasks": rows}))
    result = run("restore", str(tmp_path / "s.json"))
    assert result.exit_code == 1
    assert "1 task made, 0 were there" in result.output
    assert f"Not made: task 0, '{'x' * 40}'. Twilio Sync: Request entity too" in result.output
    assert names(data) == ["milk"]


def test_restore_refuses_a_broken_file_before_anything_is_touched(data, tasks, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    result = run("restore", str(tmp_path / "broken.json"))
    assert result.exit_code == 1
    assert "is not a snapshot" in result.output
    assert names(data) == tasks


def test_export_writes_what_is_there_and_deletes_nothing(data, tasks):
    assert run("export").exit_code == 0
    assert len(snapshots(data)) == 1
    assert names(data) == tasks


def test_whoever_stops_reading_what_export_says_is_told_of_no_broken_disk(data, tasks):
    command = f"{sys.executable} -m kanban_server.cli export | head -c 0"
    run = subprocess.run(
        command, shell=True, cwd=ROOT, env={**os.environ, "KANBAN_DATA": str(data)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.stderr == ""


def test_a_folder_made_for_a_snapshot_is_for_its_owner_only(tmp_path):
    _write_snapshot([], Settings(data=tmp_path / "data"))
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_who_is_interrupted_by_a_key_is_in_the_middle_of_no_write(data, monkeypatch):
    threads, respond = [], Emulator.respond

    def noted(*given):
        threads.append(threading.current_thread())
        return respond(*given)

    monkeypatch.setattr(Emulator, "respond", noted)
    with open_store(Settings(data=data)) as store:
        store.prepare()
    assert threads
    assert threading.current_thread() not in threads


def test_a_running_emulator_is_asked_past_a_proxy(data, tasks, proxy, monkeypatch):
    monkeypatch.setattr("kanban_server.serve.owner_address", lambda folder: proxy.url)
    with open_store(Settings(data=data)) as store:
        store.is_reachable()
    assert proxy.asked[0].startswith("/v1/Services/")


@pytest.mark.parametrize("text", [None, "", "{}", "[]"])
@pytest.mark.parametrize("verb", ["export", "doctor"])
def test_a_server_whose_credentials_are_gone_or_broken_is_told(
    verb, text, data, tasks, monkeypatch
):
    path = data / "credentials.json"
    path.unlink() if text is None else path.write_text(text)
    monkeypatch.setattr("kanban_server.serve.owner_address", lambda folder: "http://127.0.0.1:9")
    result = run(verb)
    assert result.exit_code == 1
    assert "credentials.json" in result.output


def test_a_command_during_another_is_told_what_to_wait_for(data, tasks):
    with open_store(Settings(data=data)):
        result = run("export")
    assert result.exit_code == 1
    assert f"in use by another `make …` that still runs (process {os.getpid()})" in result.output


def test_a_folder_that_cannot_be_used_is_named(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KANBAN_DATA", str(tmp_path / "file" / "data"))
    result = run("reset", "--yes")
    assert result.exit_code == 1
    assert str(tmp_path / "file") in result.output


def test_doctor_is_content_with_a_sound_installation(data, monkeypatch):
    monkeypatch.setenv("KANBAN_PORT", "0")
    monkeypatch.setattr("kanban_server.doctor.VENDOR_FILES", {"a": Path(__file__)})
    result = run("doctor")
    assert result.exit_code == 0, result.output
    assert "Sync takes the credentials" in result.output


@pytest.mark.parametrize(
    ("module", "told"), [("serve", "The board cannot start. "), ("cli", "WRONG data folder ")]
)
def test_a_full_disk_is_told_in_plain_words_and_nothing_left_on_it(module, told, data):
    data.mkdir()
    full = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
    words = ["doctor"] if module == "cli" else []
    command = [*full, sys.executable, "-m", f"kanban_server.{module}", *words]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "KANBAN_PORT": "0"}
    done = subprocess.run(command, cwd=data.parent, env=environ, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"{told}{data} cannot be written: " in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert list(data.glob(".probe*")) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device of Linux")
@pytest.mark.parametrize(
    "words", [("serve",), ("cli", "doctor"), ("cli", "export")], ids=lambda words: words[-1]
)
def test_what_cannot_be_said_for_want_of_space_is_told_in_one_line(words, data):
    command = [sys.executable, "-m", f"kanban_server.{words[0]}", *words[1:]]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "KANBAN_PORT": "0"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=data.parent, env=environ, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert re.fullmatch(".*: No space left on device.?\n", done.stderr)


def test_doctor_names_what_is_missing_in_the_settings(data, monkeypatch):
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "0" * 32)
    result = run("doctor")
    assert result.exit_code == 1
    assert (
        "WRONG TWILIO_API_KEY, TWILIO_API_SECRET, TWILIO_SYNC_SERVICE_SID not set" in result.output
    )


def test_doctor_names_what_is_no_setting(data, monkeypatch):
    monkeypatch.setenv("KANBAN_PASSCOD", "secret")
    result = run("doctor")
    assert result.exit_code == 1
    assert "WRONG KANBAN_PASSCOD (from the environment) is no setting" in result.output
    assert "secret" not in result.output
