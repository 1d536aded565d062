"""How clients of tests speak. Specification: client-protocols sections 4, 5 and 8."""

import json
from typing import Any

import pytest

from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery
from webpubsub.protocol.messages import Message as Said
from webpubsub.testing.client_protocols import PROTOCOLS
from webpubsub.testing.dialects import JsonDialect, SimpleDialect, UnknownRequest
from webpubsub.testing.messages import Message

EVENT = {"type": "event", "event": "message", "data": "hi"}
DATA: list[Any] = ["hi", b"\x00\xff", {"a": ["é"]}]
WITH_ACKS = [name for name in PROTOCOLS if name != "simple"]


def understood(name: str, request: dict[str, Any]) -> Any:
    """What the service makes of a request."""
    protocol = PROTOCOLS[name]
    payload = protocol.dialect.encode(request)
    binary = isinstance(payload, bytes)
    frame = Frame(
        FrameKind.BINARY if binary else FrameKind.TEXT,
        payload if isinstance(payload, bytes) else payload.encode(),
    )
    (found,) = codec_for(protocol.subprotocol).feed(frame)
    return found


def heard(name: str, frames: Any) -> Message:
    """What a client makes of frames of the service."""
    (frame,) = frames
    payload = frame.payload.decode() if frame.kind is FrameKind.TEXT else frame.payload
    return PROTOCOLS[name].dialect.decode(payload)


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("data", DATA, ids=["text", "bytes", "json"])
def test_the_service_understands_events(name: str, data: Any) -> None:
    """With data of every kind."""
    request = understood(name, {**EVENT, "data": data})
    assert request.event == "message"
    if isinstance(data, dict):
        assert json.loads(request.message.data) == data
    else:
        assert request.message.data == (data if isinstance(data, bytes) else data.encode())


@pytest.mark.parametrize("name", WITH_ACKS)
@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"type": "joinGroup", "group": "g", "ackId": 7}, "JoinGroup"),
        ({"type": "leaveGroup", "group": "g", "ackId": 7}, "LeaveGroup"),
        ({"type": "sendToGroup", "group": "g", "data": "x", "noEcho": True}, "SendToGroup"),
        ({"type": "sequenceAck", "sequenceId": 4}, "SequenceAck"),
        ({"type": "ping"}, "Ping"),
    ],
)
def test_the_service_understands_requests(name: str, request_: dict[str, Any], kind: str) -> None:
    """By the same name, with the same members."""
    request = understood(name, request_)
    assert type(request).__name__ == kind
    assert getattr(request, "ack_id", None) == request_.get("ackId")
    assert getattr(request, "group", None) == request_.get("group")


@pytest.mark.parametrize("name", WITH_ACKS)
def test_what_the_service_says_is_understood(name: str) -> None:
    """In the members of the JSON protocol, whatever the protocol is."""
    codec = codec_for(PROTOCOLS[name].subprotocol)
    connected = heard(name, codec.encode_connected("c1", "alice")).fields
    assert {key: connected[key] for key in ("type", "event", "connectionId", "userId")} == {
        "type": "system",
        "event": "connected",
        "connectionId": "c1",
        "userId": "alice",
    }
    assert heard(name, codec.encode_disconnected("bye")).fields == {
        "type": "system",
        "event": "disconnected",
        "message": "bye",
    }
    assert heard(name, codec.encode_ack(3)).fields["success"] is True
    assert heard(name, codec.encode_pong()).type == "pong"


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize(
    ("said", "data"),
    [
        (Said(DataType.TEXT, b"hi"), "hi"),
        (Said(DataType.BINARY, b"\x00\xff"), b"\x00\xff"),
        (Said(DataType.JSON, b'{"a":1}'), {"a": 1}),
    ],
    ids=["text", "bytes", "json"],
)
def test_deliveries_are_understood(name: str, said: Said, data: Any) -> None:
    """Data of every kind, to a group."""
    codec = codec_for(PROTOCOLS[name].subprotocol)
    message = heard(name, codec.encode_delivery(Delivery(said, group="g")))
    if isinstance(data, dict):
        assert message.json() == data
    else:
        assert message.data == data
    assert message.group == (None if name == "simple" else "g")


def test_a_plain_client_has_few_words() -> None:
    """Everything it sends is one event."""
    with pytest.raises(UnknownRequest, match=r"cannot send 'typing'.*protocol='json'"):
        SimpleDialect().encode({**EVENT, "event": "typing"})
    with pytest.raises(UnknownRequest, match="cannot send 'joinGroup'"):
        SimpleDialect().encode({"type": "joinGroup", "group": "g"})


def test_json_is_written_as_the_protocol_has_it() -> None:
    """Byte for byte."""
    assert JsonDialect().encode({**EVENT, "ackId": 1}) == (
        '{"type":"event","event":"message","data":"hi","ackId":1,"dataType":"text"}'
    )
