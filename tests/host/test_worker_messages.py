"""What the host and a worker in another process say to each other."""

import asyncio
import logging
from types import MappingProxyType
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.webpubsub.bindings import user_event
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import (
    EventValue,
    HttpReply,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.host.worker import FunctionFailure, TraceContext
from webpubsub.host.worker_messages import (
    Channel,
    Index,
    Invoke,
    Load,
    Logged,
    NotIndexed,
    Returned,
    Stop,
    ToHost,
    ToWorker,
    WireValue,
    encoded,
    log_record,
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
FUNCTION = FunctionMetadata(id="1", name="f", bindings=(Binding({"type": "x", "n": [1, None]}),))
MESSAGES: list[ToWorker | ToHost] = [
    Index(1, "/app"),
    Load(2, FUNCTION),
    Invoke(
        call=3,
        id="i",
        function_id="f",
        inputs=[(str(number), on_the_wire(value)) for number, value in enumerate(VALUES)],
        metadata={"Data": "x"},
        trace_context=TraceContext("a", "b"),
        retry_count=1,
        max_retry_count=-1,
    ),
    Stop(),
    NotIndexed(4, "broken", None),
    Returned(call=5, failure=FunctionFailure(type="E", message="m", stack_trace="s")),
    Logged(logger="x", level=20, message="m", created=1.5, invocation_id="i", function_name="f"),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_every_value_arrives_as_it_was(value: Value) -> None:
    """Text and bytes are told apart."""
    got: list[Any] = []
    channel: Channel[ToHost] = Channel(ToHost, got.append, lambda: None)
    channel.data_received(encoded(Returned(call=1, return_value=on_the_wire(value))))
    back = off_the_wire(got[0].return_value)
    assert (back, type(back)) == (value, type(value))


@given(st.lists(st.integers(1, 7), min_size=1, max_size=20))
def test_messages_arrive_whole_however_they_are_cut(cuts: list[int]) -> None:
    """A stream has no borders of messages."""
    got: list[ToWorker | ToHost] = []
    channel: Channel[ToWorker | ToHost] = Channel(ToWorker | ToHost, got.append, lambda: None)
    stream = b"".join(map(encoded, MESSAGES))
    position, turn = 0, 0
    while position < len(stream):
        size = cuts[turn % len(cuts)]
        channel.data_received(stream[position : position + size])
        position, turn = position + size, turn + 1
    assert got == MESSAGES


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


async def test_what_is_sent_in_a_turn_is_one_write() -> None:
    """But what cannot wait goes at once, after what came before it."""
    channel: Channel[ToHost] = Channel(ToHost, lambda _: None, lambda: None)
    transport = Mock()
    channel.connection_made(transport)
    channel.send(Index(1, ""))
    channel.send(Stop())
    assert not transport.writelines.called
    await asyncio.sleep(0)
    channel.send(Stop())
    channel.write_now(b"now")
    await asyncio.sleep(0)
    channel.send(Stop())
    channel.close()
    written = [call.args[0] for call in transport.writelines.call_args_list]
    stop = encoded(Stop())
    assert written == [[encoded(Index(1, "")), stop], [stop, b"now"], [stop]]


def test_objects_of_this_process_stay_in_it() -> None:
    """There is no way to hand them over."""
    with pytest.raises(TypeError, match="cannot leave its process"):
        on_the_wire(HttpReply(application=Mock()))
    with pytest.raises(TypeError, match="object cannot leave"):
        encoded(Load(1, FunctionMetadata(id="", name="", bindings=(Binding({"x": object()}),))))


async def test_nothing_is_said_to_one_who_is_gone() -> None:
    """Its end is told once."""
    ends: list[str] = []
    channel: Channel[ToHost] = Channel(ToHost, lambda _: None, lambda: ends.append("lost"))
    channel.connection_lost(None)
    channel.send(Stop())
    channel.close()
    assert ends == ["lost"]
    assert not channel.is_open


def test_a_record_of_a_worker_is_one_of_ours() -> None:
    """With its own time."""
    record = log_record(Logged(logger="a.b", level=logging.WARNING, message="50 %", created=1.25))
    assert (record.name, record.levelname, record.getMessage()) == ("a.b", "WARNING", "50 %")
    assert (record.created, record.msecs) == (1.25, 250)
