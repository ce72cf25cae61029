"""Where a request may come from: host, tunnel, origin, and how often.

Pure rules over plain values; every refusal says what to set.
"""

import time
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Network, ip_address
from urllib.parse import urlsplit

from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from .errors import NotAllowedHere, TooManyRequests
from .settings import Settings, is_loopback

WRITES = RateLimitItemPerSecond(400, 10, namespace="writes")
TOKENS = RateLimitItemPerSecond(30, 30, namespace="tokens")
WRONG_PASSCODES = RateLimitItemPerSecond(10, 60, namespace="passcodes")
MAX_COUNTED = 1000
MAX_ORIGIN_CHARS = 300  # a name has 253 at most; what is longer must fill no cache. RFC 1035, 2.3.4
SET_PASSCODE = "To share this board, set KANBAN_PASSCODE."


class Guard:
    """The rules for one server."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._public_host = urlsplit(settings.public_url).hostname or ""
        self._counts = MemoryStorage()
        self._counted_at = time.time()

    @property
    def _limiter(self) -> MovingWindowRateLimiter:
        """The counts; when they are of many, of half of them: `limits` itself forgets nobody.

        Begun anew when the clock was set back, else `limits` bars callers until it is there again.
        """
        now, before = time.time(), self._counted_at
        self._counted_at = now
        is_set_back = now < before - 1
        if is_set_back or len(self._counts.events) > MAX_COUNTED:
            kept = {} if is_set_back else _nearest_to_their_limits(self._counts.events.copy())
            self._counts = MemoryStorage()
            self._counts.events.update(kept)
        return MovingWindowRateLimiter(self._counts)

    def check_origin_of_request(self, host: str, remote: str, headers: Mapping[str, str]) -> None:
        """Refuse a foreign Host, a tunnel or another machine without a passcode, a foreign Origin.

        host: the Host header; remote: the peer's address. Raises NotAllowedHere.
        """
        self._refuse_foreign_host(_hostname(host))
        if not self._settings.passcode:
            _refuse_strangers(remote, headers)
        origin = headers.get("Origin")
        if origin is not None and not self.is_own_origin(origin, host):
            raise NotAllowedHere(
                "Requests from pages of this origin are refused. If it is yours, add it to "
                "KANBAN_CORS_ORIGINS."
            )

    def is_own_origin(self, origin: str, host: str) -> bool:
        """Tell whether an Origin header names this server itself or one that is let in."""
        allowed = {*self._settings.cors_origins, self._settings.public_url} - {""}
        return origin in allowed or (bool(host) and _netloc(origin) == host)

    def may_reach_sync(self, remote: str, headers: Mapping[str, str]) -> bool:
        """Tell whether a request may reach the emulator: as check_origin_of_request.

        Beside our own pages those of another server on this machine, as two may share one emulator.
        """
        host, origin = headers.get("Host", ""), headers.get("Origin", "")
        if is_loopback(_hostname(_netloc(origin))) and is_loopback(_hostname(host)):
            headers = {name: value for name, value in headers.items() if name.lower() != "origin"}
        try:
            self.check_origin_of_request(host, remote, headers)
        except NotAllowedHere:
            return False
        return True

    def check_asker(self, headers: Mapping[str, str]) -> None:
        """Refuse another site's image or frame: it sends no Origin, but each costs a call to Sync.

        A browser that says nothing of the site is let in, and so is a script, and a person who
        follows a link. Raises NotAllowedHere. Source: W3C, Fetch Metadata Request Headers.
        """
        is_foreign = headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
        is_link = headers.get("Sec-Fetch-Dest") == "document"
        if is_foreign and not is_link and "Origin" not in headers:
            raise NotAllowedHere(
                "Pages of other sites are answered only by CORS, if KANBAN_CORS_ORIGINS names them."
            )

    def client_address(self, remote: str, headers: Mapping[str, str]) -> str:
        """Give the caller's address: the last one a proxy on this machine names, else the peer.

        Of IPv6 the /64, since whoever has one address of it has all. remote: "" for who comes
        through a unix socket, as a proxy may. Source: RFC 4291, 2.5.1.
        """
        forwarded = headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        is_here = not remote or is_loopback(remote)
        return _without_host_part(forwarded if forwarded and is_here else remote)

    def count_write(self, identity: str) -> None:
        """Count a write of this identity. Raises TooManyRequests."""
        rate = WRITES.amount // WRITES.multiples
        self._count(WRITES, identity, f"You write more than {rate} times a second.")

    def count_token(self, address: str) -> None:
        """Count a token handed to this address. Raises TooManyRequests."""
        self._count(TOKENS, address, "Too many tokens for your address.")

    def count_wrong_passcode(self, address: str) -> None:
        """Count a failed attempt of this address."""
        self._limiter.hit(WRONG_PASSCODES, address)

    def check_passcode_attempts(self, address: str) -> None:
        """Refuse an address that guessed too often. Raises TooManyRequests.

        A token is no guess: who shows one is judged by it alone.
        """
        if self._settings.passcode and not self._limiter.test(WRONG_PASSCODES, address):
            detail = "Too many wrong passcodes from your address."
            raise self._too_many(WRONG_PASSCODES, address, detail)

    def _refuse_foreign_host(self, name: str) -> None:
        is_here = is_loopback(name)
        is_public = bool(name) and name == self._public_host
        if not (is_here or is_public or _is_address(name)):
            raise NotAllowedHere(
                "This host name is not served. If it is yours, set KANBAN_PUBLIC_URL to it."
            )
        if not (is_here or self._settings.passcode):
            raise NotAllowedHere(f"Only this machine's own addresses are served. {SET_PASSCODE}")

    def _count(self, limit: RateLimitItem, who: str, detail: str) -> None:
        if self._settings.passcode and not self._limiter.hit(limit, who):
            raise self._too_many(limit, who, detail)

    def _too_many(self, limit: RateLimitItem, who: str, detail: str) -> TooManyRequests:
        reset = self._limiter.get_window_stats(limit, who).reset_time
        return TooManyRequests(detail, retry_after=reset - time.time())


def _nearest_to_their_limits(events: dict[str, list]) -> dict[str, list]:
    """Give half of MAX_COUNTED: those who are barred, or soonest would be; of equals the newest.

    events: what was counted, by the limit's key, which ends in /amount/seconds/unit.
    """

    def nearness(who: str) -> float:
        return len(events[who]) / int(who.split("/")[-3])

    return {who: events[who] for who in sorted(events, key=nearness)[-(MAX_COUNTED // 2) :]}


def _without_host_part(address: str) -> str:
    """Give an IPv4 address, or the /64 of an IPv6 one, without a port; other text as it is."""
    bare = address if _is_address(address) else _hostname(address)
    if not _is_address(bare):
        return address
    ip = ip_address(bare)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return str(ip if ip.version == 4 else IPv6Network((int(ip), 64), strict=False))


def _refuse_strangers(remote: str, headers: Mapping[str, str]) -> None:
    names = [name.lower() for name in headers]
    if any(name == "forwarded" or name.startswith("x-forwarded-") for name in names):
        raise NotAllowedHere(f"This request comes through a tunnel or proxy. {SET_PASSCODE}")
    if not is_loopback(remote):
        raise NotAllowedHere(f"This request comes from another machine. {SET_PASSCODE}")


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc if len(url) <= MAX_ORIGIN_CHARS else ""
    except ValueError:
        return ""


def _hostname(host: str) -> str:
    return _hostname_in(host) if len(host) <= MAX_ORIGIN_CHARS else ""


@lru_cache(maxsize=1024)
def _hostname_in(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
