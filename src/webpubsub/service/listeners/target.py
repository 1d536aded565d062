"""What a place that events are told to looks like, whatever it is made of."""

from collections.abc import Sequence
from typing import Protocol

from webpubsub.protocol.events import AnyEventRequest


class ListenerError(Exception):
    """A listener cannot be used; the text is one line that says why and how to mend it."""


class Undelivered(Exception):
    """Events were lost on the way: how many, and in one line why."""

    def __init__(self, count: int, why: str) -> None:
        super().__init__(why)
        self.count = count


class Target(Protocol):
    """A place that events are told to. Only one call of ``send`` is under way at a time."""

    @property
    def name(self) -> str:
        """How logs call it, without secrets."""

    async def check(self) -> None:
        """Raise ListenerError when it is plain from the start that nothing can be sent."""

    async def send(self, events: Sequence[AnyEventRequest]) -> None:
        """Tell of events, oldest first. Raises Undelivered when some or all of them are lost."""

    async def close(self) -> None:
        """Give back what ``send`` took."""
