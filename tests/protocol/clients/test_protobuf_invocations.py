"""Invocations as protobuf clients ask for them. Specification: client-protocols section 9.2."""

from typing import Any

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.requests import CancelInvocation, ClientRequest, Invoke
from webpubsub.protocol.messages import DataType, Message

INVOKE: dict[str, Any] = {"event": "echo", "invocation_id": "1", "data": {"text_data": "hi"}}


def feed(**message: Any) -> ClientRequest:
    """The one request in a message."""
    payload = wire.UpstreamMessage(**message).SerializeToString()
    (request,) = ProtobufCodec().feed(Frame(FrameKind.BINARY, payload))
    return request


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, Message(DataType.TEXT, b"hi")),
        ({"data": {"json_data": "{}"}}, Message(DataType.JSON, b"{}")),
        ({"data": {}}, Message(DataType.TEXT, b"")),
        ({"data": None}, Message(DataType.TEXT, b"")),
        ({"data": None, "metadata": {"a": "b"}}, Message(DataType.TEXT, b"", {"a": "b"})),
    ],
)
def test_invoke(members: dict[str, Any], message: Message) -> None:
    """Data may be absent."""
    request = feed(invoke_event_message=INVOKE | members)
    assert request == Invoke(invocation_id="1", event="echo", message=message)


def test_cancel() -> None:
    """A cancellation has an id and nothing else."""
    request = feed(cancel_invocation_message={"invocation_id": "1"})
    assert request == CancelInvocation(invocation_id="1")


@pytest.mark.parametrize(
    "message",
    [
        {"invoke_event_message": {}},
        {"invoke_event_message": INVOKE | {"invocation_id": ""}},
        {"invoke_event_message": INVOKE | {"invocation_id": "i" * 1025}},
        {"invoke_event_message": INVOKE | {"event": "9"}},
        {"invoke_event_message": INVOKE | {"metadata": {"": ""}}},
        {"invoke_event_message": INVOKE | {"data": {"json_data": "{"}}},
        {"cancel_invocation_message": {}},
    ],
)
def test_what_is_no_invocation(message: dict[str, Any]) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(**message)
    assert caught.value.refusal.kind.close_code == 1007
