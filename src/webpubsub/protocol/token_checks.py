"""Which checks an access token has passed, with what was seen: claims, and never the token.

Claims are shown of tokens only whose signature is
right: of others, anybody may have written them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.access_tokens import unverified_claims
from webpubsub.protocol.refusals import CheckMade, RefusalKind
from webpubsub.protocol.refusals import tokens as kinds
from webpubsub.protocol.refusals.orders import TOKEN_CHECKS

_Claims = Mapping[str, Any]

_SEEN: Mapping[RefusalKind, Callable[[_Claims, float], str]] = {
    kinds.TOKEN_MALFORMED: lambda _claims, _now: "a JSON Web Token",
    kinds.TOKEN_ALGORITHM: lambda _claims, _now: "HS256",
    kinds.TOKEN_SIGNATURE: lambda _claims, _now: "one made with an access key of this service",
    kinds.TOKEN_LIFETIME_MISSING: lambda claims, _now: f"exp {claims.get('exp')}",
    kinds.TOKEN_EXPIRED: lambda claims, now: _distance(claims.get("exp"), now),
    kinds.TOKEN_TOO_EARLY: lambda claims, now: _distance(claims.get("nbf"), now),
    kinds.TOKEN_AUDIENCE: lambda claims, _now: str(claims.get("aud")),
}


def passed_token_checks(token: str, now: float, refused: RefusalKind) -> list[CheckMade]:
    """The checks that a token has passed before it was refused, or all when it was not.

    ``now`` is seconds since the epoch.
    """
    claims = unverified_claims(token) or {}
    passed: list[CheckMade] = []
    for kind in TOKEN_CHECKS:
        if kind.code == refused.code:
            break
        passed.append(CheckMade(kind=kind, seen=_SEEN[kind](claims, now)))
    return passed


def _distance(claim: Any, now: float) -> str:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return "none"
    seconds = claim - now
    return f"{seconds:.0f} seconds ahead" if seconds >= 0 else f"{-seconds:.0f} seconds ago"
