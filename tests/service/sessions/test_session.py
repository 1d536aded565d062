"""What survives a lost transport.

Specification: client-protocols sections 7.4 and 9.4, upstream-events sections 7 and 8.1.
"""

import asyncio

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import Client, ManualLoop
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.clients.requests import StartStream
from webpubsub.protocol.group_states import GroupStates
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.streams import OpenStreams
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.life import Change, Phase
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Membership, Session, SessionSnapshot
from webpubsub.service.sweeper import Deadline


def session_in(phase: Phase) -> Session:
    """A session that has come so far."""
    session = Session("chat", "c")
    if phase is not Phase.CONNECTING:
        session.attach(Client(ManualLoop()))
    if phase in (Phase.DETACHED, Phase.CLAIMED):
        session.detach()
    if phase is Phase.CLAIMED:
        session.claim()
    if phase is Phase.ENDED:
        session.end()
    return session


def change(session: Session, wanted: Change) -> None:
    if wanted is Change.ATTACH:
        session.attach(Client(ManualLoop()))
    elif wanted is Change.END:
        session.end()
    else:
        changes = {
            Change.DETACH: session.detach,
            Change.CLAIM: session.claim,
            Change.RELEASE: session.release,
        }
        changes[wanted]()


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.ENDED])
def test_a_session_ends_once(phase: Phase) -> None:
    """Only the call that ended it is told so, hence one disconnected event."""
    session = session_in(phase)
    assert [session.end(), session.end(), session.end()] == [True, False, False]


def test_a_reliable_session_has_no_outbox_of_its_own() -> None:
    """Its messages are to pass through its buffer, attached or not."""
    session = Session("chat", "c")
    session.buffer = MessageBuffer(codec_for(None), BufferLimits())
    session.attach(Client(ManualLoop()))
    assert session.attachment is not None
    assert session.outbox is None


async def test_an_attached_session_is_not_held() -> None:
    """Neither its deadline nor what was unfinished matters once the client is back."""
    happened: list[str] = []
    session = session_in(Phase.CLAIMED)
    deadline = session.deadline = Deadline(lambda: happened.append("ended"), 1.0)
    task = session.unfinished = asyncio.create_task(asyncio.sleep(0))
    session.attach(Client(ManualLoop()))
    assert session.deadline is None
    assert session.unfinished is None
    deadline.expire()
    await task
    assert happened == []


@pytest.mark.parametrize("wanted", [Change.DETACH, Change.END])
def test_the_transport_is_let_go(wanted: Change) -> None:
    """Without a transport there is no outbox to send to, and nothing keeps the transport alive."""
    session = session_in(Phase.ATTACHED)
    assert session.outbox is not None
    change(session, wanted)
    assert session.attachment is None
    assert session.outbox is None


def test_a_new_session() -> None:
    """It is connecting, anonymous, in no group, and may do nothing."""
    session = Session("chat", "c")
    assert session.phase is Phase.CONNECTING
    assert session.user_id is None
    assert session.groups == {}
    assert session.connection_state is None
    assert not session.permissions.allows(Permission.SEND_TO_GROUP, "g")


def test_events_are_numbered_from_one() -> None:
    """Zero is the connect event."""
    session = Session("chat", "c")
    assert session.last_event_id == 0
    assert [session.next_event_id() for _ in range(3)] == [1, 2, 3]


Names = st.text(min_size=1, max_size=10)


Groups = st.lists(Names, max_size=5, unique=True)


Targets = st.lists(st.tuples(st.booleans(), st.sampled_from(Permission), Names), max_size=6)


MaybeText = st.none() | st.text(max_size=10)


@st.composite
def buffers(draw: st.DrawFn) -> MessageBuffer:
    """Buffers of which some messages have been acknowledged."""
    buffer = MessageBuffer(codec_for(None), BufferLimits())
    for data in draw(st.lists(st.binary(max_size=5), max_size=5)):
        message = Message(draw(st.sampled_from(DataType)), data, {"k": "v"} if data else None)
        origin = draw(MaybeText), draw(MaybeText), draw(st.none() | st.floats(0, 1e10))
        assert buffer.add(Delivery(message, *origin), len(data))
    buffer.acknowledge(draw(st.integers(0, 5)))
    return buffer


@st.composite
def group_states(draw: st.DrawFn) -> GroupStates:
    """What is shown in some groups, and which groups are watched."""
    states = GroupStates()
    for group in draw(Groups):
        states.show(group, draw(st.dictionaries(Names, Names, max_size=2)), draw(st.floats(0, 9)))
    for group in draw(Groups):
        states.watch(group)
    return states


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Detached sessions that have seen something."""
    session = Session("chat", draw(Names), draw(MaybeText))
    session.subprotocol = draw(MaybeText)
    session.connection_state = draw(MaybeText)
    session.groups = {group: Membership(group) for group in draw(Groups)}
    session.permissions = Permissions.from_roles(
        draw(st.lists(st.sampled_from(["webpubsub.sendToGroup", "webpubsub.joinLeaveGroup.a"])))
    )
    for grants, permission, target in draw(Targets):
        act = session.permissions.grant if grants else session.permissions.revoke
        act(permission, target)
    session.cookies = draw(st.dictionaries(Names, Names, max_size=2))
    session.last_event_id = draw(st.integers(0, 2**40))
    session.buffer = draw(st.none() | buffers())
    session.group_states = draw(st.none() | group_states())
    session.streams = draw(st.none() | st.builds(OpenStreams, st.just(session.publisher)))
    if session.streams is not None:
        for stream_id in draw(st.lists(Names, max_size=3)):
            session.streams.start(StartStream(group="g", stream_id=stream_id), 0.0)
    for ack_id in draw(st.lists(st.integers(0, 2**64 - 1), max_size=5)):
        session.acks.add(ack_id)
    session.phase = Phase.DETACHED
    return session


def through_bytes(session: Session) -> Session:
    """The session that another process would install."""
    data = msgspec.json.encode(session.snapshot())
    return Session.install(msgspec.json.decode(data, type=SessionSnapshot))


@given(sessions(), st.lists(Names, max_size=3))
def test_a_snapshot_goes_through_bytes(session: Session, groups: list[str]) -> None:
    """What is installed from the bytes of a snapshot behaves as the session it was taken of."""
    installed = through_bytes(session)
    assert installed.phase is Phase.DETACHED
    assert installed.snapshot() == session.snapshot()
    for group in (*groups, *session.groups):
        for permission in Permission:
            assert installed.permissions.allows(permission, group) is session.permissions.allows(
                permission, group
            )
    assert all(ack_id in installed.acks for ack_id in session.acks.snapshot())
    assert installed.next_event_id() == session.next_event_id()
    for one in (installed, session):
        if one.group_states is not None:
            one.group_states.show("a", {}, 0.0)
    assert installed.snapshot().group_states == session.snapshot().group_states
    assert (installed.streams is None) is (session.streams is None)
    if installed.streams is not None and session.streams is not None:
        assert installed.streams.cancel() == session.streams.cancel()
    assert (installed.buffer is None) is (session.buffer is None)
    if installed.buffer is not None and session.buffer is not None:
        assert [*installed.buffer.replay(1e9)] == [*session.buffer.replay(1e9)]


@given(sessions())
def test_a_snapshot_does_not_change_with_its_session(session: Session) -> None:
    """A snapshot is a value: what happens afterwards is not in it, in either direction."""
    snapshot = session.snapshot()
    before = msgspec.json.encode(snapshot)
    installed = Session.install(snapshot)
    for one in (session, installed):
        one.permissions.grant(Permission.SEND_TO_GROUP, "another group")
        one.permissions.revoke(Permission.JOIN_LEAVE_GROUP, "a")
        one.groups["another group"] = Membership("another group")
        one.cookies["another"] = "cookie"
        one.acks.add(2**65)
        one.next_event_id()
        if one.group_states is not None:
            one.group_states.show("another group", {}, 0.0)
            one.group_states.watch("another group")
        if one.streams is not None:
            one.streams.expire(1e9)
            one.streams.start(StartStream(group="g", stream_id="another"), 0.0)
        if one.buffer is not None:
            one.buffer.add(Delivery(Message(DataType.TEXT, b"another")), 7)
            one.buffer.acknowledge(2)
    assert msgspec.json.encode(snapshot) == before
