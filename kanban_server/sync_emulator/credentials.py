"""The data folder: its secrets, and the lock that gives it one owner."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from pathlib import Path
from typing import IO, NamedTuple

from .errors import EmulatorInUse, FolderUnusable
from .kinds import new_sid

CREDENTIALS_FILE = "credentials.json"
DATABASE_FILE = "sync.sqlite3"
LOCK_FILE = "owner.lock"


class Credentials(NamedTuple):
    """What a client needs to talk to the emulator, as it would need for the cloud."""

    account_sid: str
    auth_token: str
    api_key: str
    api_secret: str
    service_sid: str


def new_credentials() -> Credentials:
    """Make credentials at random."""
    return Credentials(
        account_sid=new_sid("AC"),
        auth_token=secrets.token_hex(16),
        api_key=new_sid("SK"),
        api_secret=secrets.token_urlsafe(32),
        service_sid=new_sid("IS"),
    )


def read_credentials(folder: str | os.PathLike[str]) -> Credentials | None:
    """Give the credentials kept in the folder, None if there are none. Raises FolderUnusable."""
    path = Path(folder) / CREDENTIALS_FILE
    try:
        credentials = Credentials(**json.loads(path.read_text(encoding="utf-8")))
        if all(value and isinstance(value, str) for value in credentials):
            return credentials
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderUnusable(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, TypeError, RecursionError):
        pass
    raise FolderUnusable(
        f"{path} is damaged: it must be a JSON object of {', '.join(Credentials._fields)}, each a"
        " text. Put a copy of it back, or move the folder away to begin with nothing."
    )


def keep_credentials(folder: Path) -> Credentials:
    """Give the folder's credentials, made and written first if the folder is new.

    Raises FolderUnusable.
    """
    kept = read_credentials(folder)
    if kept is not None:
        return kept
    if (folder / DATABASE_FILE).exists():
        raise FolderUnusable(
            f"{folder}/{CREDENTIALS_FILE} is missing, but {folder}/{DATABASE_FILE} is there, and"
            " what it keeps belongs to the service that the file named. Put the file back, or move"
            " the database away to begin with nothing."
        )
    made = new_credentials()
    draft = folder / f".{CREDENTIALS_FILE}"
    try:
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(made._asdict(), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / CREDENTIALS_FILE)
    except OSError as error:
        raise FolderUnusable(f"{folder} cannot be written: {error}") from error
    return made


def prepare_folder(folder: Path) -> None:
    """Make the folder, for its owner's eyes only, unless it is there. Raises FolderUnusable."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise FolderUnusable(f"{folder} cannot be used as data folder: {error}") from error


class OwnerLock:
    """The folder's lock, with the address where its owner listens.

    It falls with the process, however that ends. Raises EmulatorInUse, FolderUnusable.
    """

    def __init__(self, folder: Path, address: str) -> None:
        self._folder = folder
        self._file = self._take(folder)
        self._announce(address)

    def _take(self, folder: Path) -> IO[str]:
        try:
            file = (folder / LOCK_FILE).open("a+", encoding="utf-8")
        except OSError as error:
            raise FolderUnusable(f"{folder} cannot be written: {error}") from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = _read_owner(file)
            file.close()
            raise EmulatorInUse(str(folder), *owner) from None
        return file

    def _announce(self, address: str) -> None:
        try:
            self._file.seek(0)
            self._file.truncate()
            self._file.write(json.dumps({"pid": os.getpid(), "address": address}))
            self._file.flush()
        except OSError as error:
            raise FolderUnusable(f"{self._folder} cannot be written: {error}") from error

    def release(self) -> None:
        """Give the folder up."""
        if not self._file.closed:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()


def owner_address(folder: str | os.PathLike[str]) -> str | None:
    """Give the address of the emulator that runs on the folder.

    None if none runs, "" if one runs that has not told its address.
    """
    try:
        file = (Path(folder) / LOCK_FILE).open(encoding="utf-8")
    except OSError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read_owner(file)[0]
    return None


def _read_owner(file: IO[str]) -> tuple[str, int | None]:
    file.seek(0)
    try:
        owner = json.loads(file.read())
        return str(owner["address"]), int(owner["pid"])
    except (ValueError, KeyError, TypeError):
        return "", None
