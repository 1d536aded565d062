"""How an event handler answered, in the service's own terms."""

from typing import TypeAlias

import msgspec

from webpubsub.protocol.messages import Message


class ConnectAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The client may connect, with these overrides. None keeps what the token says.

    ``user_id`` ``""`` makes the connection anonymous; empty ``roles`` remove all roles; empty
    ``groups`` keep the token's groups. ``connection_state`` None leaves the state, any string
    (``""`` too) replaces it. Specification: upstream-events section 9, client-protocols section
    1.5.
    """

    user_id: str | None = None
    groups: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    subprotocol: str | None = None
    connection_state: str | None = None


class UserEventAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """The event was handled; ``reply`` goes back to the client before its ack, or nothing does."""

    reply: Message | None = None
    connection_state: str | None = None


class Notified(msgspec.Struct, frozen=True):
    """An event that nothing waits for was delivered."""


class EventFailed(msgspec.Struct, frozen=True, kw_only=True):
    """The handler refused or failed. ``status`` is the HTTP status its answer has or would have
    had.

    ``message`` is for logs; clients never see it.
    """

    status: int = 500
    message: str = ""


class Unhandled(msgspec.Struct, frozen=True):
    """No handler takes this event: a client connects as its token says, a user event fails."""


EventOutcome: TypeAlias = ConnectAccepted | UserEventAccepted | Notified | EventFailed | Unhandled
