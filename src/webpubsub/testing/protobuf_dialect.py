"""How a client of a test speaks protobuf. Specification: client-protocols section 8."""

from collections.abc import Mapping
from typing import Any

from webpubsub.protocol.clients import webpubsub_pb2 as pb
from webpubsub.testing.dialects import Payload, UnknownRequest
from webpubsub.testing.messages import Message
from webpubsub.testing.protobuf_answers import ANSWERS
from webpubsub.testing.protobuf_requests import REQUESTS

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class ProtobufDialect:
    """``protobuf.webpubsub.azure.v1``, reliable or not."""

    acknowledges = True

    def encode(self, request: Mapping[str, Any]) -> Payload:
        """One UpstreamMessage. Raises UnknownRequest."""
        kind = request["type"]
        if kind not in REQUESTS:
            raise UnknownRequest(f"a protobuf client of a test cannot send '{kind}'.")
        message = pb.UpstreamMessage()
        REQUESTS[kind](message, request)
        if request.get("ackId") is not None:
            getattr(message, message.WhichOneof("message") or "").ack_id = request["ackId"]
        return message.SerializeToString()

    def decode(self, payload: Payload) -> Message:
        """One DownstreamMessage, in the members of the JSON protocol."""
        message = pb.DownstreamMessage()
        message.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
        kind = message.WhichOneof("message") or ""
        read = ANSWERS.get(kind)
        return Message(read(message) if read else {"type": kind})
