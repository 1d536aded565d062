"""What happens around a call of a function, whichever worker runs it.

Inputs are read, user code runs, outputs are written, and only then is the trigger answered; a
failure at any step is the failure of the invocation, and nobody else's.
Specification: functions-python sections 4.5, 8.4, 8.5 and 13.2.
"""

import asyncio
import traceback
from collections import ChainMap
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from webpubsub.host.expressions.resolution import SystemData
from webpubsub.host.extension import (
    BindingError,
    InvocationContext,
    OutputExtension,
    Read,
    TriggerCall,
)
from webpubsub.host.invocations.invocation_log import InvocationLog
from webpubsub.host.invocations.running_invocations import Cut, RunningInvocations
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.observation import (
    InvocationBegan,
    InvocationEnded,
    ObservationPoint,
    Observed,
)
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import (
    FunctionFailure,
    Invocation,
    InvocationResult,
    TraceContext,
    Worker,
    WorkerLost,
)
from webpubsub.protocol.trace_context import SpanContext, current_span
from webpubsub.protocol.unique_ids import UniqueIds

RETURN = "$return"

_split_json = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class _Attempt(msgspec.Struct, frozen=True, eq=False):
    """One call of the function on its way. ``inputs`` begins with the trigger's."""

    id: str
    call: TriggerCall
    retry: int
    max_retries: int
    inputs: list[tuple[str, Value]]


class FunctionInvoker:
    """Calls one function: the ``Invoke`` that its trigger's extension is given."""

    def __init__(
        self,
        function: FunctionMetadata,
        *,
        worker: Worker,
        running: RunningInvocations,
        inputs: Sequence[tuple[str, Read]] = (),
        outputs: Sequence[tuple[Binding, OutputExtension]] = (),
        point: ObservationPoint | None = None,
    ) -> None:
        self._point = point or ObservationPoint()
        self._function = function
        self._worker = worker
        self._running = running
        self._inputs = inputs
        self._outputs = outputs
        self._trigger_name = function.trigger.name
        self._named_outputs = _names_in_answers(function)
        self._system = {"sys": SystemData(function.name)}
        self._log = InvocationLog(function.name)
        self._stages: Callable[[_Attempt], Awaitable[InvocationResult]]
        self._stages = self._with_bindings if inputs or outputs else self._call
        self._new_id = UniqueIds()

    def __call__(
        self, call: TriggerCall, retry: int = 0, max_retries: int = 0
    ) -> Coroutine[Any, Any, InvocationResult]:
        """The only attempt, or else the first or a later one, which the function's context shows.
        Never raises but when the calling task is cancelled."""
        inputs: list[tuple[str, Value]] = [(self._trigger_name, call.value)]
        attempt = _Attempt(self._new_id(), call, retry, max_retries, inputs)
        return self._attempt(attempt) if self._point.observer is None else self._traced(attempt)

    async def _traced(self, attempt: _Attempt) -> InvocationResult:
        with self._point.span():
            return await self._observed(attempt)

    async def _observed(self, attempt: _Attempt) -> InvocationResult:
        name, began = self._function.name, self._point.monotonic()
        self._observe(
            InvocationBegan(
                invocation_id=attempt.id,
                function=name,
                reason=attempt.call.reason,
                trigger=attempt.call.value,
                trigger_type=self._function.trigger.type,
                retry=attempt.retry,
                max_retries=attempt.max_retries,
            )
        )
        result = _CANCELLED
        try:
            result = await self._attempt(attempt)
        finally:
            self._observe(
                InvocationEnded(
                    invocation_id=attempt.id,
                    function=name,
                    seconds=self._point.monotonic() - began,
                    inputs=attempt.inputs,
                    outputs=result.outputs,
                    return_value=result.return_value,
                    failure=result.failure,
                )
            )
        return result

    def _observe(self, item: Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            self._point.catch_up()
            observer(item)

    async def _attempt(self, attempt: _Attempt) -> InvocationResult:
        started = self._log.begin(attempt.id, attempt.call.reason)
        if attempt.call.details:
            self._log.details(attempt.call.details)
        running = self._running.begin()
        try:
            result = await self._stages(attempt)
        except asyncio.CancelledError:
            cut = self._running.cut(running)
            if cut is None:
                self._log.cancelled(attempt.id, started)
                raise
            result = InvocationResult(failure=self._cut_failure(cut))
        except Exception as error:
            result = InvocationResult(failure=_failure(error))
        finally:
            self._running.end(running)
        if result.failure is None:
            self._log.succeeded(attempt.id, started)
        else:
            self._log.failed(attempt.id, started, result.failure)
        return result

    async def _with_bindings(self, attempt: _Attempt) -> InvocationResult:
        context = self._context(attempt)
        for name, read in self._inputs:
            attempt.inputs.append((name, await read(context)))
        result = await self._call(attempt)
        if result.failure is None:
            await self._write_outputs(result, context)
        return result

    def _call(self, attempt: _Attempt) -> Awaitable[InvocationResult]:
        span = current_span.get()
        return self._worker.invoke(
            Invocation(
                id=attempt.id,
                function_id=self._function.id,
                inputs=attempt.inputs,
                trigger_metadata=attempt.call.trigger_metadata,
                trace_context=attempt.call.trace_context if span is None else _shown(span),
                retry_count=attempt.retry,
                max_retry_count=attempt.max_retries,
            )
        )

    def _context(self, attempt: _Attempt) -> InvocationContext:
        # Chained, not copied: the trigger may make its members only when they are asked for.
        data: ChainMap[str, Any] = ChainMap(
            attempt.call.binding_data,  # type: ignore[arg-type]  # only ever read
            self._system,
        )
        return InvocationContext(
            invocation_id=attempt.id,
            function=self._function,
            trigger_value=attempt.call.value,
            binding_data=data,
        )

    async def _write_outputs(self, result: InvocationResult, context: InvocationContext) -> None:
        values = result.outputs
        if self._named_outputs:
            values = {**values, **_outputs_in(result.return_value, self._named_outputs)}
        for binding, sink in self._outputs:
            name = binding.name
            value = result.return_value if name == RETURN else values.get(name)
            if value is not None:
                await sink.write(binding, value, context)

    def _cut_failure(self, cut: Cut) -> FunctionFailure:
        if cut is Cut.STOPPED:
            return FunctionFailure(
                type="HostStopped",
                message="The app was stopped, or replaced by a newer one, before this had ended.",
                stack_trace="",
            )
        return FunctionFailure(
            type="FunctionTimeout",
            message=(
                f"The function took longer than {self._running.limit:g} seconds. Make it shorter, "
                'or raise functionTimeout in host.json ("-1" for no limit).'
            ),
            stack_trace="",
        )


#: What is shown of an invocation whose caller was cancelled, such as by a host that stops.
_CANCELLED = InvocationResult(
    failure=FunctionFailure(
        type="CancelledError", message="Nobody waits for the answer any more.", stack_trace=""
    )
)


def _shown(span: SpanContext) -> TraceContext:
    return TraceContext(span.trace_parent, span.state)


def _names_in_answers(function: FunctionMetadata) -> tuple[str, ...]:
    """The outputs that an answer may hold as members: none when there is a ``$return`` binding."""
    names = tuple(binding.name for binding in function.outputs)
    return () if RETURN in names else names


def _outputs_in(answer: Value, names: Sequence[str]) -> Mapping[str, Value]:
    """The members of a JSON answer that are called like an output; they win over what was set."""
    if isinstance(answer, JsonValue):
        return _outputs_of(answer.value, names)
    if not isinstance(answer, JsonText) or not any(f'"{name}"' in answer.text for name in names):
        return {}
    try:
        members = _split_json(answer.text)
    except msgspec.DecodeError:  # not an object
        return {}
    return {name: _as_value(bytes(members[name])) for name in names if name in members}


def _outputs_of(answer: Any, names: Sequence[str]) -> Mapping[str, Value]:
    if not isinstance(answer, Mapping):
        return {}
    found = {name: answer[name] for name in names if name in answer}
    return {
        name: JsonValue(value) if isinstance(value, dict | list | bool) else value
        for name, value in found.items()
    }


def _as_value(json: bytes) -> Value:
    value: dict[str, Any] | list[Any] | bool | str | int | float | None = msgspec.json.decode(json)
    return JsonText(json.decode()) if isinstance(value, dict | list | bool) else value


def _failure(error: Exception) -> FunctionFailure:
    """A binding that is wrong says so itself; anything else has its place in the code to show."""
    expected = isinstance(error, BindingError | WorkerLost)
    stack = "" if expected else "".join(traceback.format_exception(error))
    return FunctionFailure(type=type(error).__name__, message=str(error), stack_trace=stack)
