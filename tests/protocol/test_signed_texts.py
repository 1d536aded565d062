"""Signed texts, compared with an official library.

Specification: client-protocols section 1.3, rest-api section 3.1.
"""

import base64
import contextlib
import hashlib
import hmac

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.api_jws import PyJWS

from webpubsub.protocol.signed_texts import ALGORITHM, NotSigned, SignedText, sign

KEY = "a key of the service, used as it is written"
LIBRARY = PyJWS([ALGORITHM])


def segment(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def with_header(header: bytes) -> str:
    """A text with this header and a signature that is right."""
    signed = f"{segment(header)}.{segment(b'payload')}"
    signature = hmac.digest(KEY.encode(), signed.encode(), hashlib.sha256)
    return f"{signed}.{segment(signature)}"


@given(st.binary(min_size=1), st.text(min_size=32))
def test_the_library_reads_what_is_signed(payload: bytes, key: str) -> None:
    """And takes the signature for right."""
    assert LIBRARY.decode(sign(payload, key), key, [ALGORITHM]) == payload


@given(st.binary(min_size=1), st.text(min_size=32), st.text(min_size=32))
def test_what_the_library_signs_is_read(payload: bytes, key: str, other: str) -> None:
    """With the key it was signed with, and no other."""
    read = SignedText.parse(LIBRARY.encode(payload, key, ALGORITHM))
    assert (read.algorithm, read.payload) == (ALGORITHM, payload)
    assert read.is_signed_with(key)
    assert read.is_signed_with(other) is (key == other)


@pytest.mark.parametrize(
    ("header", "algorithm"),
    [
        (b'{"alg":"HS256"}', "HS256"),
        (b'{ "typ": "JWT", "kid": "s-1", "alg": "none" }', "none"),
        (b'{"alg":["HS256"]}', ["HS256"]),
        (b"{}", None),
    ],
)
def test_the_header_says_what_it_likes(header: bytes, algorithm: object) -> None:
    """Whoever reads it decides what counts; the same again is read the same."""
    for _ in range(2):
        assert SignedText.parse(with_header(header)).algorithm == algorithm


@pytest.mark.parametrize(
    "header",
    [
        b"[]",
        b"{",
        b"\xff",
        b'{"a":' + b"[" * 20_000,
        b'{"alg":"HS256","kid":1}',
        b'{"alg":"HS256","crit":["exp"],"exp":1}',
        b'{"alg":"HS256","crit":["b64"],"b64":false}',
    ],
)
def test_headers_that_are_not_understood(header: bytes) -> None:
    """What must be understood and is not makes the text one that is not signed (RFC 7515 section
    4.1.11)."""
    with pytest.raises(NotSigned):
        SignedText.parse(with_header(header))
    with pytest.raises(jwt.InvalidTokenError):
        LIBRARY.decode(with_header(header), KEY, [ALGORITHM])


@pytest.mark.parametrize(
    "text", ["", "a", "a.b", "a.b.c", "a.b.c.d", "é.é.é", "e30.e30.=", "e30.."]
)
def test_texts_of_another_form(text: str) -> None:
    """Three parts of base64url, of which only the signature may be empty."""
    with pytest.raises(NotSigned):
        SignedText.parse(text)


def test_a_payload_that_is_not_base64url() -> None:
    """It is read last, by whoever has seen that the signature is right."""
    text = SignedText.parse("e30.aaaaa.")
    with pytest.raises(NotSigned):
        _ = text.payload


@given(st.text() | st.from_regex(r"[\w-]{1,9}\.[\w-]{1,9}\.[\w-]{0,9}", fullmatch=True))
def test_any_text(text: str) -> None:
    """Nobody who does not have the key signs anything, and no other error comes out."""
    with contextlib.suppress(NotSigned):
        assert not SignedText.parse(text).is_signed_with(KEY)
