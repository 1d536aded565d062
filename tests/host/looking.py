"""An observer for as long as a test needs it: one that stayed would go on to watch the log."""

from collections.abc import Iterator
from contextlib import contextmanager

from webpubsub.host.observation import ObservationPoint, Sighting


@contextmanager
def looking(point: ObservationPoint) -> Iterator[list[Sighting]]:
    """What passes a point meanwhile."""
    seen: list[Sighting] = []
    look_away = point.attach(seen.append)
    try:
        yield seen
    finally:
        look_away()
