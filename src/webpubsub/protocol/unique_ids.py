"""Ids for what is only to be told apart: of invocations, and of requests to webhooks."""

from itertools import count
from uuid import uuid4

_DIGITS = 12


class UniqueIds:
    """Makes ids in the form of GUIDs: one random part for all, and a number. Each is unique, and
    none is a secret."""

    __slots__ = ("_numbers", "_prefix")

    def __init__(self) -> None:
        self._prefix = str(uuid4())[:-_DIGITS]
        self._numbers = count(1)

    def __call__(self) -> str:
        """The next one."""
        return f"{self._prefix}{next(self._numbers):0{_DIGITS}x}"
