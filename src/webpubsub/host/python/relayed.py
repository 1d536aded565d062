"""The function's end of an HTTP exchange whose client the host has.

Specification: functions-python section 2.5.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from contextvars import copy_context
from typing import Any

from webpubsub.host.python.tracebacks import as_failure, printable_failure
from webpubsub.host.values import HttpExchange, HttpReply
from webpubsub.host.workers.worker_messages import (
    FromClient,
    Receive,
    Received,
    Respond,
    Responded,
    Send,
    Sent,
    ToClient,
)


class RelayedExchange:
    """Belongs to one call, in whose context it is made; ``tell`` reaches the host.

    ``reply`` is what its function has returned, until the host asks for it.
    """

    def __init__(
        self, call: int, scope: Mapping[str, Any], tell: Callable[[ToClient], None]
    ) -> None:
        self._call = call
        self._tell = tell
        self._context = copy_context()
        self._coming: asyncio.Future[Mapping[str, Any]] | None = None
        self._sending: deque[asyncio.Future[bool]] = deque()
        self._response: asyncio.Task[None] | None = None
        self.reply: HttpReply | None = None
        self.value = HttpExchange(scope=scope, receive=self._receive, at_end=ExitStack())

    def received(self, message: FromClient) -> None:
        """Take what the host has to say."""
        if isinstance(message, Received):
            if self._coming is not None:
                self._coming.set_result(message.message)
        elif isinstance(message, Sent):
            sent = self._sending.popleft()
            if not sent.done():
                sent.set_result(message.failed)
        elif isinstance(message, Respond):
            self._respond()
        else:
            self._release()

    def _respond(self) -> None:
        self._response = asyncio.get_running_loop().create_task(
            self._responding(), context=self._context
        )
        self._response.add_done_callback(self._responded)

    def _release(self) -> None:
        self.value.at_end.close()
        if self._response is not None:
            self._response.cancel()

    async def _responding(self) -> None:
        if self.reply is not None:
            await self.reply.application(self.value.scope, self._receive, self._send)

    def _responded(self, task: asyncio.Task[None]) -> None:
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        failure = None if error is None else printable_failure(as_failure(error))
        self._tell(Responded(self._call, failure))

    async def _receive(self) -> Mapping[str, Any]:
        """Frameworks ask and give up at once to see whether there is something: the host is asked
        once for each message, however often that happens."""
        if self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
            self._tell(Receive(self._call))
        message = await asyncio.shield(self._coming)
        self._coming = None
        return message

    async def _send(self, message: Mapping[str, Any]) -> None:
        sent: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tell(Send(self._call, dict(message)))
        self._sending.append(sent)
        if await sent:
            raise OSError("the response cannot be sent, or its client has left")
