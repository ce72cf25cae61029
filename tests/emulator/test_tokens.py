"""Access tokens and the codes of their refusals. Source: SYNC_PROTOCOL.md, 7.1."""

import math

import pytest
from callers import NOW, make_token

from kanban_server.sync_emulator import tokens
from kanban_server.sync_emulator.tokens import TokenRefused, verify

VAST = pytest.param(10**400, id="vast")


def code_of(emulator, token):
    with pytest.raises(TokenRefused) as refused:
        verify(token, emulator.credentials, NOW)
    return refused.value.code


def test_a_good_token_gives_identity_service_and_end(emulator):
    access = verify(make_token(emulator), emulator.credentials, NOW)
    assert access == ("alice", emulator.service_sid, NOW + 3600)


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.c", "é.é.é", "." * 5])
def test_a_malformed_token_is_20101(emulator, token):
    assert code_of(emulator, token) == 20101


def test_a_token_that_is_too_long_is_20101_unread(emulator):
    claims = {"iss": "SK0", "more": "x" * tokens.MAX_CHARS}
    assert code_of(emulator, make_token(emulator, **claims)) == 20101


@pytest.mark.parametrize("header", [{"cty": "other"}, {"cty": None}])
def test_a_strange_header_is_20102(emulator, header):
    assert code_of(emulator, make_token(emulator, header=header)) == 20102


@pytest.mark.parametrize("claims", [{"iss": "SK0"}, {"sub": "AC0"}])
def test_another_issuer_or_subject_is_20103(emulator, claims):
    assert code_of(emulator, make_token(emulator, **claims)) == 20103


@pytest.mark.parametrize("expires", [int(NOW), "soon", True, math.nan, math.inf, VAST])
def test_an_expired_token_is_20104(emulator, expires):
    assert code_of(emulator, make_token(emulator, exp=expires)) == 20104


@pytest.mark.parametrize("begins", [int(NOW) + 60, math.nan, -math.inf, VAST])
def test_a_token_for_later_is_20105(emulator, begins):
    assert code_of(emulator, make_token(emulator, nbf=begins)) == 20105


@pytest.mark.parametrize(
    "grants",
    [
        None,
        {},
        [],
        {"identity": "alice"},
        {"identity": "", "data_sync": {"service_sid": "IS0"}},
        {"identity": "alice", "data_sync": {"service_sid": "IS0"}},
        {"identity": "alice", "data_sync": 1},
    ],
)
def test_missing_or_foreign_grants_are_20106(emulator, grants):
    assert code_of(emulator, make_token(emulator, grants=grants)) == 20106


def test_a_forged_signature_is_20107(emulator):
    assert code_of(emulator, make_token(emulator, secret="x" * 32)) == 20107


def test_a_token_for_more_than_a_day_is_20157(emulator):
    assert code_of(emulator, make_token(emulator, ttl=24 * 3600 + 1)) == 20157


def test_a_token_without_a_signature_algorithm_is_refused(emulator):
    head, body, _ = make_token(emulator).split(".")
    unsigned = "eyJhbGciOiJub25lIiwiY3R5IjoidHdpbGlvLWZwYTt2PTEifQ"
    assert code_of(emulator, f"{unsigned}.{body}.") == 20102
    assert code_of(emulator, f"{head}.{body}.") == 20107
