"""A hub: its connections, groups and users, and everything that can be done with them.

Specification: client-protocols sections 5.7, 5.8, 5.10, 6.3, 9.4, 10 and 11, rest-api section 6.3,
upstream-events section 12.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import Client, Endings, ManualLoop, attached
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.notices import GroupStateItem, GroupStateSnapshot
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery, Message, StreamInfo
from webpubsub.protocol.operations import HubOperation, Permission
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import FILTER_INVALID, GROUPS_FULL
from webpubsub.service import observation
from webpubsub.service.hub import Hub
from webpubsub.service.observation import ObservationPoint, Observed
from webpubsub.service.rosters import RosterKind
from webpubsub.service.session import Phase, Session
from webpubsub.service.session_limits import DEFAULT_LIMITS, SessionLimits

PEOPLE = {"c0": "alice", "c1": "alice", "c2": "bob", "c3": None}
GROUPS = ("g", "h")
HELLO = Message(DataType.TEXT, b"hello")
FROM_SERVER = b'{"type":"message","from":"server","dataType":"text","data":"hello"}'


class World:
    """A hub with the connections of ``PEOPLE``, in no group."""

    def __init__(
        self,
        *,
        codecs: Sequence[ClientCodec] = (),
        wants_presence: bool = False,
        limits: SessionLimits = DEFAULT_LIMITS,
    ) -> None:
        self.loop = ManualLoop()
        self.endings = Endings(wants_presence=wants_presence)
        self.point = ObservationPoint()
        self.hub = Hub("chat", self.endings, self.point)
        self.sessions: dict[str, Session] = {}
        self.clients: dict[str, Client] = {}
        for number, (connection_id, user_id) in enumerate(PEOPLE.items()):
            codec = codecs[number % len(codecs)] if codecs else None
            session, client = attached(
                self.loop, connection_id, user_id=user_id, codec=codec, limits=limits
            )
            self.sessions[connection_id], self.clients[connection_id] = session, client
            self.hub.add(session)

    def join(self, group: str, *connection_ids: str) -> None:
        for connection_id in connection_ids:
            join = ops.AddConnectionToGroup(hub="chat", group=group, connection_id=connection_id)
            assert self.hub.apply(join) is None

    @property
    def received(self) -> dict[str, list[bytes]]:
        return {connection_id: client.payloads for connection_id, client in self.clients.items()}

    @property
    def farewells(self) -> dict[str, str]:
        """What the clients that were closed have been told."""
        return {
            connection_id: client.farewell
            for connection_id, client in self.clients.items()
            if client.farewell is not None
        }

    def who_received(self) -> set[str]:
        return {connection_id for connection_id, payloads in self.received.items() if payloads}


# Sending


@pytest.mark.parametrize(
    ("operation", "recipients"),
    [
        (ops.SendToAll(hub="chat", message=HELLO), {"c0", "c1", "c2", "c3"}),
        (
            ops.SendToAll(hub="chat", message=HELLO, excluded=frozenset({"c0", "nobody"})),
            {"c1", "c2", "c3"},
        ),
        (ops.SendToGroup(hub="chat", group="g", message=HELLO), {"c0", "c2"}),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO, excluded=frozenset({"c0"})),
            {"c2"},
        ),
        (ops.SendToGroup(hub="chat", group="G", message=HELLO), set()),
        (ops.SendToUser(hub="chat", user_id="alice", message=HELLO), {"c0", "c1"}),
        (ops.SendToUser(hub="chat", user_id="Alice", message=HELLO), set()),
        (ops.SendToConnection(hub="chat", connection_id="c3", message=HELLO), {"c3"}),
        (ops.SendToConnection(hub="chat", connection_id="nobody", message=HELLO), set()),
    ],
)
def test_who_receives(operation: HubOperation, recipients: set[str]) -> None:
    """A message reaches whom it is for, and sending to nobody is no error."""
    world = World()
    world.join("g", "c0", "c2")
    assert world.hub.apply(operation) is None
    assert world.who_received() == recipients


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (ops.SendToAll(hub="chat", message=HELLO), FROM_SERVER),
        (ops.SendToUser(hub="chat", user_id="bob", message=HELLO), FROM_SERVER),
        (ops.SendToConnection(hub="chat", connection_id="c2", message=HELLO), FROM_SERVER),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO),
            (
                b'{"type":"message","from":"group","group":"g","fromUserId":null,'
                b'"dataType":"text","data":"hello"}'
            ),
        ),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO, from_user_id="alice"),
            (
                b'{"type":"message","from":"group","group":"g","fromUserId":"alice",'
                b'"dataType":"text","data":"hello"}'
            ),
        ),
    ],
)
def test_where_a_message_comes_from(operation: HubOperation, text: bytes) -> None:
    """A message carries its origin (client-protocols sections 5.8 and 11)."""
    world = World()
    world.join("g", "c2")
    world.hub.apply(operation)
    assert world.received["c2"] == [text]


class Counting(JsonCodec):
    """Counts what it encodes; its name is the key of cached encodings."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.encoded = 0

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        self.encoded += 1
        return super().encode_delivery(delivery)


def test_a_message_is_encoded_once_for_each_protocol() -> None:
    """However many connections receive it, each protocol encodes it once, and each recipient gets
    the same bytes."""
    codecs = [Counting("one"), Counting("other")]
    world = World(codecs=codecs)
    world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
    assert [codec.encoded for codec in codecs] == [1, 1]
    writes = [write for client in world.clients.values() for write in client.wire.writes]
    assert writes == [], "nothing is written within the turn"
    assert world.received == {key: [FROM_SERVER] for key in PEOPLE}


def test_one_write_for_each_connection_in_each_turn() -> None:
    """Messages of one turn leave in one system call per connection."""
    world = World()
    for _ in range(10):
        world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
    assert world.received == dict.fromkeys(PEOPLE, [FROM_SERVER] * 10)
    assert {len(client.wire.writes) for client in world.clients.values()} == {1}


def test_mixed_protocols() -> None:
    """Simple clients get the payload alone, others the message around it."""
    world = World(codecs=[codec_for(None), JsonCodec()])
    world.hub.apply(ops.SendToAll(hub="chat", message=Message(DataType.JSON, b'{ "a":1}')))
    assert world.received["c0"] == [b'{ "a":1}']
    assert world.received["c1"] == [
        b'{"type":"message","from":"server","dataType":"json","data":{ "a":1}}'
    ]


def test_a_detached_session_stays_a_member() -> None:
    """A session without a transport is not another kind of thing."""
    world = World()
    world.join("g", "c0", "c1")
    world.sessions["c0"].detach()
    world.hub.apply(ops.SendToGroup(hub="chat", group="g", message=HELLO))
    assert world.who_received() == {"c1"}
    assert "c0" in world.hub.members("g")
    assert world.hub.ask(ops.ConnectionExists(hub="chat", connection_id="c0"))
    assert world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c0")) is None
    assert world.endings.ended == [("c0", "Application server closed the connection.")]


# Groups


def test_joining_and_leaving_are_idempotent() -> None:
    """Joining twice and leaving a group one is not in succeed (client-protocols section 5.7)."""
    world = World()
    leave = ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c0")
    assert world.hub.apply(leave) is None
    world.join("g", "c0", "c0")
    assert list(world.hub.members("g")) == ["c0"]
    assert world.hub.apply(leave) is None
    assert world.hub.apply(leave) is None
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (ops.AddConnectionToGroup(hub="chat", group="g", connection_id="x"),
         "hub.connection.unknown"),
        (ops.AddUserToGroup(hub="chat", group="g", user_id="x"), "hub.user.unknown"),
        (ops.GrantPermission(hub="chat", connection_id="x",
                             permission=Permission.SEND_TO_GROUP, target="g"),
         "hub.connection.unknown"),
        (ops.RevokePermission(hub="chat", connection_id="x",
                              permission=Permission.SEND_TO_GROUP, target="g"), None),
        (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="x"), None),
        (ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="x"), None),
        (ops.RemoveUserFromGroup(hub="chat", group="g", user_id="x"), None),
        (ops.RemoveUserFromAllGroups(hub="chat", user_id="x"), None),
        (ops.CloseConnection(hub="chat", connection_id="x"), None),
        (ops.CloseUserConnections(hub="chat", user_id="x"), None),
        (ops.CloseGroupConnections(hub="chat", group="x"), None),
    ],
)  # fmt: skip
def test_who_is_not_there(operation: HubOperation, code: str | None) -> None:
    """Adding somebody unknown is refused; taking away what is not there succeeds."""
    world = World()
    refusal = world.hub.apply(operation)
    assert (refusal.kind.code if refusal else None) == code
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))


def test_users_join_with_all_their_connections() -> None:
    """A user is all its current connections."""
    world = World()
    world.hub.apply(ops.AddUserToGroup(hub="chat", group="g", user_id="alice"))
    world.hub.apply(ops.AddUserToGroup(hub="chat", group="h", user_id="alice"))
    assert list(world.hub.members("g")) == ["c0", "c1"]
    world.hub.apply(ops.RemoveUserFromGroup(hub="chat", group="g", user_id="alice"))
    assert not world.hub.members("g")
    world.hub.apply(ops.RemoveUserFromAllGroups(hub="chat", user_id="alice"))
    assert not world.hub.members("h")


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (ops.AddConnectionToGroup(hub="chat", group="c", connection_id="c0"), True),
        (ops.AddConnectionToGroup(hub="chat", group="a", connection_id="c0"), False),
        (ops.AddConnectionToGroup(hub="chat", group="c", connection_id="c1"), False),
        (ops.AddUserToGroup(hub="chat", group="c", user_id="alice"), True),
        (ops.AddUserToGroup(hub="chat", group="c", user_id="bob"), False),
        (ops.AddConnectionsToGroups(hub="chat", groups=("c",), filter=None), True),
        (
            ops.AddConnectionsToGroups(
                hub="chat", groups=("c", "d", "c"), filter="userId eq 'bob'"
            ),
            False,
        ),
        (
            ops.AddConnectionsToGroups(
                hub="chat", groups=("c", "d", "e"), filter="userId eq 'bob'"
            ),
            True,
        ),
    ],
)
def test_a_limit_of_groups(operation: HubOperation, refused: bool) -> None:
    """If there is one, nobody joins when one of those that would has no room left (section 10)."""
    world = World(limits=SessionLimits(groups=2))
    world.join("a", "c0", "c1")
    world.join("b", "c0")
    before = {name: set(session.groups) for name, session in world.sessions.items()}
    refusal = world.hub.apply(operation)
    after = {name: set(session.groups) for name, session in world.sessions.items()}
    if refused:
        assert refusal is not None
        assert (refusal.kind, refusal.kind.setting) == (GROUPS_FULL, "max_groups")
        assert after == before
    else:
        assert refusal is None
        assert all(len(groups) <= 2 for groups in after.values())


def test_a_session_comes_with_its_groups() -> None:
    """A session is visible with all its groups at once, its own and those of the handshake."""
    world = World()
    session, _ = attached(world.loop, "new")
    snapshot = session.snapshot()
    world.hub.add(session, ("g", "h"))
    assert set(session.groups) == {"g", "h"}
    world.hub.end(session, "")
    again = Session.install(
        msgspec.structs.replace(snapshot, groups=tuple(world_membership("g", "k")))
    )
    world.hub.add(again)
    assert list(world.hub.members("g")) == ["new"]
    assert list(world.hub.members("k")) == ["new"]


def world_membership(*groups: str) -> Iterable[Any]:
    session = Session("chat", "x")
    hub = Hub("chat", Endings(), ObservationPoint())
    hub.add(session, groups)
    return session.groups.values()


# Closing


@pytest.mark.parametrize(
    ("operation", "closed"),
    [
        (ops.CloseAllConnections(hub="chat"), {"c0", "c1", "c2", "c3"}),
        (ops.CloseAllConnections(hub="chat", excluded=frozenset({"c1"})), {"c0", "c2", "c3"}),
        (ops.CloseGroupConnections(hub="chat", group="g"), {"c0", "c2"}),
        (
            ops.CloseGroupConnections(hub="chat", group="g", excluded=frozenset({"c2"})),
            {"c0"},
        ),
        (ops.CloseUserConnections(hub="chat", user_id="alice"), {"c0", "c1"}),
        (
            ops.CloseUserConnections(hub="chat", user_id="alice", excluded=frozenset({"c0"})),
            {"c1"},
        ),
        (ops.CloseConnection(hub="chat", connection_id="c3"), {"c3"}),
    ],
)
@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (None, "Application server closed the connection."),
        ("", "Application server closed the connection."),
        ("über" * 100, "Application server closed the connection. Reason: " + "über" * 100),
    ],
)
def test_closing(
    operation: HubOperation, closed: set[str], reason: str | None, message: str
) -> None:
    """Whoever is closed is told why, is nowhere any more, and ``disconnected`` is raised once."""
    world = World()
    world.join("g", "c0", "c2")
    with_reason = msgspec.structs.replace(operation, reason=reason)
    world.hub.apply(with_reason)
    world.hub.apply(with_reason)
    assert world.farewells == dict.fromkeys(closed, message)
    assert sorted(world.endings.ended) == sorted((one, message) for one in closed)
    assert set(world.hub.sessions) == set(PEOPLE) - closed
    assert set(world.hub.members("g")) == {"c0", "c2"} - closed
    assert {world.sessions[one].phase for one in closed} == {Phase.ENDED}
    assert world.hub.ask(ops.UserExists(hub="chat", user_id="alice")) is not (
        {"c0", "c1"} <= closed
    )


def test_ending_once() -> None:
    """A session ends for the first reason it is given, and only once."""
    world = World()
    session = world.sessions["c0"]
    assert world.hub.end(session, "first")
    assert not world.hub.end(session, "second")
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert world.endings.ended.count(("c0", "first")) == 1
    assert [one for one, _ in world.endings.ended].count("c0") == 1


def test_closing_everybody_while_endings_close_others() -> None:
    """Whoever is told of an ending may change the hub meanwhile."""
    world = World()

    class Vengeful(Endings):
        def disconnected(self, session: Session, reason: str) -> None:
            super().disconnected(session, reason)
            world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c3"))

    world.hub._events = endings = Vengeful()
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert sorted(one for one, _ in endings.ended) == ["c0", "c1", "c2", "c3"]


# Presence


PRESENCE = [
    (ops.AddConnectionToGroup(hub="chat", group="h", connection_id="c0"),
     [("joined", "c0", "h")]),
    (ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c0"), []),
    (ops.AddUserToGroup(hub="chat", group="g", user_id="alice"), [("joined", "c1", "g")]),
    (ops.AddConnectionsToGroups(hub="chat", groups=("g", "h"), filter="userId eq 'alice'"),
     [("joined", "c0", "h"), ("joined", "c1", "g"), ("joined", "c1", "h")]),
    (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c0"),
     [("left", "c0", "g")]),
    (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c1"), []),
    (ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="c2"),
     [("left", "c2", "g"), ("left", "c2", "h")]),
    (ops.RemoveUserFromGroup(hub="chat", group="g", user_id="bob"), [("left", "c2", "g")]),
    (ops.RemoveUserFromAllGroups(hub="chat", user_id="bob"),
     [("left", "c2", "g"), ("left", "c2", "h")]),
    (ops.RemoveConnectionsFromGroups(hub="chat", groups=("g",), filter="userId ne null"),
     [("left", "c0", "g"), ("left", "c2", "g")]),
    (ops.CloseConnection(hub="chat", connection_id="c2", reason="x"),
     [("left", "c2", "g"), ("left", "c2", "h"),
      ("disconnected", "c2", "Application server closed the connection. Reason: x")]),
    (ops.CloseConnection(hub="chat", connection_id="c1"),
     [("disconnected", "c1", "Application server closed the connection.")]),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "raised"), PRESENCE)
def test_who_joins_and_leaves_groups(
    operation: HubOperation, raised: list[tuple[str, str, str]]
) -> None:
    """Each change of a membership, by whatever it comes about, is told once; what changes nothing
    is not told, and the end comes last."""
    world = World(wants_presence=True)
    world.join("g", "c0", "c2")
    world.join("h", "c2")
    world.endings.raised.clear()
    assert world.hub.apply(operation) is None
    assert world.endings.raised == raised


def test_the_groups_of_a_new_session_are_joined_and_those_of_a_moved_one_are_not() -> None:
    """A client that comes back, perhaps to another node, has not left."""
    world = World(wants_presence=True)
    session, _ = attached(world.loop, "new")
    world.hub.add(session, ("g", "g"))
    assert world.endings.raised == [("joined", "new", "g")]
    again = Session.install(session.snapshot())
    world.hub.replace(again)
    assert world.endings.raised == [("joined", "new", "g")]
    world.hub.end(again, "")
    assert world.endings.raised[1:] == [("left", "new", "g"), ("disconnected", "new", "")]


def test_presence_that_nobody_wants_is_not_told() -> None:
    """The hub looks before it says anything."""
    world = World()
    world.join("g", "c0")
    world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c0"))
    assert [name for name, *_ in world.endings.raised] == ["disconnected"]


# Permissions


def test_granting_and_revoking() -> None:
    """Effect is immediate, for one connection and one permission (client-protocols 6.3)."""
    world = World()
    grant = ops.GrantPermission(
        hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target="g"
    )
    assert world.hub.apply(grant) is None

    def has(connection_id: str, permission: Permission, target: str) -> bool:
        return world.hub.ask(
            ops.HasPermission(
                hub="chat", connection_id=connection_id, permission=permission, target=target
            )
        )

    assert has("c0", Permission.SEND_TO_GROUP, "g")
    assert not has("c0", Permission.SEND_TO_GROUP, "h")
    assert not has("c0", Permission.JOIN_LEAVE_GROUP, "g")
    assert not has("c1", Permission.SEND_TO_GROUP, "g")
    assert not has("nobody", Permission.SEND_TO_GROUP, "g")
    revoke = ops.RevokePermission(
        hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target="g"
    )
    assert world.hub.apply(revoke) is None
    assert not has("c0", Permission.SEND_TO_GROUP, "g")


def test_the_1001st_grant_is_refused() -> None:
    """A refusal means that nothing was done."""
    world = World()
    grants = [
        ops.GrantPermission(
            hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target=f"g{n}"
        )
        for n in range(1001)
    ]
    refusals = [world.hub.apply(grant) for grant in grants]
    assert refusals[:1000] == [None] * 1000
    last = refusals[1000]
    assert last is not None
    assert last.kind.http_status == 409
    assert not world.sessions["c0"].permissions.allows(Permission.SEND_TO_GROUP, "g1000")


def test_revoking_does_not_evict() -> None:
    """A member that may no longer join stays a member."""
    world = World()
    world.sessions["c0"].permissions = Permissions.from_roles(["webpubsub.joinLeaveGroup"])
    world.join("g", "c0")
    world.hub.apply(
        ops.RevokePermission(
            hub="chat", connection_id="c0", permission=Permission.JOIN_LEAVE_GROUP, target="g"
        )
    )
    assert list(world.hub.members("g")) == ["c0"]


# Questions and edges


def test_questions() -> None:
    """A name exists as long as a connection is under it."""
    world = World()
    world.join("g", "c0")
    questions: list[tuple[ops.HubQuery, bool]] = [
        (ops.ConnectionExists(hub="chat", connection_id="c0"), True),
        (ops.ConnectionExists(hub="chat", connection_id="C0"), False),
        (ops.UserExists(hub="chat", user_id="bob"), True),
        (ops.UserExists(hub="chat", user_id="Bob"), False),
        (ops.GroupExists(hub="chat", group="g"), True),
        (ops.GroupExists(hub="chat", group="h"), False),
    ]
    assert [world.hub.ask(question) for question, _ in questions] == [yes for _, yes in questions]


def test_edges_arise_for_hub_groups_and_users() -> None:
    """First and last members of everything are told in one place."""
    world = World()
    seen: list[tuple[str, RosterKind, str]] = []

    class Edges:
        def entered(self, kind: RosterKind, hub: str, name: str) -> None:
            seen.append(("entered", kind, name))

        def left(self, kind: RosterKind, hub: str, name: str) -> None:
            seen.append(("left", kind, name))

    world.hub.watch_edges(Edges())
    world.join("g", "c2")
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert seen == [
        ("entered", RosterKind.GROUP, "g"),
        ("left", RosterKind.USER, "alice"),
        ("left", RosterKind.GROUP, "g"),
        ("left", RosterKind.USER, "bob"),
        ("left", RosterKind.HUB, "chat"),
    ]
    world.hub.watch_edges(None)
    world.hub.add(Session("chat", "new"))
    assert len(seen) == 5


# The backplane


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


# Observation


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


# Filters and pages


def test_a_filter_that_means_nothing_is_refused() -> None:
    """The operation does nothing, and the refusal says what is wrong with the filter."""
    world = World()
    refusal = world.hub.apply(ops.SendToAll(hub="chat", message=HELLO, filter="userId"))
    assert refusal is not None
    assert refusal.kind == FILTER_INVALID
    assert "Type 'string', expect 'bool'." in refusal.wire_message
    assert world.who_received() == set()


@pytest.mark.parametrize(
    ("after", "limit", "wanted", "has_more"),
    [
        (None, 9, ["c0", "c1", "c2"], False),
        (None, 3, ["c0", "c1", "c2"], False),
        (None, 2, ["c0", "c1"], True),
        ("c0", 1, ["c1"], True),
        ("c1", 1, ["c2"], False),
        ("c2", 1, [], False),
        ("", 1, ["c0"], True),
        ("c00", 9, ["c1", "c2"], False),
    ],
)
def test_pages(after: str | None, limit: int, wanted: list[str], has_more: bool) -> None:
    """A page goes on after an id, whether or not that is a member, in ordinal order."""
    world = World()
    world.join("g", "c2", "c0", "c1")
    page = world.hub.page(ops.GroupListing(hub="chat", group="g", after=after, limit=limit))
    assert [member.connection_id for member in page.members] == wanted
    assert all(PEOPLE[member.connection_id] == member.user_id for member in page.members)
    assert page.has_more is has_more


def test_the_page_of_an_unknown_group() -> None:
    """A group that does not exist has no members, and asking for them does not create it."""
    world = World()
    page = world.hub.page(ops.GroupListing(hub="chat", group="g", limit=1))
    assert page == ops.GroupPage((), False)
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))


# Any operations

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
