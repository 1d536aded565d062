"""The seam between a transport and a hub.

A codec turns frames into requests and back. It is fed one frame and returns zero or more requests,
keeping what is incomplete; encoding may return several frames. It knows nothing of hubs, sessions
or sockets, so every codec is tested without an event loop.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Protocol

import msgspec

from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import Refusal, Refused


class FrameKind(IntEnum):
    """The opcode of a WebSocket data frame (RFC 6455 section 5.2)."""

    TEXT = 1
    BINARY = 2


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A whole WebSocket message: fragments are reassembled before, and never made after."""

    kind: FrameKind
    payload: bytes


class AckError(msgspec.Struct, frozen=True):
    """Why an ack says that it failed. Specification: client-protocols section 5.6."""

    name: str
    message: str


class ClientProtocolError(Refused):
    """A client broke its protocol: the transport is closed with ``refusal.kind.close_code``.

    The reason text of the close frame is ``refusal.wire_message``.
    """

    def __init__(self, refusal: Refusal) -> None:
        if refusal.kind.close_code is None:
            raise ValueError(f"{refusal.kind.code} has no close code")
        super().__init__(refusal)


class ClientCodec(Protocol):
    """One client protocol of one connection."""

    #: Two codecs with one name encode every delivery to the same bytes.
    name: str

    def feed(self, frame: Frame) -> Sequence[ClientRequest]:
        """The requests in a frame. Raises ClientProtocolError."""
        ...

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        """A message to this client."""
        ...

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        """One frame of ``encode_delivery`` with a sequence id in it; nothing is encoded again.
        Specification: client-protocols section 7.2."""
        ...

    def around_sequence_id(self, frame: Frame) -> tuple[bytes, bytes] | None:
        """What ``with_sequence_id`` puts before and behind the decimal digits of a sequence id;
        None for protocols that write it in another way."""
        ...

    def encode_connected(
        self, connection_id: str, user_id: str | None, reconnection_token: str | None = None
    ) -> Sequence[Frame]:
        """What the client is told first; nothing for protocols without system messages.

        Only a reliable client gets a reconnection token.
        """
        ...

    def encode_disconnected(self, message: str) -> Sequence[Frame]:
        """What the client is told last when the application server ends the connection."""
        ...

    def encode_ack(self, ack_id: int, error: AckError | None = None) -> Sequence[Frame]:
        """The answer to a request that carried ``ack_id``."""
        ...

    def encode_pong(self) -> Sequence[Frame]:
        """The answer to a ping."""
        ...

    def encode_notice(self, notice: Notice) -> Sequence[Frame]:
        """Something else that the client is told; nothing for protocols in which no client asks
        for it."""
        ...
