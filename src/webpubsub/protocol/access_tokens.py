"""Access tokens: JSON Web Tokens signed with an access key of the service.

Specification: client-protocols section 1.3, rest-api sections 3.1 and 4.1.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from webpubsub.protocol import signed_texts
from webpubsub.protocol.refusals import RefusalKind, Refused
from webpubsub.protocol.refusals import tokens as kinds
from webpubsub.protocol.signed_texts import NotSigned, SignedText

#: How far the clocks of two machines may be apart, in seconds.
CLOCK_SKEW = 300

#: What a token of Microsoft Entra is for, exactly.
ENTRA_AUDIENCE = "https://webpubsub.azure.com"

_decode_claims = msgspec.json.Decoder(dict[str, Any]).decode
_encode_claims = msgspec.json.Encoder().encode
_END_OF_TIME = 1e15
_NAME_IDENTIFIER = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier"
_ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"


class ClientIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """What a client's token says about it.

    ``user_id`` is None for an anonymous client. ``payload`` is what the token says as it says it.
    """

    user_id: str | None = None
    roles: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    payload: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @property
    def claims(self) -> Mapping[str, list[str]]:
        """All claims as the connect event shows them, every value a list of strings."""
        return {name: list(_texts(value)) for name, value in self.payload.items()}


class _ClientClaims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the token of a client says, in this order; what there is none of is left out."""

    aud: str
    nbf: int
    iat: int
    exp: int
    sub: str | None = None
    role: tuple[str, ...] = ()
    group: tuple[str, ...] = msgspec.field(default=(), name="webpubsub.group")


def sign(claims: Mapping[str, Any], key: str) -> str:
    """A token with these claims. The key is its text in UTF-8, not decoded."""
    return signed_texts.sign(msgspec.json.encode(claims), key)


def client_token(
    endpoint: str,
    hub: str,
    key: str,
    *,
    now: float,
    user_id: str | None = None,
    roles: Sequence[str] = (),
    groups: Sequence[str] = (),
    minutes_to_expire: int = 60,
) -> str:
    """A token with which a client may connect to a hub; ``now`` is seconds since the epoch."""
    second = int(now)
    claims = _ClientClaims(
        aud=f"{endpoint.rstrip('/').lower()}/client/hubs/{hub}",
        nbf=second,
        iat=second,
        exp=second + minutes_to_expire * 60,
        sub=user_id,
        role=tuple(roles),
        group=tuple(groups),
    )
    return signed_texts.sign(_encode_claims(claims), key)


def verify(
    token: str, *, keys: Sequence[str], is_audience: Callable[[str], bool], now: float
) -> Mapping[str, Any]:
    """The claims of a valid token.

    It must be signed with HS256 and one of the keys, carry an expiry, be valid at ``now`` (seconds
    since the epoch) within five minutes, and have an audience that ``is_audience`` accepts. Raises
    Refused.
    """
    claims = _payload(token, keys)
    _check_lifetime(claims, now)
    audiences = _texts(claims.get("aud"))
    if not any(is_audience(audience) for audience in audiences):
        raise _refused(kinds.TOKEN_AUDIENCE, ", ".join(audiences) or "none", "audience")
    return claims


def unverified_claims(token: str) -> Mapping[str, Any] | None:
    """The claims of a token whose signature nobody has looked at; None for what is no token."""
    try:
        return _claims(SignedText.parse(token))
    except (NotSigned, Refused):
        return None


def entra_claims(token: str, *, now: float) -> Mapping[str, Any] | None:
    """The claims of a token of Microsoft Entra for the service, whose signature nobody has looked
    at; None for a token with another audience, or none at all.

    It must be valid at ``now`` (seconds since the epoch) within five minutes. Raises Refused.
    Specification: rest-api section 3.3.
    """
    claims = unverified_claims(token)
    if claims is None or claims.get("aud") != ENTRA_AUDIENCE:
        return None
    _check_lifetime(claims, now)
    return claims


def client_claims(claims: Mapping[str, Any]) -> ClientIdentity:
    """Who a client is and what it may do, by the claims of its token."""
    user = claims.get("sub", claims.get(_NAME_IDENTIFIER))
    return ClientIdentity(
        user_id=None if user is None else _text(user),
        roles=(*_texts(claims.get("role")), *_texts(claims.get(_ROLE))),
        groups=_texts(claims.get("webpubsub.group")),
        payload=claims,
    )


def _payload(token: str, keys: Iterable[str]) -> Mapping[str, Any]:
    try:
        signed = SignedText.parse(token)
    except NotSigned as error:
        raise _refused(kinds.TOKEN_MALFORMED, str(error), "form") from None
    if signed.algorithm != signed_texts.ALGORITHM:
        # Whoever calls may have written this, so it is cut and escaped for the log.
        algorithm = signed.algorithm
        seen = f"{algorithm!a:.32}" if isinstance(algorithm, str) else "no text"
        raise _refused(kinds.TOKEN_ALGORITHM, seen, "algorithm")
    if not any(signed.is_signed_with(key) for key in keys):
        raise _refused(kinds.TOKEN_SIGNATURE, "another signature", "signature")
    return _claims(signed)


def _claims(signed: SignedText) -> Mapping[str, Any]:
    try:
        return _decode_claims(signed.payload)
    except (ValueError, RecursionError):
        raise _refused(kinds.TOKEN_MALFORMED, "another payload", "payload") from None


def _check_lifetime(claims: Mapping[str, Any], now: float) -> None:
    expiry = _time(claims.get("exp"))
    if expiry is None:
        seen = "something else" if "exp" in claims else "none"
        raise _refused(kinds.TOKEN_LIFETIME_MISSING, seen, "expiry")
    if expiry + CLOCK_SKEW <= now:
        raise _refused(kinds.TOKEN_EXPIRED, f"{now - expiry:.0f} seconds ago", "lifetime")
    begin = _time(claims.get("nbf", now))
    if begin is None or begin - CLOCK_SKEW > now:
        seen = "no number" if begin is None else f"{begin - now:.0f} seconds ahead"
        raise _refused(kinds.TOKEN_TOO_EARLY, seen, "lifetime")


def _time(value: Any) -> float | None:
    """A NumericDate (RFC 7519 section 2). One that is too large for a float is not a time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _END_OF_TIME else None


def _refused(kind: RefusalKind, seen: str, part: str) -> Refused:
    return Refused(kind.refuse(seen, f"The {part} of the access token is not valid."))


def _texts(claim: Any) -> tuple[str, ...]:
    if claim is None:
        return ()
    return tuple(map(_text, claim)) if isinstance(claim, list) else (_text(claim),)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
