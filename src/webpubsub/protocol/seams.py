"""The two seams at which the service and the host meet; neither imports the other."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.outcomes import EventOutcome


class EventHandler(Protocol):
    """Takes the service's events and answers them.

    Implemented by the function dispatcher (in the host) and by the webhook caller (in the service).
    """

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        """Answer one event. Never raises for a failure of the handler: that is ``EventFailed``.

        Cancelling the call means that nobody waits for the answer any more.
        """
        ...

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether it may answer the system event of this name, of a hub by its lower-case name,
        with anything but ``Unhandled``: an event that nobody wants need not be made. All of them,
        unless an implementation knows better."""
        return True


class ClientAccess(msgspec.Struct, frozen=True, kw_only=True):
    """What a client needs to connect: ``url`` is ``base_url`` with the token in its query."""

    base_url: str
    url: str
    access_token: str


class ServiceRefused(Exception):
    """The service would not carry out an operation.

    ``status`` is the HTTP status the REST API answers with, ``code`` its error code such as
    ``Error.Connection.NotExisted``, and the exception text says what was wrong.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class ServiceClient(Protocol):
    """Carries out hub operations and makes client access URLs.

    Implemented by the hub in process (in the service) and over the official SDK for a remote
    service (in the host).
    """

    @property
    def client_protocols(self) -> frozenset[str]:
        """The kinds of clients it makes URLs for: ``default``, and perhaps ``mqtt``."""
        ...

    async def perform(self, operation: HubOperation) -> None:
        """Carry out one operation; returns when the service has accepted it. Raises
        ServiceRefused."""
        ...

    async def client_access(
        self,
        hub: str,
        *,
        user_id: str | None = None,
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
        minutes_to_expire: int = 60,
        client_protocol: str = "default",
    ) -> ClientAccess:
        """A URL and token for a client of ``hub``, of one of its ``client_protocols``. Raises
        ServiceRefused."""
        ...

    async def close(self) -> None:
        """Release what the client holds."""
        ...
