"""The timer trigger.

Specification: functions-python section 7.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from webpubsub.host.extension import BindingError, Invoke, TriggerCall
from webpubsub.host.extensions.timer.clock import Clock, SystemClock
from webpubsub.host.extensions.timer.schedule import parse_schedule
from webpubsub.host.extensions.timer.statuses import MemoryStatusStore, StatusStore
from webpubsub.host.extensions.timer.timer import Timer, TimerSettings
from webpubsub.host.extensions.timer.turns import Turns
from webpubsub.host.metadata import Binding, FunctionMetadata

logger = logging.getLogger("webpubsub.host.timers")

_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}
_EXAMPLE = "'0 */5 * * * *' (every five minutes) or '00:05:00'"


class TimerExtension:
    """Calls the timer functions of an app.

    ``zone`` is the clock on the wall that cron schedules follow. ``statuses`` remembers what was
    due between two runs of the host; without it nothing is ever past due. ``turns`` keeps the runs
    of a timer apart from those of the same one in the generation before.
    """

    binding_types: Mapping[str, frozenset[str]] = {"timerTrigger": frozenset({"schedule"})}

    def __init__(
        self,
        *,
        zone: tzinfo,
        statuses: StatusStore | None = None,
        clock: Clock | None = None,
        turns: Turns | None = None,
    ) -> None:
        self._zone = zone
        self._statuses = statuses or MemoryStatusStore()
        self._clock = clock or SystemClock()
        self._turns = turns or Turns()
        self._timers: dict[str, Timer] = {}
        self._tasks: dict[asyncio.Task[None], Timer] = {}

    def check(self, function: FunctionMetadata, binding: Binding) -> None:
        """Validate the schedule and the switches of a timer. Raises BindingError."""
        self._settings(function, binding)

    def attach(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a function. Raises BindingError."""
        settings = self._settings(function, function.trigger)
        self._timers[function.name] = Timer(
            function.name,
            settings,
            invoke,
            statuses=self._statuses,
            zone=self._zone,
            clock=self._clock,
        )

    def manual_call(self, function: FunctionMetadata, text: str) -> TriggerCall:
        """The call of a timer that is not due; there is nothing that a text could say to it."""
        return self._timers[function.name].manual_call()

    async def start(self) -> None:
        """There is nothing to get ready."""

    def open(self) -> None:
        """Begin to wait for the times of all schedules."""
        for timer in self._timers.values():
            task = asyncio.create_task(self._run(timer))
            task.add_done_callback(self._ended)
            self._tasks[task] = timer

    async def drain(self) -> None:
        """Fire no more; runs that have begun go on."""
        await self.stop()

    async def stop(self) -> None:
        """Fire no more; runs that have begun go on."""
        waiting = []
        for task, timer in self._tasks.items():
            timer.end()
            if not timer.is_firing:
                task.cancel()
                waiting.append(task)
        await asyncio.gather(*waiting, return_exceptions=True)

    async def _run(self, timer: Timer) -> None:
        async with self._turns.of(timer.name):
            await timer.run()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        if not task.cancelled() and task.exception() is not None:
            logger.error("A timer has stopped.", exc_info=task.exception())

    def _settings(self, function: FunctionMetadata, binding: Binding) -> TimerSettings:
        text = binding.get("schedule")
        if not isinstance(text, str) or not text.strip():
            raise BindingError(
                f"function '{function.name}' has no schedule; write one such as {_EXAMPLE}."
            )
        try:
            schedule = parse_schedule(text, self._zone)
        except ValueError as error:
            raise BindingError(
                f"the schedule '{text}' of function '{function.name}' is invalid: {error}. Write "
                f"one such as {_EXAMPLE}."
            ) from None
        return TimerSettings(
            text=text,
            schedule=schedule,
            run_on_startup=_flag(function, binding, "runOnStartup", False),
            use_monitor=_flag(function, binding, "useMonitor", True),
        )


def _flag(function: FunctionMetadata, binding: Binding, name: str, default: bool) -> bool:
    value: Any = binding.get(name)
    if value is None:
        return default
    if str(value).lower() not in _BOOLEANS:
        raise BindingError(
            f"{name} of function '{function.name}' is {value!r}, and must be true or false."
        )
    return _BOOLEANS[str(value).lower()]
