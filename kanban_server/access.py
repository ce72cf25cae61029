"""Who may what: identities, access tokens, the passcode, and the permission to read.

A token is signed by our Twilio API key; the same token lets the page read Sync and tells the API
who is writing. Source: Twilio, access tokens (`twilio.jwt`), Sync permissions.
"""

import base64
import hashlib
import hmac
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import jwt
from faker import Faker
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import SyncGrant

from .errors import NotIdentified, SyncError
from .settings import Settings, SettingsError
from .sync_store import SyncStore

TOKEN_SECONDS = 3600
CLOCK_SKEW_SECONDS = 3600
RENEWABLE_SECONDS = 24 * 3600
KEEP_READERS_DAYS = 30
SCRIPT = "script"
DAY = 24 * 3600


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Grant:
    """An identity and the token that proves it, valid for expires_in seconds."""

    identity: str
    token: str
    expires_in: int


class Access:
    """Makes and checks tokens; now: seconds since the epoch."""

    def __init__(self, settings: Settings, store: SyncStore, now: Callable[[], float] = time.time):
        if settings.credentials is None:
            raise SettingsError("Without Twilio credentials there is nothing to sign tokens with.")
        self._credentials = settings.credentials
        self._passcode = settings.passcode
        self._store = store
        self._now = now
        self._faker = Faker()

    def grant(self, authorization: str) -> Grant:
        """Give a token and the permission to read that goes with it.

        A token of ours keeps its identity, also one that expired less than a day ago. Raises
        NotIdentified.
        """
        identity = self._renewable_identity(authorization)
        if self._passcode and identity is None:
            self._check_passcode(authorization)
        identity = identity or self.new_identity()
        self._store.let_read(identity)
        return Grant(identity, self._token(identity), TOKEN_SECONDS)

    def identify(self, authorization: str) -> str:
        """Give the identity of the caller of an API call. Raises NotIdentified."""
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._identity_in(value.strip())
        if self._passcode:
            self._check_passcode(authorization)
        return SCRIPT

    def new_identity(self) -> str:
        """Make a user name with a suffix: four hexadecimal digits of the day, four of chance."""
        name = re.sub("[^a-z0-9]", "", self._faker.user_name().lower()) or "someone"
        return f"{name[:30]}-{int(self._now() // DAY):04x}{secrets.token_hex(2)}"

    def forget_old_readers(self) -> int:
        """Take the permissions of identities older than KEEP_READERS_DAYS; gives how many."""
        oldest = self._now() // DAY - KEEP_READERS_DAYS
        old = [name for name in self._store.readers() if _day_of(name) < oldest]
        for name in old:
            self._store.forget_reader(name)
        return len(old)

    def _token(self, identity: str) -> str:
        token = _Token(
            self._credentials.account_sid,
            self._credentials.api_key,
            self._credentials.api_secret,
            identity=identity,
            nbf=int(self._now()) - CLOCK_SKEW_SECONDS,
            valid_until=int(self._now()) + TOKEN_SECONDS,
            grants=[SyncGrant(service_sid=self._credentials.service_sid)],
        )
        token.seal = self._seal()
        return str(token.to_jwt())

    def _seal(self) -> str:
        """Tie tokens to the passcode they were given for, without showing it."""
        secret = self._credentials.api_secret.encode()
        return hmac.new(secret, self._passcode.encode(), hashlib.sha256).hexdigest()[:16]

    def _identity_in(self, token: str, grace_seconds: int = 0) -> str:
        try:
            claims = jwt.decode(
                token,
                self._credentials.api_secret,
                algorithms=["HS256"],
                issuer=self._credentials.api_key,
                leeway=0,
                options={
                    "require": ["exp", "iss", "sub"],
                    "verify_exp": False,
                    "verify_nbf": False,
                },
            )
            self._check_claims(claims, grace_seconds)
            return str(claims["grants"]["identity"])
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise NotIdentified("The token is not valid here. Ask GET /token for one.") from error

    def _check_claims(self, claims: dict, grace_seconds: int) -> None:
        grants = claims["grants"]
        is_ours = (
            claims["sub"] == self._credentials.account_sid
            and grants["data_sync"]["service_sid"] == self._credentials.service_sid
            and isinstance(grants["identity"], str)
            and grants["identity"].isprintable()  # a lone surrogate is not
            and str(claims.get("jti", "")).endswith(f".{self._seal()}")
        )
        now = self._now()
        is_current = int(claims.get("nbf", 0)) <= now < int(claims["exp"]) + grace_seconds
        if not (is_ours and is_current):
            raise ValueError

    def _renewable_identity(self, authorization: str) -> str | None:
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            return self._identity_in(value.strip(), RENEWABLE_SECONDS)
        except NotIdentified:
            return None

    def _check_passcode(self, authorization: str) -> None:
        given = _basic_password(authorization)
        if given is None:
            raise NotIdentified("This board needs its passcode.")
        if not hmac.compare_digest(given.encode(), self._passcode.encode()):
            raise NotIdentified("This is not the board's passcode.")


class _Token(AccessToken):
    """An access token whose `jti` is unlike any other; the helper's repeats within a second."""

    seal = ""

    def _generate_payload(self) -> dict:
        payload = super()._generate_payload()
        return {**payload, "jti": f"{payload['jti']}-{secrets.token_hex(4)}.{self.seal}"}


def _basic_password(authorization: str) -> str | None:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, _, password = base64.b64decode(value.strip(), validate=True).decode().partition(":")
    except ValueError:  # what base64 and UTF-8 raise, and what is not even ASCII
        return None
    return password if not user else None


def _day_of(identity: str) -> float:
    suffix = re.fullmatch("[a-z0-9]+-([0-9a-f]{4})[0-9a-f]{4}", identity)
    return int(suffix.group(1), 16) if suffix else float("inf")


def keep_readers_tidy(access: Access) -> None:
    """Forget old readers now and every day from now on, in the background."""

    def run() -> None:
        while True:
            try:
                access.forget_old_readers()
            except SyncError as error:
                log.warning("old permissions not removed: %s", error.detail)
            time.sleep(DAY)

    threading.Thread(target=run, name="tidy", daemon=True).start()
