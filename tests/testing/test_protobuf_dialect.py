"""Requests and answers that only protobuf has a form of its own for; the others are tested with all
dialects. Specification: client-protocols section 8."""

import pytest

from webpubsub.protocol.clients import webpubsub_pb2 as pb
from webpubsub.testing.dialects import UnknownRequest
from webpubsub.testing.protobuf_dialect import ProtobufDialect

DIALECT = ProtobufDialect()


def test_a_request_that_it_does_not_know() -> None:
    """Is named."""
    with pytest.raises(UnknownRequest, match="cannot send 'invoke'"):
        DIALECT.encode({"type": "invoke"})


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


def test_what_has_no_form_here_has_a_type_at_least() -> None:
    """So that it can be expected."""
    answer = pb.DownstreamMessage(stream_ack_message=pb.StreamAckMessage(stream_id="s"))
    assert DIALECT.decode(answer.SerializeToString()).type == "stream_ack"
