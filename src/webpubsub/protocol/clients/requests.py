"""What a client asks for, whatever protocol it speaks. ``ack_id`` None means that no ack is
wanted."""

from collections.abc import Mapping
from typing import TypeAlias

import msgspec

from webpubsub.protocol.messages import Message, StreamError


class JoinGroup(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class LeaveGroup(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class SendToGroup(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """``ttl_seconds`` 0 means no limit of its own."""

    group: str
    message: Message
    no_echo: bool = False
    ttl_seconds: int = 0
    ack_id: int | None = None


class SendEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    event: str
    message: Message
    ack_id: int | None = None


class Ping(msgspec.Struct, frozen=True):
    pass


class SequenceAck(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    sequence_id: int


class Invoke(msgspec.Struct, frozen=True, kw_only=True):
    """An event that is answered under ``invocation_id``. ``event`` is empty when the target is
    not ``event``, the only one there is."""

    invocation_id: str
    target: str = "event"
    event: str
    message: Message


class CancelInvocation(msgspec.Struct, frozen=True, kw_only=True):
    invocation_id: str


class SetGroupState(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` None clears the state that the client shows in the group."""

    group: str
    state: Mapping[str, str] | None = None
    ack_id: int | None = None


class SubscribeGroupState(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class UnsubscribeGroupState(msgspec.Struct, frozen=True, kw_only=True):
    group: str
    ack_id: int | None = None


class StartStream(msgspec.Struct, frozen=True, kw_only=True):
    """``idle_timeout_ms`` None asks for the usual one. ``carries_message`` says that more came with
    it than a start can have."""

    group: str
    stream_id: str
    no_echo: bool = False
    idle_timeout_ms: int | None = None
    carries_message: bool = False
    ack_id: int | None = None


class StreamFragment(msgspec.Struct, frozen=True, kw_only=True):
    stream_id: str
    sequence_id: int
    message: Message


class KeepStreamAlive(msgspec.Struct, frozen=True, kw_only=True):
    stream_id: str


def user_error(message: str | None, code: str | None) -> StreamError:
    """The error with which a publisher ends its stream, as its subscribers see it."""
    return StreamError("UserError", message or "", code)


class EndStream(msgspec.Struct, frozen=True, kw_only=True):
    """``error`` None ends the stream well."""

    stream_id: str
    error: StreamError | None = None


ClientRequest: TypeAlias = (
    JoinGroup
    | LeaveGroup
    | SendToGroup
    | SendEvent
    | Ping
    | SequenceAck
    | Invoke
    | CancelInvocation
    | SetGroupState
    | SubscribeGroupState
    | UnsubscribeGroupState
    | StartStream
    | StreamFragment
    | KeepStreamAlive
    | EndStream
)
