"""The event that somebody makes up for a function. Specification: functions-python section 5.4."""

import pytest

from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.manual_events import manual_event
from webpubsub.host.extensions.webpubsub.routes import TriggerKey
from webpubsub.protocol.event_json import wire_value
from webpubsub.protocol.events import (
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message

MESSAGE = TriggerKey(hub="chat", event_type=EventType.USER, event_name="message")


@pytest.mark.parametrize("text", ["hello", "", '{"a": 1}', "[", "ä"])
def test_a_text_is_a_message_with_that_text(text: str) -> None:
    """Of a connection that is nobody's, for the event that the function is for."""
    event = manual_event(MESSAGE, text)
    assert isinstance(event, UserEventRequest)
    assert (event.text(), event.data_type) == (text, DataType.TEXT)
    assert (event.hub, event.connection_context.event_name) == ("chat", "message")


@pytest.mark.parametrize(
    ("name", "kind"),
    [("connect", ConnectEventRequest), ("disconnected", DisconnectedEventRequest)],
)
def test_a_system_event_has_no_text(name: str, kind: type) -> None:
    """A text for it is a mistake that is explained."""
    key = TriggerKey(hub="chat", event_type=EventType.SYSTEM, event_name=name)
    assert isinstance(manual_event(key, ""), kind)
    with pytest.raises(BindingError, match=f"'{name}' has no data"):
        manual_event(key, "hello")


def test_a_whole_event_can_be_given() -> None:
    """As a generic function is shown it."""
    context = ConnectionContext(
        event_type=EventType.USER, event_name="message", hub="chat", connection_id="c", user_id="u"
    )
    given = UserEventRequest(connection_context=context, message=Message(DataType.TEXT, b"hi"))
    text = wire_value(given, "request")
    assert isinstance(text, str)
    event = manual_event(MESSAGE, text)
    assert isinstance(event, UserEventRequest)
    assert (event.user_id, event.connection_id, event.text()) == ("u", "c", "hi")


@pytest.mark.parametrize("text", ['{"connectionContext": 5}', '{"connectionContext"'])
def test_an_event_with_a_mistake_is_explained(text: str) -> None:
    """It is not taken for a message."""
    with pytest.raises(BindingError, match="not the JSON of an event"):
        manual_event(MESSAGE, text)
