"""Reconnection tokens: what a reliable client shows to get its connection back.

To clients they are opaque. They are JSON Web Tokens signed with an access key of the service, so
that any node can check one without having made it; being for one connection id and from another
issuer, none of them passes as an access token, nor the other way round. Specification: client-
protocols section 7.1.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from webpubsub.protocol import access_tokens, signed_texts
from webpubsub.protocol.signed_texts import NotSigned, SignedText

#: How long a token is good for, in seconds. That is far longer than any connection is held without
#: a transport, because a client shows the token it was given when it connected.
LIFETIME = 7 * 24 * 60 * 60

_ISSUER = "https://webpubsub.azure.com"
_MAX_LENGTH = 4096


class InvalidReconnectionToken(ValueError):
    """A reconnection token is of no use; the text says why, without the token."""


class _Claims(msgspec.Struct):
    iss: str
    aud: str
    jti: str
    nbf: int
    exp: int


_decode_claims = msgspec.json.Decoder(_Claims).decode


def sign(connection_id: str, key: str, *, now: float, token_id: str) -> str:
    """A token for one connection; ``now`` is seconds since the epoch, ``token_id`` unique."""
    begin = int(now)
    claims: Mapping[str, Any] = {
        "iss": _ISSUER,
        "aud": connection_id,
        "jti": token_id,
        "nbf": begin,
        "exp": begin + LIFETIME,
    }
    return access_tokens.sign(claims, key)


def verify(token: str, connection_id: str, *, keys: Iterable[str], now: float) -> None:
    """See that a token is one for this connection, and valid at ``now`` to the second.

    Raises InvalidReconnectionToken.
    """
    claims = _signed_claims(token, keys)
    if claims.iss != _ISSUER:
        raise InvalidReconnectionToken("a token of another issuer")
    if claims.aud != connection_id:
        raise InvalidReconnectionToken("the token of another connection")
    if now < claims.nbf:
        raise InvalidReconnectionToken("a token that is not valid yet")
    if now >= claims.exp:
        raise InvalidReconnectionToken("a token that has expired")


def _signed_claims(token: str, keys: Iterable[str]) -> _Claims:
    if not token or len(token) > _MAX_LENGTH:
        raise InvalidReconnectionToken("a text too long for a token" if token else "no token")
    try:
        signed = SignedText.parse(token)
        if signed.algorithm == signed_texts.ALGORITHM and any(map(signed.is_signed_with, keys)):
            return _decode_claims(signed.payload)
    except NotSigned:
        pass
    except (ValueError, RecursionError):
        raise InvalidReconnectionToken("a token with other claims") from None
    raise InvalidReconnectionToken("a token that is not signed with a key of this service")
