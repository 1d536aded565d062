"""What a client has sent, in order, while one of its events is being answered, or while states are
written that it has subscribed to.

Specification: client-protocols section 2.1.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

ItemT = TypeVar("ItemT")


class Source(Protocol):
    """Where items come from, and who can be asked to wait."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class Inbox(Generic[ItemT]):
    """Hands items to ``handle`` one after another; while it is held it keeps them.

    ``source`` is asked to wait while more than ``max_bytes`` are kept.
    """

    __slots__ = ("_bytes", "_handle", "_held", "_items", "_max_bytes", "_source")

    def __init__(self, handle: Callable[[ItemT], None], source: Source, max_bytes: int) -> None:
        self._handle = handle
        self._source = source
        self._max_bytes = max_bytes
        # Made when it is needed: an empty one is larger than everything else here.
        self._items: deque[tuple[ItemT, int]] | None = None
        self._bytes = 0
        self._held = False

    @property
    def items(self) -> Iterable[ItemT]:
        """What is kept, oldest first."""
        return (item for item, _ in self._items or ())

    def put(self, item: ItemT, size: int = 0) -> None:
        """Hand an item on, or keep it; ``size`` in bytes counts against the limit."""
        if not self._held:
            self._handle(item)
            return
        self._kept().append((item, size))
        self._bytes += size
        if self._bytes > self._max_bytes:
            self._source.pause_reading()

    def put_parts(self, parts: Sequence[ItemT]) -> None:
        """Hand on what the item that is being handled consists of, before everything that is
        kept."""
        for position, part in enumerate(parts):
            if self._held:
                self._kept().extendleft((rest, 0) for rest in reversed(parts[position:]))
                return
            self._handle(part)

    def hold(self) -> None:
        """Keep everything from now on."""
        self._held = True

    def release(self) -> None:
        """Hand on what was kept, until it is held again or nothing is left."""
        self._held = False
        while self._items and not self._held:
            item, size = self._items.popleft()
            self._bytes -= size
            self._handle(item)
        if not self._items:
            self._items = None
        if self._bytes <= self._max_bytes:
            self._source.resume_reading()

    def clear(self) -> None:
        """Forget what was kept."""
        self._items = None
        self._bytes = 0

    def _kept(self) -> deque[tuple[ItemT, int]]:
        if self._items is None:
            self._items = deque()
        return self._items
