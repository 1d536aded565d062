"""Events to send."""

from typing import Any

from hypothesis import strategies as st

from webpubsub.protocol.events import (
    AnyEventRequest,
    ClientCertificate,
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.group_presence import GroupPresenceEventRequest
from webpubsub.protocol.messages import DataType, Message


def a_context(
    name: str, event_type: EventType = EventType.SYSTEM, **members: Any
) -> ConnectionContext:
    """The context of an event of one well-known connection."""
    given: dict[str, Any] = {
        "hub": "chat",
        "connection_id": "conn1",
        "signature": "sha256=ab",
        "origin": "localhost",
        "event_id": 3,
        "time": 1_790_000_000.9,
    }
    return ConnectionContext(event_type=event_type, event_name=name, **(given | members))


def a_user_event(message: Message, name: str = "message", **members: Any) -> UserEventRequest:
    """A user event with this message."""
    context = a_context(name, EventType.USER, **members)
    return UserEventRequest(connection_context=context, message=message)


def a_presence_event(name: str, group: str, **members: Any) -> GroupPresenceEventRequest:
    """``joined`` or ``left`` of this group."""
    context = a_context(name, EventType.GROUP_PRESENCE, **members)
    return GroupPresenceEventRequest(connection_context=context, group=group)


CONNECT = ConnectEventRequest(connection_context=a_context("connect", event_id=0))
CONNECTED = ConnectedEventRequest(connection_context=a_context("connected"))
DISCONNECTED = DisconnectedEventRequest(
    connection_context=a_context("disconnected"), reason="test-close"
)
JOINED = a_presence_event("joined", "room-1")
LEFT = a_presence_event("left", "room-1")
HELLO = a_user_event(Message(DataType.TEXT, b"hello"), "hi")

_visible = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)
_words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=20)
_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_.\-]{0,10}", fullmatch=True)
_texts = st.text(st.characters(codec="utf-8"), max_size=20)
_lists = st.dictionaries(_texts, st.lists(_texts, max_size=3), max_size=3)
_user_ids = st.none() | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp")), min_size=1
)
_metadata = st.none() | st.dictionaries(
    st.from_regex(r"[a-z0-9!#$%&'*+.^_|~-]{1,8}", fullmatch=True), _visible, min_size=1, max_size=3
)


@st.composite
def _contexts(draw: st.DrawFn, event_type: EventType, name: str) -> ConnectionContext:
    return ConnectionContext(
        event_type=event_type,
        event_name=name,
        hub=draw(_names).lower(),
        connection_id=draw(_words),
        user_id=draw(_user_ids),
        subprotocol=None if name == "connect" else draw(st.none() | _words),
        connection_state=draw(st.none() | _visible),
        signature=draw(st.none() | _words),
        origin=draw(st.none() | _words),
        event_id=draw(st.integers(0, 2**63)),
        time=float(draw(st.integers(0, 4_000_000_000))),
    )


@st.composite
def events(draw: st.DrawFn) -> AnyEventRequest:
    """Events of every kind that can be sent without loss."""
    kind = draw(st.sampled_from(["connect", "connected", "disconnected", "user"]))
    if kind == "user":
        context = draw(_contexts(EventType.USER, draw(_names)))
        data_type = draw(st.sampled_from(DataType))
        message = Message(data_type, draw(st.binary(min_size=1)), draw(_metadata))
        return UserEventRequest(connection_context=context, message=message)
    context = draw(_contexts(EventType.SYSTEM, kind))
    if kind == "connected":
        return ConnectedEventRequest(connection_context=context)
    if kind == "disconnected":
        return DisconnectedEventRequest(connection_context=context, reason=draw(st.none() | _texts))
    return ConnectEventRequest(
        connection_context=context,
        claims=draw(_lists),
        query=draw(_lists),
        headers=draw(_lists),
        subprotocols=tuple(draw(st.lists(_texts, max_size=3))),
        client_certificates=tuple(
            draw(st.lists(st.builds(ClientCertificate, _texts, st.none() | _texts), max_size=2))
        ),
    )
