"""Group states: what each connection shows of itself in a group, and who watches.

The theory. A state belongs to one connection in one group: the connection sets it as a whole, and
only the connection can. It is gone when the connection clears it, leaves the group, by whatever
way, or ends. Whoever watches the group is first shown all states and then every change. Changes may
be lost with a transport, so each carries a time that only ever grows for its connection, a client
drops what is not newer than what it has, and one that comes back is shown everything again, with
what is gone. Specification: client-protocols section 9.4.

CHOICE, because no source says what the original does:

* Only a member of the group has a state in it; the official client thinks so, too. Setting one
  without being in the group is refused, clearing it is harmless.
* Watching needs no membership, and lasts until the client ends it or is gone.
* An empty state is a state: it says that the connection is there.
* The time of a state that is cleared because its connection left or ended is that of the
  connection's last change and one millisecond.
* Changes carry no sequence id, because a client that does not know them would never acknowledge
  them. After a recovery, and only then, up to ``MAX_CLEARED`` states that are gone are told again:
  the official client keeps a state that it has heard of recently although a snapshot lacks it.
* The limits below.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from webpubsub.protocol.clients.notices import (
    GroupStateItem,
    GroupStateSnapshot,
    GroupStateUpdate,
    Notice,
)
from webpubsub.protocol.message_metadata import MAX_KEY_BYTES, MAX_TOTAL_BYTES, MAX_VALUE_BYTES
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import GROUP_STATES_FULL, GROUP_SUBSCRIPTIONS_FULL

MAX_ENTRIES = 100
#: How many states that are gone are remembered for each group that a reliable client watches.
MAX_CLEARED = 200
#: How many characters of states one message may hold; written as JSON, at most six times as much.
MAX_PART = 262_144


def state_problem(state: Mapping[str, str]) -> str | None:
    """What is wrong with a state as half a sentence, or None when nothing is.

    At most 100 entries with keys of 1 to 256 and values of up to 1024 bytes of UTF-8, all of them
    together up to 8192 bytes.
    """
    if len(state) > MAX_ENTRIES:
        return f"a state of {len(state)} entries, where {MAX_ENTRIES} are allowed"
    total = 0
    for key, value in state.items():
        key_size, value_size = len(key.encode()), len(value.encode())
        if not 0 < key_size <= MAX_KEY_BYTES:
            return f"a key of a state that is not 1 to {MAX_KEY_BYTES} bytes"
        if value_size > MAX_VALUE_BYTES:
            return f"a value of a state of {value_size} bytes, where {MAX_VALUE_BYTES} are allowed"
        total += key_size + value_size
    if total > MAX_TOTAL_BYTES:
        return f"a state of {total} bytes, where {MAX_TOTAL_BYTES} are allowed"
    return None


class GroupStateLimits(msgspec.Struct, frozen=True):
    """In how many groups a connection may have a state, and of how many it may watch the states."""

    states: int = 100
    subscriptions: int = 100


_DEFAULT_LIMITS = GroupStateLimits()


class Shown(msgspec.Struct, frozen=True):
    """A state, and since when, in milliseconds since the epoch."""

    state: Mapping[str, str]
    updated_at: int


class GroupStatesSnapshot(msgspec.Struct, frozen=True):
    """The states of a connection as a value that can be written as bytes and installed
    elsewhere."""

    shown: dict[str, Shown]
    watched: tuple[str, ...]
    last_update: int


class GroupStates:
    """What one connection shows in each group, and of which groups it watches the states."""

    __slots__ = ("_last_update", "_limits", "shown", "watched")

    def __init__(self, limits: GroupStateLimits = _DEFAULT_LIMITS) -> None:
        self._limits = limits
        self.shown: dict[str, Shown] = {}
        self.watched: dict[str, None] = {}
        self._last_update = 0

    def show(self, group: str, state: Mapping[str, str], at: float) -> Refusal | None:
        """Show a state in a group from now on, ``at`` in seconds since the epoch."""
        most = self._limits.states
        if group not in self.shown and len(self.shown) >= most:
            text = f"The connection has a state in {most} groups, which is the most."
            return GROUP_STATES_FULL.refuse(f"one more than {most}", text)
        self.shown[group] = Shown(state, self._tick(at))
        return None

    def hide(self, group: str, at: float = 0.0) -> int | None:
        """Show nothing in a group any more. Returns the time of the change in milliseconds, None
        when nothing was shown."""
        return None if self.shown.pop(group, None) is None else self._tick(at)

    def watch(self, group: str) -> Refusal | None:
        """Watch a group; again is harmless."""
        most = self._limits.subscriptions
        if group not in self.watched and len(self.watched) >= most:
            text = f"The connection watches the states of {most} groups, which is the most."
            return GROUP_SUBSCRIPTIONS_FULL.refuse(f"one more than {most}", text)
        self.watched[group] = None
        return None

    def snapshot(self) -> GroupStatesSnapshot:
        """Everything as a value."""
        return GroupStatesSnapshot(dict(self.shown), tuple(self.watched), self._last_update)

    @classmethod
    def restore(
        cls, snapshot: GroupStatesSnapshot, limits: GroupStateLimits = _DEFAULT_LIMITS
    ) -> "GroupStates":
        """States that are in every respect the ones the snapshot was taken of."""
        states = cls(limits)
        states.shown = dict(snapshot.shown)
        states.watched = dict.fromkeys(snapshot.watched)
        states._last_update = snapshot.last_update
        return states

    def _tick(self, at: float) -> int:
        """The time of the next change: clocks stand still or go back, this does not."""
        self._last_update = max(int(at * 1000), self._last_update + 1)
        return self._last_update


def snapshot_of(group: str, items: Iterable[GroupStateItem]) -> Iterator[Notice]:
    """All states of a group. A second snapshot would undo the first, so what is too much for one
    message comes as updates."""
    parts = _parts(items)
    yield GroupStateSnapshot(group=group, items=next(parts, ()))
    for part in parts:
        yield GroupStateUpdate(group=group, items=part)


def updates_of(group: str, items: Iterable[GroupStateItem]) -> Iterator[Notice]:
    """What has changed in a group."""
    for part in _parts(items):
        yield GroupStateUpdate(group=group, items=part)


def _parts(items: Iterable[GroupStateItem]) -> Iterator[tuple[GroupStateItem, ...]]:
    part: list[GroupStateItem] = []
    size = 0
    for item in items:
        part.append(item)
        size += _size(item)
        if size > MAX_PART:
            yield tuple(part)
            part, size = [], 0
    if part:
        yield tuple(part)


def _size(item: GroupStateItem) -> int:
    """Characters, without those that every item needs."""
    state = item.state or {}
    texts = len(item.connection_id) + len(item.user_id or "")
    return texts + sum(map(len, state.keys())) + sum(map(len, state.values()))
