"""Operations that follow from others. Specification: client-protocols section 9.3."""

import pytest

from webpubsub.protocol.operations import CloseConnection, HubOperation
from webpubsub.service.hubs.aftermath import Aftermath


def close(connection_id: str) -> CloseConnection:
    return CloseConnection(hub="chat", connection_id=connection_id)


class World:
    """Everything that is carried out has a follower, up to a number of them."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.begun: list[HubOperation] = []
        self.depth = 0
        self.deepest = 0
        self.aftermath = Aftermath(self.perform)

    def perform(self, operation: HubOperation) -> None:
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        self.begun.append(operation)
        if len(self.begun) < self.most:
            self.aftermath.add((close(str(len(self.begun))), close("twin")))
        self.depth -= 1


def test_one_after_another() -> None:
    """What follows waits for what it follows from, and comes before anything later."""
    world = World(most=3)
    world.aftermath.add((close("a"), close("b")))
    assert [*map(str, world.begun)] == [*map(str, map(close, ("a", "b", "1", "twin", "2", "twin")))]


def test_the_stack_does_not_grow() -> None:
    """However many follow from each other."""
    world = World(most=10_000)
    world.aftermath.add((close("a"),))
    assert world.deepest == 1
    assert len(world.begun) > 10_000


def test_a_fault_does_not_stop_the_next() -> None:
    """What was to be carried out is carried out with what comes next."""
    seen: list[HubOperation] = []

    def perform(operation: HubOperation) -> None:
        seen.append(operation)
        if len(seen) == 1:
            raise RuntimeError("ours")

    aftermath = Aftermath(perform)
    with pytest.raises(RuntimeError, match="ours"):
        aftermath.add((close("a"), close("b")))
    aftermath.add((close("c"),))
    assert seen == [close("a"), close("b"), close("c")]
