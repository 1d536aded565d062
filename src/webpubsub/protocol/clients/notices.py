"""What a client is told besides messages, acks and system messages, whatever protocol it speaks.

Notices are control messages: they carry no sequence id, and a lost transport loses them.
Specification: client-protocols section 9.2.
"""

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


Notice: TypeAlias = InvokeResponse
