"""NCRONTAB expressions: six fields, seconds first, or five without seconds.

The syntax is that of the real host, which is stricter than other crons; what it understands is
handed on as plain lists of numbers. Specification: functions-python section 7.
"""

import re
from collections.abc import Mapping

import msgspec

_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_ITEM = re.compile(
    r"(?:(?P<all>\*)|(?P<first>[0-9A-Za-z]+)(?:-(?P<last>[0-9A-Za-z]+))?)(?:/(?P<step>[0-9]+))?"
)
#: More digits than any value of a field has.
_MAX_DIGITS = 4
_SHORTEST_NAME = 3


class Field(msgspec.Struct, frozen=True):
    """A place in an expression, with the lowest and the highest value it takes."""

    name: str
    low: int
    high: int
    names: Mapping[str, int] = msgspec.field(default_factory=dict)

    def values(self, text: str) -> frozenset[int]:
        """The values that the text of a field selects. Raises ValueError."""
        return frozenset(value for item in text.split(",") for value in self._item(item))

    def _item(self, text: str) -> range:
        match = _ITEM.fullmatch(text)
        if match is None:
            raise ValueError(f"'{text}' is no {self.name}; write *, 5, 1-5, */5 or a list of them")
        step = self._step(match["step"])
        if match["all"]:
            return range(self.low, self.high + 1, step)
        first = self._value(match["first"])
        last = self._value(match["last"]) if match["last"] else first
        if match["step"] and not match["last"]:
            last = self.high
        if first > last:
            raise ValueError(f"the range '{text}' of the {self.name} runs backwards; cut it in two")
        return range(first, last + 1, step)

    def _step(self, text: str | None) -> int:
        step = 1 if text is None else _number(text)
        if step < 1:
            raise ValueError(f"the step of the {self.name} is '{text}', and must be 1 or more")
        return step

    def _value(self, text: str) -> int:
        value = _number(text) if text.isdigit() else self._named(text)
        if not self.low <= value <= self.high:
            raise ValueError(
                f"the {self.name} is '{text}', and must be from {self.low} to {self.high}"
            )
        return value

    def _named(self, text: str) -> int:
        for name, value in self.names.items():
            if len(text) >= _SHORTEST_NAME and name.startswith(text.lower()):
                return value
        raise ValueError(f"'{text}' is no {self.name}")


def _number(text: str) -> int:
    return int(text) if len(text) <= _MAX_DIGITS else 10**_MAX_DIGITS


FIELDS = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    Field("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_SECOND, _HOUR = 0, 2


class Expression(msgspec.Struct, frozen=True):
    """A parsed expression.

    ``values`` are the values of the six fields. ``is_interval`` tells an expression that fires
    every so often from one that fires at certain hours of the day.
    """

    values: tuple[frozenset[int], ...]
    is_interval: bool

    @classmethod
    def parse(cls, text: str) -> "Expression":
        """The expression in ``text``. Raises ValueError."""
        pieces = text.split()
        if len(pieces) == len(FIELDS) - 1:
            pieces.insert(_SECOND, "0")
        if len(pieces) != len(FIELDS):
            raise ValueError(
                f"it has {len(pieces)} fields, and must have six (second, minute, hour, day of the "
                "month, month, day of the week) or five without the second"
            )
        values = tuple(field.values(piece) for field, piece in zip(FIELDS, pieces, strict=True))
        return cls(values, is_interval=any(char in pieces[_HOUR] for char in "*-/"))

    @property
    def is_within_every_minute(self) -> bool:
        """Whether it fires more than once in every single minute."""
        seconds, *others = self.values
        whole = all(
            len(values) == field.high - field.low + 1
            for field, values in zip(FIELDS[1:], others, strict=True)
        )
        return whole and len(seconds) > 1

    def as_numbers(self) -> str:
        """The same expression with nothing in it but numbers, commas and ``*``."""
        return " ".join(
            "*"
            if len(values) == field.high - field.low + 1
            else ",".join(str(value) for value in sorted(values))
            for field, values in zip(FIELDS, self.values, strict=True)
        )
