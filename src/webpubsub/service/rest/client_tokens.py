"""Tokens that are made for clients on request. Specification: rest-api section 6.8."""

from typing import Any

from webpubsub.protocol.access_tokens import sign
from webpubsub.service.rest.calls import Call

_ISSUER = "https://webpubsub.azure.com"


def client_token(call: Call) -> str:
    """A token for the client that the call describes; it is valid from now on."""
    now = int(call.now)
    claims: dict[str, Any] = {
        "aud": f"{call.endpoint}/client/hubs/{call.hub}",
        "iss": _ISSUER,
        "iat": now,
        "nbf": now,
        "exp": now + call.minutes * 60,
    }
    optional = {"sub": call.client_user, "role": call.roles, "webpubsub.group": call.groups}
    claims.update({name: value for name, value in optional.items() if value})
    return sign(claims, call.keys[0])
