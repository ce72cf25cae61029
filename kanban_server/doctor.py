"""What may be wrong with an installation, told in plain words.

Each check gives findings: a text, and whether all is well.
"""

import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote
from tempfile import TemporaryFile
from typing import NamedTuple

import requests

from . import backup, errors
from .listener import listener_for, url_of
from .page import VENDOR_FILES
from .settings import Settings, SettingsError, read_env_file
from .sync_store import OTHER_ACCOUNT, SyncStore
from .tasks import counted

MAX_SKEW_SECONDS = 60
REQUIREMENTS = Path(__file__).parent.parent / "requirements.txt"
EXAMPLE = Path(__file__).parent.parent / ".env.example"


class Finding(NamedTuple):
    """One thing looked at."""

    is_well: bool
    text: str


def check_python() -> Iterator[Finding]:
    """Look at Python and the pinned packages."""
    found = ".".join(map(str, sys.version_info[:3]))
    is_known = (3, 10) <= sys.version_info[:2] <= (3, 13)
    yield Finding(is_known, f"Python {found}" + ("" if is_known else ": use 3.10 to 3.13"))
    for name, wanted in re.findall(r"^([\w-]+)==([\w.]+)", REQUIREMENTS.read_text(), re.M):
        try:
            here = version(name)
        except PackageNotFoundError:
            here = "missing"
        if here != wanted:
            yield Finding(False, f"{name} is {here}, {wanted} is wanted: run `make run` once")


def check_libraries() -> Iterator[Finding]:
    """Look at the two libraries of the page."""
    for name, path in VENDOR_FILES.items():
        is_there = path.is_file()
        yield Finding(is_there, name + ("" if is_there else " is missing: run `make run` once"))


def check_names(environ: Mapping[str, str], env_file: Path) -> Iterator[Finding]:
    """Look for names that are no setting; TWILIO_ ones of the environment may be another's."""
    known = re.findall(r"^(\w+)=", EXAMPLE.read_text(encoding="utf-8"), re.M)
    own = {name: "the environment" for name in environ if name.startswith("KANBAN_")}
    prefixes = ("KANBAN_", "TWILIO_")
    own |= {n: str(env_file) for n in read_env_file(env_file) if n.upper().startswith(prefixes)}
    for name, source in own.items():
        if name not in known:
            yield Finding(
                False, f"{name} (from {source}) is no setting: .env.example names them all"
            )


def check_folder(settings: Settings) -> Iterator[Finding]:
    """Look whether the data folder can be written, and the snapshots in it if there are any."""
    folder = settings.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (settings.data, settings.data / backup.FOLDER):
            if folder.exists():
                with TemporaryFile(buffering=0, dir=folder) as probe:
                    probe.write(b"x")
        yield Finding(True, f"data folder {settings.data}")
    except OSError as error:
        remedy = f'. Make it yours: sudo chown -R "$(id -un)" {quote(str(settings.data))}'
        is_anothers = isinstance(error, PermissionError)
        text = f"data folder {folder} cannot be written: {error.strerror}"
        yield Finding(False, text + (remedy if is_anothers else ""))


def check_port(settings: Settings) -> Iterator[Finding]:
    """Look whether the port is free, or a board of ours runs on it."""
    try:
        listener_for(settings).close()
        yield Finding(True, f"port {settings.port} is free")
    except SettingsError as error:
        is_ours = _is_board(url_of(settings.host, settings.port))
        text = f"a board runs on port {settings.port}" if is_ours else str(error)
        yield Finding(is_ours, text)


def _is_board(url: str) -> bool:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment knows nothing of this machine
    try:
        return bool(session.get(f"{url}/healthz", timeout=1).json() == {"status": "up"})
    except (requests.RequestException, ValueError):
        return False


def check_sync(store: SyncStore, now: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look at what Sync says of the credentials, the Service, the time and the tasks."""
    try:
        is_own, is_acl_on, date = store.look()
    except errors.SyncNotFound:
        yield Finding(False, "Sync knows no such Service: check TWILIO_SYNC_SERVICE_SID")
        return
    except errors.SyncRefuses as error:
        hint = "check TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET (a Standard key)"
        yield Finding(False, f"{error.detail} {hint}")
        return
    except errors.SyncError as error:
        yield Finding(False, error.detail)
        return
    yield Finding(is_own, "Sync takes the credentials" if is_own else OTHER_ACCOUNT)
    yield Finding(True, "ACL is on" if is_acl_on else "ACL is off; the board turns it on at start")
    if date:
        skew = now() - parsedate_to_datetime(date).timestamp()
        text = f"this machine's clock is {skew:+.0f} s from Sync's"
        yield Finding(abs(skew) <= MAX_SKEW_SECONDS, text)
    yield _read_tasks(store)


def _read_tasks(store: SyncStore) -> Finding:
    try:
        return Finding(True, f"{counted(sum(1 for _ in store.items()))} can be read")
    except errors.SyncError as error:
        return Finding(False, f"the tasks cannot be read: {error.detail}")
