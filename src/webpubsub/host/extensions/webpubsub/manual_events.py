"""The event that somebody who administers an app makes up for a function.

Specification: functions-python section 5.4.
"""

from collections.abc import Callable

from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.routes import TriggerKey
from webpubsub.protocol.event_json import SYSTEM_EVENTS, event_from_json
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectionContext,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message

#: The connection of an event that no client has caused.
_NOBODY = "administration"
_MEMBER = '"connectionContext"'


def manual_event(key: TriggerKey, text: str) -> AnyEventRequest:
    """The event for a text: the one in it, if it is the JSON of an event; else a message with that
    text, or the system event that the function is for.

    Raises BindingError for the JSON of an event with a mistake, and for a system event that is
    given a message.
    """
    if _MEMBER in text:
        try:
            return event_from_json(text)
        except ValueError as error:
            raise BindingError(f"The input is not the JSON of an event: {error}") from None
    context = ConnectionContext(
        event_type=key.event_type,
        event_name=key.event_name,
        hub=key.hub,
        connection_id=_NOBODY,
    )
    if key.event_type is EventType.USER:
        message = Message(DataType.TEXT, text.encode(errors="replace"))
        return UserEventRequest(connection_context=context, message=message)
    if text:
        raise BindingError(
            f"The system event '{key.event_name}' has no data: leave the input empty, or write the "
            "JSON of an event with a connectionContext."
        )
    new_event: Callable[..., AnyEventRequest] = SYSTEM_EVENTS[key.event_name]
    return new_event(connection_context=context)
