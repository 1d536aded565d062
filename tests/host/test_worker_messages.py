"""What the host and a worker in another process say to each other."""

import logging
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.webpubsub.bindings import user_event
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import (
    EventValue,
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
    encoded,
    log_record,
    off_the_wire,
    on_the_wire,
)
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.messages import DataType

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


@pytest.mark.parametrize("parameter", ["request", "data", "connectionContext"])
def test_a_binary_message_stays_whole(parameter: str) -> None:
    """For typed functions, which take the whole event; others see what they see on Azure."""
    event = user_event(b"\xff\x00", DataType.BINARY)
    value = TriggerValue(event=event, parameter=parameter)
    returned = Returned(call=1, return_value=on_the_wire(value))
    read = msgspec.msgpack.decode(encoded(returned)[4:], type=Returned)
    back = off_the_wire(read.return_value)
    if parameter == "request":
        assert isinstance(back, EventValue)
        assert isinstance(back.event, UserEventRequest)
        assert back.event.data == b"\xff\x00"
        back = back.wire
    assert back == value.wire


def test_objects_of_this_process_stay_in_it() -> None:
    """A worker elsewhere writes them as JSON text before."""
    with pytest.raises(TypeError, match="cannot leave its process"):
        on_the_wire(JsonValue({}))
    with pytest.raises(TypeError, match="object cannot leave"):
        encoded(Load(1, FunctionMetadata(id="", name="", bindings=(Binding({"x": object()}),))))


def test_nothing_is_said_to_one_who_is_gone() -> None:
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
