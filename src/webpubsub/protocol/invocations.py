"""Invocations: events whose answer comes back to the client that raised them, by an id of its own.

The theory. An invocation is *pending* from its request until it is answered or cancelled, and then
its id is free again; so an id stands for at most one of them at any moment, and an answer always
finds the invocation it belongs to or none. Whoever moves an invocation out of *pending* decides
what the client is told: an answer tells it, a cancellation tells it nothing, and what comes after
either of them finds nothing to move. A refused invocation never becomes pending. Specification:
client-protocols section 9.2.
"""

from collections.abc import Mapping
from enum import StrEnum

from webpubsub.protocol.clients.notices import InvokeResponse, NoticeError
from webpubsub.protocol.clients.requests import Invoke
from webpubsub.protocol.outcomes import EventFailed, Unhandled, UserEventAccepted

#: How many invocations of one connection may be pending unless it is set otherwise.
MAX_PENDING = 100
EVENT = "event"


class InvocationPhase(StrEnum):
    """Where the invocation of an id is in its life."""

    FREE = "free"
    PENDING = "pending"


class InvocationChange(StrEnum):
    """What moves an invocation along."""

    INVOKE = "invoke"
    ANSWER = "answer"
    CANCEL = "cancel"


#: What is not in this table does not happen.
LIFE: Mapping[tuple[InvocationPhase, InvocationChange], InvocationPhase] = {
    (InvocationPhase.FREE, InvocationChange.INVOKE): InvocationPhase.PENDING,
    (InvocationPhase.PENDING, InvocationChange.ANSWER): InvocationPhase.FREE,
    (InvocationPhase.PENDING, InvocationChange.CANCEL): InvocationPhase.FREE,
}


class PendingInvocations:
    """The invocations of one connection, ``most`` of them at the same time."""

    __slots__ = ("_most", "_pending")

    def __init__(self, most: int = MAX_PENDING) -> None:
        self._most = most
        self._pending: set[str] = set()

    def __len__(self) -> int:
        return len(self._pending)

    def begin(self, request: Invoke) -> InvokeResponse | None:
        """Make an invocation pending, or give the answer that refuses it."""
        problem = self._problem(request)
        if problem is None:
            self.move(request.invocation_id, InvocationChange.INVOKE)
            return None
        return InvokeResponse(
            invocation_id=request.invocation_id, error=NoticeError("BadRequest", problem)
        )

    def move(self, invocation_id: str, change: InvocationChange) -> bool:
        """Move an invocation along. Returns False, and does nothing, when that cannot happen."""
        phase = LIFE.get((self._phase(invocation_id), change))
        if phase is InvocationPhase.PENDING:
            self._pending.add(invocation_id)
        elif phase is InvocationPhase.FREE:
            self._pending.discard(invocation_id)
        return phase is not None

    def _phase(self, invocation_id: str) -> InvocationPhase:
        pending = invocation_id in self._pending
        return InvocationPhase.PENDING if pending else InvocationPhase.FREE

    def _problem(self, request: Invoke) -> str | None:
        if request.target != EVENT:
            return f"The target '{request.target}' is not supported, only '{EVENT}' is."
        if request.invocation_id in self._pending:
            return f"The invocation '{request.invocation_id}' is still pending."
        if len(self._pending) >= self._most:
            return f"The connection has {self._most} pending invocations, which is the most."
        return None


def response_to(
    invocation_id: str, outcome: UserEventAccepted | EventFailed | Unhandled
) -> InvokeResponse:
    """What the client is told. An empty reply is success without data; why an event failed is for
    the log alone."""
    if not isinstance(outcome, UserEventAccepted):
        error = NoticeError("InternalServerError", "Internal server error")
        return InvokeResponse(invocation_id=invocation_id, error=error)
    reply = outcome.reply
    if reply is not None and not (reply.data or reply.metadata):
        reply = None
    return InvokeResponse(invocation_id=invocation_id, reply=reply)
