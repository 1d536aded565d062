"""What a connection shows in groups, what it watches, and how that is told.

Specification: client-protocols sections 9.4 and 10.
"""

from collections.abc import Mapping, Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.notices import GroupStateItem, GroupStateSnapshot, GroupStateUpdate
from webpubsub.protocol.group_states import (
    MAX_ENTRIES,
    MAX_PART,
    GroupStateLimits,
    GroupStates,
    GroupStatesSnapshot,
    snapshot_of,
    state_problem,
    updates_of,
)
from webpubsub.protocol.refusals.hub import GROUP_STATES_FULL, GROUP_SUBSCRIPTIONS_FULL

FULL = {f"{number}": "v" * 1000 for number in range(8)}


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"status": ""},
        {"k" * 256: "v" * 1024},
        {"é" * 128: "\u0000\U0001f600"},
        {str(number): "" for number in range(MAX_ENTRIES)},
        FULL | {"x": "v" * 183},
    ],
)
def test_what_a_state_may_be(state: Mapping[str, str]) -> None:
    """Any text, up to the limits."""
    assert state_problem(state) is None


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"": "x"}, "a key"),
        ({"k" * 257: "x"}, "a key"),
        ({"é" * 129: "x"}, "a key"),
        ({"a": "v" * 1025}, "1025 bytes"),
        ({"a": "é" * 513}, "1026 bytes"),
        ({str(number): "" for number in range(MAX_ENTRIES + 1)}, "101 entries"),
        (FULL | {"x": "v" * 184}, "8193 bytes"),
    ],
)
def test_what_a_state_may_not_be(state: Mapping[str, str], problem: str) -> None:
    """Sizes are bytes of UTF-8."""
    assert problem in (state_problem(state) or "")


def test_a_state_is_replaced_as_a_whole() -> None:
    """What is not in the new one is gone."""
    states = GroupStates()
    assert states.show("g", {"a": "1", "b": "2"}, 5.0) is None
    assert states.show("g", {"b": "3"}, 6.0) is None
    assert states.shown["g"].state == {"b": "3"}
    assert states.shown["g"].updated_at == 6000


@given(st.lists(st.tuples(st.sampled_from("gh"), st.booleans(), st.floats(0, 10)), max_size=20))
def test_times_only_grow(changes: list[tuple[str, bool, float]]) -> None:
    """Whatever the clock does, and through snapshots; a change is never before its clock."""
    states, last = GroupStates(), 0
    for group, shows, at in changes:
        if shows:
            states.show(group, {}, at)
            now: int | None = states.shown[group].updated_at
        else:
            now = states.hide(group, at)
        if now is not None:
            assert now > last
            assert now >= int(at * 1000)
            last = now
        states = GroupStates.restore(states.snapshot())


def test_hiding_what_is_not_shown() -> None:
    """Nothing has changed then, and the second time neither."""
    states = GroupStates()
    assert states.hide("g", 1.0) is None
    states.show("g", {}, 1.0)
    assert states.hide("g") == 1001
    assert states.hide("g") is None


def test_the_number_of_states_is_bounded() -> None:
    """One more is refused and changes nothing, and those that are there can still be changed."""
    states = GroupStates(GroupStateLimits(states=3))
    for number in range(3):
        assert states.show(f"{number}", {}, 0.0) is None
    before = states.snapshot()
    refusal = states.show("more", {}, 0.0)
    assert refusal is not None
    assert refusal.kind is GROUP_STATES_FULL
    assert states.snapshot() == before
    assert states.show("0", {"a": "b"}, 0.0) is None
    states.hide("1")
    assert states.show("more", {}, 0.0) is None


def test_the_number_of_watched_groups_is_bounded() -> None:
    """One more is refused and changes nothing; watching again is always possible."""
    states = GroupStates(GroupStateLimits(subscriptions=3))
    for number in range(3):
        assert states.watch(f"{number}") is None
    refusal = states.watch("more")
    assert refusal is not None
    assert refusal.kind is GROUP_SUBSCRIPTIONS_FULL
    assert "more" not in states.watched
    assert states.watch("0") is None


def test_the_default_limits() -> None:
    """Each is one hundred; a snapshot does not bring them along."""
    limits = GroupStateLimits()
    assert (limits.states, limits.subscriptions) == (100, 100)
    restored = GroupStates.restore(GroupStates().snapshot(), GroupStateLimits(0, 0))
    assert restored.show("g", {}, 0.0) is not None
    assert restored.watch("g") is not None


def test_a_snapshot_goes_through_bytes() -> None:
    """What is restored shows and watches the same, at the same times."""
    states = GroupStates()
    states.show("g", {"a": "b"}, 1.0)
    states.watch("h")
    data = msgspec.msgpack.encode(states.snapshot())
    restored = GroupStates.restore(msgspec.msgpack.decode(data, type=GroupStatesSnapshot))
    assert (restored.shown, restored.watched) == (states.shown, states.watched)
    assert restored.hide("g") == states.hide("g") == 1001


def items(number: int, state: Mapping[str, str]) -> Sequence[GroupStateItem]:
    return [
        GroupStateItem(connection_id=f"{one}", user_id="u", state=state, updated_at=one)
        for one in range(number)
    ]


def test_small_things_are_one_message() -> None:
    """An empty group has a snapshot, too; nothing is no update."""
    some = items(3, {"a": "b"})
    assert [*snapshot_of("g", ())] == [GroupStateSnapshot(group="g", items=())]
    assert [*snapshot_of("g", some)] == [GroupStateSnapshot(group="g", items=tuple(some))]
    assert [*updates_of("g", ())] == []
    assert [*updates_of("g", some)] == [GroupStateUpdate(group="g", items=tuple(some))]


def test_no_message_is_larger_than_clients_take() -> None:
    """A second snapshot would undo the first, so the rest are updates; nothing is left out, and
    even states that need six bytes for a character stay far below 4 MiB."""
    many = items(200, {f"{number}": "\u0001" * 1000 for number in range(8)})
    first, *rest = snapshot_of("g", many)
    assert isinstance(first, GroupStateSnapshot)
    assert all(isinstance(one, GroupStateUpdate) for one in rest)
    assert [*first.items, *(item for one in rest for item in getattr(one, "items", ()))] == many
    for notice in (first, *rest):
        (frame,) = JsonCodec().encode_notice(notice)
        assert len(frame.payload) < 7 * MAX_PART
