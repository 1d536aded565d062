"""Events as JSON text: what a Python worker is handed, and what a typed function makes of it.

Specification: bindings sections 3.7, 4.1 to 4.5 and 4.7.
"""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.connection_states import encode_raw_states, encode_states
from webpubsub.protocol.event_json import (
    PARAMETER_NAMES,
    SYSTEM_EVENTS,
    event_from_json,
    wire_value,
)
from webpubsub.protocol.events import (
    MQTT_REQUESTS,
    AnyEventRequest,
    ClientCertificate,
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import (
    MqttConnectProperties,
    MqttDisconnectedProperties,
    MqttDisconnectPacket,
    MqttUserProperty,
)


def context(event_type: EventType, event_name: str, **members: Any) -> ConnectionContext:
    """The context of an event of hub ``chat`` that came over HTTP with two headers."""
    return ConnectionContext(
        event_type=event_type,
        event_name=event_name,
        hub="chat",
        connection_id="c1",
        **{"received_headers": {"ce-hub": ["chat"], "X-Many": ["1", "2"]}, **members},
    )


CONNECT = ConnectEventRequest(
    connection_context=context(
        EventType.SYSTEM,
        "connect",
        user_id="u1",
        signature="sha256=00",
        origin="name.webpubsub.azure.com",
    ),
    claims={"sub": ["u1"]},
    query={"a": ["1", "2"]},
    headers={"Host": ["h"]},
    subprotocols=["p1"],
    client_certificates=[ClientCertificate("AB")],
)
CONNECTED = ConnectedEventRequest(connection_context=context(EventType.SYSTEM, "connected"))
DISCONNECTED = DisconnectedEventRequest(
    connection_context=context(EventType.SYSTEM, "disconnected"), reason="bye"
)
STATES = {"a": "c", "n": 1, "o": {"t": True}}


def user_event(data_type: DataType, data: bytes, **members: Any) -> UserEventRequest:
    """A user event named ``message``."""
    return UserEventRequest(
        connection_context=context(EventType.USER, "message", **members),
        message=Message(data_type, data),
    )


USER = user_event(DataType.TEXT, b"hi", connection_state=encode_states(STATES))

CONTEXT_TEXT = """{
  "eventType": "System",
  "eventName": "connect",
  "hub": "chat",
  "connectionId": "c1",
  "userId": "u1",
  "signature": "sha256=00",
  "origin": "name.webpubsub.azure.com",
  "states": {},
  "headers": {
    "ce-hub": [
      "chat"
    ],
    "X-Many": [
      "1",
      "2"
    ]
  }
}"""
USER_TEXT = """{
  "data": "hi",
  "dataType": "Text",
  "connectionContext": {
    "eventType": "User",
    "eventName": "message",
    "hub": "chat",
    "connectionId": "c1",
    "userId": null,
    "signature": null,
    "origin": null,
    "states": {
      "a": "c",
      "n": 1,
      "o": {"t":true}
    },
    "headers": {
      "ce-hub": [
        "chat"
      ],
      "X-Many": [
        "1",
        "2"
      ]
    }
  }
}"""


@pytest.mark.parametrize(
    ("event", "name", "value"),
    [
        (CONNECT, "connectionContext", CONTEXT_TEXT),
        (USER, "request", USER_TEXT),
        (CONNECT, "claims", '{\n  "sub": [\n    "u1"\n  ]\n}'),
        (CONNECT, "query", '{\n  "a": [\n    "1",\n    "2"\n  ]\n}'),
        (CONNECT, "subprotocols", '[\n  "p1"\n]'),
        (
            CONNECT,
            "clientCertificates",
            '[\n  {\n    "Thumbprint": "AB",\n    "content": null\n  }\n]',
        ),
        (DISCONNECTED, "reason", "bye"),
        (USER, "data", "hi"),
        (user_event(DataType.JSON, b'{"a": 1}'), "data", '{"a": 1}'),
        (user_event(DataType.BINARY, b"\xff\x00"), "data", "\ufffd\x00"),
        (user_event(DataType.TEXT, b""), "data", ""),
        (user_event(DataType.TEXT, b""), "dataType", "Text"),
        (user_event(DataType.JSON, b"1"), "dataType", "Json"),
        (user_event(DataType.BINARY, b"1"), "dataType", "Binary"),
        (user_event(DataType.PROTOBUF, b"1"), "dataType", "Binary"),
        (CONNECT, "dataType", "Text"),
        (CONNECT, "data", None),
        (CONNECT, "reason", None),
        (CONNECTED, "claims", None),
        (CONNECTED, "query", None),
        (DISCONNECTED, "subprotocols", None),
        (USER, "clientCertificates", None),
        (USER, "event", None),
        (USER, "headers", None),
        (USER, "", None),
    ],
)
def test_the_parameter_name_selects_the_value(
    event: AnyEventRequest, name: str, value: str | None
) -> None:
    """Each name gives its member as the host writes it, in any letter case; others give None."""
    assert wire_value(event, name) == value
    assert wire_value(event, name.upper()) == value


@pytest.mark.parametrize(
    ("event", "name", "value"),
    [
        (user_event(DataType.BINARY, b"\xff\x00"), "data", b"\xff\x00"),
        (USER, "dataType", b"Text"),
        (USER, "request", USER_TEXT.encode()),
        (USER, "event", None),
        (CONNECT, "data", None),
    ],
)
def test_a_binary_parameter_gets_bytes(
    event: AnyEventRequest, name: str, value: bytes | None
) -> None:
    """A payload arrives as it was sent, everything else as the UTF-8 of its text."""
    assert wire_value(event, name, data_type="BINARY") == value


@pytest.mark.parametrize(
    ("event", "members"),
    [
        (
            CONNECT,
            [
                "claims",
                "query",
                "headers",
                "subprotocols",
                "clientCertificates",
                "connectionContext",
            ],
        ),
        (CONNECTED, ["connectionContext"]),
        (DISCONNECTED, ["reason", "connectionContext"]),
        (USER, ["data", "dataType", "connectionContext"]),
    ],
)
def test_members_of_a_request(event: AnyEventRequest, members: list[str]) -> None:
    """Own members first, in the order of the host, and the context last."""
    assert list(json.loads(str(wire_value(event, "request")))) == members


@pytest.mark.parametrize("event", [CONNECT, CONNECTED, DISCONNECTED, USER])
def test_the_listed_names_are_those_that_give_something(event: AnyEventRequest) -> None:
    """The table of names agrees with the values, apart from a data type without data."""
    names = {name for kind in PARAMETER_NAMES.values() for name in kind}
    given = {name for name in names if wire_value(event, name) is not None}
    assert given - {"dataType"} == {*PARAMETER_NAMES[type(event)]} - {"dataType"}


def test_the_headers_an_event_would_have_had() -> None:
    """An event of the same process shows those that the webhook would have sent."""
    event = UserEventRequest(
        connection_context=context(
            EventType.USER,
            "message",
            user_id="u",
            subprotocol="p",
            connection_state="s",
            signature="sha256=00",
            origin="localhost",
            event_id=3,
            time=1_700_000_000.9,
            received_headers=None,
        ),
        message=Message(DataType.TEXT, b"", {"Key": "v"}),
    )
    text = str(wire_value(event, "connectionContext"))
    assert json.loads(text)["headers"] == {
        "WebHook-Request-Origin": ["localhost"],
        "ce-specversion": ["1.0"],
        "ce-awpsversion": ["1.0"],
        "ce-type": ["azure.webpubsub.user.message"],
        "ce-source": ["/hubs/chat/client/c1"],
        "ce-id": ["3"],
        "ce-time": ["2023-11-14T22:13:20Z"],
        "ce-signature": ["sha256=00"],
        "ce-connectionId": ["c1"],
        "ce-hub": ["chat"],
        "ce-eventName": ["message"],
        "ce-userId": ["u"],
        "ce-subprotocol": ["p"],
        "ce-connectionState": ["s"],
        "x-webpubsub-metadata-key": ["v"],
    }


def test_absent_members_have_no_header() -> None:
    """An anonymous connection without state sends neither user nor state."""
    event = ConnectedEventRequest(
        connection_context=context(EventType.SYSTEM, "connected", user_id="", received_headers=None)
    )
    shown = json.loads(str(wire_value(event, "connectionContext")))
    assert shown["userId"] is None
    assert shown["headers"]["ce-type"] == ["azure.webpubsub.sys.connected"]
    assert not shown["headers"].keys() & {"ce-userId", "ce-subprotocol", "ce-connectionState"}


def test_a_state_is_written_as_it_was_stored() -> None:
    """Spaces survive, and what is not JSON makes the text no JSON, as it does on Azure."""
    spaced = user_event(DataType.TEXT, b"", connection_state=encode_raw_states({"a": b"[1,  2]"}))
    assert '"a": [1,  2]\n' in str(wire_value(spaced, "request"))
    broken = user_event(DataType.TEXT, b"", connection_state=encode_raw_states({"a": b"value"}))
    assert '"a": value\n' in str(wire_value(broken, "request"))
    binary = user_event(DataType.TEXT, b"", connection_state=encode_raw_states({"a": b'"\xff"'}))
    assert '"a": "\ufffd"\n' in str(wire_value(binary, "request"))
    with pytest.raises(ValueError):
        event_from_json(str(wire_value(broken, "request")))


def compact(**members: Any) -> str:
    """A request whose context has only the members that are always there."""
    base = {"eventType": "User", "eventName": "message", "hub": "chat", "connectionId": "c1"}
    over = members.pop("context", {})
    return json.dumps({**members, "connectionContext": {**base, **over}})


@pytest.mark.parametrize(
    ("text", "event"),
    [
        (
            compact(data="hi", dataType="Text"),
            user_event(DataType.TEXT, b"hi", received_headers=None),
        ),
        (
            compact(data='{"a":1}', dataType="json"),
            user_event(DataType.JSON, b'{"a":1}', received_headers=None),
        ),
        (
            compact(data=None, dataType="Binary"),
            user_event(DataType.BINARY, b"", received_headers=None),
        ),
        (
            compact(data="", context={"states": STATES}),
            user_event(
                DataType.TEXT,
                b"",
                connection_state=encode_raw_states({"a": b'"c"', "n": b"1", "o": b'{"t": true}'}),
                received_headers=None,
            ),
        ),
        (
            compact(context={"eventType": "system", "eventName": "connected"}),
            ConnectedEventRequest(
                connection_context=context(EventType.SYSTEM, "connected", received_headers=None)
            ),
        ),
        (
            compact(reason=None, context={"eventType": "System", "eventName": "disconnected"}),
            DisconnectedEventRequest(
                connection_context=context(EventType.SYSTEM, "disconnected", received_headers=None)
            ),
        ),
        (
            compact(context={"eventType": "System", "eventName": "connect"}),
            ConnectEventRequest(
                connection_context=context(EventType.SYSTEM, "connect", received_headers=None)
            ),
        ),
        (
            compact(
                claims=None,
                query=None,
                headers=None,
                subprotocols=None,
                clientCertificates=None,
                context={"eventType": "System", "eventName": "connect", "states": None},
            ),
            ConnectEventRequest(
                connection_context=context(EventType.SYSTEM, "connect", received_headers=None)
            ),
        ),
    ],
)
def test_events_are_read(text: str, event: AnyEventRequest) -> None:
    """Nulls and absent members read as nothing; words match in any letter case."""
    assert event_from_json(text) == event
    assert event_from_json(text.encode()) == event


def test_headers_tell_what_the_context_does_not() -> None:
    """Subprotocol, number, time, state and metadata come with the headers, in any letter case."""
    event = event_from_json(
        compact(
            data="",
            context={
                "headers": {
                    "CE-ID": ["7"],
                    "ce-time": ["2023-11-14T22:13:20Z"],
                    "ce-subprotocol": ["json.webpubsub.azure.v1"],
                    "ce-connectionState": ["opaque"],
                    "X-WebPubSub-Metadata-Key": ["v"],
                    "empty": [],
                },
                "states": {"a": 1},
            },
        )
    )
    found = event.connection_context
    assert (found.event_id, found.time) == (7, 1_700_000_000.0)
    assert (found.subprotocol, found.connection_state) == ("json.webpubsub.azure.v1", "opaque")
    assert isinstance(event, UserEventRequest)
    assert event.message.metadata == {"key": "v"}


@pytest.mark.parametrize("headers", [{"ce-id": ["x"], "ce-time": ["y"]}, {"ce-id": ["9" * 5000]}])
def test_odd_numbers_do_not_lose_an_event(headers: dict[str, list[str]]) -> None:
    """A number or time that cannot be read counts as absent."""
    found = event_from_json(compact(data="", context={"headers": headers})).connection_context
    assert (found.event_id, found.time) == (0, 0.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "truncated"),
        ("[]", "Expected `object`"),
        ("{}", "connectionContext"),
        ('{"isValid": true, "connectionContext": null}', "connectionContext"),
        (compact(context={"eventType": "Weird"}), "eventType is 'Weird'; expected 'System' or"),
        (compact(dataType="Weird"), "dataType is 'Weird'; expected 'Text', 'Json', 'Binary' or"),
        (
            compact(context={"eventType": "System", "eventName": "joined"}),
            "the system event 'joined' is not known; expected 'connect', 'connected' or",
        ),
        (compact(data=1), "data"),
    ],
)
def test_what_is_not_an_event(text: str, message: str) -> None:
    """The error says what was wrong."""
    with pytest.raises(ValueError, match=message):
        event_from_json(text)


def test_system_events_are_the_systems() -> None:
    """The table of system events and that of parameter names cover each other."""
    assert {*SYSTEM_EVENTS.values(), UserEventRequest} == {*PARAMETER_NAMES}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NAMES = TEXTS.filter(bool)
LISTS = st.dictionaries(TEXTS, st.lists(TEXTS, max_size=2), max_size=2)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
#: ``headers`` tell the rest of the context, so an event that has none shows all of it.
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "hub": NAMES,
    "connection_id": NAMES,
    "user_id": st.none() | NAMES,
    "subprotocol": st.none() | NAMES,
    "connection_state": st.none()
    | st.dictionaries(TEXTS, JSON_VALUES, max_size=2).map(encode_states),
    "signature": st.none() | TEXTS,
    "origin": st.none() | TEXTS,
    "event_id": st.integers(0, 10**17),
    "time": st.integers(0, 10**10).map(float),
}
SYSTEM = st.just(EventType.SYSTEM)


def contexts(event_type: EventType, names: st.SearchStrategy[str]) -> Any:
    """Contexts of events of one kind, as the service makes them in process."""
    return st.builds(ConnectionContext, event_type=st.just(event_type), event_name=names, **COMMON)


def system_contexts(name: str) -> Any:
    """Contexts of one system event."""
    return contexts(EventType.SYSTEM, st.just(name))


METADATA = st.none() | st.dictionaries(
    st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1), TEXTS, min_size=1, max_size=2
)
MESSAGES = st.builds(
    Message,
    st.sampled_from([DataType.TEXT, DataType.JSON, DataType.BINARY]),
    TEXTS.map(str.encode),
    METADATA,
)
EVENTS: st.SearchStrategy[AnyEventRequest] = st.one_of(
    st.builds(
        ConnectEventRequest,
        connection_context=system_contexts("connect"),
        claims=LISTS,
        query=LISTS,
        headers=LISTS,
        subprotocols=st.lists(TEXTS, max_size=2).map(tuple),
        client_certificates=st.lists(
            st.builds(ClientCertificate, TEXTS, st.none() | TEXTS), max_size=2
        ).map(tuple),
    ),
    st.builds(ConnectedEventRequest, connection_context=system_contexts("connected")),
    st.builds(
        DisconnectedEventRequest,
        connection_context=system_contexts("disconnected"),
        reason=st.none() | TEXTS,
    ),
    st.builds(
        UserEventRequest, connection_context=contexts(EventType.USER, NAMES), message=MESSAGES
    ),
)


def without_headers(event: AnyEventRequest) -> Any:
    """The event as plain data, whether it came over HTTP or not."""
    plain = msgspec.to_builtins(event)
    del plain["connection_context"]["received_headers"]
    return plain


@given(EVENTS)
def test_round_trip(event: AnyEventRequest) -> None:
    """Text made of an event gives that event, and the event read from a text gives that text."""
    text = wire_value(event, "request")
    assert isinstance(text, str)
    read = event_from_json(text)
    assert type(read) is type(event)
    assert without_headers(read) == without_headers(event)
    assert wire_value(read, "request") == text


@given(st.text() | st.binary())
def test_garbage_is_refused(text: str | bytes) -> None:
    """Whatever is not an event is a ValueError, never another error."""
    with pytest.raises(ValueError):
        event_from_json(text)


MQTT = {"physical_connection_id": "pc", "session_id": None}
PROPERTIES = [MqttUserProperty("a", "b")]


@pytest.mark.parametrize(
    ("event", "mqtt"),
    [
        (
            ConnectEventRequest(
                connection_context=context(EventType.SYSTEM, "connect", **MQTT),
                mqtt=MqttConnectProperties(
                    protocol_version=5, username="u", password="p", user_properties=PROPERTIES
                ),
            ),
            {
                "protocolVersion": 5,
                "username": "u",
                "password": "p",
                "userProperties": [{"name": "a", "value": "b"}],
            },
        ),
        (
            DisconnectedEventRequest(
                connection_context=context(EventType.SYSTEM, "disconnected", **MQTT),
                reason="r",
                mqtt=MqttDisconnectedProperties(
                    disconnect_packet=MqttDisconnectPacket(code=128, user_properties=PROPERTIES)
                ),
            ),
            {
                "initiatedByClient": False,
                "disconnectPacket": {
                    "code": 128,
                    "userProperties": [{"name": "a", "value": "b"}],
                },
            },
        ),
        (
            ConnectedEventRequest(
                connection_context=context(EventType.SYSTEM, "connected", **MQTT)
            ),
            None,
        ),
    ],
)
def test_section_4_5_events_of_mqtt_clients(event: AnyEventRequest, mqtt: Any) -> None:
    """What is of MQTT comes first, in the event and in its context, and is read back."""
    text = wire_value(event, "request")
    assert isinstance(text, str)
    shown = json.loads(text)
    assert shown.get("mqtt") == mqtt
    assert next(iter(shown)) == ("connectionContext" if mqtt is None else "mqtt")
    assert list(shown["connectionContext"])[:3] == [
        "physicalConnectionId",
        "sessionId",
        "eventType",
    ]
    read = event_from_json(text)
    assert wire_value(read, "request") == text
    assert read.connection_context.is_mqtt
    assert type(read) is MQTT_REQUESTS[type(event)]
