"""Has acks get lost on their way."""

from collections.abc import Sequence
from typing import Any, cast

from webpubsub.protocol.clients.codec import AckError, ClientCodec, Frame


class LosingCodec:
    """A client's codec, from which the next acks never come; everything else is the codec's."""

    def __init__(self, codec: ClientCodec) -> None:
        self.losses = 0
        self._codec = codec

    def __getattr__(self, name: str) -> Any:
        return getattr(self._codec, name)

    def encode_ack(self, ack_id: int, error: AckError | None = None) -> Sequence[Frame]:
        """The answer to a request, or nothing."""
        if not self.losses:
            return self._codec.encode_ack(ack_id, error)
        self.losses -= 1
        return ()

    @property
    def as_codec(self) -> ClientCodec:
        """The same under the type that its users expect."""
        return cast("ClientCodec", self)
