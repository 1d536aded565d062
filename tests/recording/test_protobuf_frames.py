"""What protobuf clients send. Specification: client-protocols sections 8 and 9."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.messages import DataType, Message
from webpubsub.recording.protobuf_frames import protobuf_frame


def test_what_is_not_said_is_not_there() -> None:
    """The rest is what the codec of the service reads, as test_client_frames sees."""
    frame = protobuf_frame(requests.SendEvent(event="e", message=Message(DataType.TEXT, b"")))
    message = wire.UpstreamMessage.FromString(frame.payload).event_message
    assert not message.HasField("ack_id")
    assert message.data.WhichOneof("data") == "text_data"
    frame = protobuf_frame(
        requests.SendEvent(event="e", message=Message(DataType.TEXT, b"", {"a": "b"}))
    )
    message = wire.UpstreamMessage.FromString(frame.payload).event_message
    assert not message.HasField("data")
