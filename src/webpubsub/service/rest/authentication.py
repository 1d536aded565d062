"""Who may call an operation: whoever has a token signed with an access key for this very path.

A service that is told so takes the word of a Microsoft Entra token as well, for tests.
Specification: rest-api sections 3.1 to 3.3.
"""

from aiohttp import hdrs, web

from webpubsub.protocol import access_tokens
from webpubsub.protocol.audiences import rest_audience_matches
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.calls import Call
from webpubsub.service.settings import ServiceSettings


class Authentication:
    """Checks the tokens of calls with the keys of the settings."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._keys = settings.access_keys
        self._accepts_entra = settings.accept_unvalidated_entra_tokens
        self._public_authority = settings.public_authority

    def check(self, call: Call) -> None:
        """Is there a token, and is it good for this path? Raises Refused."""
        token = bearer_token(call.request)
        if self._accepts_entra and access_tokens.entra_claims(token, now=call.now) is not None:
            call.is_entra = True
            return
        # The parts of the path may have been escaped for the token in another way than on the
        # wire, so the path counts decoded as well as raw.
        paths = {call.target.path, call.target.raw_path}
        authorities = self._authorities(call.request)
        access_tokens.verify(
            token,
            keys=self._keys,
            is_audience=lambda audience: any(
                rest_audience_matches(audience, authorities=authorities, path=path)
                for path in paths
            ),
            now=call.now,
        )

    def _authorities(self, request: web.BaseRequest) -> set[str]:
        names = (request.headers.get(hdrs.HOST), self._public_authority)
        return {name for name in names if name}


def bearer_token(request: web.BaseRequest) -> str:
    """The token that a request gives. Raises Refused when there is none."""
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        seen = "another scheme" if scheme and scheme.lower() != "bearer" else "no token"
        raise Refused(kinds.TOKEN_MISSING.refuse(seen, "The access token is missing."))
    return token
