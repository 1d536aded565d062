"""The host's end of an HTTP exchange whose function runs in another process.

The function asks for the request piece by piece, and later sends the response so; this end does
either for it, one task for each. Specification: functions-python section 2.5.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from webpubsub.host.values import Receive, Send
from webpubsub.host.worker import FunctionFailure
from webpubsub.host.workers.worker_messages import (
    FromClient,
    Received,
    Release,
    Respond,
    Responded,
    Sent,
    ToClient,
)
from webpubsub.host.workers.worker_messages import Receive as ReceiveMessage


class ResponseFailed(Exception):
    """What makes a response has failed in its process; the text is its traceback there."""


class Relay:
    """Belongs to one call: ``receive`` gives what comes with the request, and ``tell`` reaches the
    function."""

    def __init__(self, call: int, receive: Receive, tell: Callable[[FromClient], None]) -> None:
        self._call = call
        self._receive = receive
        self._tell = tell
        self._send: Send | None = None
        self._problem: Exception | None = None
        self._over: asyncio.Future[FunctionFailure | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._tasks: set[asyncio.Task[None]] = set()

    def received(self, message: ToClient) -> None:
        """Do what the function asks for."""
        if isinstance(message, Responded):
            self.end(message.failure)
        elif isinstance(message, ReceiveMessage):
            self._begin(self._read())
        else:
            self._begin(self._write(message.message))

    def end(self, failure: FunctionFailure | None) -> None:
        """There is no more of the response."""
        if not self._over.done():
            self._over.set_result(failure)

    async def respond(self, _scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        """The response, as an ASGI application. Raises whatever ``send`` does, and ResponseFailed
        when it does not become whole."""
        self._send = send
        self._tell(Respond(self._call))
        failure = await self._over
        if failure is not None:
            raise self._problem or ResponseFailed(failure.stack_trace or failure.message)

    def close(self) -> None:
        """Ask and answer no more."""
        for task in self._tasks:
            task.cancel()
        self._tell(Release(self._call))

    async def _read(self) -> None:
        self._tell(Received(self._call, dict(await self._receive())))

    async def _write(self, message: Mapping[str, Any]) -> None:
        try:
            if self._send is None:
                raise RuntimeError("nobody has asked for the response")
            await self._send(message)
        except Exception as error:
            self._problem = error
        self._tell(Sent(self._call, failed=self._problem is not None))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
