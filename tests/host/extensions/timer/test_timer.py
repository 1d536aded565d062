"""One timer, on a clock that passes only when it is waited for.

Specification: functions-python section 7.
"""

import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from webpubsub.host.extension import TriggerCall
from webpubsub.host.extensions.timer.schedule import parse_schedule
from webpubsub.host.extensions.timer.statuses import MemoryStatusStore, StatusStore, TimerStatus
from webpubsub.host.extensions.timer.timer import Timer, TimerSettings
from webpubsub.host.values import JsonText
from webpubsub.host.worker import FunctionFailure, InvocationResult

_NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
_EVERY_HOUR = "0 0 * * * *"


class _Clock:
    """Sleeping moves it on at once. ``early`` is how much too soon it wakes."""

    def __init__(self, now: datetime = _NOON, early: float = 0.0) -> None:
        self.time = now
        self.early = early
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += timedelta(seconds=max(seconds - self.early, 0.001))


class _Runs:
    """The runs of a timer: when they began, and what the function was told. ``Timer.end`` is called
    after the last one."""

    def __init__(self, clock: _Clock, count: int, then: Callable[[int], Awaitable[None]]) -> None:
        self.timer: Timer
        self.times: list[datetime] = []
        self.infos: list[dict[str, Any]] = []
        self.reasons: list[str] = []
        self.details: list[str] = []
        self._clock, self._count, self._then = clock, count, then

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        assert isinstance(call.value, JsonText)
        self.times.append(self._clock.now())
        self.infos.append(json.loads(call.value.text))
        self.reasons.append(call.reason)
        self.details.append(call.details)
        await self._then(len(self.times))
        if len(self.times) >= self._count:
            self.timer.end()
        return InvocationResult()

    @property
    def minutes(self) -> list[float]:
        return [(time - _NOON).total_seconds() / 60 for time in self.times]


async def _at_once(number: int) -> None:
    pass


async def _run(
    schedule: str,
    count: int,
    *,
    clock: _Clock | None = None,
    statuses: StatusStore | None = None,
    then: Callable[[int], Awaitable[None]] = _at_once,
    zone: tzinfo = UTC,
    **switches: bool,
) -> _Runs:
    clock = clock or _Clock()
    runs = _Runs(clock, count, then)
    runs.timer = Timer(
        "tick",
        TimerSettings(text=schedule, schedule=parse_schedule(schedule, zone), **switches),
        runs,
        statuses=statuses or MemoryStatusStore(),
        zone=zone,
        clock=clock,
    )
    await runs.timer.run()
    return runs


def _remembering(last: datetime | None, following: datetime, updated: datetime) -> StatusStore:
    statuses = MemoryStatusStore()
    statuses.write("tick", TimerStatus(last=last, next=following, last_updated=updated))
    return statuses


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [
        (_EVERY_HOUR, [60, 120, 180]),
        ("0 */5 * * * *", [5, 10, 15]),
        ("*/30 * * * * *", [0.5, 1, 1.5]),
        ("00:10:00", [10, 20, 30]),
        ("00:00:15", [0.25, 0.5, 0.75]),
    ],
)
async def test_a_timer_fires_at_every_time_of_its_schedule(
    schedule: str, minutes: list[float]
) -> None:
    """Once at each time, and at no other."""
    assert (await _run(schedule, 3)).minutes == minutes


async def test_a_function_is_told_what_the_real_host_tells() -> None:
    """Members are spelled as .NET spells them; what never was is the year 1."""
    runs = await _run(_EVERY_HOUR, 2)
    assert runs.infos[0] == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "0001-01-01T00:00:00",
            "Next": "2024-05-01T13:00:00+00:00",
            "LastUpdated": "2024-05-01T12:00:00+00:00",
        },
        "IsPastDue": False,
    }
    assert runs.infos[1]["ScheduleStatus"]["Last"] == "2024-05-01T13:00:00+00:00"
    assert runs.reasons[0] == "Timer fired at 2024-05-01T13:00:00+00:00"


async def test_times_are_those_of_the_zone() -> None:
    """In the status and in the reason; a period knows no clock on the wall."""
    zone = ZoneInfo("Asia/Tokyo")
    runs = await _run("00:10:00", 1, zone=zone)
    assert runs.infos[0]["Schedule"] == {"AdjustForDST": False}
    assert runs.infos[0]["ScheduleStatus"]["Next"] == "2024-05-01T21:10:00+09:00"
    assert runs.reasons == ["Timer fired at 2024-05-01T21:10:00+09:00"]


async def test_the_official_library_understands_it() -> None:
    """A function receives a TimerRequest with the status in it."""
    runs = await _run(_EVERY_HOUR, 1)
    data = Datum(json.dumps(runs.infos[0]), "json")
    request = TimerRequestConverter.decode(data, trigger_metadata={})
    assert not request.past_due
    assert request.schedule_status["Next"] == "2024-05-01T13:00:00+00:00"


@pytest.mark.parametrize(
    ("schedule", "use_monitor"), [("*/30 * * * * *", True), (_EVERY_HOUR, False)]
)
async def test_nothing_is_kept_of_a_timer_without_a_monitor(
    schedule: str, use_monitor: bool
) -> None:
    """Neither of one that fires several times a minute nor of one that says so."""
    statuses = MemoryStatusStore()
    runs = await _run(schedule, 2, statuses=statuses, use_monitor=use_monitor)
    assert [info["ScheduleStatus"] for info in runs.infos] == [None, None]
    assert statuses.read("tick") is None


async def test_missed_times_are_made_up_for_once() -> None:
    """However many were missed, the first run is past due and the next is on time."""
    statuses = _remembering(
        _NOON - timedelta(hours=5), _NOON - timedelta(hours=4), _NOON - timedelta(hours=5)
    )
    runs = await _run(_EVERY_HOUR, 2, statuses=statuses)
    assert runs.minutes == [0, 60]
    assert [info["IsPastDue"] for info in runs.infos] == [True, False]


@pytest.mark.parametrize(
    "statuses",
    [
        MemoryStatusStore(),
        _remembering(None, _NOON - timedelta(hours=4), _NOON - timedelta(hours=5)),
    ],
)
async def test_the_time_that_is_next_is_kept_before_it_comes(statuses: StatusStore) -> None:
    """At the first start ever and with an edited schedule: the host may not live to see it."""
    kept: list[datetime | None] = []

    async def look(_number: int) -> None:
        status = statuses.read("tick")
        kept.append(status.next if status else None)

    await _run("0 15 * * * *", 1, statuses=statuses, then=look)
    assert kept == [_NOON + timedelta(minutes=15)]


async def test_a_time_that_is_now_is_not_past_due() -> None:
    """A host that comes back in the very moment is not late."""
    statuses = _remembering(None, _NOON, _NOON - timedelta(hours=1))
    runs = await _run(_EVERY_HOUR, 2, statuses=statuses)
    assert runs.minutes == [0, 60]
    assert [info["IsPastDue"] for info in runs.infos] == [False, False]


async def test_the_schedule_is_reckoned_from_the_last_run() -> None:
    """Whenever the status was written; before the first run, from then."""
    statuses = _remembering(
        _NOON - timedelta(hours=5), _NOON - timedelta(hours=4), _NOON - timedelta(hours=3)
    )
    runs = await _run(_EVERY_HOUR, 1, statuses=statuses)
    assert [info["IsPastDue"] for info in runs.infos] == [True]


@pytest.mark.parametrize("last", [None, _NOON - timedelta(hours=5)])
async def test_an_edited_schedule_makes_no_run_overdue(last: datetime | None) -> None:
    """The new schedule is followed from now on."""
    statuses = _remembering(last, _NOON - timedelta(hours=4), _NOON - timedelta(hours=5))
    runs = await _run("0 15 * * * *", 1, statuses=statuses)
    assert runs.minutes == [15]
    assert runs.infos[0]["IsPastDue"] is False


async def test_an_edited_schedule_keeps_a_time_that_is_still_to_come() -> None:
    """What the new schedule says since the last run is not reckoned anew from now."""
    for minutes in (5, 10):
        last = _NOON - timedelta(minutes=minutes)
        runs = await _run("00:10:00", 1, statuses=_remembering(last, last, last))
        assert runs.minutes == [10 - minutes]


async def test_a_host_that_comes_back_in_time_waits() -> None:
    """The time that was promised before holds."""
    statuses = _remembering(_NOON, _NOON + timedelta(hours=1), _NOON)
    runs = await _run(_EVERY_HOUR, 1, statuses=statuses, clock=_Clock(_NOON + timedelta(minutes=9)))
    assert runs.minutes == [60]


async def test_run_on_startup_is_one_run_at_once() -> None:
    """It is not past due, and the schedule goes on after it."""
    runs = await _run(_EVERY_HOUR, 2, run_on_startup=True)
    assert runs.minutes == [0, 60]
    assert [info["IsPastDue"] for info in runs.infos] == [False, False]


async def test_a_past_due_run_is_also_the_one_on_startup() -> None:
    """There is one run at once, not two."""
    statuses = _remembering(None, _NOON - timedelta(hours=1), _NOON - timedelta(hours=2))
    runs = await _run(_EVERY_HOUR, 2, statuses=statuses, run_on_startup=True)
    assert runs.minutes == [0, 60]
    assert [info["IsPastDue"] for info in runs.infos] == [True, False]


async def test_a_long_run_is_followed_by_one_at_once() -> None:
    """Runs do not overlap, and all times that a run took are made up for by one."""
    clock = _Clock()

    async def long(number: int) -> None:
        if number == 1:
            clock.time += timedelta(hours=2, minutes=30)

    assert (await _run(_EVERY_HOUR, 3, clock=clock, then=long)).minutes == [60, 210, 240]


@pytest.mark.parametrize(
    ("schedule", "minutes"),
    [("00:00:30", [0.5, 1, 1.5]), ("*/30 * * * * *", [0.5, 1, 1.5]), (_EVERY_HOUR, [60, 120, 180])],
)
async def test_a_run_that_takes_time_puts_off_no_other(schedule: str, minutes: list[float]) -> None:
    """With a monitor or without, what comes next is reckoned from when a run was due."""
    clock = _Clock()

    async def take(number: int) -> None:
        clock.time += timedelta(seconds=10)

    assert (await _run(schedule, 3, clock=clock, then=take)).minutes == minutes


async def test_a_long_run_without_a_monitor_is_followed_by_one_at_once() -> None:
    """As with one."""
    clock = _Clock()

    async def long(number: int) -> None:
        if number == 1:
            clock.time += timedelta(seconds=75)

    runs = await _run("*/30 * * * * *", 3, clock=clock, then=long)
    assert runs.minutes == [0.5, 1.75, 2]
    assert [info["ScheduleStatus"] for info in runs.infos] == [None, None, None]


async def test_a_clock_that_wakes_early_does_not_fire_twice() -> None:
    """The timer goes on waiting for what is left."""
    assert (await _run(_EVERY_HOUR, 2, clock=_Clock(early=0.5))).minutes == [60, 120]


async def test_a_long_wait_is_cut_into_short_ones() -> None:
    """A machine that slept is late by a minute at most."""
    clock = _Clock()
    await _run("0 0 0 1 1 *", 1, clock=clock)
    assert max(clock.sleeps) == 60


async def test_a_failure_changes_nothing_of_the_schedule() -> None:
    """The next run comes at its time and is not past due."""
    clock = _Clock()
    times: list[datetime] = []

    async def fail(call: TriggerCall) -> InvocationResult:
        times.append(clock.now())
        if len(times) == 2:
            timer.end()
        return InvocationResult(
            failure=FunctionFailure(type="ValueError", message="no", stack_trace="")
        )

    settings = TimerSettings(text=_EVERY_HOUR, schedule=parse_schedule(_EVERY_HOUR, UTC))
    timer = Timer("t", settings, fail, statuses=MemoryStatusStore(), zone=UTC, clock=clock)
    await timer.run()
    assert times == [_NOON + timedelta(hours=1), _NOON + timedelta(hours=2)]


async def test_the_log_shows_what_comes_and_why(caplog: pytest.LogCaptureFixture) -> None:
    """The next five times, and the reason of a run outside the schedule."""
    caplog.set_level(logging.INFO, "webpubsub.host.timers")
    runs = await _run(_EVERY_HOUR, 2, run_on_startup=True)
    assert "2024-05-01T13:00:00+00:00\n2024-05-01T14:00:00+00:00" in caplog.text
    assert runs.details == ["UnscheduledInvocationReason: RunOnStartup", ""]


async def test_a_run_that_is_late_says_when_it_was_due() -> None:
    """In its details; its reason has the time at which it runs."""
    statuses = _remembering(None, _NOON - timedelta(hours=1), _NOON - timedelta(hours=2))
    runs = await _run(_EVERY_HOUR, 1, statuses=statuses)
    late = "UnscheduledInvocationReason: IsPastDue, OriginalSchedule: 2024-05-01T11:00:00+00:00"
    assert runs.details == [late]
    assert runs.reasons == ["Timer fired at 2024-05-01T12:00:00+00:00"]
