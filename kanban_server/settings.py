"""The settings, read once at start from the environment and `.env`: see `.env.example`."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from urllib.parse import urlsplit

import idna
from dotenv.parser import Binding, parse_stream

TWILIO_NAMES = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_API_KEY",
    "TWILIO_API_SECRET",
    "TWILIO_SYNC_SERVICE_SID",
)
LIST_NAME = "tasks"
LEASES_NAME = "leases"
DEFAULT_PORTS = {"http": 80, "https": 443}


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which, where it came from, and what to do."""


@dataclass(frozen=True)
class Credentials:
    """What Twilio needs to know us: three SIDs and the secret of the API key."""

    account_sid: str
    api_key: str
    api_secret: str
    service_sid: str

    def __repr__(self) -> str:
        return f"Credentials(account_sid={self.account_sid!r}, …)"


@dataclass(frozen=True)
class Settings:
    """All settings of one server.

    credentials: None means the emulator. sync_url: where Sync is; "" is Twilio's cloud, "/" this
    very server, else an absolute URL. public_url: the address people type when shared, or "".
    """

    credentials: Credentials | None = None
    sync_url: str = ""
    host: str = "127.0.0.1"
    port: int = 5001
    data: Path = Path(".data")
    columns: tuple[str, ...] = ("todo", "doing", "done")
    passcode: str = ""
    public_url: str = ""
    cors_origins: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Settings(sync_url={self.sync_url!r}, host={self.host!r}, port={self.port})"


@lru_cache(maxsize=1024)
def is_loopback(host: str) -> bool:
    """Tell whether a host, by name or address, is always this very machine."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


def load_settings(environ: Mapping[str, str], env_file: Path | None = None) -> Settings:
    """Read the settings; a variable of the environment wins over the same one in env_file.

    Raises SettingsError.
    """
    values = _Values(environ, env_file)
    credentials = _credentials(values)
    sync_url = values.url("KANBAN_SYNC_URL")
    if sync_url and not credentials:
        names = ", ".join(TWILIO_NAMES)
        raise SettingsError(f"KANBAN_SYNC_URL needs all four of {names} beside it.")
    settings = Settings(
        credentials=credentials,
        sync_url=sync_url,
        host=values.text("KANBAN_HOST").strip("[]") or Settings.host,
        port=values.port("KANBAN_PORT"),
        data=Path(os.path.expanduser(values.text("KANBAN_DATA") or Settings.data)).absolute(),
        columns=values.columns("KANBAN_COLUMNS"),
        passcode=values.text("KANBAN_PASSCODE"),
        public_url=values.url("KANBAN_PUBLIC_URL"),
        cors_origins=values.origins("KANBAN_CORS_ORIGINS"),
    )
    _refuse_open_door(settings, values)
    return settings


def _credentials(values: "_Values") -> Credentials | None:
    given = {name: values.text(name) for name in TWILIO_NAMES}
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(TWILIO_NAMES):
        return None
    if missing:
        present = ", ".join(f"{n} (from {values.source(n)})" for n in TWILIO_NAMES if given[n])
        raise SettingsError(
            f"{', '.join(missing)} not set, while {present} is. Set all four to use Twilio's "
            "cloud, or none to use the emulator."
        )
    _check_sids(given, values)
    return Credentials(*given.values())


def _check_sids(given: Mapping[str, str], values: "_Values") -> None:
    prefixes = ("AC", "SK", "", "IS")
    for name, prefix in zip(TWILIO_NAMES, prefixes, strict=True):
        if prefix and not re.fullmatch(prefix + "[0-9a-fA-F]{32}", given[name]):
            raise SettingsError(
                f"{name} (from {values.source(name)}) is not a SID: it must be {prefix} and 32 "
                "hexadecimal digits."
            )
    secret = TWILIO_NAMES[2]
    if not re.fullmatch("[!-~]+", given[secret]):
        raise SettingsError(
            f"{secret} (from {values.source(secret)}) is not the secret of an API key: it must be "
            "letters, digits and signs of ASCII, without spaces."
        )


def _refuse_open_door(settings: Settings, values: "_Values") -> None:
    if settings.passcode or is_loopback(settings.host):
        return
    raise SettingsError(
        f"KANBAN_HOST={settings.host} (from {values.source('KANBAN_HOST')}) would open the board "
        "to the network without a passcode. Set KANBAN_PASSCODE, or leave KANBAN_HOST at 127.0.0.1."
    )


class _Values:
    """Raw values by name, each with the place it came from."""

    def __init__(self, environ: Mapping[str, str], env_file: Path | None):
        self._file = env_file
        self._environ = environ
        self._from_file = read_env_file(env_file) if env_file else {}

    def text(self, name: str) -> str:
        """Give the value; empty and `<placeholder>` count as not set."""
        text = _real(self._environ.get(name)) or _real(self._from_file.get(name))
        if re.search("[\0\ud800-\udfff]", text):  # what is no UTF-8 comes as lone surrogates
            raise SettingsError(f"{name} (from {self.source(name)}) must be text in UTF-8.")
        return text

    def source(self, name: str) -> str:
        """Name the place a value came from."""
        return "the environment" if _real(self._environ.get(name)) else str(self._file)

    def port(self, name: str) -> int:
        text = self.text(name) or str(Settings.port)
        if re.fullmatch("[0-9]{1,5}", text) and int(text) < 65536:
            return int(text)
        raise self._wrong(name, "a port number from 0 to 65535")

    def url(self, name: str) -> str:
        text = self.text(name).rstrip("/")
        try:
            return _origin(text) if text else ""
        except ValueError as error:
            wanted = "an address such as https://board.example.org, without a path or a user"
            raise self._wrong(name, wanted) from error

    def origins(self, name: str) -> tuple[str, ...]:
        texts = (text.strip().rstrip("/") for text in self.text(name).split(","))
        try:
            return tuple(_origin(text) for text in texts if text)
        except ValueError as error:
            wanted = "a comma-separated list of origins such as https://example.org"
            raise self._wrong(name, wanted) from error

    def columns(self, name: str) -> tuple[str, ...]:
        columns = tuple(c.strip() for c in self.text(name).split(",") if c.strip())
        too_long = any(len(column) > 50 for column in columns)
        if too_long or len(set(columns)) != len(columns) or len(columns) > 20:
            raise self._wrong(name, "up to 20 different names of up to 50 characters, with commas")
        return columns or Settings.columns

    def _wrong(self, name: str, wanted: str) -> SettingsError:
        return SettingsError(
            f"{name}={self.text(name)[:80]!r} (from {self.source(name)}) must be {wanted}."
        )


def _origin(text: str) -> str:
    """Write an origin as browsers do. Raises ValueError. Source: RFC 6454, section 6.2."""
    if not re.fullmatch(r"https?://[^/?#@\s]+", text, re.IGNORECASE):
        raise ValueError
    parts = urlsplit(text)
    is_default = parts.port in (None, DEFAULT_PORTS[parts.scheme])
    port = "" if is_default else f":{parts.port}"
    return f"{parts.scheme}://{_host(parts.hostname or '')}{port}"


def _host(name: str) -> str:
    if ":" in name:
        return f"[{IPv6Address(name)}]"
    host = name if name.isascii() else idna.encode(name, uts46=True).decode()
    if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
        raise ValueError
    return host


def read_env_file(path: Path) -> dict[str, str | None]:
    """Read a `.env`, if there is one; a dollar in a value stands for itself.

    What would be passed over is refused, for it may be the passcode. Raises SettingsError.
    """
    bindings = [one for one in _bindings(path) if one.key or one.error]
    for one in bindings:
        is_odd = re.search("KANBAN|TWILIO", one.key or "") and not str(one.key).isidentifier()
        if one.error or one.value is None or is_odd:
            where = f"{path}: line {_line(one)}"
            raise SettingsError(f"{where} is not NAME=value, or leaves a quote open: mend it.")
    return {str(one.key): one.value for one in bindings}


def _bindings(path: Path) -> list[Binding]:
    try:
        if path.is_file():
            with path.open(encoding="utf-8") as file:
                return list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    if os.path.lexists(path):
        raise SettingsError(f"{path} is a folder, a pipe or a link to nothing: put a file there.")
    return []


def _line(binding: Binding) -> int:
    """Give the number of its line; dotenv counts from the blank lines before it."""
    text = binding.original.string
    return binding.original.line + text.removesuffix(text.lstrip()).count("\n")


def _real(value: str | None) -> str:
    value = (value or "").strip()
    return "" if re.fullmatch("<.*>", value) else value
