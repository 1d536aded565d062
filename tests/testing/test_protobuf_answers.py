"""What a client of a test is told in protobuf; the rest is tested with all dialects. Specification:
client-protocols section 8."""

from typing import Any

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as pb
from webpubsub.testing.protobuf_answers import ANSWERS
from webpubsub.testing.protobuf_dialect import ProtobufDialect

DIALECT = ProtobufDialect()


def test_a_failed_ack_says_why() -> None:
    """As in the JSON protocol."""
    ack = pb.AckMessage(ack_id=1, error=pb.ErrorMessage(name="Forbidden", message="no"))
    fields = DIALECT.decode(pb.DownstreamMessage(ack_message=ack).SerializeToString()).fields
    assert fields == {
        "type": "ack",
        "ackId": 1,
        "success": False,
        "error": {"name": "Forbidden", "message": "no"},
    }


def test_what_belongs_to_reliable_clients() -> None:
    """Sequence ids, and the token to come back with."""
    data = pb.DataMessage(sequence_id=5, data=pb.MessageData(text_data="x"))
    message = DIALECT.decode(pb.DownstreamMessage(data_message=data).SerializeToString())
    assert message.fields["sequenceId"] == 5
    connected = pb.SystemMessage.ConnectedMessage(connection_id="c", reconnection_token="t")
    system = pb.SystemMessage(connected_message=connected)
    message = DIALECT.decode(pb.DownstreamMessage(system_message=system).SerializeToString())
    assert (message.fields["reconnectionToken"], message.fields["userId"]) == ("t", None)


def test_protobuf_within_protobuf_stays_bytes() -> None:
    """A test may parse it."""
    data = pb.DataMessage(data=pb.MessageData())
    data.data.protobuf_data.value = b"abc"
    message = DIALECT.decode(pb.DownstreamMessage(data_message=data).SerializeToString())
    assert message.fields["dataType"] == "protobuf"
    assert b"abc" in message.data


_TEXT = pb.MessageData(text_data="x")
_GONE = pb.StreamInfo(stream_id="s", stream_sequence_id=3, end_of_stream=True)
_GONE.error.name, _GONE.error.message, _GONE.error.user_error_code = "UserError", "no", "E1"
_NO = pb.ErrorMessage(name="N", message="m")
_SHOWN = pb.GroupStateItem(connection_id="c", user_id="u", updated_at=5)
_SHOWN.state.entries["a"] = "b"
_STATES = pb.GroupStateMessage(
    group="g", sequence_id=7, items=[_SHOWN, pb.GroupStateItem(connection_id="d", updated_at=6)]
)
_ITEMS = [
    {"connectionId": "c", "userId": "u", "updatedAt": 5, "state": {"a": "b"}},
    {"connectionId": "d", "userId": None, "updatedAt": 6},
]


@pytest.mark.parametrize(
    ("answer", "fields"),
    [
        (
            pb.DownstreamMessage(data_message=pb.DataMessage(data=_TEXT, stream=_GONE)),
            {
                "type": "message",
                "from": "",
                "dataType": "text",
                "data": "x",
                "stream": {
                    "streamId": "s",
                    "streamSequenceId": 3,
                    "endOfStream": True,
                    "error": {"name": "UserError", "message": "no", "userErrorCode": "E1"},
                },
            },
        ),
        (
            pb.DownstreamMessage(
                data_message=pb.DataMessage(data=_TEXT, metadata={"a": "b"}, group="g")
            ),
            {
                "type": "message",
                "from": "",
                "group": "g",
                "dataType": "text",
                "data": "x",
                "metadata": {"a": "b"},
            },
        ),
        (
            pb.DownstreamMessage(
                invoke_response_message=pb.InvokeResponseMessage(
                    invocation_id="1", success=True, data=_TEXT
                )
            ),
            {
                "type": "invokeResponse",
                "invocationId": "1",
                "success": True,
                "dataType": "text",
                "data": "x",
            },
        ),
        (
            pb.DownstreamMessage(
                invoke_response_message=pb.InvokeResponseMessage(invocation_id="1", error=_NO)
            ),
            {
                "type": "invokeResponse",
                "invocationId": "1",
                "success": False,
                "error": {"name": "N", "message": "m"},
            },
        ),
        (
            pb.DownstreamMessage(
                stream_ack_message=pb.StreamAckMessage(stream_id="s", expected_sequence_id=2)
            ),
            {"type": "streamAck", "streamId": "s", "expectedSequenceId": 2},
        ),
        (
            pb.DownstreamMessage(
                stream_nack_message=pb.StreamNackMessage(
                    stream_id="s", name="N", message="m", expected_sequence_id=2
                )
            ),
            {
                "type": "streamNack",
                "streamId": "s",
                "name": "N",
                "message": "m",
                "expectedSequenceId": 2,
            },
        ),
        (
            pb.DownstreamMessage(
                stream_closed_message=pb.StreamClosedMessage(stream_id="s", error=_NO)
            ),
            {"type": "streamClosed", "streamId": "s", "error": {"name": "N", "message": "m"}},
        ),
        (
            pb.DownstreamMessage(group_state_snapshot_message=_STATES),
            {"type": "groupStateSnapshot", "group": "g", "items": _ITEMS, "sequenceId": 7},
        ),
        (
            pb.DownstreamMessage(group_state_update_message=_STATES),
            {"type": "groupStateUpdate", "group": "g", "items": _ITEMS, "sequenceId": 7},
        ),
    ],
)
def test_what_it_is_told(answer: pb.DownstreamMessage, fields: dict[str, Any]) -> None:
    """In the members of the JSON protocol."""
    assert DIALECT.decode(answer.SerializeToString()).fields == fields


def test_everything_can_be_read() -> None:
    """That the protocol has."""
    assert {field.name for field in pb.DownstreamMessage.DESCRIPTOR.fields} == ANSWERS.keys()
