"""One timer: it waits, calls its function, and waits again.

The coroutine is the state: while a function runs, its timer does not wait, so runs of one timer
never overlap. A time that came while the function ran, or while there was no host, is made up for
once. Specification: functions-python section 7.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import Enum

import msgspec

from webpubsub.host.extension import Invoke, TriggerCall
from webpubsub.host.extensions.timer.clock import Clock
from webpubsub.host.extensions.timer.schedule import Schedule
from webpubsub.host.extensions.timer.statuses import StatusStore, TimerStatus
from webpubsub.host.values import JsonText

logger = logging.getLogger("webpubsub.host.timers")

#: Waiting stops for a look at the clock this often, since a machine that sleeps counts no time.
_LONGEST_WAIT = 60.0
#: The time that .NET shows for one that never was.
_NEVER = "0001-01-01T00:00:00"
_SHOWN_OCCURRENCES = 5


class Unscheduled(Enum):
    """Why a timer fires when its schedule does not say so."""

    PAST_DUE = "IsPastDue"
    RUN_ON_STARTUP = "RunOnStartup"


class TimerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a binding says of a timer. ``text`` is the schedule as it is written."""

    text: str
    schedule: Schedule
    run_on_startup: bool = False
    use_monitor: bool = True

    @property
    def is_monitored(self) -> bool:
        """Whether a status is kept."""
        return self.use_monitor and not self.schedule.is_frequent


class Timer:
    """Fires as its settings say, from ``run`` until that is cancelled or ``end`` is called."""

    def __init__(
        self,
        name: str,
        settings: TimerSettings,
        invoke: Invoke,
        *,
        statuses: StatusStore,
        zone: tzinfo,
        clock: Clock,
    ) -> None:
        self.name = name
        self._settings = settings
        self._schedule = settings.schedule
        self._invoke = invoke
        self._statuses = statuses
        self._zone = zone
        self._clock = clock
        self._ended = False
        self.is_firing = False

    def manual_call(self) -> TriggerCall:
        """A call that no schedule asks for; it leaves the status as it is."""
        status = self._statuses.read(self.name) if self._settings.is_monitored else None
        return TriggerCall(value=self._call(self._clock.now(), status).value)

    def end(self) -> None:
        """Do not fire again; a run that has begun goes on."""
        self._ended = True

    async def run(self) -> None:
        """Fire at once if that is due, then at every time of the schedule."""
        now = self._clock.now()
        status = self._status_at_start(now)
        self._log_occurrences(now)
        if now > status.next:
            status = await self._fire(now, status, Unscheduled.PAST_DUE)
        elif self._settings.run_on_startup:
            status = await self._fire(now, status, Unscheduled.RUN_ON_STARTUP)
        while not self._ended:
            await self._wait_until(status.next)
            status = await self._fire(self._clock.now(), status)

    async def _wait_until(self, due: datetime) -> None:
        while (left := (due - self._clock.now()).total_seconds()) > 0:
            await self._clock.sleep(min(left, _LONGEST_WAIT))

    async def _fire(
        self, now: datetime, status: TimerStatus, why: Unscheduled | None = None
    ) -> TimerStatus:
        """The status after a run of the function, whatever came of it."""
        self.is_firing = True
        try:
            await self._invoke(self._call(now, status, why))
        finally:
            self.is_firing = False
        return self._kept(TimerStatus(last=now, next=self._schedule.next(now), last_updated=now))

    def _call(
        self, now: datetime, status: TimerStatus | None, why: Unscheduled | None = None
    ) -> TriggerCall:
        is_shown = status is not None and self._settings.is_monitored
        info = {
            "Schedule": {"AdjustForDST": self._schedule.adjusts_for_dst},
            "ScheduleStatus": self._shown(status) if status and is_shown else None,
            "IsPastDue": why is Unscheduled.PAST_DUE,
        }
        return TriggerCall(
            value=JsonText(msgspec.json.encode(info).decode()),
            reason=f"Timer fired at {self._local(now)}",
            details=self._details(status, why),
        )

    def _details(self, status: TimerStatus | None, why: Unscheduled | None) -> str:
        """In the words of the real host."""
        if why is None:
            return ""
        reason = f"UnscheduledInvocationReason: {why.value}"
        if status is None or why is not Unscheduled.PAST_DUE:
            return reason
        return f"{reason}, OriginalSchedule: {self._local(status.next)}"

    def _shown(self, status: TimerStatus) -> Mapping[str, str]:
        return {
            "Last": self._local(status.last) if status.last else _NEVER,
            "Next": self._local(status.next),
            "LastUpdated": self._local(status.last_updated),
        }

    def _local(self, moment: datetime) -> str:
        return moment.astimezone(self._zone).isoformat()

    def _status_at_start(self, now: datetime) -> TimerStatus:
        """What is known of the timer, which is nothing when no monitor has kept it.

        A schedule that was edited since is followed from now on: it makes no run overdue.
        """
        status = self._statuses.read(self.name) if self._settings.is_monitored else None
        if status is None:
            first = TimerStatus(last=None, next=self._schedule.next(now), last_updated=now)
            return self._kept(first)
        since = status.last or status.last_updated
        expected = self._schedule.next(since)
        if status.next == expected:
            return status
        following = self._schedule.next(now) if now > expected else expected
        return self._kept(TimerStatus(last=None, next=following, last_updated=since))

    def _kept(self, status: TimerStatus) -> TimerStatus:
        if self._settings.is_monitored:
            self._statuses.write(self.name, status)
        return status

    def _log_occurrences(self, now: datetime) -> None:
        if not logger.isEnabledFor(logging.INFO):
            return
        times: list[str] = []
        for _ in range(_SHOWN_OCCURRENCES):
            now = self._schedule.next(now)
            times.append(self._local(now))
        logger.info(
            "The next %d occurrences of the '%s' schedule (%s) will be:\n%s",
            _SHOWN_OCCURRENCES,
            self.name,
            self._settings.text,
            "\n".join(times),
        )
