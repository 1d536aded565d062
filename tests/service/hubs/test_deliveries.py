"""One message to many: encoded once, written once.

Specification: client-protocols section 5.8.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import Endings, ManualLoop, Wire
from tests.service.hubs.world import FROM_SERVER, HELLO, PEOPLE, World
from tests.service.websockets.outgoing.same_sends import same_sends
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.connections.recovery import through_bytes
from webpubsub.service.hubs import deliveries
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.session_limits import BufferLimits, SessionLimits
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.outgoing import backlog, pieces, runs, sending
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.pieces import PIECE, Amount
from webpubsub.service.websockets.outgoing.runs import SHORT, Encode, Run
from webpubsub.service.websockets.outgoing.sending import CALL
from webpubsub.service.websockets.transport import Transport


class Counting(JsonCodec):
    """Counts what it encodes; its name says whose bytes are the same."""

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


# Runs


class Cable(Wire):
    """A wire that can be written to past the transport. When it is full it takes a byte of that,
    and what is written by the transport waits there until it is drained."""

    def __init__(self, fileno: int) -> None:
        super().__init__()
        self._fileno = fileno
        self._kept = b""
        self.is_full = False
        self.is_direct = True

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self if name == "socket" else default

    def fileno(self) -> int:
        return self._fileno

    def get_write_buffer_size(self) -> int:
        return len(self._kept)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self.is_full:
            self._kept += data
        else:
            super().write(data)

    def take(self, data: bytes) -> int:
        assert self.is_direct, "the number may be another's by now"
        assert not self._kept, "the transport is overtaken"
        taken = data[:1] if self.is_full else data
        self.writes.append(taken)
        return len(taken)

    def drain(self) -> None:
        self.is_full = False
        self.writes.append(self._kept)
        self._kept = b""

    def close(self) -> None:
        self.drain()
        self.closing = True
        self.is_direct = False


class Detour:
    """What has been put in the place of a transport."""

    def __init__(self, transport: Transport) -> None:
        self.write = transport.write
        self.is_closing = transport.is_closing


class Limits(NamedTuple):
    """How much is held for a client that does not read, and kept for one that acknowledges
    nothing."""

    held: int
    kept: int


#: The codec of each guest, and whether it is reliable.
GUESTS: Sequence[tuple[ClientCodec, bool]] = [
    (JsonCodec(), False),
    (JsonCodec(), False),
    (SimpleCodec(), False),
    (JsonCodec(), True),
    (JsonCodec(), True),
    (ProtobufCodec(), True),
]
#: Who is in a second group: some of each user's.
HALF = (0, 1, 3, 4)
#: More than have a user in common, and no more than are in the second group.
FEWER = 4
FEW, PLENTY = Limits(held=3, kept=5), Limits(held=1000, kept=1000)


class Guest:
    """A client that can do what clients do; what carries its session, too."""

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self._crowd = crowd
        self.name = f"c{number}"
        self.codec, is_reliable = GUESTS[number]
        user = "even" if number % 2 == 0 else "odd"
        self.session = Session("chat", self.name, user, crowd.session_limits)
        if is_reliable:
            self.session.buffer = MessageBuffer(self.codec, crowd.session_limits.buffer)
            self.session.subprotocol = f"{self.codec.name}.reliable.webpubsub.azure.v1"
            # Those before have been acknowledged, so that a digit comes soon.
            self.session.buffer.last_sequence_id = 10 - number
        self.begin()
        self.session.attach(self)
        crowd.hub.add(self.session, ["g", "half"] if number in HALF else ["g"])

    def begin(self) -> None:
        """Have a transport."""
        crowd = self._crowd
        self.wire = crowd.cable(self)
        self.outbox = Outbox(
            self.wire,
            self.codec,
            crowd.loop.flusher,
            crowd.settings,
            lambda: crowd.drop(self),
            clock=lambda: crowd.now,
        )

    def expel(self, _refusal: Refusal) -> None:
        self._crowd.dropped.append(self.name)
        self.outbox.append(b"\x88\x00")
        self.end()

    def end(self) -> None:
        """Lose the transport."""
        self.outbox.finish()
        self.wire.close()

    def finish(self, message: str) -> None: ...

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} is not to be asked for")


class Crowd:
    """Some clients in a hub, to whom things happen."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.settings = ServiceSettings(
            max_queued_messages=limits.held, max_queued_bytes=400 * limits.held
        )
        self.session_limits = SessionLimits(buffer=BufferLimits(messages=limits.kept))
        self.loop = ManualLoop()
        self.now = 0.0
        self.hub = Hub("chat", Endings(), ObservationPoint())
        self.cables: list[tuple[str, Cable]] = []
        self.guests = [Guest(self, number) for number in range(len(GUESTS))]
        self.dropped: list[str] = []
        #: How many wait until they may send more.
        self.waiting = 0
        self._said = 0

    def cable(self, guest: Guest) -> Cable:
        cable = Cable(len(self.cables))
        self.cables.append((guest.name, cable))
        return cable

    def send_each(self, filenos: list[int], data: list[bytes]) -> list[tuple[int, int]]:
        sizes = [self.cables[one][1].take(part) for one, part in zip(filenos, data, strict=True)]
        return [(at, size) for at, size in enumerate(sizes) if size < len(data[at])]

    def take_same(self, ways: list[Outbox], data: bytes) -> list[int]:
        return [self.cables[way.clear_fileno][1].take(data) for way in ways]

    def do(self, action: str, number: int) -> None:
        getattr(self, action)(self.guests[number])

    # What happens

    def to_all(self, _guest: Guest) -> None:
        self._apply(ops.SendToAll, message=self._text())

    def to_others(self, guest: Guest) -> None:
        self._apply(ops.SendToAll, message=self._text(), excluded=frozenset((guest.name,)))

    def to_all_but_two(self, guest: Guest) -> None:
        excluded = frozenset((guest.name, "c1", "nobody"))
        self._apply(ops.SendToAll, message=self._text(), excluded=excluded)

    def to_group(self, _guest: Guest) -> None:
        self._apply(ops.SendToGroup, message=self._text(), group="g")

    def to_group_for_a_while(self, _guest: Guest) -> None:
        expires_at = self.now + 2
        self._apply(ops.SendToGroup, message=self._text(), group="g", expires_at=expires_at)

    def to_half(self, _guest: Guest) -> None:
        self._apply(ops.SendToGroup, message=self._text(), group="half")

    def to_half_but_one(self, guest: Guest) -> None:
        excluded = frozenset((guest.name,))
        half = "'half' in groups"
        self._apply(ops.SendToAll, message=self._text(), filter=half, excluded=excluded)

    def to_user(self, _guest: Guest) -> None:
        self._apply(ops.SendToUser, message=self._text(), user_id="even")

    def to_another_user(self, _guest: Guest) -> None:
        self._apply(ops.SendToUser, message=self._text(), user_id="odd")

    def to_one(self, guest: Guest) -> None:
        self._apply(ops.SendToConnection, message=self._text(), connection_id=guest.name)

    def flood(self, guest: Guest) -> None:
        self.to_others(guest)
        self.waiting += 1
        self.loop.flusher.postpone(self._admit, to_many=True)

    def _admit(self) -> None:
        self.waiting -= 1

    def answer(self, guest: Guest) -> None:
        guest.outbox.append(b"\x81\x03ack")

    def look(self, guest: Guest) -> None:
        assert guest.outbox.waiting >= 0
        assert guest.session.buffer is None or len(guest.session.buffer) <= self.limits.kept

    def join(self, guest: Guest) -> None:
        self._apply(ops.AddConnectionToGroup, group="g", connection_id=guest.name)

    def leave(self, guest: Guest) -> None:
        self._apply(ops.RemoveConnectionFromGroup, group="g", connection_id=guest.name)

    def pause(self, guest: Guest) -> None:
        guest.outbox.pause()

    def resume(self, guest: Guest) -> None:
        guest.outbox.resume()

    def fill(self, guest: Guest) -> None:
        guest.wire.is_full = True

    def drain(self, guest: Guest) -> None:
        guest.wire.drain()

    def reroute(self, guest: Guest) -> None:
        guest.outbox.reroute(Detour)
        guest.wire.is_direct = False

    def close(self, guest: Guest) -> None:
        self.hub.end(guest.session, "")
        guest.outbox.append(b"\x88\x00")
        guest.end()

    def lose(self, guest: Guest) -> None:
        self.hub.end(guest.session, "")
        guest.end()

    def drop(self, guest: Guest) -> None:
        self.dropped.append(guest.name)
        guest.wire.abort()
        self.lose(guest)

    # What happens to reliable clients

    def acknowledge(self, guest: Guest) -> None:
        if guest.session.buffer is not None:
            guest.session.buffer.acknowledge(self._said // 2)

    def go_away(self, guest: Guest) -> None:
        session = guest.session
        if session.buffer is not None and session.phase is Phase.ATTACHED:
            session.detach()
            guest.end()

    def come_back(self, guest: Guest) -> None:
        if guest.session.phase is Phase.DETACHED:
            guest.session.claim()
            self._welcome(guest)

    def come_back_elsewhere(self, guest: Guest) -> None:
        if guest.session.phase is Phase.DETACHED:
            guest.session = Session.install(guest.session.snapshot(), self.session_limits)
            guest.session.claim()
            self.hub.replace(guest.session)
            self._welcome(guest)

    def _welcome(self, guest: Guest) -> None:
        assert guest.session.buffer is not None
        guest.begin()
        if frames := [*guest.session.buffer.replay(self.now)]:
            guest.outbox.append(wire_bytes(frames))
        guest.session.attach(guest)

    def wait(self, _guest: Guest) -> None:
        self.now += 1

    def turn(self, _guest: Guest) -> None:
        self.loop.turn()

    def _text(self) -> Message:
        self._said += 1
        return Message(DataType.TEXT, b"<%d>" % self._said)

    def _apply(self, operation: Callable[..., Any], **fields: Any) -> None:
        self.hub.apply(operation(hub="chat", **fields))


#: To groups and users who have members in common, and to users who have none.
GROUPS = ["to_group", "to_half", "to_user", "to_another_user"]
SENDS = [
    "to_all",
    "to_others",
    "to_all_but_two",
    "to_half_but_one",
    *GROUPS,
    "to_group_for_a_while",
    "to_one",
    "flood",
    "answer",
]
CHANGES = ["join", "leave", "close", "lose", "reroute", "go_away", "come_back", "acknowledge"]
PACES = ["pause", "resume", "fill", "drain", "wait", "turn", "look"]
ACTIONS = [*SENDS, *CHANGES, "come_back_elsewhere", *PACES]

Actions: TypeAlias = Sequence[tuple[str, int]]
#: Who has received what, by a transport.
Received: TypeAlias = tuple[str, list[tuple[int, bytes]]]


def _actions(names: Sequence[str]) -> st.SearchStrategy[list[tuple[str, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), st.integers(0, len(GUESTS) - 1)), max_size=60)


def happening(
    actions: Actions, *, many: int, direct: bool, limits: Limits = FEW, piece: int = PIECE
) -> tuple[list[Received], list[str]]:
    """What each client receives when runs begin with so many recipients, and who is dropped, in
    whatever order."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "_MANY", many)
        patch.setattr(pieces, "PIECE", piece)
        patch.setattr(pieces, "UNSEEN", piece)
        patch.setattr(runs, "SHORT", min(piece, SHORT))
        if piece < PIECE:
            patch.setattr(backlog, "FULL", Amount(3, 1 << 16))
            patch.setattr(backlog, "TOO_FULL", Amount(9, 1 << 22))
        patch.setattr(sending, "send_each", (lambda *_: []) if direct else None)
        patch.setattr(sending, "send_same", None)
        crowd = Crowd(limits)
        if direct:
            patch.setattr(sending, "send_each", crowd.send_each)
            patch.setattr(sending, "send_same", same_sends(crowd.take_same))
        for action, number in actions:
            crowd.do(action, number)
        while crowd.loop.soon:
            crowd.loop.turn()
        assert crowd.waiting == 0
        assert not crowd.loop.flusher.backlog.is_due
        for guest in crowd.guests:
            guest.end()
        received = [(name, cable.frames) for name, cable in crowd.cables]
        return received, sorted(crowd.dropped)


def check(actions: Actions) -> None:
    """Each client receives the same as when every message is appended to the outbox of each, be it
    by its transport or past it; and whether what is sent to few is said in a run, too, or to each
    of them between what many are sent."""
    expected = happening(actions, many=1000, direct=False)
    assert happening(actions, many=1, direct=False) == expected
    for many in (1, FEWER):
        assert happening(actions, many=many, direct=True) == expected


#: What somebody floods is written later, which those see who stop to read meanwhile.
NO_FLOOD = [action for action in [*ACTIONS, *SENDS] if action != "flood"]
ALL_READ = [action for action in [*ACTIONS, *SENDS] if action not in ("pause", "fill", "wait")]


@given(_actions([*NO_FLOOD, "turn", "answer"]) | _actions([*ALL_READ, "turn", "answer"]))
def test_runs_change_nothing(actions: Actions) -> None:
    """Whatever happens within a turn and from turn to turn."""
    check(actions)


@given(_actions([*GROUPS, *GROUPS, "to_others", "to_one", "answer", "turn", "pause", "resume"]))
def test_groups_that_alternate_change_nothing(actions: Actions) -> None:
    """Whether they have members in common or not."""
    check(actions)


def test_groups_that_alternate_have_a_run_each() -> None:
    """While they have no members in common."""
    actions = [("to_user", 0), ("to_another_user", 0)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "_MANY", 1)
        crowd = Crowd(PLENTY)
        runs = []
        for alternating in (actions, actions, [("to_half", 0)], actions):
            for action, number in alternating:
                crowd.do(action, number)
            runs.append([guest.outbox.run for guest in crowd.guests])
        assert runs[0] == runs[1] == runs[0][:2] * 3
        assert len({*runs[0], *runs[2], *runs[3]}) == 5
        assert {run.is_over for run in {*runs[0], *runs[2]} if run is not None} == {True}


def _run_when_all_is_written(crowd: Crowd) -> Run | None:
    crowd.do("to_all", 0)
    while crowd.loop.soon:
        crowd.loop.turn()
    assert not crowd.loop.flusher.backlog
    return crowd.guests[0].outbox.run


def test_a_run_is_made_once_for_the_same_clients(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as they are that: whatever each is sent alone, a client that is gone or is back on
    another transport makes them others. Who is gone is held by nobody."""
    monkeypatch.setattr(deliveries, "_MANY", 1)
    crowd = Crowd(PLENTY)
    run = _run_when_all_is_written(crowd)
    assert run is not None
    for between in ("answer", "pause", "resume", "acknowledge", "look"):
        for number in range(len(GUESTS)):
            crowd.do(between, number)
        assert _run_when_all_is_written(crowd) is run
    reliable = next(at for at, one in enumerate(crowd.guests) if one.session.buffer is not None)
    for between, number in (("go_away", reliable), ("come_back", reliable), ("lose", 1)):
        crowd.do(between, number)
        assert not run.recipients
        other = _run_when_all_is_written(crowd)
        assert other is not None
        assert other is not run
        run = other


@pytest.mark.parametrize("number", range(len(GUESTS)))
def test_who_is_gone_is_held_by_no_run(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Though what it had said is sent to it, too, when its transport is gone and its session is
    not."""
    monkeypatch.setattr(deliveries, "_MANY", 1)
    crowd = Crowd(PLENTY)
    gone = crowd.guests[number]
    gone.outbox.finish()
    crowd.do("to_all", 0)
    crowd.hub.end(gone.session, "")
    while crowd.loop.soon:
        crowd.loop.turn()
    runs = {run for guest in crowd.guests if (run := guest.outbox.run) is not None}
    assert [run.recipients for run in runs if gone.session in run.recipients] == []
    assert len(runs) == 1


def test_a_session_that_is_elsewhere_is_held_by_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though it was sent something while its client was away."""
    monkeypatch.setattr(deliveries, "_MANY", 1)
    crowd = Crowd(PLENTY)
    guest = next(one for one in crowd.guests if one.session.buffer is not None)
    guest.session.detach()
    guest.end()
    run = _run_when_all_is_written(crowd)
    assert run is not None
    before = guest.session
    assert before in run.recipients
    before.claim()
    through_bytes(crowd.session_limits)(crowd.hub, before)
    assert not run.recipients


def test_who_is_left_out_of_a_message_is_in_the_same_run() -> None:
    """Where it is one; more have others begin one of their own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries, "_MANY", 1)
        crowd = Crowd(PLENTY)
        crowd.do("to_all", 0)
        run = crowd.guests[0].outbox.run
        for number in range(len(GUESTS)):
            crowd.do("to_others", number)
        assert {guest.outbox.run for guest in crowd.guests} == {run}
        crowd.do("to_all_but_two", 0)
        assert crowd.guests[1].outbox.run is run
        assert crowd.guests[2].outbox.run is not run


def test_only_who_is_a_recipient_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of who is left out of what a filter keeps from him anyhow."""
    monkeypatch.setattr(deliveries, "_MANY", 1)
    left_out: list[bool] = []
    say = Run.say

    def said(run: Run, delivery: Delivery, encode: Encode, but: object = None) -> bool:
        left_out.append(but is not None)
        return say(run, delivery, encode, but)

    monkeypatch.setattr(Run, "say", said)
    crowd = Crowd(PLENTY)
    for number in range(len(GUESTS)):
        crowd.do("to_half_but_one", number)
    assert left_out == [number in HALF for number in range(len(GUESTS))]


def test_a_run_that_begins_with_a_failure_is_no_trap(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent to the same clients after it, in this turn or later, is delivered."""
    monkeypatch.setattr(deliveries, "_MANY", 1)
    codec = Counting("one")
    world = World(codecs=[codec])
    for turns in (0, 3):
        with monkeypatch.context() as patch:
            patch.setattr(codec, "encode_delivery", lambda _delivery: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
        for _ in range(turns):
            world.loop.turn()
        world.hub.apply(ops.SendToAll(hub="chat", message=HELLO))
        while world.loop.soon:
            world.loop.turn()
    assert world.received == dict.fromkeys(PEOPLE, [FROM_SERVER] * 2)


@pytest.mark.parametrize("between", ACTIONS)
@pytest.mark.parametrize("whom", [1, 4])
def test_nothing_breaks_a_run(between: str, whom: int) -> None:
    """Each of the things that can happen between messages to a group, to one of its members, after
    each that can happen before."""
    for before in ACTIONS:
        check(
            [
                *(("to_group", 0), ("turn", 0)),
                *((before, whom), ("to_group", 0), (between, whom), ("to_group", 0), ("turn", 0)),
                *(("to_group", 0), ("drain", whom), ("resume", whom), ("come_back", whom)),
            ]
        )


def sizes(actions: Actions) -> list[int]:
    """How many messages each client receives."""
    return [len(frames) for _, frames in happening(actions, many=1, direct=True)[0]]


def test_who_reads_too_slowly_is_dropped_from_a_run() -> None:
    """As without: when one message more waits than may; the others are unharmed."""
    actions: Actions = [("to_user", 1), ("turn", 0), ("pause", 0), *[("to_user", 0)] * 3]
    assert happening(actions, many=1, direct=True)[1] == []
    check(more := [*actions, ("to_user", 0)])
    assert happening(more, many=1, direct=True)[1] == ["c0"]
    assert sizes(more) == [1, 0, 5, 0, 5, 0]


def test_who_is_written_to_twice_in_a_turn_is_dropped_once() -> None:
    """As is who has something on the way from an earlier run, and is in another."""
    limits = Limits(held=3, kept=8)
    actions: Actions = [("pause", 0), *[("to_user", 0)] * 4, *[("to_half", 0)] * 4]
    assert happening(actions, many=1, direct=True, limits=limits)[1] == ["c0"]


def test_who_does_not_acknowledge_is_gone_in_the_middle_of_a_run() -> None:
    """As without: with the first message for which there is no room."""
    actions: Actions = [("to_group", 0)] * 5
    assert happening(actions, many=1, direct=True)[1] == []
    check(more := [*actions, ("to_group", 0), ("to_group", 0)])
    assert happening(more, many=1, direct=True)[1] == ["c3", "c4", "c5"]
    assert sizes(more) == [7, 7, 7, 6, 6, 6], "the last is the close frame"


def test_what_has_expired_in_a_run_is_not_delivered_late() -> None:
    """Each message of a run has its own time."""
    actions: Actions = [
        *(("to_group", 0), ("turn", 0), ("pause", 1), ("pause", 3)),
        *(("to_group", 0), ("to_group_for_a_while", 0), ("to_group", 0), ("turn", 0)),
        *(("wait", 0), ("wait", 0), ("resume", 1), ("resume", 3)),
    ]
    check(actions)
    assert sizes(actions) == [4, 3, 4, 3, 4, 4]


# Pieces

_MANY = st.sampled_from([1, FEWER])
#: Of one member, or of some.
_PIECES = st.sampled_from([2, 2 * CALL, 3 * CALL, 5 * CALL])
#: What does not depend on when something is written.
TIMELESS = [one for one in ACTIONS if one not in ("to_group_for_a_while", "wait", "acknowledge")]
#: What is said.
_TEXT = re.compile(rb"<(\d+)>")


@given(
    _actions([*TIMELESS, *SENDS[:7], "turn", "turn", "turn", "answer"]),
    st.booleans(),
    _PIECES,
    _MANY,
)
def test_pieces_change_nothing(actions: Actions, direct: bool, piece: int, many: int) -> None:
    """Where some clients are written to in a turn, whatever happens between two of them."""
    expected = happening(actions, many=1000, direct=False, limits=PLENTY)
    assert happening(actions, many=many, direct=direct, limits=PLENTY, piece=piece) == expected


@given(_actions([*ACTIONS, *SENDS, "turn", "turn", "answer"]), st.booleans(), _PIECES, _MANY)
def test_nothing_overtakes(actions: Actions, direct: bool, piece: int, many: int) -> None:
    """Whoever reads slowly, is dropped or comes back: what each transport carries is in order, and
    nothing is in it twice."""
    for _, frames in happening(actions, many=many, direct=direct, piece=piece)[0]:
        numbers = [int(text) for _, payload in frames for text in _TEXT.findall(payload)]
        assert numbers == sorted(set(numbers))
