"""An answer as a service in this process takes it.

Specification: bindings sections 5.3 to 5.6.
"""

from collections.abc import Mapping

from webpubsub.host.extensions.webpubsub.answers import (
    Answer,
    Awaiting,
    ConnectAnswer,
    FailedAnswer,
    UserAnswer,
)
from webpubsub.host.extensions.webpubsub.states import merged_states
from webpubsub.protocol.events import ConnectEventRequest, ConnectionContext
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    UserEventAccepted,
)

_CONNECT_ACCEPTED = ConnectAccepted()
_USER_EVENT_ACCEPTED = UserEventAccepted()


def outcome_of(event: Awaiting, answer: Answer) -> EventOutcome:
    """The outcome of an event that was answered so."""
    if isinstance(answer, ConnectAnswer):
        return ConnectAccepted(
            user_id=answer.user_id,
            groups=answer.groups,
            roles=answer.roles,
            subprotocol=answer.subprotocol,
            connection_state=_new_state(event.connection_context, answer.states),
        )
    if isinstance(answer, UserAnswer):
        return UserEventAccepted(
            reply=answer.message if answer.message.data else None,
            connection_state=None
            if answer.states is None
            else merged_states(event.connection_context, answer.states),
        )
    if isinstance(answer, FailedAnswer):
        return EventFailed(status=answer.status, message=answer.message)
    return _CONNECT_ACCEPTED if isinstance(event, ConnectEventRequest) else _USER_EVENT_ACCEPTED


def _new_state(context: ConnectionContext, given: Mapping[str, bytes] | None) -> str | None:
    """None leaves the state as it is, which costs nothing."""
    return None if given is None else merged_states(context, given)
