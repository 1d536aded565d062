"""Simple clients: plain WebSocket messages, with nothing around the payload.

Specification: client-protocols section 3.
"""

from collections.abc import Sequence

from webpubsub.protocol.clients.codec import AckError, Frame, FrameKind
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.requests import SendEvent
from webpubsub.protocol.messages import DataType, Delivery, Message

_EVENT = "message"
_FRAME_KINDS = {
    DataType.TEXT: FrameKind.TEXT,
    DataType.JSON: FrameKind.TEXT,
    DataType.BINARY: FrameKind.BINARY,
    DataType.PROTOBUF: FrameKind.BINARY,
}
_DATA_TYPES = {FrameKind.TEXT: DataType.TEXT, FrameKind.BINARY: DataType.BINARY}


class SimpleCodec:
    """Every message is the user event ``message``; what comes back is the payload alone. There are
    no acks and no system messages."""

    name = "simple"

    def feed(self, frame: Frame) -> Sequence[SendEvent]:
        """One event for each message."""
        message = Message(_DATA_TYPES[frame.kind], frame.payload)
        return (SendEvent(event=_EVENT, message=message),)

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        """The payload: text and JSON in a text message, everything else in a binary one.

        CHOICE: fragments of streams are payloads like others, and the end of one, which has no
        content, is nothing.
        """
        if delivery.stream is not None and delivery.stream.ends:
            return ()
        message = delivery.message
        return (Frame(_FRAME_KINDS[message.data_type], message.data),)

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        """The message as it is: there is no place for a number."""
        return frame

    def around_sequence_id(self, frame: Frame) -> tuple[bytes, bytes] | None:
        """There is none."""
        return None

    def encode_connected(
        self, connection_id: str, user_id: str | None, reconnection_token: str | None = None
    ) -> Sequence[Frame]:
        """Nothing."""
        return ()

    def encode_disconnected(self, message: str) -> Sequence[Frame]:
        """Nothing."""
        return ()

    def encode_ack(self, ack_id: int, error: AckError | None = None) -> Sequence[Frame]:
        """Nothing: a simple client cannot ask for an ack."""
        return ()

    def encode_pong(self) -> Sequence[Frame]:
        """Nothing: a simple client cannot ping."""
        return ()

    def encode_notice(self, notice: Notice) -> Sequence[Frame]:
        """Nothing: a simple client cannot ask for any."""
        return ()
