"""Runs the functions of a Python app in this process.

A function made with ``async def`` runs on the host's loop, in the task that calls it; any other
runs in a thread. Specification: functions-python sections 4, 8.1 and 8.2.
"""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from azure.functions import AsgiFunctionApp

from webpubsub.host.current_invocation import (
    CurrentInvocation,
    current_invocation,
    let_threads_name_it,
)
from webpubsub.host.logs.afterwards import Afterwards
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.python.app_modules import AppModules
from webpubsub.host.python.context import context_of
from webpubsub.host.python.converters import (
    Metadata,
    decoder_for,
    encoder_for,
    takes_events,
    takes_metadata,
)
from webpubsub.host.python.function_folders import index_folders, warn_of_ignored_folders
from webpubsub.host.python.indexing import IndexedFunction, index_script, script_name
from webpubsub.host.python.out import Out
from webpubsub.host.python.signatures import Conversion, LoadedFunction
from webpubsub.host.python.threads import (
    FunctionThreads,
    ThreadCall,
    thread_count,
    warn_of_thread,
)
from webpubsub.host.python.tracebacks import as_failure
from webpubsub.host.python.web_apps import shut_down, web_apps_in
from webpubsub.host.values import Value
from webpubsub.host.worker import (
    AppError,
    FunctionLoadError,
    Invocation,
    InvocationResult,
    WorkerLost,
)

_NO_OUTPUTS: Mapping[str, Value] = {}
#: Seconds of an import that users of the app notice.
_LONG_IMPORT = 0.5

_logger = logging.getLogger(__name__)


class _Ready(msgspec.Struct, frozen=True, kw_only=True):
    """A function with all that an invocation needs of it, found out once."""

    function: LoadedFunction
    decoders: Mapping[str, Callable[[Value, Metadata], Any]]
    encoders: Mapping[str, Callable[[Any], Value]]
    encode_answer: Callable[[Any], Value] | None

    def arguments(self, invocation: Invocation) -> dict[str, Any]:
        """What the function is called with. Raises whatever a converter raises."""
        function, metadata, decoders = self.function, invocation.trigger_metadata, self.decoders
        arguments = {}
        for name, item in invocation.inputs:
            arguments[name] = decoders[name](item, metadata)
        if function.wants_context:
            arguments["context"] = context_of(invocation, function.name, function.directory)
            let_threads_name_it()
        for name in self.encoders:
            arguments[name] = Out()
        return arguments


class PythonWorker:
    """Implements ``host.worker.Worker`` for Python apps of either model.

    ``threads`` is how many functions that are not ``async`` run at once; None asks the setting
    PYTHON_THREADPOOL_THREAD_COUNT. ``environment`` is that of the process unless given.
    ``left_behind`` is told of functions that were cancelled and run on in their threads.
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        environment: Mapping[str, str] | None = None,
        left_behind: Callable[[str, ThreadCall], None] = warn_of_thread,
    ) -> None:
        self._left_behind = left_behind
        self._environment = os.environ if environment is None else environment
        self._thread_count = threads
        self._threads: FunctionThreads | None = None
        self._modules: AppModules | None = None
        self._indexed: dict[str, IndexedFunction] = {}
        self._ready: dict[str, _Ready] = {}
        self._web_apps: Sequence[AsgiFunctionApp] = ()
        #: What functions print is seen when they have returned, with all others of the turn.
        self._prints = Afterwards(_flush_output)

    async def index(self, app_directory: Path) -> Sequence[FunctionMetadata]:
        """The functions of the app. Raises AppError when the whole app is broken.

        User code is imported here, on the loop's own thread, as on Azure: it may begin tasks, take
        signals, and make what only the thread that made it may use, such as a connection of
        sqlite3. In another thread some of that would fail at once, and some only when a function
        uses it after a reload. So nothing else runs meanwhile, which a warning says when an app
        that others use is replaced.
        """
        script = script_name(self._environment)
        self._modules = AppModules(app_directory)
        self._modules.enter()
        began = time.monotonic()
        try:
            functions = _index(self._modules, script)
            self._web_apps = web_apps_in(sys.modules[name] for name in self._modules.own_names())
        except BaseException:
            self._modules.leave()
            raise
        if self._modules.replaces_another:
            _tell_of_wait(time.monotonic() - began)
        count = self._thread_count or thread_count(self._environment)
        self._threads = FunctionThreads(count, asyncio.get_running_loop())
        self._indexed = {function.metadata.id: function for function in functions}
        return [function.metadata for function in functions]

    async def load(self, function: FunctionMetadata) -> None:
        """Make a function ready to be invoked. Raises FunctionLoadError."""
        indexed = self._indexed.get(function.id)
        if indexed is None:
            raise FunctionLoadError(f"function '{function.name}' is not of this app.")
        self._ready[function.id] = _made_ready(indexed.load())

    def wants_metadata(self, function: FunctionMetadata) -> bool:
        """Whether a function that is loaded needs the metadata of its trigger."""
        inputs = self._ready[function.id].function.inputs.values()
        return any(takes_metadata(item.binding_type) for item in inputs)

    def wants_event(self, function: FunctionMetadata) -> bool:
        """Whether a function that is loaded takes events as they are."""
        inputs = self._ready[function.id].function.inputs.values()
        return any(takes_events(item.binding_type) for item in inputs)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Call a function. Raises WorkerLost once stopped; a failure of user code is a result."""
        ready = self._ready.get(invocation.function_id)
        if ready is None:
            raise WorkerLost("the function is not loaded: the worker has stopped")
        token = current_invocation.set(CurrentInvocation(invocation.id, ready.function.name))
        try:
            arguments = ready.arguments(invocation)
            if ready.function.is_async:
                answer = await ready.function.call(**arguments)
            else:
                answer = await self._in_thread(ready.function, arguments)
            self._prints.soon()
            return _result(ready, arguments, answer)
        except GeneratorExit:
            raise
        except asyncio.CancelledError as error:
            self._check_cancellation()
            return InvocationResult(failure=as_failure(error))
        except BaseException as error:  # SystemExit, too, is only a failed invocation
            return InvocationResult(failure=as_failure(error))
        finally:
            current_invocation.reset(token)

    def _check_cancellation(self) -> None:
        """Tell a cancelled invocation and a stopped worker from what user code raised by itself."""
        if self._threads is None:
            raise WorkerLost("the worker has stopped")
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError

    async def _in_thread(self, function: LoadedFunction, arguments: Mapping[str, Any]) -> Any:
        """The thread sees the context of the invocation, so that its logs belong to it."""
        threads = self._threads
        if threads is None:
            raise WorkerLost("the worker has stopped")
        call = threads.begin(partial(copy_context().run, function.call, **arguments))
        try:
            return await call.future
        except asyncio.CancelledError:
            if not threads.cancel(call):
                self._left_behind(function.name, call)
            raise

    async def stop(self) -> None:
        """Let go of everything. Functions in threads run on, and nobody waits for them."""
        self._ready = {}
        self._indexed = {}
        web_apps, self._web_apps = self._web_apps, ()
        await shut_down(web_apps)
        if self._threads is not None:
            self._threads.stop()
            self._threads = None
        if self._modules is not None:
            self._modules.leave()
            self._modules = None


def _flush_output() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _index(modules: AppModules, script: str) -> list[IndexedFunction]:
    if (modules.directory / script).is_file():
        warn_of_ignored_folders(modules.directory, script)
        return index_script(modules, script)
    functions = index_folders(modules)
    if not functions:
        raise AppError(
            f"{modules.directory} holds no function app: neither {script} nor a folder with a "
            "function.json."
        )
    return functions


def _tell_of_wait(seconds: float) -> None:
    if seconds >= _LONG_IMPORT:
        _logger.warning(
            "The app took %.1f seconds to import, while every client had to wait. Do what takes "
            "long in a function, or start with --workers 1, which imports in another process.",
            seconds,
        )


def _made_ready(function: LoadedFunction) -> _Ready:
    return _Ready(
        function=function,
        decoders={name: _decoder(function, item) for name, item in function.inputs.items()},
        encoders={
            name: encoder_for(item.binding_type, item.annotation)
            for name, item in function.outputs.items()
        },
        encode_answer=_answer_encoder(function),
    )


def _decoder(function: LoadedFunction, item: Conversion) -> Callable[[Value, Metadata], Any]:
    framework = function.framework
    if framework is not None and framework.takes(item.binding_type):
        return framework.decode
    return decoder_for(item.binding_type)


def _answer_encoder(function: LoadedFunction) -> Callable[[Any], Value] | None:
    if function.framework is not None:
        return function.framework.encode
    answer = function.answer
    return None if answer is None else encoder_for(answer.binding_type, answer.annotation)


def _result(ready: _Ready, arguments: Mapping[str, Any], answer: Any) -> InvocationResult:
    if ready.encode_answer is None and answer is not None:
        raise RuntimeError(
            f"function '{ready.function.name}' without a $return binding returned a non-None value"
        )
    outputs = _outputs(ready, arguments) if ready.encoders else _NO_OUTPUTS
    value = ready.encode_answer(answer) if ready.encode_answer is not None else None
    return InvocationResult(return_value=value, outputs=outputs)


def _outputs(ready: _Ready, arguments: Mapping[str, Any]) -> Mapping[str, Value]:
    """Those that were set, as they are when the function has returned."""
    values = ((name, encode, arguments[name].get()) for name, encode in ready.encoders.items())
    return {name: encode(value) for name, encode, value in values if value is not None}
