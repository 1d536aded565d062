"""A worker and extensions that do what a test tells them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from webpubsub.host.extension import BindingError, InvocationContext, Invoke, Read
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import Value
from webpubsub.host.worker import (
    FunctionLoadError,
    Invocation,
    InvocationResult,
)

TRIGGER = {"type": "testTrigger", "direction": "IN", "name": "request"}
INPUT = {"type": "testInput", "direction": "in", "name": "item"}
OUTPUT = {"type": "testOutput", "direction": "out", "name": "out"}
RETURN = {**OUTPUT, "name": "$return"}

Body = Callable[[Invocation], Awaitable[InvocationResult]]


def function(
    name: str = "fn",
    *bindings: Mapping[str, Any],
    disabled: bool = False,
    retry: Mapping[str, Any] | None = None,
) -> FunctionMetadata:
    """A function; without bindings, it has a trigger alone."""
    raw = bindings or (TRIGGER,)
    return FunctionMetadata(
        id=name,
        name=name,
        bindings=tuple(Binding(item) for item in raw),
        disabled=disabled,
        retry=retry,
    )


async def nothing(_invocation: Invocation) -> InvocationResult:
    """A function that returns None."""
    return InvocationResult()


class FakeWorker:
    """Has the functions it is given; ``body`` is what each of them does."""

    def __init__(
        self,
        functions: Sequence[FunctionMetadata] = (),
        body: Body = nothing,
        index_error: Exception | None = None,
    ) -> None:
        self.functions = functions
        self.body = body
        self.index_error = index_error
        self.unloadable: set[str] = set()
        self.loaded: list[str] = []
        self.invocations: list[Invocation] = []
        self.stopped = 0

    async def index(self, app_directory: Path) -> Sequence[FunctionMetadata]:
        if self.index_error is not None:
            raise self.index_error
        return self.functions

    async def load(self, function: FunctionMetadata) -> None:
        if function.name in self.unloadable:
            raise FunctionLoadError(f"{function.name} cannot be loaded")
        self.loaded.append(function.name)

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        self.invocations.append(invocation)
        return await self.body(invocation)

    async def stop(self) -> None:
        self.stopped += 1


class FakeTriggers:
    """Serves ``testTrigger``; a binding with ``fail`` fails its check, one with ``taken`` its
    attachment."""

    binding_types: Mapping[str, frozenset[str]] = {"testTrigger": frozenset({"hub"})}

    def __init__(
        self, start_error: Exception | None = None, stop_error: Exception | None = None
    ) -> None:
        self.attached: dict[str, Invoke] = {}
        self.metadata: dict[str, FunctionMetadata] = {}
        self.events: list[str] = []
        self._start_error = start_error
        self._stop_error = stop_error

    def check(self, function: FunctionMetadata, binding: Binding) -> None:
        if binding.get("fail"):
            raise BindingError(f"{function.name} fails its check")

    def attach(self, function: FunctionMetadata, invoke: Invoke) -> None:
        if function.trigger.get("taken"):
            raise BindingError("the route is taken")
        self.attached[function.name] = invoke
        self.metadata[function.name] = function

    async def start(self) -> None:
        if self._start_error is not None:
            raise self._start_error
        self.events.append("started")

    def open(self) -> None:
        self.events.append("opened")

    async def drain(self) -> None:
        self.events.append("drained")

    async def stop(self) -> None:
        self.events.append("stopped")
        if self._stop_error is not None:
            raise self._stop_error


class FakeData:
    """Serves ``testInput`` and ``testOutput``; remembers what is read and written."""

    binding_types: Mapping[str, frozenset[str]] = {
        "testInput": frozenset(),
        "testOutput": frozenset({"path"}),
    }

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.contexts: list[InvocationContext] = []
        self.written: list[tuple[str, Value]] = []

    def check(self, function: FunctionMetadata, binding: Binding) -> None: ...

    def reader(self, binding: Binding) -> Read:
        async def read(context: InvocationContext) -> Value:
            self.contexts.append(context)
            if self.error is not None:
                raise self.error
            return f"value of {binding.name}"

        return read

    async def write(self, binding: Binding, value: Value, context: InvocationContext) -> None:
        self.contexts.append(context)
        if self.error is not None:
            raise self.error
        self.written.append((binding.name, value))


class SourceOnly:
    """Has inputs, and nothing else."""

    binding_types: Mapping[str, frozenset[str]] = {"sourceOnly": frozenset()}

    def check(self, function: FunctionMetadata, binding: Binding) -> None: ...

    def reader(self, binding: Binding) -> Read:
        async def read(context: InvocationContext) -> Value:
            return None

        return read


class SinkOnly:
    """Has outputs, and nothing else, although one of its types is that of a trigger."""

    binding_types: Mapping[str, frozenset[str]] = {
        "sinkOnly": frozenset(),
        "dataTrigger": frozenset(),
    }

    def check(self, function: FunctionMetadata, binding: Binding) -> None: ...

    async def write(self, binding: Binding, value: Value, context: InvocationContext) -> None: ...
