"""Access tokens.

Specification: client-protocols sections 1.3 and 15, rest-api sections 3.1, 3.3 and 4.1, bindings
section 7.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.access_tokens import (
    CLOCK_SKEW,
    ClientIdentity,
    client_claims,
    client_token,
    entra_claims,
    sign,
    verify,
)
from webpubsub.protocol.refusals import Refused

KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"
OTHER_KEY = "another key, as long as the service wants one"
NOW = 1_700_000_000
CLAIMS = {"aud": "http://localhost/x", "exp": NOW + 60}
GOOD = sign(CLAIMS, KEY)
LONG_USER = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
LONG_ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"


def read(
    token: str,
    *,
    keys: tuple[str, ...] = (KEY,),
    is_audience: Callable[[str], bool] = lambda audience: audience == CLAIMS["aud"],
    now: float = NOW,
) -> Mapping[str, Any]:
    """Verify as the service would."""
    return verify(token, keys=keys, is_audience=is_audience, now=now)


def refused(token: str, **options: Any) -> str:
    """The code of the refusal; its texts hold neither key nor token."""
    with pytest.raises(Refused) as caught:
        read(token, **options)
    refusal = caught.value.refusal
    assert refusal.kind.http_status == 401
    assert refusal.wire_message.endswith("of the access token is not valid.")
    log_line = str(caught.value)
    log_line.encode()  # can be written
    assert len(log_line) < 600
    assert KEY not in log_line
    assert not token or token not in log_line
    return refusal.kind.code


def segment(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def handmade(payload: bytes, header: bytes = b'{"alg":"HS256"}', key: str = KEY) -> str:
    """A token whose parts need not make sense, with a signature that is right."""
    signed = f"{segment(header)}.{segment(payload)}"
    signature = hmac.digest(key.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{segment(signature)}"


def claims_and(**more: Any) -> bytes:
    """The payload of a valid token with other claims."""
    return json.dumps(CLAIMS | more).encode()


@pytest.mark.parametrize(
    ("token", "options"),
    [
        (GOOD, {}),
        (GOOD, {"keys": (OTHER_KEY, KEY)}),
        (GOOD, {"keys": (KEY, OTHER_KEY)}),
        (GOOD, {"now": NOW + 60 + CLOCK_SKEW - 1}),
        (jwt.encode(CLAIMS, KEY, "HS256", headers={"kid": "s-1", "typ": "at+jwt"}), {}),
        (handmade(claims_and(aud=["http://other", CLAIMS["aud"]])), {}),
        (handmade(claims_and(exp=NOW + 0.5)), {}),
        (handmade(claims_and(exp=NOW - CLOCK_SKEW + 1)), {}),
        (handmade(claims_and(nbf=NOW + CLOCK_SKEW)), {}),
        (handmade(claims_and(nbf=NOW - 10**6, iat="yesterday", iss=5)), {}),
        (handmade(b'{"exp":1, "exp":1700000060,\n "aud":"http://localhost/x"}'), {}),
    ],
)
def test_valid_tokens(token: str, options: dict[str, Any]) -> None:
    """Any key, five minutes of skew and one right audience suffice; other claims do not count."""
    assert read(token, **options)["exp"]


@pytest.mark.parametrize(
    ("code", "token", "options"),
    [
        ("token.malformed", "", {}),
        ("token.malformed", "xyz", {}),
        ("token.malformed", "a.b", {}),
        ("token.malformed", "a.b.c", {}),
        ("token.malformed", GOOD + ".x", {}),
        ("token.malformed", GOOD + "=", {}),
        ("token.malformed", GOOD + "\n", {}),
        ("token.malformed", f'"{GOOD}"', {}),
        ("token.malformed", f"Bearer {GOOD}", {}),
        ("token.malformed", "é.é.é", {}),
        ("token.malformed", "\ud800.a.b", {}),
        ("token.malformed", handmade(claims_and(), b"[]"), {}),
        ("token.malformed", handmade(claims_and(), b"\xff"), {}),
        ("token.malformed", handmade(claims_and(), b'{"a":' + b"[" * 20_000), {}),
        ("token.malformed", handmade(b"[]"), {}),
        ("token.malformed", handmade(b"{"), {}),
        ("token.malformed", handmade(b"\xff"), {}),
        ("token.malformed", handmade(b'{"exp":' + b"[" * 20_000), {}),
        ("token.malformed", handmade(b'{"exp":1' + b"0" * 5000 + b"}"), {}),
        ("token.algorithm", handmade(claims_and(), b"{}"), {}),
        ("token.algorithm", handmade(claims_and(), b'{"alg":"none"}'), {}),
        ("token.algorithm", jwt.encode(CLAIMS, "", "none"), {}),
        ("token.algorithm", jwt.encode(CLAIMS, KEY * 2, "HS512"), {}),
        ("token.algorithm", handmade(claims_and(), b'{"alg":"hs256"}'), {}),
        ("token.algorithm", handmade(claims_and(), b'{"alg":"RS256"}'), {}),
        ("token.algorithm", handmade(claims_and(), b'{"alg":["HS256"]}'), {}),
        ("token.algorithm", handmade(claims_and(), b'{"alg":"\\ud800\\n%s"}' % (b"x" * 5000)), {}),
        ("token.signature", GOOD, {"keys": (OTHER_KEY,)}),
        ("token.signature", GOOD, {"keys": ()}),
        ("token.signature", GOOD.rpartition(".")[0] + ".", {}),
        ("token.signature", GOOD.rpartition(".")[0] + "." + "x" * 42 + "A", {}),
        ("token.signature", handmade(claims_and(), key=OTHER_KEY), {}),
        ("token.lifetime.missing", sign({"aud": CLAIMS["aud"]}, KEY), {}),
        ("token.lifetime.missing", handmade(claims_and(exp=None)), {}),
        ("token.lifetime.missing", handmade(claims_and(exp=str(NOW + 60))), {}),
        ("token.lifetime.missing", handmade(claims_and(exp=True)), {}),
        ("token.lifetime.missing", handmade(claims_and(exp=10**400)), {}),
        ("token.lifetime.missing", handmade(claims_and(exp=-(10**400))), {}),
        ("token.expired", GOOD, {"now": NOW + 60 + CLOCK_SKEW}),
        ("token.expired", handmade(claims_and(exp=0)), {}),
        ("token.expired", handmade(claims_and(exp=-1e14)), {}),
        ("token.too-early", handmade(claims_and(nbf=NOW + CLOCK_SKEW + 1)), {}),
        ("token.too-early", handmade(claims_and(nbf="soon")), {}),
        ("token.audience", sign({"exp": NOW + 60}, KEY), {}),
        ("token.audience", handmade(claims_and(aud="http://other")), {}),
        ("token.audience", handmade(claims_and(aud=[])), {}),
        ("token.audience", handmade(claims_and(aud=None)), {}),
        ("token.audience", handmade(claims_and(aud={"a": CLAIMS["aud"]})), {}),
    ],
)
def test_tokens_that_are_refused(code: str, token: str, options: dict[str, Any]) -> None:
    """Each fault is told apart, as a 401 that gives no secret away."""
    assert refused(token, **options) == code


def test_the_log_says_what_was_seen() -> None:
    """The developer reads by how much a token is late or early, and whom it was made for."""
    cases: list[tuple[bytes, str]] = [
        (claims_and(exp=NOW - 1000), "saw 1000 seconds ago."),
        (claims_and(nbf=NOW + 1000), "saw 1000 seconds ahead."),
        (claims_and(aud=["http://a", "http://b"]), "saw http://a, http://b."),
        (claims_and(exp="soon"), "saw something else."),
    ]
    for payload, text in cases:
        with pytest.raises(Refused, match=text):
            read(handmade(payload))


@pytest.mark.parametrize(
    ("claims", "user_id", "roles", "groups"),
    [
        ({}, None, (), ()),
        ({"sub": "alice"}, "alice", (), ()),
        ({"sub": ""}, "", (), ()),
        ({LONG_USER: "bob"}, "bob", (), ()),
        ({"sub": "alice", LONG_USER: "bob"}, "alice", (), ()),
        ({"sub": 7}, "7", (), ()),
        ({"role": "r1"}, None, ("r1",), ()),
        ({"role": ["r1", "r2"]}, None, ("r1", "r2"), ()),
        ({LONG_ROLE: "r3"}, None, ("r3",), ()),
        ({"role": "r1", LONG_ROLE: ["r3", "r4"]}, None, ("r1", "r3", "r4"), ()),
        ({"role": []}, None, (), ()),
        ({"webpubsub.group": "g"}, None, (), ("g",)),
        ({"webpubsub.group": ["g", " h "]}, None, (), ("g", " h ")),
        ({"group": "g", "roles": "r"}, None, (), ()),
        ({"sub": None, "role": None, "webpubsub.group": None}, None, (), ()),
    ],
)
def test_who_a_client_is(
    claims: dict[str, Any], user_id: str | None, roles: tuple[str, ...], groups: tuple[str, ...]
) -> None:
    """User, roles and groups come from their claims, single or in a list."""
    identity = client_claims(claims)
    assert (identity.user_id, identity.roles, identity.groups) == (user_id, roles, groups)


def test_claims_are_shown_as_lists_of_texts() -> None:
    """Other claims keep their meaning as JSON text, in the form of the connect event."""
    shown = client_claims(
        {"a": "x", "b": ["y", 1], "exp": 17, "ok": True, "none": None, "deep": {"k": [1]}}
    ).claims
    assert shown == {
        "a": ["x"],
        "b": ["y", "1"],
        "exp": ["17"],
        "ok": ["true"],
        "none": [],
        "deep": ['{"k":[1]}'],
    }


@pytest.mark.parametrize("endpoint", ["http://Localhost:8080", "http://localhost:8080/"])
def test_a_client_token_has_the_claims_of_the_official_extension(endpoint: str) -> None:
    """The audience is the lower-case endpoint with the hub as given; nothing is said in vain."""
    bare = jwt.decode(
        client_token(endpoint, "Chat", KEY, now=NOW + 0.9),
        KEY,
        ["HS256"],
        options={"verify_exp": False, "verify_aud": False, "verify_iat": False},
    )
    audience = "http://localhost:8080/client/hubs/Chat"
    assert bare == {"aud": audience, "nbf": NOW, "iat": NOW, "exp": NOW + 3600}
    full = client_token(
        endpoint, "Chat", KEY, now=NOW, user_id="u", roles=["r"], groups=("g",), minutes_to_expire=5
    )
    claims = read(full, is_audience=lambda text: text == audience)
    assert claims == {
        "aud": audience,
        "nbf": NOW,
        "iat": NOW,
        "exp": NOW + 300,
        "sub": "u",
        "role": ["r"],
        "webpubsub.group": ["g"],
    }
    nameless = client_token(endpoint, "Chat", KEY, now=NOW, user_id="")
    assert read(nameless, is_audience=lambda text: text == audience)["sub"] == ""
    assert jwt.get_unverified_header(full) == {"alg": "HS256", "typ": "JWT"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.text(), json_values, max_size=5), st.text(min_size=32))
def test_what_is_signed_is_what_is_verified(claims: dict[str, Any], key: str) -> None:
    """Claims come back as they were signed, and official libraries read them too."""
    claims = {key: value for key, value in claims.items() if key != "nbf"} | CLAIMS
    token = sign(claims, key)
    assert read(token, keys=(key,)) == claims
    library = jwt.PyJWT({"verify_exp": False, "verify_aud": False, "verify_iat": False})
    relaxed = dict.fromkeys(("verify_iss", "verify_sub", "verify_jti"), False)
    assert library.decode(token, key, ["HS256"], options=relaxed) == claims  # type: ignore[arg-type]


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject) -> None:
    """A token with one character changed, added or removed anywhere is refused."""
    position = data.draw(st.integers(0, len(GOOD)))
    character = data.draw(st.sampled_from("ABCXYZabcxyz0189-_.=+/ \n!é") | st.characters())
    removed = data.draw(st.integers(0, 1))
    changed = GOOD[:position] + character + GOOD[position + removed :]
    if changed != GOOD:
        refused(changed)


@pytest.mark.parametrize("last", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
def test_spare_bits_of_a_signature_count(last: str) -> None:
    """The last character holds two bits that mean nothing, and still only one value is right."""
    if last != GOOD[-1]:
        assert refused(GOOD[:-1] + last) in ("token.signature", "token.malformed")
    assert GOOD[-1] in "AEIMQUYcgkosw048"


@given(st.text() | st.tuples(st.binary(), st.binary()).map(lambda parts: handmade(*parts)))
def test_any_text_is_refused_without_another_error(token: str) -> None:
    """What is no token is refused, whatever it holds, even with a right signature."""
    with pytest.raises(Refused):
        read(token)


@given(st.dictionaries(st.text(), json_values, max_size=4))
def test_any_claims_are_somebody(claims: dict[str, Any]) -> None:
    """Every claim is shown, and every shown value is a text."""
    identity = client_claims(claims)
    assert isinstance(identity, ClientIdentity)
    assert identity.claims.keys() == claims.keys()
    assert all(isinstance(text, str) for texts in identity.claims.values() for text in texts)


ENTRA = {"aud": "https://webpubsub.azure.com", "exp": NOW + 60}


@given(st.text() | st.from_regex(r"[\w-]{1,9}\.[\w-]{1,9}\.[\w-]{0,9}", fullmatch=True))
def test_no_text_is_an_entra_token(text: str) -> None:
    """Whatever is no token for the service is left to others to judge."""
    assert entra_claims(text, now=NOW) is None


def test_entra_tokens() -> None:
    """Anybody's signature will do, the audience must be exact, and the lifetime counts."""
    assert entra_claims(sign(ENTRA, "x" * 32), now=NOW) == ENTRA
    assert entra_claims(sign({**ENTRA, "aud": "https://elsewhere"}, "x" * 32), now=NOW) is None
    with pytest.raises(Refused) as refused:
        entra_claims(sign(ENTRA, "x" * 32), now=NOW + 360)
    assert refused.value.refusal.kind.code == "token.expired"
