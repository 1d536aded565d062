"""Acks in the order of the requests they answer.

Specification: client-protocols sections 5.6 and 14.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import ManualLoop
from webpubsub.service.connections.completions import Completion, Completions


class World:
    """Completions that send into a list."""

    def __init__(self, delay: float = 0.0) -> None:
        self.loop = ManualLoop()
        self.sent: list[bytes] = []
        self.completions = Completions(self.sent.append, delay, self.loop.asyncio)

    def expect(self, number: int) -> list[Completion]:
        return [self.completions.expect() for _ in range(number)]


def test_an_ack_waits_for_those_before_it() -> None:
    """Work may be done in any order; its acks leave in the order of the requests."""
    world = World()
    first, second, third = world.expect(3)
    second.complete(b"2")
    assert world.sent == []
    first.complete(b"1")
    assert world.sent == [b"1", b"2"]
    third.complete(b"3")
    assert world.sent == [b"1", b"2", b"3"]
    assert world.loop.timers == [], "without a delay there is no timer"


def test_a_delayed_ack() -> None:
    """With a delay, an ack leaves so long after its request was done, and never before."""
    world = World(0.002)
    (first,) = world.expect(1)
    first.complete(b"1")
    world.loop.advance(0.0019)
    assert world.sent == []
    world.loop.advance(0.0002)
    assert world.sent == [b"1"]
    assert world.loop.waiting == []


def test_delayed_acks_keep_their_order_and_their_delay() -> None:
    """Each ack is held for the whole delay, and one timer serves them all."""
    world = World(2.0)
    first, second, third = world.expect(3)
    first.complete(b"1")
    world.loop.advance(1.5)
    second.complete(b"2")
    assert len(world.loop.waiting) == 1
    world.loop.advance(1.0)
    assert world.sent == [b"1"]
    world.loop.advance(1.0)
    assert world.sent == [b"1", b"2"]
    assert world.loop.waiting == []
    third.complete(b"3")
    world.loop.advance(2.0)
    assert world.sent == [b"1", b"2", b"3"]


def test_a_delayed_ack_waits_for_those_before_it() -> None:
    """When the delay has passed and an older request is not done, its ack is still the first."""
    world = World(2.0)
    first, second = world.expect(2)
    second.complete(b"2")
    world.loop.advance(5.0)
    assert world.sent == []
    assert world.loop.waiting == [], "no timer runs while nothing can be sent"
    first.complete(b"1")
    world.loop.advance(2.0)
    assert world.sent == [b"1", b"2"]


@pytest.mark.parametrize("delay", [0.0, 2.0])
def test_closing_sends_what_is_done(delay: float) -> None:
    """Acks of finished work are not lost at the end; the others are, and no timer stays."""
    world = World(delay)
    first, second, third = world.expect(3)
    first.complete(b"1")
    third.complete(b"3")
    world.completions.close()
    assert world.sent == [b"1"]
    second.complete(b"2")
    world.loop.advance(10.0)
    assert world.sent == [b"1"]
    assert world.loop.waiting == []


@given(st.permutations(range(8)), st.sampled_from([0.0, 1.0]), st.floats(0, 3))
def test_order_holds_for_every_order_of_work(order: list[int], delay: float, pause: float) -> None:
    """Whatever is done first, the acks arrive as the requests did."""
    world = World(delay)
    expected = world.expect(8)
    for number in order:
        expected[number].complete(b"%d" % number)
        world.loop.advance(pause)
    world.loop.advance(10.0)
    assert world.sent == [b"%d" % number for number in range(8)]
