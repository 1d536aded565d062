"""Signed texts: JSON Web Signatures in compact form, with HS256 and nothing else.

Every connection, call and negotiation checks or makes one, so they are made of an HMAC and of
nothing that could choose between algorithms. A signature is compared as text, so that of all the
spellings that decoders of base64 forgive only one is right. Rules: RFC 7515 sections 3 to 5 and
7.1, RFC 7518 section 3.2.
"""

import base64
import hmac
import json
import re
from functools import lru_cache
from typing import Any, NamedTuple, Self

ALGORITHM = "HS256"

_FORM = re.compile(r"(([\w-]+)\.([\w-]+))\.([\w-]*)", re.ASCII)


class NotSigned(ValueError):
    """A text has not the form of a signed one; the error says why, without the text."""


class SignedText(NamedTuple):
    """The parts of a text that may be signed. ``algorithm`` is whatever its header calls so."""

    algorithm: Any
    payload_text: str
    signed: str
    signature: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The parts of a text. Raises NotSigned."""
        parts = _FORM.fullmatch(text)
        if parts is None:
            raise NotSigned("a text that is not three parts of base64url")
        signed, header, payload, signature = parts.groups()
        return cls(_algorithm(header), payload, signed, signature)

    def is_signed_with(self, key: str) -> bool:
        """Whether its signature is that of a key, which is used as text in UTF-8."""
        return hmac.compare_digest(_signature(self.signed.encode(), key), self.signature.encode())

    @property
    def payload(self) -> bytes:
        """What it says. Raises NotSigned."""
        return _decoded(self.payload_text)


def sign(payload: bytes, key: str) -> str:
    """A text that says this, signed with a key, which is used as text in UTF-8."""
    signed = _HEADER + b"." + _encoded(payload)
    return (signed + b"." + _signature(signed, key)).decode()


def _signature(signed: bytes, key: str) -> bytes:
    keyed = _keyed(key).copy()
    keyed.update(signed)
    return _encoded(keyed.digest())


# Few keys sign all texts, and what is done with a key alone takes longer than a text.
@lru_cache(maxsize=32)
def _keyed(key: str) -> hmac.HMAC:
    return hmac.new(key.encode(), digestmod="sha256")


# Whoever makes many texts gives them all the same header.
@lru_cache(maxsize=32)
def _algorithm(header_text: str) -> Any:
    """What a header calls the algorithm. Raises NotSigned, also for a header that asks for what is
    not understood here."""
    try:
        header = json.loads(_decoded(header_text))
    except (ValueError, RecursionError):
        raise NotSigned("another header") from None
    if not isinstance(header, dict) or not isinstance(header.get("kid", ""), str):
        raise NotSigned("another header")
    if "crit" in header:
        raise NotSigned("a header with extensions")
    return header.get("alg")


def _encoded(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotSigned("a part that is not base64url") from None


_HEADER = _encoded(b'{"alg":"HS256","typ":"JWT"}')
