"""The .NET formats of times, identifiers and numbers.

Specification: functions-python section 9.
"""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.expressions.dotnet_formats import format_datetime, format_guid, format_number

_TIME = datetime(2026, 3, 4, 5, 6, 7, 89_000, UTC)
_EVENING = datetime(2026, 11, 24, 17, 6, 7, tzinfo=timezone(-timedelta(hours=3, minutes=30)))
_GUID = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yyyy-MM-ddTHH-mm-ssK", "2026-03-04T05-06-07Z"),
        ("yyyyMMdd", "20260304"),
        ("d/M/yy", "4/3/26"),
        ("%d", "4"),
        ("ddd dddd MMM MMMM", "Wed Wednesday Mar March"),
        ("H:m:s", "5:6:7"),
        ("hh:mm tt", "05:06 AM"),
        ("ss.fff", "07.089"),
        ("ss.FFFF", "07.089"),
        ("fffffff", "0890000"),
        ("yyyy gg", "2026 A.D."),
        ("'year' yyyy", "year 2026"),
        ('"day" dd', "day 04"),
        (r"\d\d", "dd"),
        ("o", "2026-03-04T05:06:07.0890000Z"),
        ("O", "2026-03-04T05:06:07.0890000Z"),
        ("s", "2026-03-04T05:06:07"),
        ("u", "2026-03-04 05:06:07Z"),
        ("r", "Wed, 04 Mar 2026 05:06:07 GMT"),
        ("d", "03/04/2026"),
        ("D", "Wednesday, 04 March 2026"),
        ("f", "Wednesday, 04 March 2026 05:06"),
        ("F", "Wednesday, 04 March 2026 05:06:07"),
        ("g", "03/04/2026 05:06"),
        ("G", "03/04/2026 05:06:07"),
        ("m", "March 04"),
        ("M", "March 04"),
        ("R", "Wed, 04 Mar 2026 05:06:07 GMT"),
        ("t", "05:06"),
        ("T", "05:06:07"),
        ("y", "2026 March"),
        ("Y", "2026 March"),
    ],
)
def test_times(text: str, expected: str) -> None:
    assert format_datetime(_TIME, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h t", "5 P"),
        ("z", "-3 "[:2]),
        ("zz", "-03"),
        ("zzz", "-03:30"),
        ("ddK", "24-03:30"),
    ],
)
def test_times_elsewhere(text: str, expected: str) -> None:
    assert format_datetime(_EVENING, f"%{text}") == expected


@pytest.mark.parametrize(("hour", "expected"), [(0, "12 AM"), (11, "11 AM"), (12, "12 PM")])
def test_hours_of_half_a_day(hour: int, expected: str) -> None:
    """There is no hour 0, and noon is after itself."""
    assert format_datetime(_TIME.replace(hour=hour), "hh tt") == expected


@pytest.mark.parametrize("text", ["Q", "ffffffff"])
def test_an_unknown_format_of_a_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a format|at most seven digits"):
        format_datetime(_TIME, text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_the_round_trip_format_round_trips(value: datetime) -> None:
    text = format_datetime(value, "o")
    assert datetime.fromisoformat(text[:-2] + "Z") == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("N", "0f8fad5bd9cb469fa16570867728950e"),
        ("D", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("d", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("B", "{0f8fad5b-d9cb-469f-a165-70867728950e}"),
        ("P", "(0f8fad5b-d9cb-469f-a165-70867728950e)"),
        (
            "X",
            "{0x0f8fad5b,0xd9cb,0x469f,{0xa1,0x65,0x70,0x86,0x77,0x28,0x95,0x0e}}",
        ),
    ],
)
def test_identifiers(text: str, expected: str) -> None:
    assert format_guid(_GUID, text) == expected


def test_an_unknown_format_of_an_identifier_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of N, D, B, P, X"):
        format_guid(_GUID, "Q")


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        (42, "D", "42"),
        (42, "d5", "00042"),
        (-42, "D5", "-00042"),
        (42, "X", "2A"),
        (42, "x4", "002a"),
        (-1, "X", "FFFFFFFF"),
        (-(2**31) - 1, "X", "FFFFFFFF7FFFFFFF"),
        (42, "000", "042"),
        (-7, "00", "-07"),
        (1234567, "N", "1,234,567.00"),
        (1234, "n0", "1,234"),
        (3, "F", "3.00"),
        (0.125, "f3", "0.125"),
    ],
)
def test_numbers(value: float, text: str, expected: str) -> None:
    assert format_number(value, text) == expected


@pytest.mark.parametrize(
    ("value", "text"), [(1, "Q"), (1, "D100"), (1, "0.0"), (1.5, "D"), (1.5, "X2"), (1.5, "00")]
)
def test_an_unknown_format_of_a_number_is_refused(value: float, text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not a format for {value}"):
        format_number(value, text)
