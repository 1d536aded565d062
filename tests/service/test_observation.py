"""What passes the point of the service; each kind is seen where it passes."""

from webpubsub.protocol.trace_context import current_span
from webpubsub.service.observation import ObservationPoint, SessionEnded, Sighting


def test_a_point_holds_nothing_but_its_observers() -> None:
    """There is one attribute to test, on everything that passes."""
    point = ObservationPoint()
    assert point.observer is None
    assert not hasattr(point, "__dict__")


def test_sightings_have_times_and_spans() -> None:
    """Ids are of the lengths that the specification of traces asks for."""
    point = ObservationPoint()
    seen: list[Sighting] = []
    detach = point.attach(seen.append)
    with point.trace():
        span = current_span.get()
        assert point.observer is not None
        point.observer(SessionEnded("chat", "c", "bye"))
    detach()
    (sighting,) = seen
    assert sighting.span == span
    assert span is not None
    assert (len(span.trace_id), len(span.span_id)) == (32, 16)
    assert sighting.at > 1_700_000_000
