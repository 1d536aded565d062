"""The one point of a room that everything passes on its way in and out.

Nobody looks by default, and then it costs one attribute test: whoever has something to show reads
``observer``, and goes on when it is None. Nor is anything traced then. While somebody looks, what
begins at an edge begins a trace or goes on with the sender's, and what is begun within it is a span
of that trace; both are the ``current_span`` of the code that runs in them.
"""

import logging
from collections.abc import Callable
from contextvars import Token
from types import TracebackType
from typing import Generic, Protocol, TypeVar

import msgspec

from webpubsub.protocol.trace_context import SpanContext, current_span

logger = logging.getLogger("webpubsub.observation")

_TRACE_BITS = 128
_SPAN_BITS = 64

_ItemT = TypeVar("_ItemT")
_SeenT = TypeVar("_SeenT", contravariant=True)


class Sighting(msgspec.Struct, Generic[_ItemT], frozen=True):
    """Something that has passed the point.

    ``span`` is the span that it begins, ends or happens in. ``at`` is seconds since the epoch,
    ``monotonic`` seconds of a clock that never goes back.
    """

    item: _ItemT
    span: SpanContext | None
    at: float
    monotonic: float


class Observer(Protocol[_SeenT]):
    """Looks at what passes, on the event loop and while it passes: it must be quick."""

    def __call__(self, sighting: _SeenT, /) -> None: ...


class Scope:
    """The code within ``with`` runs in a span; with None, in the one it was in."""

    __slots__ = ("_span", "_token")

    def __init__(self, span: SpanContext | None) -> None:
        self._span = span
        self._token: Token[SpanContext | None] | None = None

    def __enter__(self) -> None:
        if self._span is not None:
            self._token = current_span.set(self._span)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._token is not None:
            current_span.reset(self._token)


class ObservationPoint(Generic[_ItemT]):
    """Where observers attach, any number of them.

    ``clock`` gives seconds since the epoch, ``monotonic`` seconds that never go back and
    ``random_bits`` a number of so many bits.
    """

    __slots__ = (
        "_clock",
        "_failing",
        "_observers",
        "_random_bits",
        "monotonic",
        "observer",
        "samples",
    )

    def __init__(
        self,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        random_bits: Callable[[int], int],
    ) -> None:
        #: What takes an item that passes; None while nobody looks.
        self.observer: Callable[[_ItemT], None] | None = None
        #: Whether a span is to be kept, by the id of its trace and the span that it is part of.
        self.samples: Callable[[str, SpanContext | None], bool] = _as_the_sender
        self._clock = clock
        self.monotonic = monotonic
        self._random_bits = random_bits
        self._observers: tuple[Observer[Sighting[_ItemT]], ...] = ()
        self._failing: set[int] = set()

    def attach(self, observer: Observer[Sighting[_ItemT]]) -> Callable[[], None]:
        """Have an observer look from now on; what is returned makes it look away.

        One that raises harms neither what passes nor the others.
        """
        self._observers = (*self._observers, observer)
        self.observer = self._show

        def detach() -> None:
            self._observers = tuple(one for one in self._observers if one is not observer)
            self._failing.discard(id(observer))
            if not self._observers:
                self.observer = None

        return detach

    def trace(self, sender: SpanContext | None = None) -> Scope:
        """What an edge begins: the first span of a trace, or one within the sender's. Nothing while
        nobody looks."""
        if self.observer is None:
            return Scope(None)
        if sender is not None:
            sampled = self.samples(sender.trace_id, sender)
            return Scope(sender.child(self._span_id(), sampled=sampled))
        trace_id = f"{self._random_bits(_TRACE_BITS) or 1:032x}"
        sampled = self.samples(trace_id, None)
        return Scope(SpanContext(trace_id, self._span_id(), sampled=sampled))

    def span(self) -> Scope:
        """A span within the current one; without one, the first of a trace. Nothing while nobody
        looks."""
        return self.trace(current_span.get())

    def _span_id(self) -> str:
        return f"{self._random_bits(_SPAN_BITS) or 1:016x}"

    def _show(self, item: _ItemT) -> None:
        sighting = Sighting(item, current_span.get(), self._clock(), self.monotonic())
        for observer in self._observers:
            try:
                observer(sighting)
            except Exception as error:
                self._tell_of_failure(observer, error)

    def _tell_of_failure(self, observer: Observer[Sighting[_ItemT]], error: Exception) -> None:
        """Once for each: it may fail at everything that passes."""
        if id(observer) not in self._failing:
            self._failing.add(id(observer))
            logger.error("an observer raised; this is not said of it again", exc_info=error)


def _as_the_sender(_trace_id: str, sender: SpanContext | None) -> bool:
    return sender is None or sender.sampled
