"""How clients of a test come in, and what the service says to that."""

from collections.abc import Callable, Mapping, Sequence

import aiohttp

from webpubsub.service.observation import HandshakeRefused, SessionBegan, Sighting
from webpubsub.testing.client import Client
from webpubsub.testing.errors import ConnectRefused

_CLOSE_SECONDS = 2.0
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Connecting:
    """Brings clients in. ``hint`` says what went wrong in the app, for the end of a failure."""

    def __init__(self, hint: Callable[[], str]) -> None:
        self._hint = hint
        self._refused: HandshakeRefused | None = None
        self._began: list[SessionBegan] = []

    def look(self, sighting: Sighting) -> None:
        """Something passes the service's observation point."""
        if isinstance(sighting.item, HandshakeRefused):
            self._refused = sighting.item
        elif isinstance(sighting.item, SessionBegan):
            self._began.append(sighting.item)

    async def bring(
        self,
        client: Client,
        session: aiohttp.ClientSession,
        url: str,
        headers: Mapping[str, str],
        known: Sequence[Client],
    ) -> None:
        """Connect a client; ``known`` are those that have come before. Raises ConnectRefused."""
        protocols = () if client.subprotocol is None else (client.subprotocol,)
        self._refused = None
        try:
            socket = await session.ws_connect(
                url,
                protocols=protocols,
                headers=headers,
                max_msg_size=0,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
            )
        except aiohttp.WSServerHandshakeError as error:
            raise ConnectRefused(client.name, error.status, self._reason()) from None
        await client.begin(socket)
        if not client.connection_id:
            self._introduce(client, {one.connection_id for one in known})

    def check(self, client: Client) -> None:
        """See that it was not turned away after the handshake. Raises ConnectRefused."""
        if self._refused is not None:
            reason = self._refused.refusal.describe()
            raise ConnectRefused(client.name, client.closed.code if client.closed else 0, reason)

    def _introduce(self, client: Client, known: set[str]) -> None:
        """Plain clients are not told who they are: whoever has just begun a session."""
        for began in self._began:
            if began.connection_id not in known and began.subprotocol == client.subprotocol:
                client.connection_id, client.user_id = began.connection_id, began.user_id
                return

    def _reason(self) -> str:
        if self._refused is None:
            return "the service has not said why."
        return self._refused.refusal.describe() + self._hint()
