"""The program of a worker process: a PythonWorker on a loop of its own, asked over a socket.

It ends when it is asked to or when the host is gone, and then as any program does: what the app has
registered with ``atexit`` runs.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

from webpubsub.host.current_invocation import invocation_here
from webpubsub.host.logs.console_log import root_level
from webpubsub.host.logs.interpreter_errors import log_interpreter_errors
from webpubsub.host.python.prints import Prints
from webpubsub.host.python.relayed import RelayedExchange
from webpubsub.host.python.threads import ThreadCall
from webpubsub.host.python.tracebacks import as_failure, printable, printable_failure
from webpubsub.host.python.user_traces import enter_trace
from webpubsub.host.python.worker import PythonWorker
from webpubsub.host.values import HttpReply, Value
from webpubsub.host.worker import (
    AppError,
    FunctionFailure,
    FunctionLoadError,
    Invocation,
    WorkerLost,
)
from webpubsub.host.workers.leaving import leave_threads_behind
from webpubsub.host.workers.loops import fastest_loop
from webpubsub.host.workers.worker_channel import Channel, encoded
from webpubsub.host.workers.worker_messages import (
    Cancel,
    FromClient,
    Index,
    Indexed,
    Invoke,
    Load,
    Loaded,
    Logged,
    NotIndexed,
    NotLoaded,
    Returned,
    Spent,
    ToHost,
    ToWorker,
)
from webpubsub.host.workers.worker_values import Request, WireValue, off_the_wire, on_the_wire

#: How long a function that was cancelled may hold its thread before the process is to be replaced.
_GRACE_SECONDS = 5.0
#: How long those that run when the process is to end have to notice.
_CANCEL_SECONDS = 1.0

#: What is told of a call that was cancelled, if anybody still waits: a process that ends does that.
_CANCELLED = FunctionFailure(
    type=WorkerLost.__name__, message="the worker process was ended", stack_trace=""
)

_logger = logging.getLogger(__name__)


class Child:
    """Does what the host asks, each call in a task of its own. ``indexed`` is called once the app
    has been imported."""

    def __init__(self, indexed: Callable[[], None]) -> None:
        self._indexed = indexed
        self.ended = asyncio.Event()
        self.channel: Channel[ToWorker] = Channel(ToWorker, self._received, self.ended.set)
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        #: What other threads have to tell the host. Whoever waits for one of them may go on before
        #: the loop has had a turn, as from Python 3.14 on.
        self._from_threads: deque[bytes] = deque()
        self._worker = PythonWorker(left_behind=self._left_behind)
        self._exchanges: dict[int, RelayedExchange] = {}
        self._tasks: dict[int, asyncio.Task[ToHost]] = {}

    def send(self, message: ToHost) -> None:
        """Tell the host something at once, even if this process is about to die, from any thread
        and in order. Raises what ``encoded`` does."""
        data = encoded(message)
        if threading.get_ident() == self._thread:
            self._catch_up()
            self.channel.write_now(data)
        else:
            self._from_threads.append(data)
            self._loop.call_soon_threadsafe(self._catch_up)

    async def stop(self) -> None:
        """Let go of the functions: those that run are cancelled."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CANCEL_SECONDS)
        await self._worker.stop()

    def _catch_up(self) -> None:
        while self._from_threads:
            self.channel.write_now(self._from_threads.popleft())

    def _received(self, message: ToWorker) -> None:
        if isinstance(message, Index | Load | Invoke):
            task = self._loop.create_task(self._do(message))
            self._tasks[message.call] = task
            task.add_done_callback(partial(self._done, message.call))
        elif isinstance(message, FromClient):
            if exchange := self._exchanges.get(message.call):
                exchange.received(message)
        elif isinstance(message, Cancel):
            if message.call in self._tasks:
                self._tasks[message.call].cancel()
        else:
            self.ended.set()

    async def _do(self, message: Index | Load | Invoke) -> ToHost:
        if isinstance(message, Invoke):
            return await self._invoke(message)
        if isinstance(message, Load):
            return await self._load(message)
        return await self._index(message)

    def _done(self, call: int, task: asyncio.Task[ToHost]) -> None:
        """Every call is answered, also one that was cancelled before it began."""
        del self._tasks[call]
        reply = _reply(call, task)
        try:
            self.channel.send(reply)
        except Exception as error:
            failure = (isinstance(reply, Returned) and reply.failure) or as_failure(error)
            self.channel.send(Returned(call=call, failure=printable_failure(failure)))

    async def _index(self, message: Index) -> ToHost:
        if message.sends_prints:
            sys.stdout = Prints(self.send, sys.__stdout__)
            sys.stderr = Prints(self.send, sys.__stderr__, is_error=True)
            log_interpreter_errors()
        try:
            functions = await self._worker.index(Path(message.directory))
        except AppError as error:
            return NotIndexed(message.call, str(error), error.traceback)
        finally:
            sys.stdout.flush()  # what the app printed while it was imported
        self._indexed()
        return Indexed(message.call, list(functions))

    async def _load(self, message: Load) -> ToHost:
        try:
            await self._worker.load(message.function)
        except FunctionLoadError as error:
            return NotLoaded(message.call, str(error))
        return Loaded(
            message.call,
            wants_metadata=self._worker.wants_metadata(message.function),
            wants_event=self._worker.wants_event(message.function),
        )

    async def _invoke(self, message: Invoke) -> Returned:
        enter_trace(message.trace_context)
        invocation = Invocation(
            id=message.id,
            function_id=message.function_id,
            inputs=[(name, self._value(message.call, value)) for name, value in message.inputs],
            trigger_metadata=lambda: {
                name: off_the_wire(value) for name, value in message.metadata.items()
            },
            trace_context=message.trace_context,
            retry_count=message.retry_count,
            max_retry_count=message.max_retry_count,
        )
        result = await self._worker.invoke(invocation)
        if isinstance(result.return_value, HttpReply):
            self._exchanges[message.call].reply = result.return_value
        return Returned(
            call=message.call,
            return_value=on_the_wire(result.return_value),
            outputs={name: on_the_wire(value) for name, value in result.outputs.items()},
            failure=result.failure,
        )

    def _value(self, call: int, value: WireValue) -> Value:
        if not isinstance(value, Request):
            return off_the_wire(value)
        exchange = self._exchanges[call] = RelayedExchange(call, value.scope, self.channel.send)
        exchange.value.at_end.callback(self._exchanges.pop, call)
        return exchange.value

    def _left_behind(self, function_name: str, call: ThreadCall) -> None:
        def look_again() -> None:
            if not call.ended:
                _logger.warning(
                    "Function '%s' still holds its thread, which cannot be stopped: its process "
                    "is replaced.",
                    function_name,
                )
                self.send(Spent(function_name))

        self._loop.call_later(_GRACE_SECONDS, look_again)


def _reply(call: int, task: asyncio.Task[ToHost]) -> ToHost:
    if task.cancelled():
        return Returned(call=call, failure=_CANCELLED)
    error = task.exception()
    return task.result() if error is None else Returned(call=call, failure=as_failure(error))


class ForwardingHandler(logging.Handler):
    """Sends each record to the host, with the invocation that it belongs to."""

    def __init__(self, send: Callable[[ToHost], None]) -> None:
        super().__init__()
        self._send = send
        self._formatter = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        """Send a record; its traceback becomes part of its text."""
        try:
            invocation = invocation_here()
            self._send(
                Logged(
                    logger=record.name,
                    level=record.levelno,
                    message=printable(self._formatter.format(record)),
                    created=record.created,
                    invocation_id="" if invocation is None else invocation.id,
                    function_name="" if invocation is None else invocation.function_name,
                )
            )
        except Exception:
            self.handleError(record)


async def serve(descriptor: int, indexed: Callable[[], None]) -> None:
    """Do what the host asks over a socket until that is the end."""
    child = Child(indexed)
    handler = ForwardingHandler(child.send)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(root_level(os.environ))
    connection = socket.socket(fileno=descriptor)
    await asyncio.get_running_loop().create_unix_connection(lambda: child.channel, sock=connection)
    await child.ended.wait()
    await child.stop()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, Prints):
            stream.end()
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    root.removeHandler(handler)
    child.channel.close()
    await asyncio.sleep(0)  # the transport closes in the next turn


def main(indexed: Callable[[], None] = lambda: None) -> None:
    """Serve the socket whose number is the argument; ``indexed`` is called once the app has been
    imported. Ctrl-C is the host's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=fastest_loop()) as runner:
        runner.run(serve(int(sys.argv[1]), indexed))
    leave_threads_behind()


if __name__ == "__main__":
    main()
