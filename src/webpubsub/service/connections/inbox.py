"""What a client has sent, in order, until it is handled.

It waits while one of the client's events is being answered, or while states are written that it has
subscribed to; and a client that sends much at once gets a turn like any other: as much is handled
as there is room for, the rest in later ones, and it is not read from meanwhile. Specification:
client-protocols section 2.1.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

from webpubsub.service.websockets.share import BYTES, SHARE

ItemT = TypeVar("ItemT")


def _ignore(_item: object) -> None: ...


class Source(Protocol):
    """Where items come from, and who can be asked to wait."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def spend(self, work: int) -> int: ...

    @property
    def said_to_many(self) -> int: ...

    def postpone(self, action: Callable[[], None], *, to_many: bool) -> None: ...


class Inbox(Generic[ItemT]):
    """Hands items to ``handle`` one after another; while it is held, and when its turn is over, it
    keeps them.

    ``source`` is asked to wait while more than ``max_bytes`` are kept, or while something waits for
    the next turn.
    """

    __slots__ = (
        "_bytes",
        "_handle",
        "_is_over",
        "_items",
        "_max_bytes",
        "_pausing",
        "_source",
        "is_held",
    )

    def __init__(self, handle: Callable[[ItemT], None], source: Source, max_bytes: int) -> None:
        self._handle = handle
        self._source = source
        self._max_bytes = max_bytes
        # Made when it is needed: an empty one is larger than everything else here.
        self._items: deque[tuple[ItemT, int]] | None = None
        self._bytes = 0
        #: Whether everything is kept.
        self.is_held = False
        #: Whether the source has been asked to wait.
        self._pausing = False
        self._is_over = False

    @property
    def items(self) -> Iterable[ItemT]:
        """What is kept, oldest first."""
        return (item for item, _ in self._items or ())

    def put(self, item: ItemT, size: int = 0) -> None:
        """Hand an item on, or keep it; ``size`` in bytes counts against the limit."""
        if not self._is_over and not self.is_held:
            self._hand_on(item, size)
        else:
            self._keep(item, size)

    def put_back(self, parts: Sequence[ItemT]) -> None:
        """Keep what the item that is being handled still consists of, before everything else."""
        self._kept().extendleft((part, 0) for part in reversed(parts))

    def hold(self) -> None:
        """Keep everything from now on."""
        self.is_held = True

    def release(self) -> None:
        """Hand on what was kept, until it is held again, its turn is over or nothing is left."""
        self.is_held = False
        self._go_on()

    def hurry(self) -> None:
        """Hand on at once what only waits for its turn."""
        while self._items and not self.is_held:
            self._handle(self._items.popleft()[0])

    def clear(self) -> None:
        """Forget what was kept."""
        self._items = None
        self._bytes = 0

    def close(self) -> None:
        """Forget whom it is for, too, who may then go without the garbage collector."""
        self.clear()
        self._handle = _ignore

    def _hand_on(self, item: ItemT, size: int) -> None:
        work = 1 + size // BYTES
        spent = self._source.spend(work)
        if spent < SHARE:
            self._handle(item)
        elif spent > work >= SHARE:
            self._wait_with(item, size)
        else:
            self._end_turn_with(item)

    def _wait_with(self, item: ItemT, size: int) -> None:
        """It takes a turn of its own, which this one is not any more."""
        self._is_over = True
        self._kept().appendleft((item, size))
        self._count(size)
        self._source.postpone(self._begin_turn, to_many=False)

    def _end_turn_with(self, item: ItemT) -> None:
        source = self._source
        self._is_over = True
        said = source.said_to_many
        self._handle(item)
        source.postpone(self._begin_turn, to_many=source.said_to_many > said)

    def _begin_turn(self) -> None:
        self._is_over = False
        self._go_on()

    def _go_on(self) -> None:
        while self._items and not self._is_over and not self.is_held:
            item, size = self._items.popleft()
            self._bytes -= size
            self._hand_on(item, size)
        if not self._items:
            self._items = None
        if self._pausing and not self._is_over and self._bytes <= self._max_bytes:
            self._pausing = False
            self._source.resume_reading()

    def _keep(self, item: ItemT, size: int) -> None:
        self._kept().append((item, size))
        self._count(size)

    def _count(self, size: int) -> None:
        self._bytes += size
        if self._is_over or self._bytes > self._max_bytes:
            self._pausing = True
            self._source.pause_reading()

    def _kept(self) -> deque[tuple[ItemT, int]]:
        if self._items is None:
            self._items = deque()
        return self._items
