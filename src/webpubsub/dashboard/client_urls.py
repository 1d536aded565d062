"""URLs for test clients, and what becomes of a token that somebody has."""

from base64 import urlsafe_b64decode
from typing import Any

import msgspec

from webpubsub.dashboard.answers import BadCall
from webpubsub.dashboard.fields import plain
from webpubsub.dashboard.refusals import checks_until
from webpubsub.protocol.access_tokens import client_claims, verify
from webpubsub.protocol.audiences import client_audience_matches
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals.orders import TOKEN_CHECKS
from webpubsub.protocol.seams import ServiceRefused
from webpubsub.service.service import Service

_MOST_MINUTES = 525_600


class ClientWish(msgspec.Struct, rename="camel", kw_only=True):
    """Who a client is to be."""

    hub: str
    user_id: str = ""
    roles: list[str] = []
    groups: list[str] = []
    minutes: int = 60


class TokenQuestion(msgspec.Struct, kw_only=True):
    """A token, or a client URL with one in it, and where it is to be used: the host as clients name
    it, and the hub."""

    token: str
    hub: str
    host: str


async def client_url(service: Service, body: bytes) -> dict[str, Any]:
    """A URL at which a client can connect. Raises BadCall."""
    wish = decoded(body, ClientWish)
    if not 1 <= wish.minutes <= _MOST_MINUTES:
        raise BadCall(f"A token is good for 1 to {_MOST_MINUTES} minutes, not {wish.minutes}.")
    try:
        access = await service.client.client_access(
            wish.hub,
            user_id=wish.user_id or None,
            roles=wish.roles,
            groups=wish.groups,
            minutes_to_expire=wish.minutes,
        )
    except ServiceRefused as error:
        raise BadCall(str(error)) from None
    return {"url": access.url}


def inspected(service: Service, body: bytes, now: float) -> dict[str, Any]:
    """Every check of a token in order, and what it would make of a client. Raises BadCall."""
    question = decoded(body, TokenQuestion)
    token = _bare(question.token)
    authorities = {question.host, service.settings.public_authority or ""} - {""}
    refusal: Refusal | None = None
    try:
        claims = verify(
            token,
            keys=service.settings.access_keys,
            is_audience=lambda audience: client_audience_matches(
                audience, authorities=authorities, hub=question.hub
            ),
            now=now,
        )
    except Refused as error:
        refusal, claims = error.refusal, _unverified(token)
    identity = client_claims(claims)
    return {
        "valid": refusal is None,
        "checks": checks_until(refusal, TOKEN_CHECKS),
        "claims": plain(claims),
        "user": identity.user_id or "",
        "roles": identity.roles,
        "groups": identity.groups,
        "now": now,
    }


def decoded(body: bytes, kind: type[Any]) -> Any:
    """A body as a value of a kind. Raises BadCall."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCall(f"This does not fit: {error}.") from None


def _bare(text: str) -> str:
    """The token alone, also of a URL or a header."""
    text = text.strip()
    if "access_token=" in text:
        text = text.split("access_token=", 1)[1].split("&", 1)[0]
    return text.removeprefix("Bearer ").strip()


def _unverified(token: str) -> dict[str, Any]:
    """The claims of a token that nobody trusts, as far as they can be read."""
    try:
        part = token.split(".")[1]
        return msgspec.json.decode(urlsafe_b64decode(part + "=" * (-len(part) % 4)), type=dict)
    except (IndexError, ValueError, RecursionError):
        return {}
