"""A client's wish to connect. Specification: client-protocols sections 1.2 and 1.6."""

from collections.abc import Mapping

from webpubsub.protocol.access_tokens import ClientIdentity
from webpubsub.protocol.clients.registry import select_subprotocol
from webpubsub.service.connections.client import RawGroup
from webpubsub.service.front_door.request_head import RequestHead, gather, gather_headers
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.settings import ServiceSettings

_HIDDEN_HEADER_PREFIX = "x-asrs-internal-"


class Attempt:
    """A client's wish to connect, and what the checks have found out about it so far.

    ``now`` is seconds since the epoch.
    """

    def __init__(
        self,
        head: RequestHead,
        settings: ServiceSettings,
        now: float,
        hub_settings: AllHubSettings | None = None,
    ) -> None:
        self.head = head
        self.settings = settings
        self.hub_settings = hub_settings or AllHubSettings()
        self.now = now
        self.query = gather(head.query)
        self.offered = head.header_tokens("Sec-WebSocket-Protocol")
        self.subprotocol = select_subprotocol(self.offered)
        self.hub = ""
        self.identity = ClientIdentity()
        self.raw_group: RawGroup | None = None
        #: Which connection the client has proved to be its own, and wants back.
        self.recovery: str | None = None

    def shown_query(self) -> Mapping[str, list[str]]:
        """The query as the connect event shows it."""
        return {name: v for name, v in self.query.items() if name.lower() != "access_token"}

    def shown_headers(self) -> Mapping[str, list[str]]:
        """The headers as the connect event shows them."""
        return gather_headers(
            (name, value)
            for name, value in self.head.headers
            if name.lower() != "authorization"
            and not name.lower().startswith(_HIDDEN_HEADER_PREFIX)
        )

    def last(self, name: str) -> str:
        """The last value of a query parameter, or the empty string."""
        return self.query.get(name, [""])[-1]
