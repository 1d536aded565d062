"""Requests of a service as the events they bring.

Specification: bindings sections 3.4, 3.5, 3.7, 4.5 and 6.
"""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.cloud_events.samples import CONNECT, CONNECTED, DISCONNECTED, HELLO, events
from webpubsub.protocol.cloud_events.deliveries import event_of, lenient_context, strict_context
from webpubsub.protocol.cloud_events.requests import request_of
from webpubsub.protocol.cloud_events.wire import Headers, values
from webpubsub.protocol.connection_states import encode_states
from webpubsub.protocol.event_json import event_from_json, wire_value
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectEventRequest,
    EventType,
    MqttConnectedEventRequest,
    MqttConnectEventRequest,
    MqttDisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.mqtt_events import (
    MqttConnectProperties,
    MqttDisconnectedProperties,
    MqttDisconnectPacket,
    MqttUserProperty,
)
from webpubsub.protocol.refusals import Refused

#: Present, and null.
NOTHING = {
    "claims": None,
    "query": None,
    "headers": None,
    "subprotocols": None,
    "clientCertificates": None,
}
MQTT = [("ce-subprotocol", "mqtt"), ("ce-physicalConnectionId", "pc"), ("ce-sessionId", "s")]


def headers_of(
    event: AnyEventRequest, without: str = "", more: Headers = ()
) -> list[tuple[str, str]]:
    """The headers of an event's request, one of them left out, others added."""
    return [pair for pair in request_of(event, "id-1").headers if pair[0] != without] + list(more)


def code_of(headers: Headers, body: bytes = b"") -> str:
    """The code by which a request is turned away; it is always the sender's fault."""
    with pytest.raises(Refused) as refused:
        event_of(strict_context(headers), headers, body)
    assert refused.value.refusal.kind.http_status == 400
    return refused.value.refusal.kind.code


@given(events())
def test_round_trip(event: AnyEventRequest) -> None:
    """What the service sends is what is read, and the reader also sees the headers."""
    origin, state = event.connection_context.origin, event.connection_context.connection_state
    context = msgspec.structs.replace(
        event.connection_context,
        origin=origin or "localhost",
        connection_state=None if state is None else encode_states({"a": state}),
    )
    event = msgspec.structs.replace(event, connection_context=context)
    if isinstance(event, UserEventRequest) and event.data_type is DataType.PROTOBUF:
        return
    request = request_of(event, "id-1")
    read = event_of(strict_context(request.headers), request.headers, request.body)
    assert read is not None
    received = read.connection_context.received_headers
    assert received is not None
    assert received["x-ms-client-request-id"] == ["id-1"]
    unseen = msgspec.structs.replace(read.connection_context, received_headers=None)
    assert msgspec.structs.replace(read, connection_context=unseen) == event


@pytest.mark.parametrize(
    "name", ["ce-connectionId", "ce-hub", "ce-type", "ce-eventName", "WebHook-Request-Origin"]
)
def test_section_3_4_a_header_that_must_be_there(name: str) -> None:
    """Without it there is no event, and an empty one is none."""
    assert code_of(headers_of(HELLO, name)) == "delivery.headers.invalid"
    assert code_of(headers_of(HELLO, name, [(name, "")])) == "delivery.headers.invalid"


@pytest.mark.parametrize(
    "name",
    ["ce-connectionId", "CE-HUB", "ce-type", "ce-eventName", "ce-userId", "ce-connectionState"],
)
def test_section_3_4_a_header_that_is_there_once(name: str) -> None:
    """A second one makes the request ambiguous."""
    more = [(name, "eyJ9"), (name, "eyJ9")]
    assert code_of(headers_of(HELLO, more=more)) == "delivery.headers.invalid"


def test_section_3_4_headers_that_may_repeat() -> None:
    """Origins and signatures are joined."""
    more = [("webhook-request-origin", "b, c"), ("CE-Signature", "sha256=cd")]
    context = strict_context(headers_of(HELLO, more=more))
    assert context.origin == "localhost,b, c"
    assert context.signature == "sha256=ab,sha256=cd"


@pytest.mark.parametrize("name", ["ce-id", "ce-time", "ce-specversion", "ce-source"])
def test_section_3_4_headers_that_are_not_needed(name: str) -> None:
    """Other senders may leave them out."""
    assert strict_context(headers_of(HELLO, name)).event_name == "hi"


@pytest.mark.parametrize(
    ("event_type", "expected"),
    [
        ("azure.webpubsub.sys.connected", EventType.SYSTEM),
        ("AZURE.WebPubSub.SYS.x", EventType.SYSTEM),
        ("azure.webpubsub.user.hi", EventType.USER),
        ("com.example.thing", EventType.USER),
        ("azure.webpubsub.sys", EventType.USER),
    ],
)
def test_section_3_4_the_type_decides_and_the_name_is_a_header(
    event_type: str, expected: EventType
) -> None:
    """Whatever is no system event is a user event."""
    context = strict_context(headers_of(HELLO, "ce-type", [("ce-type", event_type)]))
    assert (context.event_type, context.event_name) == (expected, "hi")


@pytest.mark.parametrize("state", ["x", "e30=e30=", "WzFd", "InRleHQi"])
def test_section_3_4_a_state_that_is_no_convention(state: str) -> None:
    """It is not base64 of a JSON object, so the states cannot be told."""
    assert code_of(headers_of(HELLO, more=[("ce-connectionState", state)])) == (
        "delivery.headers.invalid"
    )


@pytest.mark.parametrize(
    ("state", "states"), [("eyJhIjoiSW1NaSJ9", {"a": "c"}), ("eyJhIjoiPyJ9", {}), ("", {})]
)
def test_section_4_7_states(state: str, states: dict[str, Any]) -> None:
    """Members that are not base64 are dropped."""
    context = strict_context(headers_of(HELLO, more=[("ce-connectionState", state)]))
    assert context.states == states


def test_section_4_3_headers_are_seen_as_they_were_sent() -> None:
    """In their spelling and with all values, but for those of the content."""
    more = [("X-A", "1"), ("x-a", "2"), ("Content-Length", "5"), ("Last-Modified", "today")]
    seen = strict_context(headers_of(HELLO, more=more)).received_headers
    assert seen is not None
    assert seen["X-A"] == ["1", "2"]
    assert seen["ce-hub"] == ["chat"]
    assert not {"Content-Type", "Content-Length", "Last-Modified", "x-a"} & seen.keys()


@pytest.mark.parametrize(
    "name",
    [
        *("Allow", "Content-Disposition", "Content-Encoding", "Content-Language"),
        *("content-length", "Content-Location", "Content-MD5", "Content-Range", "CONTENT-TYPE"),
        *("Expires", "Last-Modified"),
    ],
)
def test_section_4_3_headers_of_the_content_are_not_seen(name: str) -> None:
    """By triggers; the context binding sees them all. Section 6."""
    headers = headers_of(HELLO, "Content-Type", [(name, "x")])
    seen = strict_context(headers).received_headers or {}
    assert name not in seen
    assert "ce-hub" in seen
    assert (lenient_context(headers).received_headers or {})[name] == ["x"]


def test_section_3_7_members_of_connect() -> None:
    """All are needed, and each may be null."""
    headers = headers_of(CONNECT)
    read = event_of(strict_context(headers), headers, json.dumps(NOTHING).encode())
    assert isinstance(read, ConnectEventRequest)
    assert (read.claims, read.query, read.subprotocols, read.mqtt) == ({}, {}, (), None)
    for name in NOTHING:
        rest = {key: value for key, value in NOTHING.items() if key != name}
        assert code_of(headers, json.dumps(rest).encode()) == "delivery.body.invalid"


@pytest.mark.parametrize(
    ("event", "body"),
    [
        (CONNECT, b""),
        (CONNECT, b"[]"),
        (CONNECT, json.dumps({**NOTHING, "claims": {"a": "b"}}).encode()),
        (CONNECT, b"[" * 10_000),
        (CONNECT, b'{"other":' + b"[" * 100_000),
        (DISCONNECTED, b'{"other":' + b'{"a":' * 100_000),
        (DISCONNECTED, b"{}"),
        (DISCONNECTED, b"{"),
        (DISCONNECTED, b'{"reason":5}'),
    ],
)
def test_section_3_7_bodies_that_are_none(event: AnyEventRequest, body: bytes) -> None:
    """A malformed request is the sender's fault."""
    assert code_of(headers_of(event), body) == "delivery.body.invalid"


@pytest.mark.parametrize(
    ("content_type", "data_type"),
    [
        ("text/plain", DataType.TEXT),
        ("Text/Plain; charset=utf-8", DataType.TEXT),
        ("application/json", DataType.JSON),
        ("application/octet-stream", DataType.BINARY),
        ("application/x-protobuf", None),
        ("image/png", None),
        ("", None),
    ],
)
def test_section_3_7_content_types(content_type: str, data_type: DataType | None) -> None:
    """Three of them, in any letter case and with any parameters; the body is not looked into."""
    headers = headers_of(HELLO, "Content-Type", [("Content-Type", content_type)])
    if data_type is None:
        assert code_of(headers, b"\xff{") == "delivery.content-type"
        return
    read = event_of(strict_context(headers), headers, b"\xff{")
    assert isinstance(read, UserEventRequest)
    assert (read.data_type, read.bytes()) == (data_type, b"\xff{")


@pytest.mark.parametrize(
    ("event", "body"),
    [(CONNECT, NOTHING), (CONNECTED, None), (DISCONNECTED, {"reason": "r"})],
)
def test_section_3_5_system_events_in_any_letter_case(event: AnyEventRequest, body: Any) -> None:
    """The name stays as it was sent."""
    name = event.connection_context.event_name.title()
    headers = headers_of(event, "ce-eventName", [("ce-eventName", name)])
    read = event_of(strict_context(headers), headers, json.dumps(body).encode())
    assert isinstance(read, type(event))
    assert read.connection_context.event_name == name
    assert isinstance(event_from_json(str(wire_value(read, "request"))), type(event))


def test_a_system_event_that_is_not_known() -> None:
    """It has a context and no request."""
    headers = headers_of(CONNECT, "ce-eventName", [("ce-eventName", "joined")])
    assert event_of(strict_context(headers), headers, b"") is None


def test_section_4_5_an_mqtt_client_connects() -> None:
    """What its CONNECT packet held; the subprotocol is always the same."""
    headers = headers_of(CONNECT, more=MQTT)
    mqtt = {
        "protocolVersion": 5,
        "username": "u",
        "password": "cA==",
        "userProperties": [{"name": "a", "value": "b"}],
    }
    body = json.dumps({**NOTHING, "subprotocols": ["x"], "mqtt": mqtt}).encode()
    read = event_of(strict_context(headers), headers, body)
    assert isinstance(read, MqttConnectEventRequest)
    assert read.subprotocols == ("mqtt",)
    assert read.mqtt == MqttConnectProperties(
        protocol_version=5,
        username="u",
        password="cA==",
        user_properties=[MqttUserProperty("a", "b")],
    )
    context = read.connection_context
    assert (context.is_mqtt, context.physical_connection_id, context.session_id) == (
        True,
        "pc",
        "s",
    )
    assert code_of(headers, json.dumps(NOTHING).encode()) == "delivery.body.invalid"


def test_section_4_5_an_mqtt_client_is_there() -> None:
    """Its session has an id now."""
    headers = headers_of(CONNECTED, more=MQTT)
    read = event_of(strict_context(headers), headers, b"")
    assert isinstance(read, MqttConnectedEventRequest)
    assert read.connection_context.session_id == "s"


def test_section_4_5_an_mqtt_client_is_gone() -> None:
    """Its DISCONNECT packet, if there was one."""
    headers = headers_of(DISCONNECTED, more=MQTT)
    packet = {"code": 128, "userProperties": None}
    body = {"reason": None, "mqtt": {"initiatedByClient": True, "disconnectPacket": packet}}
    read = event_of(strict_context(headers), headers, json.dumps(body).encode())
    assert isinstance(read, MqttDisconnectedEventRequest)
    assert read.mqtt == MqttDisconnectedProperties(
        initiated_by_client=True, disconnect_packet=MqttDisconnectPacket(code=128)
    )


@pytest.mark.parametrize(
    "more", [MQTT[:1], MQTT[1:], [("ce-subprotocol", "MQTT"), MQTT[1]], [MQTT[1]]]
)
def test_section_3_4_what_is_no_mqtt_client(more: Headers) -> None:
    """It takes the subprotocol and the physical connection."""
    context = strict_context(headers_of(HELLO, more=[*more, ("ce-sessionId", "s")]))
    assert (context.is_mqtt, context.session_id) == (False, None)


def test_section_3_4_one_of_several_subprotocols_is_enough() -> None:
    """For a trigger; the context binding looks at the first alone. Section 6."""
    first, last = [("ce-subprotocol", "x"), *MQTT], [*MQTT, ("ce-subprotocol", "x")]
    assert strict_context(headers_of(HELLO, more=first)).is_mqtt is True
    assert lenient_context(headers_of(HELLO, more=first)).is_mqtt is False
    assert lenient_context(headers_of(HELLO, more=last)).is_mqtt is True


def test_section_6_the_context_binding_needs_the_type_alone() -> None:
    """Of every header the first value counts, and all of them are seen."""
    headers = [
        ("ce-type", "azure.webpubsub.user.hi"),
        ("WebHook-Request-Origin", "a"),
        ("WebHook-Request-Origin", "b"),
        ("Content-Type", "text/plain"),
    ]
    context = lenient_context(headers)
    assert (context.hub, context.connection_id, context.event_name) == ("", "", "")
    assert (context.origin, context.signature) == ("a", None)
    assert context.received_headers == {
        "ce-type": ["azure.webpubsub.user.hi"],
        "WebHook-Request-Origin": ["a", "b"],
        "Content-Type": ["text/plain"],
    }


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("ce-type", "azure.webpubsub.sys.connect")],
        [("ce-type", "azure.webpubsub.user.a"), ("ce-connectionState", "x")],
    ],
)
def test_section_6_what_even_the_context_binding_refuses(headers: Headers) -> None:
    """No type, a system event without a name, a state that cannot be read."""
    with pytest.raises(Refused) as refused:
        lenient_context(headers)
    assert refused.value.refusal.kind.code == "delivery.headers.invalid"


@given(
    st.lists(st.tuples(st.sampled_from([n for n, _ in headers_of(CONNECT, more=MQTT)]), st.text())),
    st.sampled_from(["connect", "connected", "disconnected", "x"]),
    st.binary() | st.just(json.dumps(NOTHING).encode()),
)
def test_anything_is_an_event_or_refused(
    headers: list[tuple[str, str]], name: str, body: bytes
) -> None:
    """Nothing that arrives raises anything but Refused, on either path."""
    given_headers = [
        *headers,
        ("ce-type", "azure.webpubsub.sys.x"),
        ("ce-eventName", name),
    ]
    for read in (strict_context, lenient_context):
        try:
            event = event_of(read(given_headers), given_headers, body)
        except Refused:
            continue
        assert event is None or values(given_headers, "ce-type")
