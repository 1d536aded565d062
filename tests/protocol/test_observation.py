"""The one point that everything passes, and the traces that begin there."""

from collections.abc import Iterator
from itertools import count

import pytest

from webpubsub.protocol.observation import ObservationPoint, Sighting
from webpubsub.protocol.trace_context import SpanContext, current_span

SENDER = SpanContext("a" * 32, "b" * 16, sampled=False, state="x=1")


class Point(ObservationPoint[str]):
    """Its clocks stand at 100 and at 7, and its ids are 1, 2, 3…"""

    def __init__(self) -> None:
        numbers = count(1)
        super().__init__(lambda: 100.0, lambda: 7.0, lambda _bits: next(numbers))

    def show(self, item: str) -> None:
        assert self.observer is not None
        self.observer(item)


@pytest.fixture
def point() -> Iterator[Point]:
    token = current_span.set(None)
    yield Point()
    current_span.reset(token)


def seen_items(seen: list[Sighting[str]]) -> list[str]:
    return [sighting.item for sighting in seen]


def test_nobody_looks_by_default(point: Point) -> None:
    """Then there is no observer, and nothing is traced."""
    assert point.observer is None
    for scope in (point.trace(), point.trace(SENDER), point.span()):
        with scope:
            assert current_span.get() is None


def test_several_look_and_look_away(point: Point) -> None:
    """Each sees everything from when it attaches to when it detaches."""
    first: list[Sighting[str]] = []
    second: list[Sighting[str]] = []
    leave = point.attach(first.append)
    point.show("a")
    leave_too = point.attach(second.append)
    point.show("b")
    leave()
    point.show("c")
    leave_too()
    assert point.observer is None
    assert (seen_items(first), seen_items(second)) == (["a", "b"], ["b", "c"])
    assert first[0] == Sighting("a", None, 100.0, 7.0)


def test_who_raises_harms_nobody(point: Point, caplog: pytest.LogCaptureFixture) -> None:
    """The others look on, what passes passes, and it is said once."""

    def fail(_sighting: Sighting[str]) -> None:
        raise RuntimeError("as asked")

    seen: list[Sighting[str]] = []
    point.attach(fail)
    point.attach(seen.append)
    point.show("a")
    point.show("b")
    assert seen_items(seen) == ["a", "b"]
    assert [record.exc_info is not None for record in caplog.records] == [True]


def test_a_trace_and_its_spans(point: Point) -> None:
    """An edge begins a trace; what is begun within is part of it, and all of it is seen."""
    seen: list[Sighting[str]] = []
    point.attach(seen.append)
    with point.trace():
        point.show("edge")
        with point.span():
            point.show("inner")
        point.show("edge")
    point.show("outside")
    root = SpanContext(f"{1:032x}", f"{2:016x}")
    inner = SpanContext(root.trace_id, f"{3:016x}", root.span_id)
    assert [sighting.span for sighting in seen] == [root, inner, root, None]


def test_a_sender_has_begun_the_trace(point: Point) -> None:
    """Its id, its state and whether it is kept go on."""
    point.attach(lambda _: None)
    with point.trace(SENDER):
        span = current_span.get()
    assert span == SpanContext(SENDER.trace_id, f"{1:016x}", SENDER.span_id, False, "x=1")


def test_an_edge_forgets_what_runs_around_it(point: Point) -> None:
    """Edges may be entered from what another edge has begun, which is another trace."""
    point.attach(lambda _: None)
    with point.trace(SENDER), point.trace():
        span = current_span.get()
    assert span is not None
    assert span.parent_id is None


def test_who_keeps_traces_is_asked(point: Point) -> None:
    """Of every span, by its trace and by what it is part of."""
    asked: list[tuple[str, SpanContext | None]] = []

    def keep(trace_id: str, sender: SpanContext | None) -> bool:
        asked.append((trace_id, sender))
        return sender is not None

    point.attach(lambda _: None)
    point.samples = keep
    with point.trace():
        first = current_span.get()
        with point.span():
            second = current_span.get()
    assert first is not None
    assert second is not None
    assert (first.sampled, second.sampled) == (False, True)
    assert asked == [(first.trace_id, None), (first.trace_id, first)]
