"""The worker seam: who loads and runs user code.

Today the only worker is Python in this process (``host.python``); workers for other languages, in
processes of their own, take the same place. A worker is asked to index, load, invoke and stop. It
may die at any moment: every pending call then fails at once with ``WorkerLost``. Timeouts, retries,
routing and the conversion of answers into what the host does with them live above all workers.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import Value


class AppError(Exception):
    """The whole app cannot be indexed; the text says what is wrong and how to mend it.

    ``traceback`` is the user's own traceback as text when user code raised, else None.
    """

    def __init__(self, message: str, traceback: str | None = None) -> None:
        super().__init__(message)
        self.traceback = traceback


class FunctionLoadError(Exception):
    """One function cannot be loaded; the others are unharmed."""


class WorkerLost(Exception):
    """The worker died while the call was pending."""


class TraceContext(msgspec.Struct, frozen=True):
    """W3C trace context of an invocation; empty strings when there is none."""

    trace_parent: str = ""
    trace_state: str = ""


class Invocation(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a function.

    ``inputs`` are in order, the trigger first, and hold every input even when its value is None.
    ``trigger_metadata`` is lazy: it is called only when a worker needs it.
    """

    id: str
    function_id: str
    inputs: Sequence[tuple[str, Value]]
    trigger_metadata: Callable[[], Mapping[str, Value]] = dict
    trace_context: TraceContext = TraceContext()
    retry_count: int = 0
    max_retry_count: int = 0


class FunctionFailure(msgspec.Struct, frozen=True, kw_only=True):
    """User code raised, or its answer could not be encoded."""

    type: str
    message: str
    stack_trace: str


class InvocationResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an invocation: either ``failure`` is set, or values and outputs are.

    ``outputs`` holds only the output bindings that were set.
    """

    return_value: Value = None
    outputs: Mapping[str, Value] = msgspec.field(default_factory=dict)
    failure: FunctionFailure | None = None


class Worker(Protocol):
    """Loads and runs the functions of one app."""

    async def index(self, app_directory: Path) -> Sequence[FunctionMetadata]:
        """The functions of the app. Raises AppError when the whole app is broken."""
        ...

    async def load(self, function: FunctionMetadata) -> None:
        """Make a function ready to be invoked. Raises FunctionLoadError."""
        ...

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        """Call a function. Raises WorkerLost; a failure of user code is a result.

        Cancelling it cancels an ``async def`` function; a function in a thread cannot be stopped.
        """
        ...

    async def stop(self) -> None:
        """Let go of everything; running functions are given the time the caller allows."""
        ...
