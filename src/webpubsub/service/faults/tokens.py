"""Has the tokens of clients expire before their time."""

import asyncio
from urllib.parse import parse_qsl, urlencode

import msgspec

from webpubsub.protocol.access_tokens import sign, unverified_claims
from webpubsub.service.front_door.reception import Arrival, Reception
from webpubsub.service.front_door.request_head import RequestHead

_TOKEN = "access_token"  # noqa: S105 - the name of a parameter
#: Longer ago than clocks may differ.
_AGO = 3600


class ExpiringReception(Reception, frozen=True, kw_only=True):
    """Lets clients in as always, with tokens that are too old."""

    def receive(self, head: RequestHead, transport: asyncio.Transport, ahead: bytearray) -> Arrival:
        """Shake hands with a client. Raises Refused."""
        return super().receive(self._aged(head), transport, ahead)

    def _aged(self, head: RequestHead) -> RequestHead:
        path, _, query = head.target.partition("?")
        pairs = [
            (name, self._expired(value) if name.lower() == _TOKEN else value)
            for name, value in parse_qsl(query, keep_blank_values=True)
        ]
        headers = tuple(
            (name, self._bearer(value) if name.lower() == "authorization" else value)
            for name, value in head.headers
        )
        target = f"{path}?{urlencode(pairs)}" if pairs else path
        return msgspec.structs.replace(head, target=target, headers=headers)

    def _bearer(self, value: str) -> str:
        scheme, _, token = value.partition(" ")
        return f"{scheme} {self._expired(token.strip())}"

    def _expired(self, token: str) -> str:
        """The same token with another expiry; one that cannot be read stays as it is."""
        claims = unverified_claims(token)
        if claims is None:
            return token
        return sign({**claims, "exp": int(self.clock()) - _AGO}, self.settings.access_keys[0])
