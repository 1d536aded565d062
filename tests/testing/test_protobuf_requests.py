"""What a client of a test asks for in protobuf. Specification: client-protocols section 8.1."""

from typing import Any

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as pb
from webpubsub.testing.protobuf_dialect import ProtobufDialect
from webpubsub.testing.protobuf_requests import REQUESTS

_TEXT = pb.MessageData(text_data="x")
_ERROR = pb.StreamEndMessage.StreamEndError(message="no", user_error_code="E1")


@pytest.mark.parametrize(
    ("request_", "written"),
    [
        (
            {"type": "sendToGroup", "group": "g", "data": b"x", "noEcho": True, "ttlSeconds": 3},
            pb.UpstreamMessage(
                send_to_group_message=pb.SendToGroupMessage(
                    group="g", data=pb.MessageData(binary_data=b"x"), no_echo=True, ttl_seconds=3
                )
            ),
        ),
        (
            {
                "type": "sendToGroup",
                "group": "g",
                "metadata": {"a": "b"},
                "stream": {"streamId": "s", "idleTimeoutMs": 5},
            },
            pb.UpstreamMessage(
                send_to_group_message=pb.SendToGroupMessage(
                    group="g",
                    no_echo=False,
                    metadata={"a": "b"},
                    stream=pb.StreamStartInfo(stream_id="s", idle_timeout_ms=5),
                )
            ),
        ),
        (
            {"type": "event", "event": "e", "metadata": {"a": "b"}, "ackId": 1},
            pb.UpstreamMessage(
                event_message=pb.EventMessage(event="e", metadata={"a": "b"}, ack_id=1)
            ),
        ),
        (
            {"type": "invoke", "target": "event", "event": "e", "invocationId": "1", "data": "x"},
            pb.UpstreamMessage(
                invoke_event_message=pb.InvokeEventMessage(event="e", invocation_id="1", data=_TEXT)
            ),
        ),
        (
            {"type": "cancelInvocation", "invocationId": "1"},
            pb.UpstreamMessage(
                cancel_invocation_message=pb.CancelInvocationMessage(invocation_id="1")
            ),
        ),
        (
            {"type": "streamData", "streamId": "s", "streamSequenceId": 1, "data": "x"},
            pb.UpstreamMessage(
                stream_data_message=pb.StreamDataMessage(
                    stream_id="s", stream_sequence_id=1, data=_TEXT
                )
            ),
        ),
        (
            {"type": "streamData", "streamId": "s"},
            pb.UpstreamMessage(stream_data_message=pb.StreamDataMessage(stream_id="s")),
        ),
        (
            {
                "type": "streamEnd",
                "streamId": "s",
                "error": {"message": "no", "userErrorCode": "E1"},
            },
            pb.UpstreamMessage(stream_end_message=pb.StreamEndMessage(stream_id="s", error=_ERROR)),
        ),
        (
            {"type": "streamEnd", "streamId": "s"},
            pb.UpstreamMessage(stream_end_message=pb.StreamEndMessage(stream_id="s")),
        ),
        (
            {"type": "setGroupState", "group": "g", "state": {"a": "b"}, "ackId": 2},
            pb.UpstreamMessage(
                set_group_state_message=pb.SetGroupStateMessage(
                    group="g", ack_id=2, state=pb.GroupState(entries={"a": "b"})
                )
            ),
        ),
        (
            {"type": "setGroupState", "group": "g"},
            pb.UpstreamMessage(set_group_state_message=pb.SetGroupStateMessage(group="g")),
        ),
        (
            {"type": "subscribeGroupState", "group": "g", "ackId": 0},
            pb.UpstreamMessage(
                subscribe_group_state_message=pb.SubscribeGroupStateMessage(group="g", ack_id=0)
            ),
        ),
        (
            {"type": "unsubscribeGroupState", "group": "g"},
            pb.UpstreamMessage(
                unsubscribe_group_state_message=pb.UnsubscribeGroupStateMessage(group="g")
            ),
        ),
        ({"type": "ping"}, pb.UpstreamMessage(ping_message=pb.PingMessage())),
    ],
)
def test_what_it_asks_for(request_: dict[str, Any], written: pb.UpstreamMessage) -> None:
    """Given in the members of the JSON protocol."""
    payload = ProtobufDialect().encode(request_)
    assert isinstance(payload, bytes)
    assert pb.UpstreamMessage.FromString(payload) == written


def test_everything_can_be_asked_for() -> None:
    """That the protocol has."""
    assert len(pb.UpstreamMessage.DESCRIPTOR.fields) == len(REQUESTS)
