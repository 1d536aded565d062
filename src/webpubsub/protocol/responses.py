"""How a function answers an event.

Each response is a ``dict`` with exactly the keys the binding reads, without those that were not
given. Returning None is an answer too: connect is accepted as the token says, and a user event is
handled without a reply. Specification: bindings section 5.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

from webpubsub.protocol.payloads import (
    DataTypeName,
    JsonObject,
    choice,
    optional_text,
    payload_members,
    state_members,
    text,
    texts,
)

ErrorCode: TypeAlias = Literal["unauthorized", "userError", "serverError"]

ERROR_CODES = ("unauthorized", "userError", "serverError")

_ABSENT: Any = object()


class EventResponse(JsonObject):
    """Base of all answers."""

    __slots__ = ()


class ConnectEventResponse(EventResponse):
    """Accept a client, with overrides of what its token says.

    ``user_id`` ``""`` makes the connection anonymous; ``roles`` replace the token's roles, an empty
    list removes them all; the connection joins ``groups``. ``subprotocol`` must be one the client
    offered. ``states`` are JSON values kept with the connection: they extend the ones it has, and a
    state cannot be removed. Raises TypeError for a wrong type.

    Specification: bindings sections 5.3 and 5.6.
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        user_id: str | None = None,
        groups: Sequence[str] | None = None,
        roles: Sequence[str] | None = None,
        subprotocol: str | None = None,
        states: Mapping[str, Any] | None = None,
    ) -> None:
        owner = type(self).__name__
        self._put(
            userId=optional_text(owner, "user_id", user_id),
            groups=texts(owner, "groups", groups),
            subprotocol=optional_text(owner, "subprotocol", subprotocol),
            roles=texts(owner, "roles", roles),
            states=state_members(owner, states),
        )


class UserEventResponse(EventResponse):
    """Reply to the client that sent a message.

    Without ``data`` there is no reply, which is how ``states`` alone are stored. Without
    ``data_type``, a str is sent as text, bytes as binary and any other value as JSON. With
    ``data_type="json"``, a str must be JSON text already. Raises TypeError or ValueError for data
    that does not fit its type.

    Specification: bindings sections 5.4, 5.6 and 8.4.
    """

    __slots__ = ()

    def __init__(
        self,
        data: Any = _ABSENT,
        data_type: DataTypeName | None = None,
        *,
        states: Mapping[str, Any] | None = None,
    ) -> None:
        owner = type(self).__name__
        if data is not _ABSENT:
            self.update(payload_members(owner, data, data_type))
        elif data_type is not None:
            raise TypeError(f"{owner}: data_type says how to send data, and there is no data.")
        if states is not None:
            self._put(states=state_members(owner, states))


class EventErrorResponse(EventResponse):
    """Refuse a client (connect) or fail its message (user event).

    ``code`` is ``"unauthorized"`` (HTTP status 401), ``"userError"`` (400) or ``"serverError"``
    (500). Clients never see ``message``; it is for logs. Raises ValueError for another code.

    Specification: bindings section 5.5.
    """

    __slots__ = ()

    def __init__(self, code: ErrorCode, message: str = "") -> None:
        owner = type(self).__name__
        # The message is always present: without one the binding turns every error into status 500.
        self._put(
            code=choice(owner, "code", code, ERROR_CODES),
            errorMessage=text(owner, "message", message),
        )
