"""What carries a session, as its hub sees it."""

from typing import Protocol

from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.websockets.outgoing.outbox import Outbox


class Attachment(Protocol):
    """The transport of a session, as its hub sees it."""

    @property
    def outbox(self) -> Outbox:
        """Where frames for the client go."""
        ...

    def tell(self, notice: Notice) -> None:
        """Send the client a notice."""
        ...

    def finish(self, message: str) -> None:
        """Tell the client that the application server ended the connection, then close it."""
        ...

    def leave(self) -> None:
        """Close because the service is going down."""
        ...

    def expel(self, refusal: Refusal) -> None:
        """Close because of a refusal, with its close code; the session has ended."""
        ...

    def yield_to_successor(self) -> None:
        """Detach the session, because its client is back on another transport."""
        ...
