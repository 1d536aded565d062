"""One reading of a function app: functions indexed, checked, loaded and given to their triggers.

Two kinds of failure are told apart: a broken app has no functions at all and does not start; a
function in error is left out, and the others run. Specification: functions-python section 1.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from webpubsub.host.errors import BrokenApp
from webpubsub.host.expressions.validation import InvalidFunction, check_function, with_settings
from webpubsub.host.extension import (
    BindingError,
    DisabledTriggers,
    Extension,
    InputExtension,
    Invoke,
    ManualTriggers,
    OutputExtension,
    TriggerCall,
    TriggerExtension,
)
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.invocations.invocation import FunctionInvoker
from webpubsub.host.invocations.retries import RetryingInvoker
from webpubsub.host.invocations.running_invocations import RunningInvocations
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.observation import ObservationPoint
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.host.settings.retry_policy import RetryPolicy
from webpubsub.host.worker import AppError, FunctionLoadError, Worker
from webpubsub.protocol.timers import Timers

_logger = logging.getLogger(__name__)

_TRUE = frozenset({"true", "1"})
#: The settings that disable a function; a dot cannot be part of a variable's name everywhere.
_DISABLED = ("AzureWebJobs.{}.Disabled", "AzureWebJobs_{}_Disabled")
#: How long invocations that were cancelled have to notice.
_CANCEL_SECONDS = 1.0

_ExtensionT = TypeVar("_ExtensionT")


class _Callable(NamedTuple):
    """A function that runs, and the extension that calls it."""

    function: FunctionMetadata
    trigger: TriggerExtension
    invoke: Invoke


class AppGeneration:
    """The app in ``app_directory`` as it was when this was started, with all that runs it.

    It owns its worker and its extensions, is started, opened and stopped once, and never changes:
    a changed app is another generation. Functions have their time by ``timers``, or else by the
    event loop. ``functions`` is what became of each function, in the order of their names, once
    ``start`` has returned.
    """

    def __init__(
        self,
        app_directory: Path,
        *,
        worker: Worker,
        config: HostConfig,
        settings: AppSettings,
        extensions: Sequence[Extension],
        point: ObservationPoint | None = None,
        timers: Timers | None = None,
    ) -> None:
        self.functions: Sequence[FunctionReport] = ()
        self.config = config
        self.running = RunningInvocations(config.function_timeout, timers)
        self._point = point or ObservationPoint()
        self._app_directory = app_directory
        self._worker = worker
        self._settings = settings
        self._all_extensions = extensions
        served = [(one, name) for one in extensions for name in one.binding_types]
        self._extensions: Mapping[str, Extension] = {name.lower(): one for one, name in served}
        self._with_settings = {name.lower(): one.binding_types[name] for one, name in served}
        self._binding_types = [name for _, name in served]
        self._triggers = [
            cast("TriggerExtension", item) for item in extensions if hasattr(item, "attach")
        ]
        self._started: list[TriggerExtension] = []
        self._callable: dict[str, _Callable] = {}
        self._calls: set[asyncio.Task[Any]] = set()

    def extension(self, kind: type[_ExtensionT]) -> _ExtensionT:
        """Its extension of a class. Raises LookupError."""
        found = (item for item in self._all_extensions if isinstance(item, kind))
        for extension in found:
            return extension
        raise LookupError(f"the app has no {kind.__name__}")

    async def index(self) -> None:
        """Find out what becomes of each function, and start nothing. Raises BrokenApp when the
        whole app is."""
        self.functions = await self._take_on_all(await self._index())

    async def start(self) -> None:
        """Index the app and get ready to call its functions.

        Raises BrokenApp when the whole app is, and HostError when an extension cannot start;
        nothing is left running then.
        """
        try:
            await self.index()
            if not any(report.error is None for report in self.functions):
                _logger.warning("No job functions found: the app has none that can run.")
            for extension in self._triggers:
                await extension.start()
                self._started.append(extension)
        except BaseException:
            await self.stop(_CANCEL_SECONDS)
            raise

    def open(self) -> None:
        """Begin to call functions, in place of the generation before."""
        for extension in self._triggers:
            extension.open()

    def begin_call(self, name: str, text: str) -> bool:
        """Begin to call a function with a text of somebody's own; False when there is none that
        can be called. Raises BindingError for a text that its trigger cannot read."""
        found = self._callable.get(name.lower())
        if found is None:
            return False
        call = TriggerCall(value=text)
        if hasattr(found.trigger, "manual_call"):
            call = cast("ManualTriggers", found.trigger).manual_call(found.function, text)
        task = asyncio.ensure_future(found.invoke(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return True

    async def drain(self) -> None:
        """Call functions only for those who ask."""
        await asyncio.gather(*(extension.drain() for extension in self._started))

    async def stop(self, seconds: float = 10.0) -> None:
        """Stop triggers, give running invocations so long to end, then cancel them and let the
        worker go."""
        started, self._started = self._started, []
        self.running.close()
        deadline = asyncio.get_running_loop().time() + seconds
        await asyncio.gather(*(_stop(extension, deadline) for extension in started))
        left = deadline - asyncio.get_running_loop().time()
        if await self.running.wait(max(0.0, left)):
            _logger.warning("%d functions did not end in time.", len(self.running))
        self.running.cancel()
        await self.running.wait(_CANCEL_SECONDS)
        await self._worker.stop()

    async def let_go(self) -> None:
        """Let the worker go as it is, when there is no event loop any more for all the rest."""
        await self._worker.stop()

    async def _index(self) -> list[FunctionMetadata]:
        """The functions the app is to have, in the order that decides between their routes."""
        try:
            functions = await self._worker.index(self._app_directory)
        except AppError as error:
            raise BrokenApp(str(error), error.traceback) from None
        allowed = self.config.functions
        wanted = [item for item in functions if allowed is None or item.name.lower() in allowed]
        return sorted(wanted, key=lambda function: function.name.lower())

    async def _take_on_all(self, functions: Sequence[FunctionMetadata]) -> list[FunctionReport]:
        reports: list[FunctionReport] = []
        names: set[str] = set()
        # Few apps have one, and to look for a setting in any letter case takes its time.
        switches = any("disabled" in name.lower() for name in self._settings.environment)
        for function in functions:
            if function.name.lower() in names:
                error = (
                    f"Another function is called '{function.name}' too; letter case does not tell "
                    "them apart. Rename one of them."
                )
                reports.append(FunctionReport(function.name, function, error))
            else:
                reports.append(await self._take_on(function, switches))
            names.add(function.name.lower())
        return reports

    async def _take_on(self, function: FunctionMetadata, switches: bool) -> FunctionReport:
        disabled = function.disabled or (switches and self._is_switched_off(function))
        if disabled and not self._answers_for_disabled(function):
            return FunctionReport(function.name, function, disabled=True)
        try:
            await self._worker.load(function)
            check_function(function, self._binding_types)
            function = with_settings(function, self._with_settings, self._settings.get)
            self._attach(function, disabled=disabled)
        except (BindingError, FunctionLoadError, InvalidFunction) as error:
            problem = None if disabled else str(error)  # which may be why it is disabled
            return FunctionReport(function.name, function, problem, disabled)
        return FunctionReport(function.name, function, disabled=disabled)

    def _answers_for_disabled(self, function: FunctionMetadata) -> bool:
        kinds = [binding.kind for binding in function.bindings if binding.is_trigger]
        return any(hasattr(self._extensions.get(kind), "attach_disabled") for kind in kinds)

    def _is_switched_off(self, function: FunctionMetadata) -> bool:
        names = (text.format(function.name) for text in _DISABLED)
        values = (self._settings.get(name) or "" for name in names)
        return any(value.strip().lower() in _TRUE for value in values)

    def _attach(self, function: FunctionMetadata, *, disabled: bool) -> None:
        for binding in function.bindings:
            self._extensions[binding.kind].check(function, binding)
        trigger = self._with_method(function.trigger, "attach", "a trigger")
        policy = _retry_policy(function) or self.config.retry
        invoker = FunctionInvoker(
            function,
            worker=self._worker,
            running=self.running,
            inputs=[
                (binding.name, self._input_extension(binding).reader(binding))
                for binding in function.inputs
            ],
            outputs=self._outputs(function),
            point=self._point,
        )
        invoke: Invoke = invoker
        if policy is not None:
            invoke = RetryingInvoker(function, invoker, policy, self.running)
        if disabled:
            cast("DisabledTriggers", trigger).attach_disabled(function, invoke)
        else:
            trigger.attach(function, invoke)
            self._callable[function.name.lower()] = _Callable(function, trigger, invoke)

    def _input_extension(self, binding: Binding) -> InputExtension:
        return cast("InputExtension", self._with_method(binding, "reader", "an input"))

    def _outputs(self, function: FunctionMetadata) -> list[tuple[Binding, OutputExtension]]:
        """An output of the trigger's own extension may be its answer, which needs no writing."""
        own = self._extensions[function.trigger.kind]
        return [
            (binding, cast("OutputExtension", self._with_method(binding, "write", "an output")))
            for binding in function.outputs
            if self._extensions[binding.kind] is not own or hasattr(own, "write")
        ]

    def _with_method(self, binding: Binding, method: str, role: str) -> Any:
        extension = self._extensions[binding.kind]
        if not hasattr(extension, method):
            raise InvalidFunction(
                f"Binding '{binding.name}' of type '{binding.type}' cannot be {role}. "
                "Correct its type or its direction."
            )
        return extension


def _retry_policy(function: FunctionMetadata) -> RetryPolicy | None:
    if function.retry is None:
        return None
    try:
        return RetryPolicy.parse(function.retry)
    except ValueError as error:
        raise InvalidFunction(str(error)) from None


async def _stop(extension: TriggerExtension, deadline: float) -> None:
    """One extension that fails to stop does not keep the others from it."""
    try:
        async with asyncio.timeout_at(deadline):
            await extension.stop()
    except Exception as error:
        _logger.warning("%s did not stop: %r", type(extension).__name__, error)
