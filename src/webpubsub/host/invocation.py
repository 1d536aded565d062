"""What happens around a call of a function, whichever worker runs it.

Inputs are read, user code runs, outputs are written, and only then is the trigger answered; a
failure at any step is the failure of the invocation, and nobody else's.
Specification: functions-python sections 4.5, 8.4, 8.5 and 13.2.
"""

import asyncio
import logging
import time
import traceback
from collections import ChainMap
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec

from webpubsub.host.expressions import SystemData
from webpubsub.host.extensions.seam import (
    BindingError,
    InputExtension,
    InvocationContext,
    OutputExtension,
    TriggerCall,
)
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.running_invocations import RunningInvocations
from webpubsub.host.values import JsonText, Value
from webpubsub.host.worker import (
    FunctionFailure,
    Invocation,
    InvocationResult,
    Worker,
    WorkerLost,
)

RETURN = "$return"

_split_json = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class FunctionInvoker:
    """Calls one function: the ``Invoke`` that its trigger's extension is given."""

    def __init__(
        self,
        function: FunctionMetadata,
        *,
        worker: Worker,
        running: RunningInvocations,
        inputs: Sequence[tuple[Binding, InputExtension]] = (),
        outputs: Sequence[tuple[Binding, OutputExtension]] = (),
    ) -> None:
        self._function = function
        self._worker = worker
        self._running = running
        self._inputs = inputs
        self._outputs = outputs
        self._trigger_name = function.trigger.name
        self._named_outputs = _names_in_answers(function)
        self._system = {"sys": SystemData(function.name)}
        self._logger = logging.getLogger(f"Function.{function.name}")

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        """Never raises but when the calling task is cancelled."""
        invocation_id = str(uuid4())
        is_logged = self._logger.isEnabledFor(logging.INFO)
        if is_logged:
            self._log_start(invocation_id, call.reason)
        started = time.perf_counter()
        running = self._running.begin()
        try:
            result = await self._stages(invocation_id, call)
        except asyncio.CancelledError:
            if not self._running.is_timeout(running):
                self._log_end(invocation_id, "Cancelled", started)
                raise
            result = InvocationResult(failure=self._timeout())
        except Exception as error:
            result = InvocationResult(failure=_failure(error))
        finally:
            self._running.end(running)
        if result.failure is not None:
            self._log_failure(invocation_id, result.failure, started)
        elif is_logged:
            self._log_end(invocation_id, "Succeeded", started)
        return result

    async def _stages(self, invocation_id: str, call: TriggerCall) -> InvocationResult:
        context = None
        inputs: list[tuple[str, Value]] = [(self._trigger_name, call.value)]
        if self._inputs or self._outputs:
            context = self._context(invocation_id, call)
            for binding, source in self._inputs:
                inputs.append((binding.name, await source.read(binding, context)))
        result = await self._worker.invoke(
            Invocation(
                id=invocation_id,
                function_id=self._function.id,
                inputs=inputs,
                trigger_metadata=call.trigger_metadata,
                trace_context=call.trace_context,
            )
        )
        if context is not None and result.failure is None:
            await self._write_outputs(result, context)
        return result

    def _context(self, invocation_id: str, call: TriggerCall) -> InvocationContext:
        # Chained, not copied: the trigger may make its members only when they are asked for.
        data: ChainMap[str, Any] = ChainMap(
            call.binding_data,  # type: ignore[arg-type]  # only ever read
            self._system,
        )
        return InvocationContext(
            invocation_id=invocation_id,
            function=self._function,
            trigger_value=call.value,
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

    def _timeout(self) -> FunctionFailure:
        return FunctionFailure(
            type="FunctionTimeout",
            message=(
                f"The function took longer than {self._running.limit:g} seconds. Make it shorter, "
                'or raise functionTimeout in host.json ("-1" for no limit).'
            ),
            stack_trace="",
        )

    def _log_start(self, invocation_id: str, reason: str) -> None:
        self._logger.info(
            "Executing 'Functions.%s' (Reason='%s', Id=%s)",
            self._function.name,
            reason,
            invocation_id,
        )

    def _log_end(self, invocation_id: str, outcome: str, started: float) -> None:
        self._logger.log(
            logging.INFO if outcome == "Succeeded" else logging.ERROR,
            "Executed 'Functions.%s' (%s, Id=%s, Duration=%dms)",
            self._function.name,
            outcome,
            invocation_id,
            (time.perf_counter() - started) * 1000,
        )

    def _log_failure(self, invocation_id: str, failure: FunctionFailure, started: float) -> None:
        self._log_end(invocation_id, "Failed", started)
        stack = f"\nStack: {failure.stack_trace.rstrip()}" if failure.stack_trace else ""
        self._logger.error(
            "Exception while executing function: Functions.%s. "
            "Result: Failure\nException: %s: %s%s",
            self._function.name,
            failure.type,
            failure.message,
            stack,
        )


def _names_in_answers(function: FunctionMetadata) -> tuple[str, ...]:
    """The outputs that an answer may hold as members: none when there is a ``$return`` binding."""
    names = tuple(binding.name for binding in function.outputs)
    return () if RETURN in names else names


def _outputs_in(answer: Value, names: Sequence[str]) -> Mapping[str, Value]:
    """The members of a JSON answer that are called like an output; they win over what was set."""
    if not isinstance(answer, JsonText) or not any(f'"{name}"' in answer.text for name in names):
        return {}
    try:
        members = _split_json(answer.text)
    except msgspec.DecodeError:  # not an object
        return {}
    return {name: _as_value(bytes(members[name])) for name in names if name in members}


def _as_value(json: bytes) -> Value:
    value: dict[str, Any] | list[Any] | bool | str | int | float | None = msgspec.json.decode(json)
    return JsonText(json.decode()) if isinstance(value, dict | list | bool) else value


def _failure(error: Exception) -> FunctionFailure:
    """A binding that is wrong says so itself; anything else has its place in the code to show."""
    expected = isinstance(error, BindingError | WorkerLost)
    stack = "" if expected else "".join(traceback.format_exception(error))
    return FunctionFailure(type=type(error).__name__, message=str(error), stack_trace=stack)
