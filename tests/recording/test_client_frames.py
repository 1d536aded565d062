"""What clients send. Specification: client-protocols sections 3, 5 and 9."""

import pytest

from tests.recording.request_samples import BINARY, JSON, SAMPLES, TEXT
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.recording.client_frames import client_frame


@pytest.mark.parametrize("codec", [JsonCodec(), ProtobufCodec()], ids=lambda codec: codec.name)
@pytest.mark.parametrize("request_", SAMPLES, ids=repr)
def test_the_service_reads_what_was_meant(request_: ClientRequest, codec: ClientCodec) -> None:
    """Every request that clients of the subprotocols can make."""
    frame = client_frame(request_, codec)
    assert frame is not None
    assert list(codec.feed(frame)) == [request_]


@pytest.mark.parametrize(
    ("request_", "frame"),
    [
        (requests.SendEvent(event="message", message=TEXT), Frame(FrameKind.TEXT, TEXT.data)),
        (requests.SendEvent(event="message", message=BINARY), Frame(FrameKind.BINARY, BINARY.data)),
        (requests.SendToGroup(group="g", message=JSON), Frame(FrameKind.TEXT, JSON.data)),
        (requests.JoinGroup(group="g"), None),
    ],
)
def test_a_simple_client_sends_payloads(request_: ClientRequest, frame: Frame | None) -> None:
    """To the event, or to the group of its mode."""
    assert client_frame(request_, SimpleCodec()) == frame
