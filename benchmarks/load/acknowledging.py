"""What reliable clients say of what they have received."""

from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from benchmarks.load.frames import masked
from benchmarks.load.websockets import Client


class Acknowledging:
    """Every client acknowledges every 100 messages; they take turns, so that some do at a time."""

    _EVERY = 100

    def __init__(self, clients: Sequence[Client]) -> None:
        self._number = len(clients)
        self._next: Iterator[Client] = cycle(clients)
        self._sequence_id = 0
        self._due = 0.0

    def __call__(self, messages: int) -> None:
        """All have received so many more."""
        self._sequence_id += messages
        self._due += self._number * messages / self._EVERY
        acknowledgement = f'{{"type":"sequenceAck","sequenceId":{self._sequence_id}}}'
        frame = masked(acknowledgement.encode())
        for member in islice(self._next, int(self._due)):
            member.write(frame)
        self._due %= 1
