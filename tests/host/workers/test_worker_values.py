"""Values on their way between the host and a worker in another process."""

from types import MappingProxyType

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import user_event
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.values import (
    EventValue,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.host.workers.worker_channel import encoded
from webpubsub.host.workers.worker_messages import (
    Returned,
)
from webpubsub.host.workers.worker_values import (
    Reply,
    Request,
    WireValue,
    off_the_wire,
    on_the_wire,
)
from webpubsub.protocol.events import (
    AnyEventRequest,
    ClientCertificate,
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    MqttConnectedEventRequest,
    MqttConnectEventRequest,
    MqttDisconnectedEventRequest,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import (
    MqttConnectProperties,
    MqttDisconnectedProperties,
    MqttDisconnectPacket,
    MqttUserProperty,
)
from webpubsub.protocol.responses import UserEventResponse

REQUEST = HttpRequestData(
    method="POST",
    url="/",
    headers={"a": "b"},
    query={},
    route_params={"id": "1"},
    body=b"\0",
    header_lines=[],
)
RESPONSE = HttpResponseData(status=200, headers=(("a", "b"), ("a", "c")), body=b"x")
VALUES: list[Value] = ["text", b"\xff", 7, -1.5, None, JsonText("{}"), REQUEST, RESPONSE]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_value_arrives_as_it_was(value: Value) -> None:
    """Text and bytes are told apart."""
    back = there(on_the_wire(value))
    assert (back, type(back)) == (value, type(value))


class Name(str):
    """A name of a header may be text of a class of its own."""

    __slots__ = ()


def test_a_request_loses_what_is_not_for_workers() -> None:
    """And nothing else."""
    lines = ((Name("A"), "b"),)
    request = msgspec.structs.replace(REQUEST, headers={Name("a"): "b"}, header_lines=lines)
    assert on_the_wire(request) == REQUEST
    assert encoded(Returned(call=1, return_value=on_the_wire(request)))


def there(value: WireValue) -> Value:
    """A value as it arrives."""
    sent = encoded(Returned(call=1, return_value=value))
    return off_the_wire(msgspec.msgpack.decode(sent[4:], type=Returned).return_value)


CONTEXT = user_event().connection_context
EVENTS: list[AnyEventRequest] = [
    user_event(),
    user_event(b"\xff\x00", DataType.BINARY),
    msgspec.structs.replace(user_event(), message=Message(DataType.TEXT, b"", {"a": "b"})),
    ConnectedEventRequest(connection_context=CONTEXT),
    DisconnectedEventRequest(connection_context=CONTEXT, reason="left"),
    ConnectEventRequest(
        connection_context=msgspec.structs.replace(CONTEXT, received_headers={"a": ["b"]}),
        claims={"role": ["a", "b"]},
        query=MappingProxyType({"q": ["1"]}),
        subprotocols=("a", "b"),
        client_certificates=(ClientCertificate("AB", "pem"),),
    ),
    MqttConnectEventRequest(
        connection_context=CONTEXT,
        mqtt=MqttConnectProperties(
            protocol_version=5, user_properties=[MqttUserProperty("a", "b")]
        ),
    ),
    MqttConnectedEventRequest(connection_context=CONTEXT),
    MqttDisconnectedEventRequest(
        connection_context=CONTEXT,
        mqtt=MqttDisconnectedProperties(disconnect_packet=MqttDisconnectPacket(code=4)),
    ),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_arrives_whole(event: AnyEventRequest) -> None:
    """For functions that take it as it is, in process as elsewhere."""
    value = TriggerValue(event=event, parameter="request")
    assert there(on_the_wire(value, whole_events=True)) == EventValue(event=event)


@pytest.mark.parametrize("parameter", ["request", "data", "connectionContext"])
def test_others_see_what_they_see_on_azure(parameter: str) -> None:
    """The text of a binary message is damaged."""
    value = TriggerValue(event=EVENTS[1], parameter=parameter)
    assert there(on_the_wire(value)) == value.wire is not None


def test_an_answer_of_ours_arrives_as_its_value() -> None:
    """Nobody looks for the mistakes of others in it. What is added to it may be none of JSON."""
    answer = UserEventResponse("x", states={"big": 2**70})
    assert there(on_the_wire(JsonValue(answer))) == JsonValue(dict(answer))
    answer["states"] = object()
    with pytest.raises(TypeError, match="cannot be written as JSON"):
        on_the_wire(JsonValue(answer))


@pytest.mark.parametrize("value", [Request({}), Reply()])
def test_what_takes_two_to_say(value: WireValue) -> None:
    """Only their relay knows what they stand for."""
    with pytest.raises(TypeError, match="without its relay"):
        off_the_wire(value)
