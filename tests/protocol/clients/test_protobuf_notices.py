"""Notices in protobuf. Specification: client-protocols sections 9.2 and 9.3."""

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import FrameKind
from webpubsub.protocol.clients.notices import (
    InvokeResponse,
    Notice,
    NoticeError,
    StreamAck,
    StreamClosed,
    StreamNack,
)
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.messages import DataType, Message

ERROR = NoticeError("BadRequest", "No.")

VECTORS: list[tuple[Notice, wire.DownstreamMessage]] = [
    (
        InvokeResponse(invocation_id="1", reply=Message(DataType.TEXT, b"HI", {"a": "b"})),
        wire.DownstreamMessage(
            invoke_response_message=wire.InvokeResponseMessage(
                invocation_id="1",
                success=True,
                data=wire.MessageData(text_data="HI"),
                metadata={"a": "b"},
            )
        ),
    ),
    (
        InvokeResponse(invocation_id="1"),
        wire.DownstreamMessage(
            invoke_response_message=wire.InvokeResponseMessage(invocation_id="1", success=True)
        ),
    ),
    (
        InvokeResponse(invocation_id="1", error=ERROR),
        wire.DownstreamMessage(
            invoke_response_message=wire.InvokeResponseMessage(
                invocation_id="1", error=wire.ErrorMessage(name="BadRequest", message="No.")
            )
        ),
    ),
    (
        StreamAck(stream_id="s", expected=2**64 - 1),
        wire.DownstreamMessage(
            stream_ack_message=wire.StreamAckMessage(stream_id="s", expected_sequence_id=2**64 - 1)
        ),
    ),
    (
        StreamNack(stream_id="s", name="InvalidSequenceId", message="No.", expected=3),
        wire.DownstreamMessage(
            stream_nack_message=wire.StreamNackMessage(
                stream_id="s", name="InvalidSequenceId", message="No.", expected_sequence_id=3
            )
        ),
    ),
    (
        StreamClosed(stream_id="s"),
        wire.DownstreamMessage(stream_closed_message=wire.StreamClosedMessage(stream_id="s")),
    ),
    (
        StreamClosed(stream_id="s", error=ERROR),
        wire.DownstreamMessage(
            stream_closed_message=wire.StreamClosedMessage(
                stream_id="s", error=wire.ErrorMessage(name="BadRequest", message="No.")
            )
        ),
    ),
]


@pytest.mark.parametrize(("notice", "expected"), VECTORS)
def test_notices(notice: Notice, expected: wire.DownstreamMessage) -> None:
    """Each is one binary message; what is absent is not on the wire."""
    (frame,) = ProtobufCodec().encode_notice(notice)
    assert frame.kind is FrameKind.BINARY
    assert wire.DownstreamMessage.FromString(frame.payload) == expected
