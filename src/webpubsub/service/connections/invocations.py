"""The invocations of one client while one transport carries it.

An invocation does not hold back what the client sends after it: several may be pending, and the
request that cancels one must be able to overtake its answer. The transport that brought an
invocation is the only one that can take its answer, so losing it cancels all. Specification:
client-protocols section 9.2.
"""

import asyncio
import logging
from collections.abc import Callable

from webpubsub.protocol.clients.notices import InvokeResponse
from webpubsub.protocol.clients.requests import Invoke
from webpubsub.protocol.invocations import InvocationChange, PendingInvocations, response_to
from webpubsub.protocol.outcomes import EventFailed, Unhandled
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.sessions.session import Session

logger = logging.getLogger("webpubsub.service.connections")


class Invocations:
    """Has invocations answered by the application; ``tell`` sends the answers."""

    __slots__ = ("_pending", "_router", "_session", "_tasks", "_tell")

    def __init__(
        self, session: Session, router: EventRouter, tell: Callable[[InvokeResponse], None]
    ) -> None:
        self._session = session
        self._router = router
        self._tell = tell
        self._pending = PendingInvocations(session.limits.invocations)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def invoke(self, request: Invoke) -> None:
        """Ask the application, without waiting."""
        refused = self._pending.begin(request)
        if refused is not None:
            self._tell(refused)
            return
        task = asyncio.get_running_loop().create_task(self._answer(request))
        self._tasks[request.invocation_id] = task

    def cancel(self, invocation_id: str) -> None:
        """Let the application go no further, and tell the client nothing; harmless when nothing is
        pending under the id."""
        if self._pending.move(invocation_id, InvocationChange.CANCEL):
            self._tasks.pop(invocation_id).cancel()

    def close(self) -> None:
        """Cancel everything: there is nobody to tell any more."""
        for invocation_id in tuple(self._tasks):
            self.cancel(invocation_id)

    async def _answer(self, request: Invoke) -> None:
        invocation_id = request.invocation_id
        response = await self._ask(request)
        if self._pending.move(invocation_id, InvocationChange.ANSWER):
            del self._tasks[invocation_id]
            self._tell(response)

    async def _ask(self, request: Invoke) -> InvokeResponse:
        try:
            outcome = await self._router.user_event(self._session, request.event, request.message)
        except Exception:
            logger.exception("the invocation of '%s' of hub '%s'", request.event, self._session.hub)
            outcome = EventFailed()
        if isinstance(outcome, EventFailed | Unhandled):
            self._log(request, outcome)
        return response_to(request.invocation_id, outcome)

    def _log(self, request: Invoke, outcome: EventFailed | Unhandled) -> None:
        logger.warning(
            "hub '%s', connection %s: the invocation of '%s' failed: %s",
            self._session.hub,
            self._session.connection_id,
            request.event,
            outcome,
        )
