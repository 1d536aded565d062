"""Plain values, and requests back from them."""

from typing import Any, get_args

import msgspec
import pytest

from tests.recording.request_samples import SAMPLES
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.requests import ClientRequest, SequenceAck
from webpubsub.protocol.messages import DataType, Message
from webpubsub.recording.plain import NotARequest, plain, request_of


@pytest.mark.parametrize("request_", [*SAMPLES, SequenceAck(sequence_id=9)], ids=repr)
def test_requests_come_back(request_: ClientRequest) -> None:
    """Through JSON."""
    text = msgspec.json.encode(plain(request_))
    assert request_of(msgspec.json.decode(text)) == request_


def test_there_is_a_sample_of_every_request() -> None:
    """A new type must be thought of."""
    assert {type(one) for one in SAMPLES} | {SequenceAck} == set(get_args(ClientRequest))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Message(DataType.TEXT, b"hi"), {"dataType": "text", "data": "hi"}),
        (
            Message(DataType.JSON, b'{"token":"x"}'),
            {"dataType": "json", "data": {"token": "[secret]"}},
        ),
        (Message(DataType.BINARY, b"\x00"), {"dataType": "binary", "data": "AA=="}),
        (
            Message(DataType.TEXT, b"", {"k": "v"}),
            {"dataType": "text", "data": "", "metadata": {"k": "v"}},
        ),
    ],
)
def test_messages_can_be_read(message: Message, expected: Any) -> None:
    """As people would write them, without secrets."""
    assert plain(message) == expected


def test_operations_have_their_type() -> None:
    """And what is not as by default."""
    operation = ops.CloseAllConnections(hub="h", excluded=frozenset("ba"))
    assert plain(operation) == {"type": "CloseAllConnections", "hub": "h", "excluded": ["a", "b"]}


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, "no request of the type None"),
        ({"type": "Dance"}, "no request of the type 'Dance'"),
        ({"type": "JoinGroup"}, "missing required field"),
        ({"type": "SendEvent", "event": "e", "message": {"dataType": "x", "data": ""}}, "'x'"),
        (
            {"type": "SendEvent", "event": "e", "message": {"dataType": "binary", "data": "?"}},
            "SendEvent",
        ),
        ({"type": "SendEvent", "event": "e", "message": {}}, "dataType"),
    ],
)
def test_what_is_no_request(value: Any, problem: str) -> None:
    """A file may have been edited."""
    with pytest.raises(NotARequest, match=problem):
        request_of(value)
