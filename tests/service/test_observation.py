"""The one point that everything passes."""

from webpubsub.service.observation import ObservationPoint, Observed, SessionEnded


def test_nobody_looks_by_default() -> None:
    """Without an observer the point costs one attribute test, and holds nothing else."""
    point = ObservationPoint()
    assert point.observer is None
    assert not hasattr(point, "__dict__")


def test_looking_and_looking_away() -> None:
    """Observers come and go at any time; each is told of everything in the order they came."""
    point = ObservationPoint()
    first: list[Observed] = []
    seen: list[tuple[str, Observed]] = []
    point.attach(first.append)
    assert point.observer == first.append
    look = Look("second", seen)
    point.attach(look)
    ended = SessionEnded("chat", "c", "bye")
    assert point.observer is not None
    point.observer(ended)
    assert (first, seen) == ([ended], [("second", ended)])
    point.detach(look)
    point.detach(look)
    point.observer(ended)
    assert (len(first), len(seen)) == (2, 1)


def test_nobody_is_left() -> None:
    """Then looking costs nothing again."""
    point = ObservationPoint()
    look = Look("only", [])
    point.attach(look)
    point.detach(look)
    assert point.observer is None


class Look:
    """An observer with a name."""

    def __init__(self, name: str, seen: list[tuple[str, Observed]]) -> None:
        self._name = name
        self._seen = seen

    def __call__(self, item: Observed) -> None:
        self._seen.append((self._name, item))
