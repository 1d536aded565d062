"""The timer trigger. Specification: functions-python sections 7 and 9."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.service.wire import until
from webpubsub.host.extension import BindingError, TriggerCall
from webpubsub.host.extensions.timer import TimerExtension
from webpubsub.host.extensions.timer.statuses import MemoryStatusStore
from webpubsub.host.extensions.timer.turns import Turns
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import JsonText
from webpubsub.host.worker import InvocationResult


def _function(name: str = "tick", **trigger: Any) -> FunctionMetadata:
    binding = Binding({"type": "timerTrigger", "name": "timer", "direction": "in", **trigger})
    return FunctionMetadata(id=name, name=name, bindings=(binding,))


class _StoppedClock:
    """A clock on which no time passes."""

    def now(self) -> datetime:
        return datetime(2024, 5, 1, tzinfo=UTC)

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize(
    "trigger",
    [
        {"schedule": "0 */5 * * * *"},
        {"SCHEDULE": "*/5 * * * *", "runOnStartup": True, "useMonitor": None},
        {"schedule": "00:05:00", "runOnStartup": "False", "useMonitor": "true"},
    ],
)
def test_right_timers_are_accepted(trigger: dict[str, Any]) -> None:
    """Switches may be written as text, as app settings are."""
    function = _function(**trigger)
    TimerExtension(zone=UTC).check(function, function.trigger)


def test_section_9_a_schedule_may_be_a_setting() -> None:
    """And nothing else of a timer."""
    assert TimerExtension.binding_types == {"timerTrigger": {"schedule"}}


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ({}, "has no schedule"),
        ({"schedule": " "}, "has no schedule"),
        ({"schedule": 5}, "has no schedule"),
        ({"schedule": "often"}, "has 1 fields"),
        ({"schedule": "0 0 0 30 2 *"}, "no such day"),
        ({"schedule": "00:05:00", "runOnStartup": "yes"}, "runOnStartup of function 'tick'"),
        ({"schedule": "00:05:00", "useMonitor": 1}, "must be true or false"),
    ],
)
def test_a_wrong_timer_is_refused_with_its_reason(trigger: dict[str, Any], message: str) -> None:
    """When the app is indexed, and when the function is attached."""
    extension, function = TimerExtension(zone=UTC), _function(**trigger)
    with pytest.raises(BindingError, match=message) as caught:
        extension.check(function, function.trigger)
    assert "'tick'" in str(caught.value)
    with pytest.raises(BindingError, match=message):
        extension.attach(function, _never)


async def _never(call: TriggerCall) -> InvocationResult:
    raise AssertionError(call)


async def test_timers_run_beside_each_other_until_stopped() -> None:
    """A slow function holds up no other timer, and its run outlives stop."""
    begun, release, quick = asyncio.Event(), asyncio.Event(), asyncio.Event()
    finished: list[str] = []

    async def slow(call: TriggerCall) -> InvocationResult:
        begun.set()
        await release.wait()
        finished.append("slow")
        return InvocationResult()

    async def fast(call: TriggerCall) -> InvocationResult:
        quick.set()
        return InvocationResult()

    extension = TimerExtension(zone=UTC, clock=_StoppedClock())
    extension.attach(_function("a", schedule="00:01:00", runOnStartup=True), slow)
    extension.attach(_function("b", schedule="00:01:00", runOnStartup=True), fast)
    async with asyncio.timeout(5):
        await extension.start()
        extension.open()
        await begun.wait()
        await quick.wait()
        await extension.stop()
        assert finished == []
        release.set()
        await asyncio.wait(extension._tasks)
    assert finished == ["slow"]


async def test_a_timer_waits_for_its_schedule_on_the_clock_of_its_zone() -> None:
    """Without runOnStartup it is not called at once; when it is, it is told local times."""
    called: list[TriggerCall] = []

    async def take(call: TriggerCall) -> InvocationResult:
        called.append(call)
        return InvocationResult()

    extension = TimerExtension(zone=ZoneInfo("Asia/Tokyo"), clock=_StoppedClock())
    extension.attach(_function("waits", schedule="0 0 0 * * *"), take)
    extension.attach(_function("runs", schedule="0 0 0 * * *", runOnStartup=True), take)
    extension.open()
    await until(lambda: called)
    await extension.stop()
    (call,) = called
    assert call.reason == "Timer fired at 2024-05-01T09:00:00+09:00"
    assert isinstance(call.value, JsonText)
    assert json.loads(call.value.text)["ScheduleStatus"]["Next"] == "2024-05-02T00:00:00+09:00"


async def test_runs_of_two_generations_never_overlap() -> None:
    """The timer of the next one waits for the run that has begun, and is not past due after it.
    Specification: functions-python section 8.7."""
    begun, release, second = asyncio.Event(), asyncio.Event(), asyncio.Event()
    order: list[str] = []

    async def old(call: TriggerCall) -> InvocationResult:
        begun.set()
        await release.wait()
        order.append("old")
        return InvocationResult()

    async def new(call: TriggerCall) -> InvocationResult:
        assert isinstance(call.value, JsonText)
        order.append(f"new, past due: {json.loads(call.value.text)['IsPastDue']}")
        second.set()
        return InvocationResult()

    turns, statuses, generations = Turns(), MemoryStatusStore(), []
    async with asyncio.timeout(5):
        for act in (old, new):
            extension = TimerExtension(
                zone=UTC, clock=_StoppedClock(), statuses=statuses, turns=turns
            )
            extension.attach(_function(schedule="00:01:00", runOnStartup=True), act)
            await extension.start()
            extension.open()
            generations.append(extension)
            await begun.wait()
        await generations[0].stop()
        assert order == []
        release.set()
        await second.wait()
        await generations[1].stop()
    assert order == ["old", "new, past due: False"]


async def test_a_stopped_timer_does_not_fire() -> None:
    """Stopping ends the wait; stopping again, or without a start, does nothing."""
    extension = TimerExtension(zone=UTC, clock=_StoppedClock())
    extension.attach(_function(schedule="00:01:00"), _never)
    await extension.stop()
    async with asyncio.timeout(5):
        await extension.start()
        extension.open()
        await asyncio.sleep(0)
        await extension.stop()
        await extension.stop()
    assert not extension._tasks


async def test_a_timer_that_breaks_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """An error of the host itself is in the log, and stop still works."""
    extension = TimerExtension(zone=UTC, clock=_StoppedClock())
    extension.attach(_function(schedule="00:01:00", runOnStartup=True), _never)
    async with asyncio.timeout(5):
        await extension.start()
        extension.open()
        await asyncio.wait(extension._tasks)
        await extension.stop()
    assert "A timer has stopped." in caplog.text


async def test_a_timer_can_be_called_by_hand() -> None:
    """It is not past due, and what is kept of its schedule stays. Specification: functions-python
    section 5.4."""
    extension = TimerExtension(zone=UTC, clock=_StoppedClock())
    function = _function(schedule="0 */5 * * * *")
    extension.attach(function, _never)
    call = extension.manual_call(function, "whatever")
    assert isinstance(call.value, JsonText)
    info = json.loads(call.value.text)
    assert (info["IsPastDue"], info["ScheduleStatus"]) == (False, None)
    assert call.reason == "This function was programmatically called via the host APIs."
