"""What a client has received, and what of it nobody has expected yet."""

import asyncio
import difflib
from collections.abc import Callable, Sequence

from webpubsub.testing.messages import Expectation, Message, shown

_MOST_SHOWN = 10
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Inbox:
    """Keeps everything in the order in which it came.

    An expectation takes the first message that fits and that no other one has taken; what came
    before it stays for others.
    """

    def __init__(self) -> None:
        self.received: list[Message] = []
        self._open: list[Message] = []
        self._arrival = asyncio.Event()

    @property
    def unexpected(self) -> Sequence[Message]:
        """What nobody has expected so far, without what the service says by itself."""
        return [message for message in self._open if message.is_data]

    def put(self, message: Message) -> None:
        """Something has come."""
        self.received.append(message)
        self._open.append(message)
        self.ring()

    def ring(self) -> None:
        """Have those look again who wait."""
        self._arrival.set()

    def take(self, expectation: Expectation) -> Message | None:
        """The first open message that fits, which is taken by that."""
        for message in self._open:
            if expectation.matches(message):
                self._open.remove(message)
                return message
        return None

    async def wait(
        self, expectation: Expectation, seconds: float, over: Callable[[], bool]
    ) -> Message | None:
        """The same, as soon as there is one; None after so many seconds, or when it is ``over``."""
        try:
            async with asyncio.timeout(seconds):
                while (found := self.take(expectation)) is None and not over():
                    self._arrival.clear()
                    await self._arrival.wait()
                return found
        except TimeoutError:
            return None


def describe(expectation: Expectation, messages: Sequence[Message]) -> str:
    """What came instead of what was expected, and how the closest of it differs."""
    lines = [f"    expected: {expectation}"]
    if not messages:
        return "\n".join([*lines, "    got nothing that was not expected before"])
    lines += [f"    got {number}: {message}" for number, message in _numbered(messages)]
    hidden = len(messages) - _MOST_SHOWN
    lines += [f"    and {hidden} before"] if hidden > 0 else []
    return "\n".join([*lines, *_difference(expectation, messages)])


def _numbered(messages: Sequence[Message]) -> Sequence[tuple[int, Message]]:
    return list(enumerate(messages, start=1))[-_MOST_SHOWN:]


def _difference(expectation: Expectation, messages: Sequence[Message]) -> Sequence[str]:
    wanted = [shown(item) for item in expectation.wanted if not callable(item)]
    wanted += [f"{name}: {shown(value)}" for name, value in expectation.fields.items()]
    if not wanted:
        return []
    candidates = [_aspects(expectation, message) for message in messages]
    closest = max(candidates, key=lambda lines: _likeness(wanted, lines))
    compared = difflib.ndiff(wanted, closest)
    return ["    closest:", *(f"      {line.rstrip()}" for line in compared)]


def _aspects(expectation: Expectation, message: Message) -> list[str]:
    """What of a message the expectation is about."""
    data = [_comparable(message, item) for item in expectation.wanted if not callable(item)]
    return [*map(shown, data), *(_member(message, name) for name in expectation.fields)]


def _comparable(message: Message, wanted: object) -> object:
    if isinstance(wanted, str | bytes):
        return message.data
    try:
        return message.json()
    except (ValueError, TypeError):
        return message.data


def _member(message: Message, name: str) -> str:
    return f"{name}: {shown(message.fields.get(name))}"


def _likeness(wanted: Sequence[str], lines: Sequence[str]) -> float:
    return difflib.SequenceMatcher(None, "\n".join(wanted), "\n".join(lines)).ratio()
