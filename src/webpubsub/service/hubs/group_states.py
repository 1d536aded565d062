"""The states of a hub's groups: what is shown where, and who is to be told.

Changes are collected while an operation is carried out and told when it is done, each group's
together and encoded once per client protocol, so that an operation on many connections is one
message to each watcher. What a connection itself knows of its states is in its session.
Specification: client-protocols section 9.4.
"""

from collections.abc import Iterable, Iterator, Mapping

from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.notices import GroupStateItem, Notice
from webpubsub.protocol.group_states import (
    MAX_CLEARED,
    GroupStates,
    Shown,
    snapshot_of,
    updates_of,
)
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.rosters import Roster, RosterKind
from webpubsub.service.sessions.session import Session
from webpubsub.service.websockets.frames import wire_bytes

_NOTHING: Mapping[str, GroupStateItem] = {}


class GroupStateBoard:
    """The states of all groups of one hub, by group and connection id.

    ``changed`` is what has not been told yet; whoever changes something sees to it that ``push`` is
    called.
    """

    __slots__ = ("_cleared", "_shown", "changed", "watchers")

    def __init__(self, hub: str) -> None:
        self.watchers = Roster(RosterKind.GROUP_STATE, hub)
        self.changed: dict[str, dict[str, GroupStateItem]] = {}
        self._shown: dict[str, dict[str, GroupStateItem]] = {}
        #: What is gone from a group, the oldest first, for reliable clients that come back.
        self._cleared: dict[str, dict[str, GroupStateItem]] = {}

    # What sessions do

    def enter(self, session: Session) -> None:
        """Take over what a session shows and watches already."""
        own = session.group_states
        if own is None:
            return
        for group in own.watched:
            self.watchers.add(group, session)
        for group, shown in own.shown.items():
            self._shown.setdefault(group, {})[session.connection_id] = _item(session, shown)

    def set(
        self, session: Session, group: str, state: Mapping[str, str], at: float
    ) -> Refusal | None:
        """Show a state from now on, ``at`` in seconds since the epoch."""
        own = _of(session)
        refusal = own.show(group, state, at)
        if refusal is None:
            item = _item(session, own.shown[group])
            self._shown.setdefault(group, {})[session.connection_id] = item
            self._cleared.get(group, {}).pop(session.connection_id, None)
            self._change(group, item)
        return refusal

    def clear(self, session: Session, group: str, at: float = 0.0) -> None:
        """Show nothing any more; harmless when nothing is shown."""
        own = session.group_states
        updated_at = None if own is None else own.hide(group, at)
        if updated_at is None:
            return
        _discard(self._shown, group, session.connection_id)
        item = GroupStateItem(
            connection_id=session.connection_id, user_id=session.user_id, updated_at=updated_at
        )
        self._change(group, item)

    def subscribe(self, session: Session, group: str) -> Refusal | None:
        """Tell a session of changes in a group from now on; again is harmless."""
        refusal = _of(session).watch(group)
        if refusal is None:
            self.watchers.add(group, session)
        return refusal

    def unsubscribe(self, session: Session, group: str) -> None:
        """Tell a session of a group no more; harmless when it was not told."""
        if session.group_states is not None:
            session.group_states.watched.pop(group, None)
        self.watchers.remove(group, session)
        if group not in self.watchers:
            self._cleared.pop(group, None)

    def forget(self, session: Session) -> None:
        """Tell a session that has ended of nothing any more."""
        if session.group_states is not None:
            for group in tuple(session.group_states.watched):
                self.unsubscribe(session, group)

    # What clients are told

    def snapshot(self, group: str) -> Iterator[Notice]:
        """All states of a group."""
        return snapshot_of(group, self._shown.get(group, _NOTHING).values())

    def missed(self, own: GroupStates) -> Iterator[Notice]:
        """What a client that has come back needs to know, whatever it has missed."""
        for group in own.watched:
            yield from self.snapshot(group)
            yield from updates_of(group, self._cleared.get(group, _NOTHING).values())

    def push(self) -> None:
        """Tell the watchers of each group what has changed in it."""
        changed, self.changed = self.changed, {}
        for group, items in changed.items():
            self._tell(group, items.values())

    def _tell(self, group: str, items: Iterable[GroupStateItem]) -> None:
        encoded: dict[str, bytes] = {}
        reliable = False
        for session in self.watchers[group].values():
            reliable = reliable or session.buffer is not None
            attachment = session.attachment
            if attachment is None:
                continue
            outbox = attachment.outbox
            data = encoded.get(outbox.codec_name)
            if data is None:
                data = encoded[outbox.codec_name] = _encode(outbox.codec, updates_of(group, items))
            outbox.append(data)
        if reliable:
            self._remember_cleared(group, items)

    def _remember_cleared(self, group: str, items: Iterable[GroupStateItem]) -> None:
        cleared = self._cleared.setdefault(group, {})
        cleared.update((item.connection_id, item) for item in items if item.state is None)
        while len(cleared) > MAX_CLEARED:
            del cleared[next(iter(cleared))]

    def _change(self, group: str, item: GroupStateItem) -> None:
        if group in self.watchers:
            self.changed.setdefault(group, {})[item.connection_id] = item


def _of(session: Session) -> GroupStates:
    if session.group_states is None:
        session.group_states = GroupStates(session.limits.group_states)
    return session.group_states


def _item(session: Session, shown: Shown) -> GroupStateItem:
    return GroupStateItem(
        connection_id=session.connection_id,
        user_id=session.user_id,
        state=shown.state,
        updated_at=shown.updated_at,
    )


def _discard(shown: dict[str, dict[str, GroupStateItem]], group: str, connection_id: str) -> None:
    items = shown[group]
    del items[connection_id]
    if not items:
        del shown[group]


def _encode(codec: ClientCodec, notices: Iterable[Notice]) -> bytes:
    return wire_bytes([frame for notice in notices for frame in codec.encode_notice(notice)])
