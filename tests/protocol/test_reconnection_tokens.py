"""What a reliable client shows to get its connection back.

Specification: client-protocols section 7.1.
"""

from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol import access_tokens
from webpubsub.protocol.access_tokens import client_token
from webpubsub.protocol.reconnection_tokens import (
    LIFETIME,
    InvalidReconnectionToken,
    sign,
    verify,
)
from webpubsub.protocol.refusals import Refused

KEY = "K" * 40
OTHER_KEY = "O" * 40
LONG_KEY = "L" * 64
NOW = 1_800_000_000
ISSUER = "https://webpubsub.azure.com"
CLAIMS = {"iss": ISSUER, "aud": "c1", "jti": "t1", "nbf": NOW, "exp": NOW + LIFETIME}


def accepted(token: str, connection_id: str = "c1", now: float = NOW, *keys: str) -> bool:
    try:
        verify(token, connection_id, keys=keys or (KEY,), now=now)
    except InvalidReconnectionToken:
        return False
    return True


def forged(key: str = KEY, **claims: Any) -> str:
    """A token with other claims; None leaves a claim out."""
    merged = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return access_tokens.sign(merged, key)


def test_the_claims() -> None:
    """A week from now, for one connection, under HS256."""
    token = sign("c1", KEY, now=NOW + 0.9, token_id="t1")
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    assert jwt.decode(token, options={"verify_signature": False}) == CLAIMS


@pytest.mark.parametrize(
    ("now", "good"),
    [
        (NOW - 0.001, False),
        (NOW, True),
        (NOW + 0.5, True),
        (NOW + LIFETIME - 0.001, True),
        (NOW + LIFETIME, False),
        (NOW + LIFETIME + 299, False),
    ],
)
def test_there_is_no_skew(now: float, good: bool) -> None:
    """One and the same service makes and checks the token, so its clock is the only one."""
    assert accepted(sign("c1", KEY, now=NOW, token_id="t1"), now=now) is good


@pytest.mark.parametrize(
    ("token", "good"),
    [
        (forged(), True),
        (forged(more="claims"), True),
        (forged(aud="c2"), False),
        (forged(aud="C1"), False),
        (forged(aud=["c1"]), False),
        (forged(aud=None), False),
        (forged(iss="https://example.com"), False),
        (forged(iss=None), False),
        (forged(exp=None), False),
        (forged(exp="never"), False),
        (forged(exp=True), False),
        (forged(nbf=None), False),
        (forged(jti=None), False),
        (forged(OTHER_KEY), False),
        (jwt.encode(CLAIMS, LONG_KEY, "HS512"), False),
        (jwt.encode(CLAIMS, "", "none"), False),
        (access_tokens.sign([1], KEY), False),  # type: ignore[arg-type]
        ("", False),
        ("x", False),
        ("x" * 5000, False),
        (forged()[:-2], False),
        (forged() + "." + forged(), False),
        (forged(more="x" * 5000), False),
    ],
)
def test_which_tokens_are_accepted(token: str, good: bool) -> None:
    """One of ours, whole, for this connection."""
    assert accepted(token, "c1", NOW, KEY, LONG_KEY) is good


def test_any_key_of_the_service_will_do() -> None:
    """A token survives the exchange of one key, and not that of both."""
    token = sign("c1", KEY, now=NOW, token_id="t1")
    assert accepted(token, "c1", NOW, OTHER_KEY, KEY)
    assert not accepted(token, "c1", NOW, OTHER_KEY)


def test_tokens_of_the_two_kinds_are_not_mistaken() -> None:
    """An access token recovers nothing, and a reconnection token lets nobody in."""
    assert not accepted(client_token("http://localhost", "chat", KEY, now=NOW))
    token = sign("c1", KEY, now=NOW, token_id="t1")
    with pytest.raises(Refused):
        access_tokens.verify(
            token, keys=(KEY,), is_audience=lambda aud: aud.startswith("http"), now=NOW
        )


@given(st.text(), st.text(), st.integers(0, 2**33))
def test_a_token_is_for_its_connection_alone(mine: str, other: str, now: int) -> None:
    """Whatever connection ids look like."""
    token = sign(mine, KEY, now=now, token_id="t1")
    if len(token) <= 4096:
        assert accepted(token, mine, now)
    assert accepted(token, other, now) is (mine == other and len(token) <= 4096)


@given(st.text())
def test_any_text_is_refused(token: str) -> None:
    """In one way only: no other error comes out."""
    assert not accepted(token)
