"""Clients that are slow, and those that are too slow.

Specification: functions-python section 5.2.
"""

import asyncio

import pytest

from webpubsub.ingress.pace import LEAST_READ_BYTES, UNREAD_SECONDS, Pace
from webpubsub.testing.clock import Clock

HEAD_SECONDS = 10.0


class Pipe(asyncio.Transport):
    """The way to a client, as a test has it."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self.is_closed = False
        self.is_cut = False

    def get_write_buffer_size(self) -> int:
        return self.size

    def is_closing(self) -> bool:
        return self.is_closed

    def abort(self) -> None:
        self.is_cut = True


async def test_a_head_must_be_whole_in_time() -> None:
    """From its beginning, however much of it comes later."""
    clock, way = Clock(), Pipe()
    pace = Pace(way, clock.call_later, HEAD_SECONDS)
    for _ in range(3):
        pace.begin_head()
        await clock.advance(HEAD_SECONDS - 1)
        pace.end_head()
    pace.end_head()
    await clock.advance(HEAD_SECONDS)
    assert not way.is_cut
    for _ in range(2):
        pace.begin_head()
        await clock.advance(HEAD_SECONDS / 2)
    assert way.is_cut


@pytest.mark.parametrize("short", [False, True])
async def test_who_reads_some_of_it_now_and_then_is_waited_for(short: bool) -> None:
    """However long it takes; but it has to be more than next to nothing."""
    clock, way = Clock(), Pipe()
    pace = Pace(way, clock.call_later, HEAD_SECONDS)
    way.size = 6 * LEAST_READ_BYTES
    pace.begin_reading()
    for _ in range(5):
        way.size -= LEAST_READ_BYTES
        pace.begin_reading()
        await clock.advance(UNREAD_SECONDS)
        assert pace.is_unread
    way.size -= LEAST_READ_BYTES - short
    await clock.advance(UNREAD_SECONDS)
    assert way.is_cut is short


async def test_who_has_read_it_or_gone_is_not_waited_for() -> None:
    """Until there is more of it."""
    clock, way = Clock(), Pipe()
    pace = Pace(way, clock.call_later, HEAD_SECONDS)
    for end in (pace.end_reading, pace.end):
        pace.begin_reading()
        pace.begin_head()
        pace.end_head()
        end()
        end()
        assert not pace.is_unread
        await clock.advance(2 * UNREAD_SECONDS)
    assert not way.is_cut


async def test_the_last_has_to_be_read_to_the_end() -> None:
    """What is little enough otherwise is not, when nothing more comes."""
    clock, way = Clock(), Pipe()
    pace = Pace(way, clock.call_later, HEAD_SECONDS)
    pace.begin_end()
    assert not pace.is_unread
    way.is_closed = True
    pace.begin_end()
    assert not pace.is_unread
    way.size = LEAST_READ_BYTES + 50
    pace.begin_end()
    await clock.advance(UNREAD_SECONDS - 1)
    way.size = 50
    pace.end_reading()
    await clock.advance(UNREAD_SECONDS)
    assert not way.is_cut
    await clock.advance(1)
    assert way.is_cut
