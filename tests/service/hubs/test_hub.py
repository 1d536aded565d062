"""A hub: operations are values, applied here and told to others, and always what a model says.

Specification: client-protocols sections 9.4 and 11.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import attached
from tests.service.hubs.world import GROUPS, HELLO, PEOPLE, World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.notices import GroupStateItem, GroupStateSnapshot
from webpubsub.protocol.messages import DataType, Message, StreamInfo
from webpubsub.protocol.operations import HubOperation, Permission
from webpubsub.protocol.refusals import Refusal
from webpubsub.service import observation
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import Observed
from webpubsub.service.sessions.session import Session


class Told:
    """A backplane that remembers what it was told."""

    def __init__(self) -> None:
        self.operations: list[HubOperation] = []

    def tell(self, operation: HubOperation) -> None:
        self.operations.append(operation)


def test_the_backplane_is_told_of_what_was_done() -> None:
    """Performed operations are repeated on other nodes unless refused; applied ones are not."""
    world = World()
    assert world.hub.backplane is None, "with one node there is none"
    world.hub.backplane = told = Told()
    send = ops.SendToAll(hub="chat", message=HELLO)
    refused = ops.AddConnectionToGroup(hub="chat", group="g", connection_id="nobody")
    assert world.hub.perform(send) is None
    assert world.hub.perform(refused) is not None
    assert world.hub.apply(send) is None
    assert told.operations == [send]


def test_everything_is_observed() -> None:
    """Beginnings, operations, deliveries and endings pass the one observable point, in order."""
    world = World()
    seen: list[Observed] = []
    world.point.observer = seen.append
    session, _ = attached(world.loop, "new", user_id="eve")
    world.hub.add(session)
    send = ops.SendToUser(hub="chat", user_id="eve", message=HELLO)
    world.hub.apply(send)
    refused = ops.AddUserToGroup(hub="chat", group="g", user_id="nobody")
    refusal = world.hub.apply(refused)
    world.hub.end(session, "bye")
    began, delivered, *rest = seen
    assert began == observation.SessionBegan("chat", "new", "eve", None)
    assert isinstance(delivered, observation.Delivered)
    assert (delivered.hub, delivered.recipients) == ("chat", ("new",))
    assert delivered.delivery.message == HELLO
    assert rest == [
        observation.OperationApplied(send, None),
        observation.OperationApplied(refused, refusal),
        observation.SessionEnded("chat", "new", "bye"),
    ]
    world.point.observer = None
    world.hub.apply(send)
    assert len(seen) == 5


ConnectionIds = st.sampled_from((*PEOPLE, "nobody"))


UserIds = st.sampled_from(("alice", "bob", "nobody"))


GroupNames = st.sampled_from(GROUPS)


Excluded = st.frozensets(ConnectionIds, max_size=2)


Targets = st.sampled_from((*GROUPS, None))


Reasons = st.sampled_from((None, "enough"))


Messages = st.builds(
    Message,
    st.just(DataType.TEXT),
    st.binary(max_size=2).map(lambda data: data.hex().encode()),
)


#: Filters, and how the model says the same of a connection and its groups.
FILTERS: dict[str, Callable[[str, set[str]], bool]] = {
    "userId eq 'alice'": lambda one, _: PEOPLE[one] == "alice",
    "'g' in groups and not ('h' in groups)": lambda _, groups: groups == {"g"},
    "connectionId in ('c0', 'c3')": lambda one, _: one in ("c0", "c3"),
    "userId eq": lambda *_: False,
}


_Fields: dict[str, st.SearchStrategy[Any]] = {
    "hub": st.just("chat"),
    "connection_id": ConnectionIds,
    "user_id": UserIds,
    "group": GroupNames,
    "excluded": Excluded,
    "reason": Reasons,
    "message": Messages,
    "permission": st.sampled_from(Permission),
    "target": Targets,
    "from_user_id": st.none() | UserIds,
    "expires_at": st.none() | st.floats(0, 10),
    "filter": st.sampled_from((None, *FILTERS)),
    "groups": st.lists(GroupNames, max_size=2).map(tuple),
    "state": st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy")),
    "at": st.floats(0, 10),
    "stream": st.none() | st.builds(StreamInfo, stream_id=GroupNames, sequence_id=st.just(1)),
}


KINDS = tuple(HubOperation.__subclasses__())


Operations = st.lists(
    st.one_of(
        *(
            st.builds(kind, **{name: _Fields[name] for name in kind.__struct_fields__})
            for kind in KINDS
        )
    ),
    max_size=30,
)


class Model:
    """What a hub is, said in the plainest way: who lives, and who is in which groups."""

    def __init__(self) -> None:
        self.groups: dict[str, set[str]] = {one: set() for one in PEOPLE}

    def of_user(self, user_id: str) -> set[str]:
        return {one for one in self.groups if PEOPLE[one] == user_id}

    def of_group(self, group: str) -> set[str]:
        return {one for one, groups in self.groups.items() if group in groups}

    def meant(self, text: str | None) -> set[str]:
        is_meant = FILTERS[text] if text else lambda *_: True
        return {one for one, groups in self.groups.items() if is_meant(one, groups)}

    def recipients(self, operation: HubOperation) -> set[str]:
        match operation:
            case ops.SendToAll():
                return self.meant(operation.filter) - operation.excluded
            case ops.SendToGroup():
                meant = self.meant(operation.filter)
                return meant & self.of_group(operation.group) - operation.excluded
            case ops.SendToUser():
                return self.meant(operation.filter) & self.of_user(operation.user_id)
            case ops.SendToConnection():
                return set(self.groups) & {operation.connection_id}
        return set()

    def change(self, operation: HubOperation) -> None:
        match operation:
            case ops.AddConnectionToGroup():
                self._add({operation.connection_id}, operation.group)
            case ops.AddUserToGroup():
                self._add(self.of_user(operation.user_id), operation.group)
            case ops.AddConnectionsToGroups():
                meant = self.meant(operation.filter)
                for group in operation.groups:
                    self._add(meant, group)
            case ops.RemoveConnectionsFromGroups():
                self._remove(self.meant(operation.filter), set(operation.groups))
            case ops.RemoveConnectionFromGroup():
                self._remove({operation.connection_id}, {operation.group})
            case ops.RemoveConnectionFromAllGroups():
                self._remove({operation.connection_id}, set(GROUPS))
            case ops.RemoveUserFromGroup():
                self._remove(self.of_user(operation.user_id), {operation.group})
            case ops.RemoveUserFromAllGroups():
                self._remove(self.of_user(operation.user_id), set(GROUPS))
            case ops.CloseAllConnections():
                self._close(set(self.groups) - operation.excluded)
            case ops.CloseGroupConnections():
                self._close(self.of_group(operation.group) - operation.excluded)
            case ops.CloseUserConnections():
                self._close(self.of_user(operation.user_id) - operation.excluded)
            case ops.CloseConnection():
                self._close({operation.connection_id})

    def _add(self, connection_ids: set[str], group: str) -> None:
        for one in connection_ids & set(self.groups):
            self.groups[one].add(group)

    def _remove(self, connection_ids: set[str], groups: set[str]) -> None:
        for one in connection_ids & set(self.groups):
            self.groups[one] -= groups

    def _close(self, connection_ids: set[str]) -> None:
        for one in connection_ids:
            self.groups.pop(one, None)


@given(Operations)
def test_a_hub_is_what_the_model_says(operations: list[HubOperation]) -> None:
    """After any operations, membership, deliveries and endings are those of the plain model."""
    world, model = World(), Model()
    expected = dict.fromkeys(PEOPLE, 0)
    for operation in operations:
        for one in model.recipients(operation):
            expected[one] += 1
        world.hub.apply(operation)
        model.change(operation)
        assert set(world.hub.sessions) == set(model.groups)
        for group in GROUPS:
            assert set(world.hub.members(group)) == model.of_group(group)
        for one, groups in model.groups.items():
            assert set(world.sessions[one].groups) == groups
        for user in ("alice", "bob"):
            query = ops.UserExists(hub="chat", user_id=user)
            assert world.hub.ask(query) is bool(model.of_user(user))
    assert {one: _messages(payloads) for one, payloads in world.received.items()} == expected
    assert sorted(one for one, _ in world.endings.ended) == sorted(set(PEOPLE) - set(model.groups))


def _messages(payloads: Sequence[bytes]) -> int:
    """How many of them are messages, and not states of a group."""
    return sum(payload.startswith(b'{"type":"message"') for payload in payloads)


@given(Operations)
def test_operations_are_values_and_applying_them_is_deterministic(
    operations: list[HubOperation],
) -> None:
    """The same operations, sent to another node as bytes, do the same there in every detail."""
    here, there = World(), World()
    for operation in operations:
        data = msgspec.msgpack.encode(operation)
        repeated = msgspec.msgpack.decode(data, type=type(operation))
        assert repeated == operation
        refusals: list[Refusal | None] = [here.hub.apply(operation), there.hub.apply(repeated)]
        assert refusals[0] == refusals[1]
    assert here.received == there.received
    assert here.farewells == there.farewells
    assert here.endings.ended == there.endings.ended
    for one in PEOPLE:
        assert here.sessions[one].snapshot() == there.sessions[one].snapshot()


@given(Operations, Operations)
def test_sessions_can_move_between_operations(
    before: list[HubOperation], after: list[HubOperation]
) -> None:
    """A session that is written as bytes and installed elsewhere goes on as if nothing had
    happened: the test mode in which every recovery goes through a snapshot."""
    stays, moves = World(), World()
    for operation in before:
        stays.hub.apply(operation)
        moves.hub.apply(operation)
    moved = _moved(moves)
    for operation in after:
        assert stays.hub.apply(operation) == moved.hub.apply(operation)
    assert moved.received == stays.received
    for one in stays.hub.sessions:
        assert moved.hub.sessions[one].snapshot() == stays.sessions[one].snapshot()
    for group in GROUPS:
        assert _shown(moved, group) == _shown(stays, group)


def _shown(world: World, group: str) -> list[GroupStateItem]:
    """The states of a group, by connection."""
    (snapshot,) = world.hub.group_states.snapshot(group)
    assert isinstance(snapshot, GroupStateSnapshot)
    return sorted(snapshot.items, key=lambda item: item.connection_id)


def _moved(world: World) -> World:
    """A new hub with the sessions of another, each through the bytes of its snapshot."""
    hub = Hub("chat", world.endings, world.point)
    for session in world.hub.sessions.values():
        attachment = session.attachment
        assert attachment is not None
        session.detach()
        data = msgspec.json.encode(session.snapshot())
        installed = Session.install(msgspec.json.decode(data, type=type(session.snapshot())))
        installed.claim()
        installed.attach(attachment)
        hub.add(installed)
    world.hub = hub
    return world
