"""The stream between the host and a worker in another process."""

import asyncio
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.worker import FunctionFailure, TraceContext
from webpubsub.host.workers.worker_channel import Channel, encoded
from webpubsub.host.workers.worker_messages import (
    Index,
    Invoke,
    Load,
    Logged,
    NotIndexed,
    Returned,
    Stop,
    ToHost,
    ToWorker,
)
from webpubsub.host.workers.worker_values import Blob

FUNCTION = FunctionMetadata(id="1", name="f", bindings=(Binding({"type": "x", "n": [1, None]}),))
MESSAGES: list[ToWorker | ToHost] = [
    Index(1, "/app"),
    Load(2, FUNCTION),
    Invoke(
        call=3,
        id="i",
        function_id="f",
        inputs=[("text", "x"), ("bytes", Blob(b"x")), ("none", None)],
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


def test_what_cannot_be_written() -> None:
    """The message says of what kind it is."""
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
