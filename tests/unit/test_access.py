"""Tokens: who gets one, and which are refused."""

import base64
import time
from dataclasses import replace

import jwt
import pytest
from caller import basic
from clock import Clock
from wire import CREDENTIALS, PASSCODE

from kanban_server.access import SCRIPT, Access
from kanban_server.errors import NotIdentified
from kanban_server.settings import Settings, SettingsError

NOW = 1_800_000_000
DAY = 24 * 3600


class Readers:
    """A store that only knows who may read."""

    def __init__(self):
        self.names = set()

    def let_read(self, identity):
        self.names.add(identity)

    def readers(self):
        return self.names

    def forget_reader(self, identity):
        self.names = self.names - {identity}


@pytest.fixture
def clock():
    return Clock(NOW)


@pytest.fixture
def readers():
    return Readers()


@pytest.fixture
def access(readers, clock):
    return Access(Settings(credentials=CREDENTIALS), readers, clock)


@pytest.fixture
def closed(readers, clock):
    return Access(Settings(credentials=CREDENTIALS, passcode=PASSCODE), readers, clock)


def bearer(token: str) -> str:
    return f"Bearer {token}"


def claims_of(token: str) -> dict:
    return jwt.decode(token, options={"verify_signature": False})


def forged(grant, secret=CREDENTIALS.api_secret, algorithm="HS256", **changes) -> str:
    claims = {**claims_of(grant.token), **changes}
    claims = {name: value for name, value in claims.items() if value is not ...}
    return bearer(jwt.encode(claims, secret, algorithm=algorithm))


def test_a_token_proves_its_identity_and_may_read(access, readers):
    grant = access.grant("")
    assert access.identify(bearer(grant.token)) == grant.identity
    assert grant.identity in readers.names


def test_a_token_is_one_that_twilio_takes(access):
    claims = claims_of(access.grant("").token)
    assert (claims["iss"], claims["sub"]) == (CREDENTIALS.api_key, CREDENTIALS.account_sid)
    assert claims["grants"]["data_sync"] == {"service_sid": CREDENTIALS.service_sid}
    assert (claims["nbf"], claims["exp"]) == (NOW - 3600, NOW + 3600)


def test_no_two_tokens_share_their_id(access):
    ids = {claims_of(access.grant("").token)["jti"] for _ in range(20)}
    assert len(ids) == 20


@pytest.mark.parametrize("late", [0, 3599])
def test_a_token_holds_for_an_hour(late, access, clock):
    token = access.grant("").token
    clock.now += late
    assert access.identify(bearer(token))


@pytest.mark.parametrize("late", [3600, DAY])
def test_an_expired_token_names_nobody(late, access, clock):
    token = access.grant("").token
    clock.now += late
    with pytest.raises(NotIdentified):
        access.identify(bearer(token))


def test_an_expired_token_keeps_its_identity_for_a_day(access, clock):
    grant = access.grant("")
    clock.now += 3600 + DAY - 1
    assert access.grant(bearer(grant.token)).identity == grant.identity
    clock.now += 1
    assert access.grant(bearer(grant.token)).identity != grant.identity


def test_with_a_passcode_a_token_that_is_too_old_opens_nothing(closed, clock):
    grant = closed.grant(basic(f":{PASSCODE}"))
    clock.now += 3600 + DAY
    with pytest.raises(NotIdentified):
        closed.grant(bearer(grant.token))


SERVICE = {"service_sid": CREDENTIALS.service_sid}
CHANGES = {
    "another account": {"sub": "AC" + "9" * 32},
    "no account": {"sub": ...},
    "another key": {"iss": "SK" + "9" * 32},
    "no key": {"iss": ...},
    "another service": {
        "grants": {"identity": "ann", "data_sync": {"service_sid": "IS" + "9" * 32}}
    },
    "no grant": {"grants": {"identity": "ann"}},
    "no identity": {"grants": {"data_sync": SERVICE}},
    "an identity that is no text": {"grants": {"identity": 5, "data_sync": SERVICE}},
    "an identity that cannot be written": {"grants": {"identity": "\ud800", "data_sync": SERVICE}},
    "grants that are none": {"grants": "all"},
    "no end": {"exp": ...},
    "an end that is none": {"exp": "soon"},
    "no end to it": {"exp": float("inf")},
    "not yet valid": {"nbf": NOW + 1},
    "a beginning that is none": {"nbf": None},
    "a beginning before all": {"nbf": float("-inf")},
    "no id": {"jti": ...},
    "an id without our seal": {"jti": f"{CREDENTIALS.api_key}-1"},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_token_signed_with_our_key_but_not_made_here_is_refused(changes, access):
    with pytest.raises(NotIdentified):
        access.identify(forged(access.grant(""), **changes))


def test_a_token_signed_with_another_secret_is_refused(access):
    with pytest.raises(NotIdentified):
        access.identify(forged(access.grant(""), secret="x" * 32))


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_a_token_signed_in_another_way_is_refused(algorithm, readers, clock):
    keys = replace(CREDENTIALS, api_secret="s" * 64)  # as long as these algorithms ask for
    access = Access(Settings(credentials=keys), readers, clock)
    with pytest.raises(NotIdentified):
        access.identify(forged(access.grant(""), keys.api_secret, algorithm))


@pytest.mark.parametrize("alg", ["none", "None", "NONE"])
def test_a_token_without_a_signature_is_refused(alg, access):
    _, claims, signature = access.grant("").token.split(".")
    text = f'{{"alg":"{alg}","typ":"JWT"}}'.encode()
    header = base64.urlsafe_b64encode(text).decode().rstrip("=")
    for token in (f"{header}.{claims}.", f"{header}.{claims}.{signature}"):
        with pytest.raises(NotIdentified):
            access.identify(bearer(token))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "ä.ö.ü", "x" * 10_000, "é" * 9, "null"])
def test_what_is_no_token_is_refused(token, access):
    with pytest.raises(NotIdentified):
        access.identify(bearer(token))


def test_a_token_of_another_passcode_is_refused(readers, clock, closed, access):
    other = Access(Settings(credentials=CREDENTIALS, passcode="other"), readers, clock)
    for token in (other.grant(basic(":other")).token, access.grant("").token):
        with pytest.raises(NotIdentified):
            closed.identify(bearer(token))
        with pytest.raises(NotIdentified):
            closed.grant(bearer(token))


def test_the_seal_does_not_show_the_passcode(closed):
    token = closed.grant(basic(f":{PASSCODE}")).token
    assert PASSCODE not in str(claims_of(token))


@pytest.mark.parametrize("text", [":wrong", PASSCODE, f"user:{PASSCODE}", ":", "", f":{PASSCODE} "])
def test_a_wrong_passcode_is_refused(text, closed):
    for call in (closed.identify, closed.grant):
        with pytest.raises(NotIdentified):
            call(basic(text))


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic %%%", "Basic /w==", "Digest x", "Bearer", "ü", "Basic é"]
)
def test_what_is_no_authorization_is_refused_with_a_passcode(header, closed):
    for call in (closed.identify, closed.grant):
        with pytest.raises(NotIdentified):
            call(header)


@pytest.mark.parametrize("passcode", [PASSCODE, "käse:🧀", "a:b", "x" * 500])
def test_the_passcode_lets_scripts_in(passcode, readers, clock):
    access = Access(Settings(credentials=CREDENTIALS, passcode=passcode), readers, clock)
    assert access.identify(basic(f":{passcode}")) == SCRIPT


def test_without_a_passcode_scripts_need_nothing(access):
    assert access.identify("") == SCRIPT


def test_a_bad_token_is_refused_without_a_passcode_too(access):
    with pytest.raises(NotIdentified):
        access.identify("Bearer x")


def test_identities_are_safe_in_paths_and_carry_their_day(access):
    names = {access.new_identity() for _ in range(50)}
    assert len(names) == 50
    assert all(name.replace("-", "").isalnum() and name.isascii() for name in names)
    assert {name.rpartition("-")[2][:4] for name in names} == {f"{NOW // DAY:04x}"}


def test_permissions_of_identities_older_than_thirty_days_are_removed(access, readers, clock):
    old = access.grant("").identity
    clock.now += 30 * DAY
    readers.names |= {"foreign", "script", "a-b", "someone-zzzz0000"}
    assert access.forget_old_readers() == 0
    young = access.grant("").identity
    clock.now += DAY
    assert access.forget_old_readers() == 1
    assert readers.names == {young, "foreign", "script", "a-b", "someone-zzzz0000"} - {old}


def test_without_credentials_there_is_nothing_to_sign_with(readers):
    with pytest.raises(SettingsError):
        Access(Settings(), readers)


def test_the_clock_is_the_time_of_day_by_default(readers):
    grant = Access(Settings(credentials=CREDENTIALS), readers).grant("")
    assert abs(claims_of(grant.token)["exp"] - time.time() - 3600) < 60
