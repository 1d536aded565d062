"""A worker in a process of its own.

    new -- index --> starting --> ready -- stop, or its end by itself --> gone

Whatever it is asked has an owner who learns of its end: when the process is gone, every pending
call fails at once with WorkerLost. Specification: functions-python section 8.4.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import HttpExchange, HttpReply
from webpubsub.host.worker import (
    AppError,
    FunctionFailure,
    FunctionLoadError,
    Invocation,
    InvocationResult,
    WorkerLost,
)
from webpubsub.host.workers.processes import Process, start_process
from webpubsub.host.workers.relay import Relay
from webpubsub.host.workers.worker_channel import Channel
from webpubsub.host.workers.worker_messages import (
    Cancel,
    Index,
    Indexed,
    Invoke,
    Load,
    Loaded,
    Logged,
    NotIndexed,
    NotLoaded,
    Printed,
    Returned,
    Spent,
    Stop,
    ToClient,
    ToHost,
    ToWorker,
    log_record,
)
from webpubsub.host.workers.worker_values import Reply, off_the_wire, on_the_wire
from webpubsub.protocol.observation import Scope
from webpubsub.protocol.trace_context import SpanContext, current_span

_logger = logging.getLogger(__name__)

#: How long a process may take to start and to index the app, and to end when it is asked to.
_START_SECONDS = 60.0
_STOP_SECONDS = 5.0
CHILD = "webpubsub.host.python.child"
_LOST = "the worker process has died"
_NOT_WHOLE = FunctionFailure(type="WorkerLost", message=_LOST, stack_trace="")

_ReplyT = TypeVar("_ReplyT")


class ProcessWorker:
    """Implements ``host.worker.Worker`` by a PythonWorker in another process.

    ``lost`` is called when the process ends by itself, with what tells how it ended; ``spent`` when
    it should be replaced, because a function holds a thread that cannot be stopped. ``program`` is
    the module that the process runs.
    """

    def __init__(
        self,
        *,
        lost: Callable[["ProcessWorker", Awaitable[str]], None],
        spent: Callable[["ProcessWorker"], None],
        environment: Mapping[str, str] | None = None,
        program: str = CHILD,
    ) -> None:
        self._program = program
        self._on_lost = lost
        self._on_spent = spent
        self._environment = os.environ if environment is None else environment
        self._process: Process | None = None
        self._channel: Channel[ToHost] | None = None
        self._calls: dict[int, asyncio.Future[ToHost]] = {}
        self._relays: dict[int, Relay] = {}
        self._numbers = count(1)
        self._want_metadata: set[str] = set()
        self._want_event: set[str] = set()
        #: The spans of invocations that are under way, while somebody looks.
        self._spans: dict[str, SpanContext] = {}
        self._stopping = False
        self._burial: asyncio.Task[str] | None = None
        self.served = 0

    @property
    def busy(self) -> int:
        """How many calls it has not answered, those included that nobody waits for, and how many
        HTTP exchanges are open."""
        return len(self._calls) + len(self._relays)

    @property
    def pid(self) -> int | None:
        """The number of its process."""
        return None if self._process is None else self._process.pid

    async def index(self, app_directory: Path) -> Sequence[FunctionMetadata]:
        """Start the process and index the app there. Raises AppError when the app is broken or the
        process does not come up."""
        try:
            async with asyncio.timeout(_START_SECONDS):
                await self._start(app_directory)
                # Somebody may have put a stream of their own in the place of the output.
                is_replaced = sys.stdout is not sys.__stdout__
                reply = await self._ask(
                    Index(next(self._numbers), str(app_directory), sends_prints=is_replaced)
                )
        except TimeoutError:
            raise AppError(f"a worker was not ready within {_START_SECONDS:g} seconds") from None
        except OSError as error:
            raise AppError(f"a worker process cannot be started: {error}") from None
        except WorkerLost:
            ending = "at once" if self._burial is None else await self._burial
            raise AppError(
                f"a worker process ended while it imported the app: {ending}. Look for what ends "
                "it, such as os._exit or a crash in a C library."
            ) from None
        if isinstance(reply, NotIndexed):
            raise AppError(reply.message, reply.traceback)
        return _expected(reply, Indexed).functions

    async def load(self, function: FunctionMetadata) -> None:
        """Make a function ready there. Raises FunctionLoadError, and WorkerLost."""
        reply = await self._ask(Load(next(self._numbers), function))
        if isinstance(reply, NotLoaded):
            raise FunctionLoadError(reply.message)
        loaded = _expected(reply, Loaded)
        if loaded.wants_metadata:
            self._want_metadata.add(function.id)
        if loaded.wants_event:
            self._want_event.add(function.id)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Call a function there. Raises WorkerLost."""
        self.served += 1
        call = next(self._numbers)
        wants_metadata = invocation.function_id in self._want_metadata
        metadata = invocation.trigger_metadata() if wants_metadata else {}
        whole = invocation.function_id in self._want_event
        message = Invoke(
            call=call,
            id=invocation.id,
            function_id=invocation.function_id,
            inputs=[
                (name, on_the_wire(value, whole_events=whole)) for name, value in invocation.inputs
            ],
            metadata={name: on_the_wire(value) for name, value in metadata.items()},
            trace_context=invocation.trace_context,
            retry_count=invocation.retry_count,
            max_retry_count=invocation.max_retry_count,
        )
        if isinstance(invocation.inputs[0][1], HttpExchange):
            self._open_relay(call, invocation.inputs[0][1])
        span = current_span.get()
        if span is not None:
            self._spans[invocation.id] = span
        try:
            reply = _expected(await self._ask(message), Returned)
        except asyncio.CancelledError:
            self._send(Cancel(call))
            raise
        finally:
            self._spans.pop(invocation.id, None)
        value = reply.return_value
        return InvocationResult(
            return_value=self._reply(call) if isinstance(value, Reply) else off_the_wire(value),
            outputs={name: off_the_wire(value) for name, value in reply.outputs.items()},
            failure=reply.failure,
        )

    async def stop(self) -> None:
        """Ask the process to end, and end it when it does not."""
        self._stopping = True
        self._send(Stop())
        if self._process is not None:
            await self._process.end(_STOP_SECONDS)
        if self._channel is not None:
            self._channel.close()
        if self._burial is not None:
            await self._burial

    def _open_relay(self, call: int, exchange: HttpExchange) -> None:
        """Until the end of the exchange, which is after that of the call."""
        relay = self._relays[call] = Relay(call, exchange.receive, self._send)
        exchange.at_end.callback(relay.close)
        exchange.at_end.callback(self._relays.pop, call, None)

    def _reply(self, call: int) -> HttpReply:
        return HttpReply(self._relays[call].respond)

    async def _start(self, directory: Path) -> None:
        def channel() -> Channel[ToHost]:
            return Channel(ToHost, self._received, self._gone)

        self._process, self._channel = await start_process(
            lambda number: [sys.executable, "-P", "-m", self._program, str(number)],
            channel,
            directory=directory,
            environment=self._environment,
        )

    async def _ask(self, message: Index | Load | Invoke) -> ToHost:
        if self._channel is None or not self._channel.is_open or self._stopping:
            raise WorkerLost(_LOST)
        self._channel.send(message)
        reply: asyncio.Future[ToHost] = asyncio.get_running_loop().create_future()
        self._calls[message.call] = reply
        return await reply

    def _send(self, message: ToWorker) -> None:
        if self._channel is not None:
            self._channel.send(message)

    def _received(self, message: ToHost) -> None:
        if isinstance(message, Logged | Printed):
            with Scope(self._spans.get(message.invocation_id)), _within(message):
                _tell(message)
        elif isinstance(message, Spent):
            self._on_spent(self)
        elif isinstance(message, ToClient):
            if relay := self._relays.get(message.call):
                relay.received(message)
        else:
            reply = self._calls.pop(message.call)
            if not reply.done():
                reply.set_result(message)

    def _gone(self) -> None:
        self._channel = None
        calls, self._calls = self._calls, {}
        for reply in calls.values():
            if not reply.done():
                reply.set_exception(WorkerLost(_LOST))
        for relay in self._relays.values():
            relay.end(_NOT_WHOLE)
        if self._process is None or self._stopping:
            return  # whoever starts or stops it learns of its end
        self._burial = asyncio.get_running_loop().create_task(_buried(self._process))
        self._on_lost(self, asyncio.shield(self._burial))


async def _buried(process: Process) -> str:
    """How it has ended."""
    process.kill()  # what it has started, or itself when it only let go of us
    return await process.wait()


def _tell(message: Logged | Printed) -> None:
    """What comes from there goes the way of our own."""
    if isinstance(message, Printed):
        (sys.stderr if message.is_error else sys.stdout).write(message.text)
        return
    logger = logging.getLogger(message.logger)
    if logger.isEnabledFor(message.level):
        logger.handle(log_record(message))


@contextmanager
def _within(message: Logged | Printed) -> Iterator[None]:
    """As something of its invocation."""
    named = CurrentInvocation(message.invocation_id, message.function_name)
    token = current_invocation.set(named if message.invocation_id else None)
    try:
        yield
    finally:
        current_invocation.reset(token)


def _expected(reply: ToHost, kind: type[_ReplyT]) -> _ReplyT:
    if not isinstance(reply, kind):
        raise WorkerLost(f"the worker process answered with {type(reply).__name__}")
    return reply
