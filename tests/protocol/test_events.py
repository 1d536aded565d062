"""Events as typed functions see them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.connection_states import encode_states
from webpubsub.protocol.events import (
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message


def context(**members: Any) -> ConnectionContext:
    """The context of a user event."""
    needed = {"event_name": "message", "hub": "chat", "connection_id": "c1"}
    return ConnectionContext(event_type=EventType.USER, **(needed | members))


def message_event(data_type: DataType, data: bytes) -> UserEventRequest:
    """A user event with this payload."""
    return UserEventRequest(connection_context=context(), message=Message(data_type, data))


@pytest.mark.parametrize(
    "event",
    [
        ConnectEventRequest(connection_context=context(user_id="u")),
        ConnectedEventRequest(connection_context=context(user_id="u")),
        DisconnectedEventRequest(connection_context=context(user_id="u")),
        UserEventRequest(
            connection_context=context(user_id="u"), message=Message(DataType.TEXT, b"")
        ),
    ],
)
def test_every_event_says_where_it_comes_from(event: ConnectedEventRequest) -> None:
    """Hub, connection, user and states are at hand without the context."""
    assert (event.hub, event.connection_id, event.user_id, event.states) == ("chat", "c1", "u", {})


def test_states_are_decoded_once() -> None:
    """The stored state is read when it is first asked for, and kept."""
    event = ConnectedEventRequest(
        connection_context=context(connection_state=encode_states({"a": [1]}))
    )
    assert event.states == {"a": [1]}
    assert event.states is event.states


def test_an_unreadable_state_is_no_state() -> None:
    """The application may store any string."""
    event = ConnectedEventRequest(connection_context=context(connection_state="mine"))
    assert event.states == {}
    assert event.connection_context.connection_state == "mine"


def test_collections_are_not_shared() -> None:
    """Two events made without claims do not have one and the same."""
    first, second = (ConnectEventRequest(connection_context=context()) for _ in range(2))
    assert first.claims == {}
    assert first.claims is not second.claims


@pytest.mark.parametrize(
    ("data_type", "payload", "data"),
    [
        (DataType.TEXT, "你好".encode(), "你好"),
        (DataType.TEXT, b"", ""),
        (DataType.TEXT, b"[1]", "[1]"),
        (DataType.JSON, b' {"a": [1, null]} ', {"a": [1, None]}),
        (DataType.JSON, b'"text"', "text"),
        (DataType.BINARY, b"\x00\xff", b"\x00\xff"),
        (DataType.PROTOBUF, b"\x0a\x01a", b"\x0a\x01a"),
    ],
)
def test_data_is_what_the_client_meant(data_type: DataType, payload: bytes, data: Any) -> None:
    """Text reads as str, JSON as its value, everything else as bytes; bytes are always there."""
    event = message_event(data_type, payload)
    assert event.data == data
    assert type(event.data) is type(data)
    assert event.data_type is data_type
    assert event.bytes() == payload


@pytest.mark.parametrize(
    ("data_type", "payload"),
    [
        (DataType.TEXT, b"\xff"),
        (DataType.JSON, b"{"),
        (DataType.JSON, b""),
        (DataType.JSON, b"\xff"),
    ],
)
def test_data_that_is_not_what_it_claims(data_type: DataType, payload: bytes) -> None:
    """The error is a ValueError, as documented."""
    with pytest.raises(ValueError):
        _ = message_event(data_type, payload).data


@given(st.text())
def test_text_may_hold_json_and_json_text(text: str) -> None:
    """The payload can be read in another way than it was marked."""
    event = message_event(DataType.BINARY, f"[{len(text)}]".encode())
    assert event.json() == [len(text)]
    assert message_event(DataType.JSON, text.encode()).text() == text


def test_what_is_shown_of_an_event_holds_no_signature() -> None:
    """Errors and logs of apps show events: an error about a message, say, has its event in it."""
    context = ConnectionContext(
        event_type=EventType.USER,
        event_name="message",
        hub="chat",
        connection_id="c1",
        signature="sha256=s3cret",
        received_headers={"ce-signature": ["sha256=s3cret"]},
    )
    event = UserEventRequest(connection_context=context, message=Message(DataType.TEXT, b"hello"))
    assert "s3cret" not in repr(event)
    assert "s3cret" not in str([*context.__rich_repr__()])
    assert "connection_id='c1'" in repr(event)
    assert context.signature == "sha256=s3cret"
