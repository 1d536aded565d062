"""When a timer fires next.

A cron schedule is about the time on the wall. Where clocks are put back, an hour comes twice: a
schedule for certain hours fires in the first of the two, one that fires every so often in both.
Where they are put forward, an hour is missing: the former fires as much later as the clock jumped,
the latter has nothing to do. Specification: functions-python section 7.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

import msgspec
from croniter import CroniterBadDateError, croniter

from webpubsub.host.extensions.timer.ncrontab import Expression
from webpubsub.host.settings.time_spans import parse_time_span

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
#: Beyond it the calendar of the machine ends before the timer fires.
_LONGEST_PERIOD = timedelta(days=36525)


class Schedule(Protocol):
    """When a timer fires. ``adjusts_for_dst`` is the AdjustForDST that functions are told."""

    @property
    def adjusts_for_dst(self) -> bool: ...

    @property
    def is_frequent(self) -> bool:
        """Whether it fires more often than once a minute, so that no status is kept."""
        ...

    def next(self, after: datetime) -> datetime:
        """The first time after another, both with a time zone."""
        ...


class ConstantSchedule(msgspec.Struct, frozen=True):
    """A timer that fires a period after it fired before."""

    period: timedelta

    @property
    def adjusts_for_dst(self) -> bool:
        """It knows no time of day."""
        return False

    @property
    def is_frequent(self) -> bool:
        """Whether the period is shorter than a minute."""
        return self.period < _MINUTE

    def next(self, after: datetime) -> datetime:
        """One period later."""
        return after + self.period


class CronSchedule(msgspec.Struct, frozen=True):
    """A timer that fires when the clock on the wall shows certain times."""

    expression: Expression
    zone: tzinfo

    @property
    def adjusts_for_dst(self) -> bool:
        """It follows the clock on the wall."""
        return True

    @property
    def is_frequent(self) -> bool:
        """Whether it fires more than once in every minute."""
        return self.expression.is_within_every_minute

    def next(self, after: datetime) -> datetime:
        """The first time after another at which the clock on the wall shows what it should."""
        found = self._next_of_interval(after) if self.expression.is_interval else self._next(after)
        return found.astimezone(self.zone)

    def _next(self, after: datetime) -> datetime:
        times = self._wall_times(after.astimezone(self.zone).replace(tzinfo=None))
        moments = (time.replace(tzinfo=self.zone).astimezone(UTC) for time in times)
        return next(moment for moment in moments if moment > after)

    def _next_of_interval(self, after: datetime) -> datetime:
        """Reckoned with the offset from UTC at the start, and anew from the point where that
        changes when it changes on the way."""
        begin = start = after.astimezone(UTC)
        while True:
            offset = self._offset(begin)
            wall_time = next(self._wall_times((start + offset).replace(tzinfo=None)))
            found = wall_time.replace(tzinfo=UTC) - offset
            if self._offset(found) == offset:
                return found
            begin = self._change(begin, found)
            start = begin - _SECOND

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()

    def _change(self, before: datetime, after: datetime) -> datetime:
        """The first second between two moments at which the offset is another than at the first."""
        offset = self._offset(before)
        seconds = range(int(before.timestamp()), int(after.timestamp()) + 1)
        index = bisect_left(
            seconds, True, key=lambda second: self._offset(_moment(second)) != offset
        )
        return _moment(seconds[index])

    def _wall_times(self, after: datetime) -> Iterator[datetime]:
        # Reckoned as if it were UTC, so that the clocks of this machine's own zone have no say.
        times = croniter(
            self.expression.as_numbers(),
            after.replace(tzinfo=UTC),
            ret_type=datetime,
            day_or=False,
            second_at_beginning=True,
        )
        while True:
            yield times.get_next().replace(tzinfo=None)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def parse_schedule(text: str, zone: tzinfo) -> Schedule:
    """The schedule in a cron expression or a time span. Raises ValueError.

    Cron expressions are about the time in ``zone``.
    """
    if ":" in text and len(text.split()) == 1:
        return _constant(text)
    schedule = CronSchedule(Expression.parse(text), zone)
    try:
        schedule.next(datetime.now(UTC))
    except CroniterBadDateError:
        raise ValueError("there is no such day in the next 50 years") from None
    return schedule


def _constant(text: str) -> ConstantSchedule:
    try:
        period = timedelta(seconds=parse_time_span(text))
    except OverflowError:
        period = _LONGEST_PERIOD + _SECOND
    if not timedelta() < period <= _LONGEST_PERIOD:
        raise ValueError("a time span must be longer than zero and shorter than a century")
    return ConstantSchedule(period)
