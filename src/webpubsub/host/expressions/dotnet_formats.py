"""The .NET format strings that binding expressions use for times, identifiers and numbers,
culture-free."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

#: One letter stands for a whole custom format; ``U`` and the culture-bound ones are not here.
_STANDARD_FORMATS: Mapping[str, str] = {
    "d": "MM/dd/yyyy",
    "D": "dddd, dd MMMM yyyy",
    "f": "dddd, dd MMMM yyyy HH:mm",
    "F": "dddd, dd MMMM yyyy HH:mm:ss",
    "g": "MM/dd/yyyy HH:mm",
    "G": "MM/dd/yyyy HH:mm:ss",
    "m": "MMMM dd",
    "M": "MMMM dd",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "t": "HH:mm",
    "T": "HH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "y": "yyyy MMMM",
    "Y": "yyyy MMMM",
}

#: A run of one letter, a quoted literal, an escaped character, or any other character.
_CUSTOM_TOKEN = re.compile(r"'([^']*)'|\"([^\"]*)\"|\\(.)|([dfFghHKmMstyz])\4*|(.)", re.DOTALL)


def format_datetime(value: datetime, text: str) -> str:
    """An aware time in a standard or custom .NET format. Raises ValueError for an unknown
    format."""
    if len(text) == 1:
        if text not in _STANDARD_FORMATS:
            raise ValueError(f"'{text}' is not a format for times; write yyyy-MM-dd, for example")
        return format_datetime(value, _STANDARD_FORMATS[text])
    custom = text.removeprefix("%")
    return "".join(_custom_part(match, value) for match in _CUSTOM_TOKEN.finditer(custom))


def _custom_part(match: re.Match[str], value: datetime) -> str:
    single_quoted, double_quoted, escaped, letter, other = match.groups()
    if letter is None:
        literals = (single_quoted, double_quoted, escaped, other)
        return next(literal for literal in literals if literal is not None)
    return _LETTERS[letter](value, len(match[0]))


def _day(value: datetime, width: int) -> str:
    if width <= 2:
        return f"{value.day:0{width}}"
    name = _DAYS[value.weekday()]
    return name[:3] if width == 3 else name


def _month(value: datetime, width: int) -> str:
    if width <= 2:
        return f"{value.month:0{width}}"
    name = _MONTHS[value.month - 1]
    return name[:3] if width == 3 else name


def _year(value: datetime, width: int) -> str:
    return f"{value.year % 100:0{width}}" if width <= 2 else f"{value.year:0{width}}"


def _fraction(value: datetime, width: int) -> str:
    if width > 7:
        raise ValueError("a time has at most seven digits after the second")
    return f"{value.microsecond:06}0"[:width]


def _offset(value: datetime) -> tuple[str, int, int]:
    seconds = int((value.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return "-" if seconds < 0 else "+", hours, minutes


def _zone(value: datetime, width: int) -> str:
    sign, hours, minutes = _offset(value)
    return f"{sign}{hours:0{min(width, 2)}}" + (f":{minutes:02}" if width > 2 else "")


def _kind(value: datetime, width: int) -> str:
    zone = "Z" if not value.utcoffset() else _zone(value, 3)
    return zone * width


def _two_digits(part: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda value, width: f"{part(value):0{min(width, 2)}}"


_LETTERS: Mapping[str, Callable[[datetime, int], str]] = {
    "d": _day,
    "f": _fraction,
    "F": lambda value, width: _fraction(value, width).rstrip("0"),
    "g": lambda _value, _width: "A.D.",
    "h": _two_digits(lambda value: value.hour % 12 or 12),
    "H": _two_digits(lambda value: value.hour),
    "K": _kind,
    "m": _two_digits(lambda value: value.minute),
    "M": _month,
    "s": _two_digits(lambda value: value.second),
    "t": lambda value, width: ("AM" if value.hour < 12 else "PM")[:width],
    "y": _year,
    "z": _zone,
}


def format_guid(value: UUID, text: str) -> str:
    """An identifier in one of the .NET formats N, D, B, P and X. Raises ValueError for another."""
    try:
        return _GUID_FORMATS[text.upper()](value)
    except KeyError:
        raise ValueError(
            f"'{text}' is not a format for identifiers; use one of {', '.join(_GUID_FORMATS)}"
        ) from None


def _guid_fields(value: UUID) -> str:
    node = ",".join(f"0x{byte:02x}" for byte in value.bytes[8:])
    low, middle, high = value.fields[:3]
    return f"{{0x{low:08x},0x{middle:04x},0x{high:04x},{{{node}}}}}"


_GUID_FORMATS: Mapping[str, Callable[[UUID], str]] = {
    "N": lambda value: value.hex,
    "D": str,
    "B": lambda value: f"{{{value}}}",
    "P": lambda value: f"({value})",
    "X": _guid_fields,
}


#: A standard format is a letter and perhaps a number; a run of zeros is a custom one.
_NUMBER_FORMAT = re.compile(r"([dDxXfFnN])(\d{0,2})|(0+)")


def format_number(value: float, text: str) -> str:
    """A number in one of the .NET formats D, X (whole numbers alone), F and N, or in at least as
    many digits as there are zeros. Raises ValueError for another format."""
    match = _NUMBER_FORMAT.fullmatch(text)
    kind = match[1] if match is not None else None
    if match is None or ((kind or "D") in "dDxX" and not isinstance(value, int)):
        raise ValueError(
            f"'{text}' is not a format for {value}; use D, X or zeros for whole numbers, F or N "
            "for all, with a number of digits such as D4"
        )
    if kind is None or kind in "dDxX":
        return _whole(int(value), kind or "D", int(match[2] or 0) if kind else len(match[3]))
    return f"{value:{',' if kind in 'nN' else ''}.{int(match[2] or 2)}f}"


def _whole(value: int, kind: str, width: int) -> str:
    """Negative numbers are their two's complement in X, as those of .NET are."""
    if kind in "dD":
        return f"{'-' * (value < 0)}{abs(value):0{width}d}"
    bits = 32 if -(2**31) <= value < 2**31 else 64
    return f"{value % 2**bits:0{width}{kind}}"
