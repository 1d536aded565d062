"""What a client is told besides messages, acks and system messages, whatever protocol it speaks.

Notices are control messages: they carry no sequence id, and a lost transport loses them.
Specification: client-protocols sections 9.2 to 9.4.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import msgspec

from webpubsub.protocol.messages import Message


class NoticeError(msgspec.Struct, frozen=True):
    """Why something failed: ``name`` is for programs, ``message`` for people."""

    name: str
    message: str


class InvokeResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an invocation: a failure when there is an ``error``. ``reply`` None means
    success without data."""

    invocation_id: str
    reply: Message | None = None
    error: NoticeError | None = None


class GroupStateItem(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What a connection shows in a group. ``user_id`` None means anonymous, ``state`` None that
    nothing is shown any more; ``updated_at`` is in milliseconds since the epoch."""

    connection_id: str
    user_id: str | None = None
    state: Mapping[str, str] | None = None
    updated_at: int


class GroupStateSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """All states of a group."""

    group: str
    items: Sequence[GroupStateItem]


class GroupStateUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """The states of a group that have changed."""

    group: str
    items: Sequence[GroupStateItem]


class StreamAck(msgspec.Struct, frozen=True, kw_only=True):
    """The stream is open, and has everything before the fragment ``expected``."""

    stream_id: str
    expected: int


class StreamNack(msgspec.Struct, frozen=True, kw_only=True):
    """A fragment was not published; the client is to go on with the fragment ``expected``."""

    stream_id: str
    name: str
    message: str
    expected: int


class StreamClosed(msgspec.Struct, frozen=True, kw_only=True):
    """The stream is not open, or no longer; ``error`` None when its client has ended it."""

    stream_id: str
    error: NoticeError | None = None


Notice: TypeAlias = (
    InvokeResponse | GroupStateSnapshot | GroupStateUpdate | StreamAck | StreamNack | StreamClosed
)
