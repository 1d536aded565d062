"""The states of a hub's groups: who is told of what, and when.

Specification: client-protocols sections 9.4 and 10.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service import fakes
from tests.service.fakes import ManualLoop, attached
from tests.service.hubs import world as hubs
from tests.service.hubs.edges import Edges
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.notices import GroupStateSnapshot, GroupStateUpdate, Notice
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.group_states import MAX_CLEARED
from webpubsub.protocol.operations import HubOperation
from webpubsub.service.hubs.group_states import GroupStateBoard
from webpubsub.service.hubs.rosters import RosterKind
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.websockets.frames import wire_bytes

PEOPLE = hubs.PEOPLE


def set_state(one: str, state: Mapping[str, str] | None, group: str = "g") -> ops.SetGroupState:
    return ops.SetGroupState(hub="chat", group=group, connection_id=one, state=state, at=1.0)


def subscribe(one: str, group: str = "g") -> ops.SubscribeGroupState:
    return ops.SubscribeGroupState(hub="chat", group=group, connection_id=one)


def unsubscribe(one: str, group: str = "g") -> ops.UnsubscribeGroupState:
    return ops.UnsubscribeGroupState(hub="chat", group=group, connection_id=one)


def shown(one: str, state: Mapping[str, str] | None, updated_at: int = 1000) -> dict[str, Any]:
    """An item as JSON clients see it."""
    user = PEOPLE[one]
    told: dict[str, Any] = {"connectionId": one, "updatedAt": updated_at}
    told |= {} if user is None else {"userId": user}
    return told if state is None else {**told, "state": state}


def update(*items: dict[str, Any], group: str = "g") -> dict[str, Any]:
    return {"type": "groupStateUpdate", "group": group, "items": list(items)}


def snapshot(*items: dict[str, Any], group: str = "g") -> dict[str, Any]:
    return {"type": "groupStateSnapshot", "group": group, "items": list(items)}


class World(hubs.World):
    """The hub of ``PEOPLE``; c0 and c1 are in the group g, and c2 watches its states."""

    def __init__(self) -> None:
        super().__init__()
        self.join("g", "c0", "c1")
        self.does(subscribe("c2"))

    def does(self, *operations: HubOperation) -> None:
        for operation in operations:
            assert self.hub.apply(operation) is None

    def told(self, one: str = "c2") -> list[Any]:
        """What a client has been sent."""
        return [json.loads(payload) for payload in self.clients[one].payloads]


def test_watchers_are_told_of_every_change() -> None:
    """Of a state that is set, replaced and cleared, and nobody else is told of it."""
    world = World()
    world.does(set_state("c0", {"a": "1"}), set_state("c0", {"b": "2"}), set_state("c0", None))
    assert world.told() == [
        update(shown("c0", {"a": "1"}, 1000)),
        update(shown("c0", {"b": "2"}, 1001)),
        update(shown("c0", None, 1002)),
    ]
    assert world.who_received() == {"c2"}


def test_who_watches_itself_is_told_too() -> None:
    """A client learns from the service when its own state has become visible."""
    world = World()
    world.does(subscribe("c0"), set_state("c0", {}))
    assert world.told("c0") == [update(shown("c0", {}))]


def test_unsubscribing() -> None:
    """Nothing is told any more; twice is harmless."""
    world = World()
    world.does(unsubscribe("c2"), unsubscribe("c2"), unsubscribe("c3"), set_state("c0", {}))
    assert world.who_received() == set()


def test_groups_are_apart() -> None:
    """A connection shows something else in each, and whoever watches one hears of that alone."""
    world = World()
    world.join("h", "c0")
    world.does(
        subscribe("c3", "h"), set_state("c0", {"in": "g"}), set_state("c0", {"in": "h"}, "h")
    )
    assert world.told("c2") == [update(shown("c0", {"in": "g"}))]
    assert world.told("c3") == [update(shown("c0", {"in": "h"}, 1001), group="h")]


ALONE: Sequence[HubOperation] = (
    ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c0"),
    ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="c0"),
    ops.RemoveConnectionsFromGroups(hub="chat", groups=("g",), filter="connectionId eq 'c0'"),
    ops.CloseConnection(hub="chat", connection_id="c0"),
)


TOGETHER: Sequence[HubOperation] = (
    ops.RemoveUserFromGroup(hub="chat", group="g", user_id="alice"),
    ops.RemoveUserFromAllGroups(hub="chat", user_id="alice"),
    ops.RemoveConnectionsFromGroups(hub="chat", groups=("g", "h"), filter="userId eq 'alice'"),
    ops.CloseUserConnections(hub="chat", user_id="alice"),
    ops.CloseGroupConnections(hub="chat", group="g"),
    ops.CloseAllConnections(hub="chat", excluded=frozenset({"c2"})),
)


@pytest.mark.parametrize(
    ("operation", "leave_"),
    [*((one, ("c0",)) for one in ALONE), *((one, ("c0", "c1")) for one in TOGETHER)],
)
def test_leaving_clears(operation: HubOperation, leave_: Sequence[str]) -> None:
    """By whatever way, and everything that one operation clears is told at once."""
    world = World()
    world.does(set_state("c0", {"a": "b"}), set_state("c1", {}))
    world.does(operation)
    assert world.told()[2:] == [update(*(shown(one, None, 1001) for one in leave_))]
    remaining = [shown("c1", {})] if "c1" not in leave_ else []
    assert states_of(world) == snapshot(*remaining)


def states_of(world: World) -> Any:
    """What somebody who came now would be shown."""
    (notice,) = world.hub.group_states.snapshot("g")
    (frame,) = JsonCodec().encode_notice(notice)
    return json.loads(frame.payload)


def test_the_end_of_a_transport_clears() -> None:
    """A connection that is not reliable ends with its transport."""
    world = World()
    world.does(set_state("c0", {}))
    world.hub.end(world.sessions["c0"], "")
    assert world.told() == [update(shown("c0", {})), update(shown("c0", None, 1001))]


def test_a_watcher_that_ends_is_forgotten() -> None:
    """Nobody watches then, and nothing is kept of it."""
    world = World()
    world.does(set_state("c0", {}))
    world.hub.end(world.sessions["c2"], "")
    assert "g" not in world.hub.group_states.watchers
    world.does(set_state("c0", None))
    assert world.hub.group_states.changed == {}


def test_edges_of_watchers() -> None:
    """The first and the last watcher of a group are told like those of everything else."""
    world = World()
    edges = Edges()
    world.hub.watch_edges(edges)
    world.does(subscribe("c3"), unsubscribe("c2"), unsubscribe("c3"), subscribe("c3"))
    assert edges.seen == [
        ("left", RosterKind.GROUP_STATE, "chat", "g"),
        ("entered", RosterKind.GROUP_STATE, "chat", "g"),
    ]


class Counting(JsonCodec):
    """Counts what it encodes."""

    def __init__(self) -> None:
        self.encoded = 0

    def encode_notice(self, notice: Notice) -> Sequence[Any]:
        self.encoded += 1
        return super().encode_notice(notice)


def test_a_change_is_encoded_once_for_each_protocol() -> None:
    """However many watch."""
    codec = Counting()
    world = hubs.World(codecs=[codec])
    world.join("g", "c0")
    for one in PEOPLE:
        assert world.hub.apply(subscribe(one)) is None
    assert world.hub.apply(set_state("c0", {})) is None
    assert world.who_received() == set(PEOPLE)
    assert codec.encoded == 1


def test_what_is_gone_is_remembered_for_reliable_clients() -> None:
    """Up to a limit, the oldest is forgotten first; and not what is there again."""
    board, loop = GroupStateBoard("chat"), ManualLoop()
    watcher = Session("chat", "w")
    watcher.buffer = MessageBuffer(codec_for(None), BufferLimits())
    board.subscribe(watcher, "g")
    everybody = [attached(loop, f"{number}")[0] for number in range(MAX_CLEARED + 2)]
    for one in everybody:
        board.set(one, "g", {}, 1.0)
        board.clear(one, "g", 2.0)
        board.push()
    board.set(everybody[-1], "g", {}, 3.0)
    board.push()
    assert watcher.group_states is not None
    there, gone = board.missed(watcher.group_states)
    assert isinstance(there, GroupStateSnapshot)
    assert isinstance(gone, GroupStateUpdate)
    assert [item.connection_id for item in there.items] == [f"{MAX_CLEARED + 1}"]
    names = [item.connection_id for item in gone.items]
    assert names == [f"{number}" for number in range(2, MAX_CLEARED + 1)]
    board.unsubscribe(watcher, "g")
    board.subscribe(watcher, "g")
    assert len([*board.missed(watcher.group_states)]) == 1


class Read(NamedTuple):
    """A client reads what it has been sent."""

    connection_id: str


class Drop(NamedTuple):
    """A client loses its transport, and what it has not read."""

    connection_id: str


class Return(NamedTuple):
    """A client comes back."""

    connection_id: str


class Seen(NamedTuple):
    """A state that a client has heard of; ``sure`` when by an update."""

    state: dict[str, str] | None
    updated_at: int
    sure: bool


class Watcher:
    """A client that keeps the states of groups in the way of the official one: what is not newer is
    dropped, and a snapshot takes away only what came by snapshots."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Seen]] = {}

    def hear(self, message: dict[str, Any]) -> None:
        seen = self.groups.get(message["group"])
        if seen is None:
            return
        sure = message["type"] == "groupStateUpdate"
        for item in message["items"]:
            known = seen.get(item["connectionId"])
            if known is None or known.updated_at < item["updatedAt"]:
                seen[item["connectionId"]] = Seen(item.get("state"), item["updatedAt"], sure)
        if not sure:
            here = {item["connectionId"] for item in message["items"]}
            for gone in [one for one, known in seen.items() if not known.sure and one not in here]:
                del seen[gone]

    def states(self, group: str) -> dict[str, dict[str, str]]:
        """What it would show to its user."""
        known = self.groups[group].items()
        return {one: seen.state for one, seen in known if seen.state is not None}


class Audience:
    """Reliable clients on a hub, each of which remembers what it hears."""

    def __init__(self) -> None:
        self.world = hubs.World()
        self.hub = self.world.hub
        self.watchers = {one: Watcher() for one in PEOPLE}
        self.read = dict.fromkeys(PEOPLE, 0)
        self.states: dict[tuple[str, str], Mapping[str, str]] = {}
        for session in self.world.sessions.values():
            session.buffer = MessageBuffer(JsonCodec(), BufferLimits())

    def step(self, step: HubOperation | Read | Drop | Return) -> None:
        match step:
            case Read():
                self._read(step.connection_id)
            case Drop():
                self._drop(step.connection_id)
            case Return():
                self._return(step.connection_id)
            case _:
                self._apply(step)

    def _apply(self, operation: Any) -> None:
        one = getattr(operation, "connection_id", "")
        if isinstance(operation, ops.UnsubscribeGroupState):
            # A client waits for the ack of this before it asks anew.
            self._read(one)
            self.watchers[one].groups.pop(operation.group, None)
        refused = self.hub.apply(operation) is not None
        if isinstance(operation, ops.SubscribeGroupState) and not refused:
            self.watchers[one].groups.setdefault(operation.group, {})
            self._tell(one, self.hub.group_states.snapshot(operation.group))
        if isinstance(operation, ops.SetGroupState) and not refused:
            self.states.pop((operation.group, one), None)
            if operation.state is not None:
                self.states[operation.group, one] = operation.state
        self.states = {
            (group, one): state
            for (group, one), state in self.states.items()
            if one in self.hub.members(group)
        }

    def _tell(self, one: str, notices: Iterable[Notice]) -> None:
        attachment = self.world.sessions[one].attachment
        if attachment is not None:
            for notice in notices:
                attachment.outbox.append(wire_bytes(JsonCodec().encode_notice(notice)))

    def _read(self, one: str) -> None:
        payloads = self.world.clients[one].payloads
        if self.world.sessions[one].phase is Phase.ATTACHED:
            for payload in payloads[self.read[one] :]:
                self.watchers[one].hear(json.loads(payload))
        self.read[one] = len(payloads)

    def _drop(self, one: str) -> None:
        if self.world.sessions[one].phase is Phase.ATTACHED:
            self.world.sessions[one].detach()

    def _return(self, one: str) -> None:
        session = self.world.sessions[one]
        if session.phase is Phase.DETACHED:
            client = self.world.clients[one] = fakes.Client(self.world.loop)
            self.read[one] = 0
            session.claim()
            session.attach(client)
            if session.group_states is not None:
                self._tell(one, self.hub.group_states.missed(session.group_states))

    def is_right(self) -> bool:
        """Whether everybody that is still there would show its user what is so."""
        return all(
            watcher.states(group)
            == {one: state for (where, one), state in self.states.items() if where == group}
            for name, watcher in self.watchers.items()
            if name in self.hub.sessions
            for group in watcher.groups
        )


Names = st.sampled_from(sorted(PEOPLE))


Groups = st.sampled_from(hubs.GROUPS)


States = st.none() | st.dictionaries(st.sampled_from("ab"), st.sampled_from("xy"))


KINDS = (
    ops.SetGroupState,
    ops.SetGroupState,
    ops.SubscribeGroupState,
    ops.UnsubscribeGroupState,
    ops.AddUserToGroup,
    ops.AddConnectionToGroup,
    ops.RemoveConnectionFromGroup,
    ops.RemoveUserFromAllGroups,
    ops.CloseConnection,
)


_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "hub": st.just("chat"),
    "connection_id": Names,
    "user_id": st.sampled_from(("alice", "bob")),
    "group": Groups,
    "state": States,
    "at": st.floats(0, 10),
    "reason": st.none(),
}


Steps = st.lists(
    st.one_of(
        *(st.builds(kind, **{n: _FIELDS[n] for n in kind.__struct_fields__}) for kind in KINDS),
        *(st.builds(kind, Names) for kind in (Read, Drop, Return)),
    ),
    max_size=60,
)


@given(Steps)
def test_watchers_see_what_is_so(steps: list[Any]) -> None:
    """Whatever happens, and whatever was lost with a transport: a client that has come back and has
    read everything knows every state of the groups it watches, and no other."""
    audience = Audience()
    for group in hubs.GROUPS:
        audience.world.join(group, *PEOPLE)
    for step in steps:
        audience.step(step)
    for one in audience.hub.sessions:
        audience.step(Return(one))
        audience.step(Read(one))
    assert audience.is_right()


def test_what_was_lost_with_a_transport_is_told_again() -> None:
    """The case that snapshots alone cannot settle: a state that the client has heard of by an
    update, and whose end was on its way when the transport was lost."""
    audience = Audience()
    audience.world.join("g", "c0")
    for step in (
        subscribe("c2"),
        set_state("c0", {"a": "b"}),
        Read("c2"),
        set_state("c0", None),
        Drop("c2"),
        Return("c2"),
        Read("c2"),
    ):
        audience.step(step)
    assert audience.watchers["c2"].states("g") == {}
