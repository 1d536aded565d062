"""What clients send. Specification: client-protocols sections 3, 5 and 9."""

import pytest

from tests.recording.request_samples import BINARY, JSON, SAMPLES, TEXT
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.recording.client_frames import json_frame, simple_frame


@pytest.mark.parametrize("request_", SAMPLES, ids=repr)
def test_the_service_reads_what_was_meant(request_: ClientRequest) -> None:
    """Every request that a JSON client can make."""
    frame = json_frame(request_)
    assert frame is not None
    assert list(JsonCodec().feed(frame)) == [request_]


def test_a_sequence_ack_is_not_sent() -> None:
    """It is for clients that come back."""
    assert json_frame(requests.SequenceAck(sequence_id=1)) is None


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
    assert simple_frame(request_) == frame
