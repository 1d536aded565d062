"""What reliable clients of the load say of what they have received.

Specification: client-protocols section 7.3.
"""

from collections import Counter

import pytest

from benchmarks.load.acknowledging import EVERY, acknowledgement
from benchmarks.load.frames import masked


@pytest.mark.parametrize("at_once", [1, 3, 16, EVERY])
@pytest.mark.parametrize("number", [0, 1, 77, 12_345])
def test_as_often_as_it_has_so_many_messages_more(number: int, at_once: int) -> None:
    """However they come; it has all messages up to the one that it names."""
    said = [
        (received, acknowledgement(number, received, at_once))
        for received in range(at_once, 12 * EVERY + 1, at_once)
    ]
    spoken = [(received, words) for received, words in said if words]
    assert 11 <= len(spoken) <= 12
    for received, words in spoken:
        assert words == masked(b'{"type":"sequenceAck","sequenceId":%d}' % received)


def test_once_where_much_comes_together() -> None:
    """One says all."""
    assert acknowledgement(0, 350, 350) == masked(b'{"type":"sequenceAck","sequenceId":350}')


def test_hardly_any_two_at_the_same_message() -> None:
    """As many at each."""
    times = Counter(
        received
        for number in range(1000)
        for received in range(1, EVERY + 1)
        if acknowledgement(number, received, 1)
    )
    assert times == dict.fromkeys(range(1, EVERY + 1), 1000 // EVERY)
