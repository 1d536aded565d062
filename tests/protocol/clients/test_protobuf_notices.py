"""Notices in protobuf. Specification: client-protocols section 9.2."""

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import FrameKind
from webpubsub.protocol.clients.notices import InvokeResponse, Notice, NoticeError
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
]


@pytest.mark.parametrize(("notice", "expected"), VECTORS)
def test_notices(notice: Notice, expected: wire.DownstreamMessage) -> None:
    """Each is one binary message; what is absent is not on the wire."""
    (frame,) = ProtobufCodec().encode_notice(notice)
    assert frame.kind is FrameKind.BINARY
    assert wire.DownstreamMessage.FromString(frame.payload) == expected
