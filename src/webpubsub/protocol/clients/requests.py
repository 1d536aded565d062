"""What a client asks for, whatever protocol it speaks. ``ack_id`` None means that no ack is
wanted."""

from typing import TypeAlias

import msgspec

from webpubsub.protocol.messages import Message


class JoinGroup(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class LeaveGroup(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class SendToGroup(msgspec.Struct, frozen=True, kw_only=True):
    """``ttl_seconds`` 0 means no limit of its own."""

    group: str
    message: Message
    no_echo: bool = False
    ttl_seconds: int = 0
    ack_id: int | None = None


class SendEvent(msgspec.Struct, frozen=True, kw_only=True):
    event: str
    message: Message
    ack_id: int | None = None


class Ping(msgspec.Struct, frozen=True):
    pass


class SequenceAck(msgspec.Struct, frozen=True, kw_only=True):
    sequence_id: int


ClientRequest: TypeAlias = JoinGroup | LeaveGroup | SendToGroup | SendEvent | Ping | SequenceAck
