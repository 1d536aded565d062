"""Ids for what is only to be told apart: of invocations, and of requests to webhooks."""

from itertools import count
from uuid import uuid4

#: The first number: all have as many digits, so that they can be written as they are.
_FIRST = 10**11


class UniqueIds:
    """Makes ids in the form of GUIDs: one random part for all, and a number. Each is unique, and
    none is a secret."""

    __slots__ = ("_numbers", "_prefix")

    def __init__(self) -> None:
        self._prefix = str(uuid4())[: -len(str(_FIRST))]
        self._numbers = count(_FIRST)

    def __call__(self) -> str:
        """The next one."""
        return f"{self._prefix}{next(self._numbers)}"
