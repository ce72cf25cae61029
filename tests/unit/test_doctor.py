"""What may be wrong with an installation, one thing at a time."""

import socket
import stat
from email.utils import formatdate
from tempfile import TemporaryFile

import pytest
import responses
from wire import ITEMS, SERVICE

from kanban_server import doctor
from kanban_server.settings import Settings

NOON = 1_790_000_000


def wrong(findings) -> list[str]:
    return [finding.text for finding in findings if not finding.is_well]


@pytest.fixture
def tasks(answer):
    """Two pages of tasks."""
    answer("page_first", "GET", ITEMS)
    answer("page_last", "GET", ITEMS)


def answer_service(sync: responses.RequestsMock, skew: int = 0, acl: bool = True) -> None:
    date = {"Date": formatdate(NOON - skew, usegmt=True)}
    sync.add("GET", SERVICE, json={"sid": "IS", "acl_enabled": acl}, headers=date)


def test_an_account_in_order_has_nothing_wrong(sync, cloud, tasks):
    answer_service(sync)
    assert wrong(doctor.check_sync(cloud, lambda: NOON)) == []


def test_a_clock_that_is_ten_minutes_off_is_named(sync, cloud, tasks):
    answer_service(sync, skew=600)
    assert wrong(doctor.check_sync(cloud, lambda: NOON)) == [
        "this machine's clock is +600 s from Sync's"
    ]


def test_a_service_of_another_account_is_named(sync, cloud, tasks):
    sync.add("GET", SERVICE, json={"acl_enabled": True, "account_sid": "AC" + "9" * 32})
    assert "TWILIO_ACCOUNT_SID" in wrong(doctor.check_sync(cloud))[0]


def test_an_acl_that_is_off_is_told(sync, cloud, tasks):
    answer_service(sync, acl=False)
    texts = [finding.text for finding in doctor.check_sync(cloud, lambda: NOON)]
    assert "ACL is off; the board turns it on at start" in texts


def test_the_tasks_are_counted(sync, cloud, tasks):
    answer_service(sync)
    texts = [finding.text for finding in doctor.check_sync(cloud, lambda: NOON)]
    assert "3 tasks can be read" in texts


def test_tasks_that_cannot_be_read_are_told_with_the_reason(sync, cloud):
    answer_service(sync)
    sync.add("GET", ITEMS, body='{"items": ' + "[" * 10_000)
    told = wrong(doctor.check_sync(cloud, lambda: NOON))
    assert told == ["the tasks cannot be read: Twilio Sync sent an answer that is not JSON."]


def test_a_wrong_secret_is_named(sync, cloud):
    sync.add("GET", SERVICE, json={"code": 20003, "message": "Authenticate"}, status=401)
    assert "TWILIO_API_SECRET" in wrong(doctor.check_sync(cloud))[0]


def test_an_unknown_service_is_named(sync, cloud):
    sync.add("GET", SERVICE, json={"code": 54050, "message": "Service not found"}, status=404)
    assert "TWILIO_SYNC_SERVICE_SID" in wrong(doctor.check_sync(cloud))[0]


def test_a_sync_out_of_reach_is_told(sync, cloud):
    assert wrong(doctor.check_sync(cloud)) == ["Twilio Sync cannot be reached at sync.twilio.com."]


def test_a_port_in_use_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings = Settings(port=taken.getsockname()[1])
        assert "Address already in use" in wrong(doctor.check_port(settings))[0]


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    settings = Settings(data=tmp_path / "file" / "data")
    assert "cannot be written" in wrong(doctor.check_folder(settings))[0]


def test_a_folder_of_snapshots_that_is_anothers_is_named_with_what_to_do(tmp_path, monkeypatch):
    (tmp_path / "snapshots").mkdir()

    def refuse_snapshots(*, dir, **more):
        if dir.name == "snapshots":
            raise PermissionError(13, "Permission denied")
        return TemporaryFile(dir=dir, **more)

    monkeypatch.setattr(doctor, "TemporaryFile", refuse_snapshots)
    (told,) = wrong(doctor.check_folder(Settings(data=tmp_path)))
    assert f"{tmp_path}/snapshots cannot be written: Permission denied. " in told
    assert f'sudo chown -R "$(id -un)" {tmp_path}' in told


def test_a_folder_that_is_not_there_yet_is_made_for_its_owner_alone(tmp_path):
    assert wrong(doctor.check_folder(Settings(data=tmp_path / "data"))) == []
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_a_missing_library_of_the_page_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "VENDOR_FILES", {"sortable.min.js": tmp_path / "none"})
    assert wrong(doctor.check_libraries()) == ["sortable.min.js is missing: run `make run` once"]


def test_a_package_of_another_version_is_named(monkeypatch, tmp_path):
    (tmp_path / "requirements.txt").write_text("flask==0.1\n")
    monkeypatch.setattr(doctor, "REQUIREMENTS", tmp_path / "requirements.txt")
    assert "0.1 is wanted" in wrong(doctor.check_python())[0]


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 14, 0)])
def test_a_python_that_was_not_tried_is_named(monkeypatch, version):
    monkeypatch.setattr("sys.version_info", version)
    assert "use 3.10 to 3.13" in wrong(doctor.check_python())[0]


def test_a_board_that_runs_on_the_port_is_well(sync):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        settings = Settings(port=taken.getsockname()[1])
        sync.add("GET", f"http://127.0.0.1:{settings.port}/healthz", json={"status": "up"})
        taken.listen()
        assert wrong(doctor.check_port(settings)) == []


def test_a_board_that_runs_on_an_ipv6_address_is_well(sync):
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as taken:
        settings = Settings(host="::1", port=taken.getsockname()[1])
        sync.add("GET", f"http://[::1]:{settings.port}/healthz", json={"status": "up"})
        assert wrong(doctor.check_port(settings)) == []


def test_a_board_on_the_port_is_asked_past_a_proxy(proxy):
    assert wrong(doctor.check_port(Settings(port=proxy.port))) == []
    assert proxy.asked == ["/healthz"]


def test_a_name_in_the_file_that_is_no_setting_is_told(tmp_path):
    path = tmp_path / ".env"
    path.write_text("KANBAN_PASSCOD=secret\nTWILIO_SID=x\nkanban_port=1\nHOME=x\nKANBAN_DATA=\n")
    told = wrong(doctor.check_names({}, path))
    assert told == [
        f"{name} (from {path}) is no setting: .env.example names them all"
        for name in ("KANBAN_PASSCOD", "TWILIO_SID", "kanban_port")
    ]


def test_a_name_in_the_environment_that_is_no_setting_is_told_unless_it_may_be_anothers(tmp_path):
    environ = {"KANBAN_PASCODE": "secret", "TWILIO_AUTH_TOKEN": "x", "KANBAN_PORT": "1"}
    told = wrong(doctor.check_names(environ, tmp_path / "none"))
    assert told == [
        "KANBAN_PASCODE (from the environment) is no setting: .env.example names them all"
    ]
