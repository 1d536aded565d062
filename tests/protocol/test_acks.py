"""Which acks are remembered, and what failed ones say.

Specification: client-protocols sections 5.5, 5.6 and 15.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol import acks
from webpubsub.protocol.acks import CACHE_SIZE, AckCache
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.refusals.hub import CONNECTION_UNKNOWN, GROUP_STATES_FULL


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (acks.duplicate(1), "Duplicate", "Message with ack-id: 1 has been processed"),
        (
            acks.duplicate(2**64 - 1),
            "Duplicate",
            "Message with ack-id: 18446744073709551615 has been processed",
        ),
        (
            acks.forbidden("join", "room"),
            "Forbidden",
            "The client does not have permission to join group 'room'.",
        ),
        (
            acks.forbidden("leave", "room"),
            "Forbidden",
            "The client does not have permission to leave group 'room'.",
        ),
        (
            acks.forbidden("send to", "room"),
            "Forbidden",
            "The client does not have permission to send to group 'room'.",
        ),
        (acks.INTERNAL_SERVER_ERROR, "InternalServerError", "Internal server error"),
        (acks.refused(GROUP_STATES_FULL.refuse("101", "Too many.")), "BadRequest", "Too many."),
        (
            acks.refused(CONNECTION_UNKNOWN.refuse("c")),
            "InternalServerError",
            "Internal server error",
        ),
    ],
)
def test_errors_have_the_texts_that_clients_compare(
    error: AckError, name: str, message: str
) -> None:
    """Name and message are those of the service."""
    assert (error.name, error.message) == (name, message)


def test_a_cache_knows_nothing_at_first() -> None:
    """No id is taken for a duplicate before it has succeeded."""
    cache = AckCache()
    assert 0 not in cache
    assert cache.snapshot() == ()


def test_the_oldest_success_is_forgotten_first() -> None:
    """1000 successes are remembered; one more pushes out the first."""
    cache = AckCache()
    for ack_id in range(CACHE_SIZE):
        cache.add(ack_id)
    assert CACHE_SIZE == 1000
    assert all(ack_id in cache for ack_id in range(1000))
    cache.add(1000)
    assert 0 not in cache
    assert 1 in cache
    assert 1000 in cache


def test_the_size_can_be_set() -> None:
    """Also that of a cache that has moved."""
    cache = AckCache(size=2)
    for restored in (cache, AckCache.restore(cache.snapshot(), 2)):
        for ack_id in (1, 2, 3):
            restored.add(ack_id)
        assert [ack_id in restored for ack_id in (1, 2, 3)] == [False, True, True]


@given(
    st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 20), max_size=50),
    st.integers(0, CACHE_SIZE + 10),
    st.integers(0, 60),
)
def test_a_cache_is_a_list_of_the_last_distinct_successes(
    ack_ids: list[int], before: int, moved_after: int
) -> None:
    """A cache agrees with a plain list, and moving it to another place changes nothing."""
    earlier = range(10**30, 10**30 + before)
    cache, model = AckCache(earlier[-CACHE_SIZE:]), list(earlier)[-CACHE_SIZE:]
    for number, ack_id in enumerate(ack_ids):
        if number == moved_after:
            cache = AckCache.restore(cache.snapshot())
        assert (ack_id in cache) == (ack_id in model)
        if ack_id not in model:
            cache.add(ack_id)
            model = [*model, ack_id][-CACHE_SIZE:]
    assert cache.snapshot() == tuple(model)
