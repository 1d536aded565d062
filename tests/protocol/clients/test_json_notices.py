"""Notices in JSON. Specification: client-protocols sections 9.2 and 9.3."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.notices import (
    InvokeResponse,
    Notice,
    NoticeError,
    StreamAck,
    StreamClosed,
    StreamNack,
)
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Message

ERROR = NoticeError("BadRequest", "No.")

VECTORS: list[tuple[Notice, str]] = [
    (
        InvokeResponse(invocation_id="1", reply=Message(DataType.TEXT, b"HI")),
        '{"type":"invokeResponse","invocationId":"1","success":true,"dataType":"text","data":"HI"}',
    ),
    (
        InvokeResponse(invocation_id="1"),
        '{"type":"invokeResponse","invocationId":"1","success":true}',
    ),
    (
        InvokeResponse(invocation_id="1", reply=Message(DataType.JSON, b"[1 ]", {"a": "b"})),
        (
            '{"type":"invokeResponse","invocationId":"1","success":true,"dataType":"json",'
            '"data":[1 ],"metadata":{"a":"b"}}'
        ),
    ),
    (
        InvokeResponse(invocation_id="1", error=ERROR),
        (
            '{"type":"invokeResponse","invocationId":"1","success":false,'
            '"error":{"name":"BadRequest","message":"No."}}'
        ),
    ),
    (
        StreamAck(stream_id='"', expected=2**53),
        '{"type":"streamAck","streamId":"\\"","expectedSequenceId":9007199254740992}',
    ),
    (
        StreamNack(stream_id="s", name="InvalidSequenceId", message="No.", expected=3),
        (
            '{"type":"streamNack","streamId":"s","name":"InvalidSequenceId","message":"No.",'
            '"expectedSequenceId":3}'
        ),
    ),
    (StreamClosed(stream_id="s"), '{"type":"streamClosed","streamId":"s"}'),
    (
        StreamClosed(stream_id="s", error=ERROR),
        ('{"type":"streamClosed","streamId":"s","error":{"name":"BadRequest","message":"No."}}'),
    ),
]


@pytest.mark.parametrize(("notice", "text"), VECTORS)
def test_notices(notice: Notice, text: str) -> None:
    """Each is one text message; simple clients get none."""
    assert JsonCodec().encode_notice(notice) == (Frame(FrameKind.TEXT, text.encode()),)
    assert SimpleCodec().encode_notice(notice) == ()


@given(st.text(), st.text(), st.text())
def test_texts_come_back(invocation_id: str, name: str, message: str) -> None:
    """Whatever the texts hold, the message is JSON with the same texts."""
    notice = InvokeResponse(invocation_id=invocation_id, error=NoticeError(name, message))
    (frame,) = JsonCodec().encode_notice(notice)
    read = json.loads(frame.payload)
    assert read["invocationId"] == invocation_id
    assert read["error"] == {"name": name, "message": message}
