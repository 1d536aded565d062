"""The one point that everything passes."""

from webpubsub.service.observation import ObservationPoint, Observed, SessionEnded


def test_nobody_looks_by_default() -> None:
    """Without an observer the point costs one attribute test, and holds nothing else."""
    point = ObservationPoint()
    assert point.observer is None
    assert not hasattr(point, "__dict__")


def test_looking_and_looking_away() -> None:
    """An observer is set and taken away at any time."""
    point = ObservationPoint()
    seen: list[Observed] = []
    point.observer = seen.append
    ended = SessionEnded("chat", "c", "bye")
    point.observer(ended)
    assert seen == [ended]
