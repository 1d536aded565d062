"""When a timer fires next. Specification: functions-python section 7."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webpubsub.host.extensions.timer.schedule import ConstantSchedule, parse_schedule

_NEW_YORK = ZoneInfo("America/New_York")
_ZONES = [_NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata")]


@pytest.mark.parametrize(
    ("text", "after", "times"),
    [
        ("0 */20 * * * *", "2024-05-01 10:05", ["10:20", "10:40", "11:00"]),
        ("*/20 * * * *", "2024-05-01 10:20", ["10:40", "11:00"]),
        ("30 0 12 * * *", "2024-05-01 12:00", ["12:00:30", "2024-05-02 12:00:30"]),
        ("0 0 0 13 * 5", "2024-05-01 00:00", ["2024-09-13 00:00", "2024-12-13 00:00"]),
        ("0 0 9 * * Mon-Fri", "2024-05-03 09:00", ["2024-05-06 09:00"]),
        ("0 0 0 29 2 *", "2024-03-01 00:00", ["2028-02-29 00:00"]),
        ("00:30:00", "2024-05-01 10:05", ["10:35", "11:05"]),
        ("1.00:00:00", "2024-05-01 10:05", ["2024-05-02 10:05"]),
    ],
)
def test_a_timer_fires_at_its_times_in_order(text: str, after: str, times: list[str]) -> None:
    """Both a restricted day of the month and a restricted day of the week must match."""
    moment = datetime.fromisoformat(after).replace(tzinfo=_NEW_YORK)
    for time in times:
        moment = parse_schedule(text, _NEW_YORK).next(moment)
        full = time if "-" in time else f"2024-05-01 {time}"
        assert moment == datetime.fromisoformat(full).replace(tzinfo=_NEW_YORK)


def _moments(text: str, after: str, count: int) -> list[str]:
    moment, moments = datetime.fromisoformat(after), []
    for _ in range(count):
        moment = parse_schedule(text, _NEW_YORK).next(moment)
        moments.append(moment.astimezone(UTC).isoformat(timespec="minutes").removesuffix("+00:00"))
    return moments


@pytest.mark.parametrize(
    ("text", "after", "moments"),
    [
        # Clocks go back at 06:00 UTC: 01:00 to 02:00 comes twice.
        (
            "0 30 1 * * *",
            "2024-11-03T00:00-04:00",
            ["2024-11-03T05:30", "2024-11-04T06:30"],
        ),
        (
            "0 */30 * * * *",
            "2024-11-03T01:00-04:00",
            ["2024-11-03T05:30", "2024-11-03T06:00", "2024-11-03T06:30", "2024-11-03T07:00"],
        ),
        ("0 30 1 * * *", "2024-11-03T01:10-05:00", ["2024-11-04T06:30"]),
        # Clocks go forward at 07:00 UTC: 02:00 to 03:00 is missing.
        (
            "0 30 2 * * *",
            "2024-03-10T00:00-05:00",
            ["2024-03-10T07:30", "2024-03-11T06:30"],
        ),
        (
            "0 */30 * * * *",
            "2024-03-10T01:00-05:00",
            ["2024-03-10T06:30", "2024-03-10T07:00", "2024-03-10T07:30"],
        ),
        ("0 0 1-2 * * *", "2024-03-10T01:00-05:00", ["2024-03-11T05:00", "2024-03-11T06:00"]),
    ],
)
def test_changing_the_clocks_neither_repeats_nor_loses_a_run(
    text: str, after: str, moments: list[str]
) -> None:
    """A time of day fires once a day; an interval goes on as if clocks never changed."""
    assert _moments(text, after, len(moments)) == moments


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0 0 0 30 2 *", "no such day"),
        ("0 0 0 31 4,6 *", "no such day"),
        ("00:00:00", "longer than zero"),
        ("-00:05:00", "longer than zero"),
        ("99999.00:00:00", "shorter than a century"),
        ("9999999999999999.00:00:00", "shorter than a century"),
        ("25:00:00", "not a time span"),
        ("every minute", "has 2 fields"),
        ("5", "has 1 fields"),
    ],
)
def test_a_wrong_schedule_is_refused_with_its_reason(text: str, message: str) -> None:
    """A schedule that would never fire is wrong too."""
    with pytest.raises(ValueError, match=message):
        parse_schedule(text, _NEW_YORK)


@pytest.mark.parametrize(
    ("text", "adjusts", "frequent"),
    [
        ("0 * * * * *", True, False),
        ("*/10 * * * * *", True, True),
        ("00:01:00", False, False),
        ("00:00:59", False, True),
    ],
)
def test_a_schedule_says_what_functions_and_the_monitor_ask(
    text: str, adjusts: bool, frequent: bool
) -> None:
    """Only cron follows the clock on the wall; less than a minute is frequent."""
    schedule = parse_schedule(text, _NEW_YORK)
    assert (schedule.adjusts_for_dst, schedule.is_frequent) == (adjusts, frequent)


@given(st.text() | st.text(alphabet="0123456789:.-* /,", max_size=20))
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    """Nothing but ValueError comes out of reading one."""
    try:
        schedule = parse_schedule(text, _NEW_YORK)
    except ValueError:
        return
    now = datetime(2024, 1, 1, tzinfo=UTC)
    assert schedule.next(now) > now


_CRON = st.sampled_from(
    ["0 */7 * * * *", "0 30 1,2 * * *", "0 15 */3 * * *", "0 0 0 1 * *", "30 59 23 31 12 *"]
)
_MOMENTS = st.integers(946_684_800, 1_893_456_000).map(lambda s: datetime.fromtimestamp(s, UTC))


@settings(max_examples=60)
@given(_CRON, st.sampled_from(_ZONES), _MOMENTS)
def test_times_come_in_order_and_match_the_expression(
    text: str, zone: ZoneInfo, after: datetime
) -> None:
    """Every time is later than the one before, and its minute is one of the expression's unless
    clocks changed over it."""
    schedule = parse_schedule(text, zone)
    moments = [after]
    for _ in range(4):
        moments.append(schedule.next(moments[-1]))
    assert all(earlier < later for earlier, later in pairwise(moments))
    if zone.key != "Australia/Lord_Howe" and text.startswith("0 30"):
        assert {moment.minute for moment in moments[1:]} == {30}


@given(st.timedeltas(timedelta(milliseconds=1), timedelta(days=9999)), _MOMENTS)
def test_a_constant_schedule_fires_a_period_later(period: timedelta, after: datetime) -> None:
    """Whatever the clock on the wall does."""
    assert ConstantSchedule(period).next(after) - after == period
