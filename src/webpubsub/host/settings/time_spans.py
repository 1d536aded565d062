"""Durations as .NET writes them, which is how host.json and function.json do."""

import re

_TIME_SPAN = re.compile(
    r"(?P<sign>-)?(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})"
    r"(?::(?P<seconds>\d{1,2})(?P<fraction>\.\d{1,7})?)?"
)


def parse_time_span(text: str) -> float:
    """Seconds in ``[-][d.]hh:mm[:ss[.fffffff]]``.

    Raises ValueError, also when hours exceed 23 or minutes or seconds 59.
    """
    match = _TIME_SPAN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is not a time span; write hh:mm:ss, such as 00:05:00")
    days, hours, minutes, seconds = (
        int(match[part] or 0) for part in ("days", "hours", "minutes", "seconds")
    )
    if hours > 23 or minutes > 59 or seconds > 59:
        raise ValueError(
            f"'{text}' is not a time span: hours go to 23, minutes and seconds to 59; "
            "write more hours as days, such as 1.06:00:00"
        )
    total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds + float(match["fraction"] or 0)
    return -total if match["sign"] else total
