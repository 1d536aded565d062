"""What one session may hold. Specification: client-protocols section 10."""

import pytest

from webpubsub.service.session_limits import SessionLimits


def test_the_defaults_are_the_documented_numbers() -> None:
    """Where there is none, there is no limit; those of invocations, streams and states are ours."""
    limits = SessionLimits()
    assert (limits.permissions.patterns, limits.permissions.groups) == (9, 1000)
    assert (limits.buffer.messages, limits.buffer.bytes) == (1000, 16_777_216)
    assert (limits.acks, limits.groups) == (1000, None)
    assert (limits.group_states.states, limits.group_states.subscriptions) == (100, 100)


@pytest.mark.parametrize(
    ("groups", "number", "allowed"),
    [(None, 10**6, True), (2, 2, True), (2, 3, False), (0, 0, True), (0, 1, False)],
)
def test_groups(groups: int | None, number: int, allowed: bool) -> None:
    """None is no limit."""
    assert SessionLimits(groups=groups).allow_groups(number) is allowed
