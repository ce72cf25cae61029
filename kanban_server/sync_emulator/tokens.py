"""Access tokens: JSON web tokens signed with the API key's secret.

Source: Twilio, errors 20101 to 20107 and 20157; SYNC_PROTOCOL.md, section 7.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import jwt

from .credentials import Credentials

if TYPE_CHECKING:
    from typing import TypeGuard

MAX_LIFE_SECONDS = 24 * 3600
MAX_CHARS = 8192  # of a token: reading takes time on the event loop
LAST_DATE = 1e12  # what is later, or no number, is no date
CONTENT_TYPE = "twilio-fpa;v=1"
# Dates are checked here, by the clock that is passed in.
_OPTIONS: Any = {
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
}


class Access(NamedTuple):
    """What a token gives. expires: seconds since 1970."""

    identity: str
    service_sid: str
    expires: float


class TokenRefused(Exception):
    """The token is not good: Twilio's code and what it says."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def verify(token: object, credentials: Credentials, now: float) -> Access:
    """Read and check an access token. Raises TokenRefused."""
    claims = _signed_claims(token, credentials)
    expires = _check_dates(claims, now)
    identity, service_sid = _grants(claims, credentials)
    return Access(identity, service_sid, expires)


def _signed_claims(token: object, credentials: Credentials) -> dict[str, Any]:
    if not isinstance(token, str) or len(token) > MAX_CHARS or token.count(".") != 2:
        raise TokenRefused(20101, "Invalid Access Token")
    try:
        header = jwt.get_unverified_header(token)
        unproven = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError):
        raise TokenRefused(20101, "Invalid Access Token") from None
    if header.get("alg") != "HS256" or header.get("cty") != CONTENT_TYPE:
        raise TokenRefused(20102, "Invalid Access Token header")
    if (unproven.get("iss"), unproven.get("sub")) != (credentials.api_key, credentials.account_sid):
        raise TokenRefused(20103, "Invalid Access Token issuer/subject")
    try:
        claims: dict[str, Any] = jwt.decode(
            token, credentials.api_secret, algorithms=["HS256"], options=_OPTIONS
        )
    except jwt.InvalidTokenError:
        raise TokenRefused(20107, "Invalid Access Token signature") from None
    return claims


def _check_dates(claims: dict[str, Any], now: float) -> float:
    expires, not_before = claims.get("exp"), claims.get("nbf", 0)
    if not _is_date(expires) or expires <= now:
        raise TokenRefused(20104, "Access Token expired or expiration date invalid")
    if expires - now > MAX_LIFE_SECONDS:
        raise TokenRefused(20157, "Expiration time exceeds maximum time allowed")
    if not _is_date(not_before) or not_before > now:
        raise TokenRefused(20105, "Access Token not yet valid")
    return float(expires)


def _is_date(value: object) -> TypeGuard[float]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) < LAST_DATE


def _grants(claims: dict[str, Any], credentials: Credentials) -> tuple[str, str]:
    try:
        identity = claims["grants"]["identity"]
        service_sid = claims["grants"]["data_sync"]["service_sid"]
    except (KeyError, TypeError):
        raise TokenRefused(20106, "Invalid Access Token grants") from None
    if service_sid == "default":
        service_sid = credentials.service_sid
    if not isinstance(identity, str) or not identity or service_sid != credentials.service_sid:
        raise TokenRefused(20106, "Invalid Access Token grants")
    return identity, service_sid
