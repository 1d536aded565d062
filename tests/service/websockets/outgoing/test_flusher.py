"""When what is sent is written: all that is for one client at once, what is for many in pieces.

That nobody is sent anything in another order is seen by ``tests/service/hubs/test_deliveries.py``.
Specification: client-protocols section 2.1.
"""

from typing import Any

import pytest

from tests.service.fakes import ManualLoop, Wire, begin_run
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.outgoing import flusher, pieces, sending
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.pieces import SELDOM, UNSEEN
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import BETWEEN, CALL, Batch

#: So many are written to in one piece, when the message is small; and some pieces.
_AT_ONCE = -(-UNSEEN // (CALL + 3))
_MANY = 18 * _AT_ONCE


class World:
    """Many clients, and one apart."""

    def __init__(self) -> None:
        self.loop = ManualLoop()
        self.flusher = self.loop.flusher
        self.wires = [Wire() for _ in range(_MANY)]
        self.boxes = [self._outbox(wire) for wire in self.wires]
        self.apart = Wire()
        self.box_apart = self._outbox(self.apart)
        self.done: list[str] = []

    def say(self, data: bytes, boxes: list[Outbox] | None = None) -> None:
        """To all of the many, or to these."""
        recipients = self.boxes if boxes is None else boxes
        run = recipients[0].run
        if run is None or run.recipients != recipients:
            run = begin_run(self.flusher, SimpleCodec(), recipients)
        if run.is_over:
            self.flusher.begin(run)
        message = Delivery(Message(DataType.TEXT, data))
        assert run.say(message, lambda _codec: [Frame(FrameKind.TEXT, data)])
        self.flusher.backlog.count(run)

    def postpone(self, what: str, *, to_many: bool = False) -> None:
        self.flusher.postpone(lambda: self.done.append(what), to_many=to_many)

    def turns(self, number: int) -> None:
        for _ in range(number):
            self.loop.turn()

    def rest(self) -> None:
        """Turns until nothing is left to be done."""
        while self.loop.soon:
            self.loop.turn()

    @property
    def reached(self) -> int:
        """How many of the many have been written to."""
        return sum(bool(wire.writes) for wire in self.wires)

    def _outbox(self, wire: Wire) -> Outbox:
        return Outbox(wire, SimpleCodec(), self.flusher, ServiceSettings(), self._overflow)

    def _overflow(self) -> None:
        raise AssertionError("everybody reads")


def test_what_is_postponed_comes_after_what_is_written() -> None:
    """In a turn of its own, and whether anything was to be written or not."""
    world = World()
    outbox, wire = world.box_apart, world.apart
    seen: list[bytes] = []
    world.flusher.postpone(lambda: seen.append(wire.written))
    outbox.append(b"a")
    assert len(world.loop.soon) == 1
    world.loop.turn()
    assert (seen, wire.written) == ([], b"a")
    world.loop.turn()
    assert seen == [b"a"]
    world.flusher.postpone(lambda: seen.append(wire.written))
    world.loop.turn()
    world.loop.turn()
    assert seen == [b"a", b"a"]


def test_who_is_heard_first_is_answered_before_what_was_postponed_is_done() -> None:
    """Whatever that takes; what was sent in it is written once, behind all of it."""
    world = World()
    seen: list[bytes] = []
    for _ in range(2):

        def act() -> None:
            seen.append(world.apart.written)
            world.boxes[0].append(b"b")

        world.flusher.postpone(act)
    world.loop.turn()
    world.box_apart.append(b"answer")
    world.turns(2)
    assert seen == [b"answer", b"answer"]
    assert world.wires[0].writes == [b"bb"]


def test_many_are_written_to_in_pieces() -> None:
    """Between two of them everybody is heard, and is answered before the next."""
    world = World()
    world.say(b"a")
    world.turns(1)
    assert world.reached == _AT_ONCE
    world.box_apart.append(b"answer")
    world.turns(1)
    assert world.apart.written == b"answer"
    assert world.reached == _AT_ONCE
    world.turns(1)
    assert world.reached == 2 * _AT_ONCE
    world.rest()
    assert [wire.frames for wire in world.wires] == [[(1, b"a")]] * _MANY


@pytest.mark.parametrize(
    ("known", "first", "second"),
    [(True, 2 * _AT_ONCE, 4 * _AT_ONCE), (False, _AT_ONCE, _AT_ONCE)],
)
def test_pieces_grow_while_nobody_else_is_heard(
    monkeypatch: pytest.MonkeyPatch, known: bool, first: int, second: int
) -> None:
    """If the event loop can be asked who has sent something."""
    monkeypatch.setattr(sending, "is_readable", lambda _fileno: False)
    monkeypatch.setattr(flusher, "inbound", lambda _loop: 0 if known else -1)
    world = World()
    world.say(b"a")
    world.turns(1)
    assert world.reached == first
    world.turns(2)
    assert world.reached == first + second


def test_many_are_written_to_while_others_are_heard() -> None:
    """However many that are in one turn, without another: nobody is sent anything twice, or in
    another order."""
    world = World()
    for number in range(2):
        world.say(b"%d" % number)
    for heard in range(1, _MANY // _AT_ONCE + 2):
        world.flusher.interject()
        assert world.reached == min((heard - 1) * _AT_ONCE, _MANY)
    assert not world.flusher.backlog
    world.rest()
    assert [wire.frames for wire in world.wires] == [[(1, b"0"), (1, b"1")]] * _MANY


def test_what_others_say_to_many_is_written_at_the_end_of_the_turn() -> None:
    """Together, as long as there is always some of it."""
    world = World()
    for number in range(9):
        world.say(b"%d" % number)
        world.flusher.interject()
    assert world.reached == 0
    world.flusher.interject()
    assert world.reached == _AT_ONCE


def test_what_is_flooded_is_not_written_while_others_are_heard() -> None:
    """Who floods keeps nobody waiting for that."""
    world = World()
    world.say(b"a")
    world.postpone("more", to_many=True)
    for _ in range(3):
        world.flusher.interject()
    assert world.reached == 0
    world.rest()
    assert world.reached == _MANY


def test_what_is_said_meanwhile_goes_together() -> None:
    """To those who have had their turn, too, and to the others with what was said before; nobody is
    written to for each message."""
    world = World()
    world.say(b"a")
    world.turns(1)
    for text in (b"b", b"c", b"d"):
        world.say(text)
    world.rest()
    expected = [(1, text) for text in (b"a", b"b", b"c", b"d")]
    assert [wire.frames for wire in world.wires] == [expected] * _MANY
    assert [len(wire.writes) for wire in world.wires] == [2] * _AT_ONCE + [1] * (_MANY - _AT_ONCE)


def test_groups_take_turns() -> None:
    """So that a small one need not wait until a large one has been written to."""
    world = World()
    large, small = world.boxes[2:], world.boxes[:2]
    world.say(b"a", large)
    world.say(b"b", small)
    world.turns(1)
    assert world.reached == _AT_ONCE
    world.turns(2)
    assert [wire.frames for wire in world.wires[:2]] == [[(1, b"b")]] * 2
    assert world.reached == 2 * _AT_ONCE
    world.rest()
    assert world.reached == _MANY


def test_what_was_said_to_others_before_is_written_in_pieces_too() -> None:
    """As it is where two send to almost the same clients in turn."""
    world = World()
    world.say(b"a")
    world.say(b"b", world.boxes[1:])
    world.say(b"c")
    world.turns(1)
    assert world.reached == _AT_ONCE
    world.rest()
    texts = [[text for _, text in wire.frames] for wire in world.wires]
    assert texts == [[b"a", b"c"]] + [[b"a", b"b", b"c"]] * (_MANY - 1)


def test_what_is_said_to_others_makes_its_pieces_no_shorter() -> None:
    """Or a message to a hundred clients would wait a hundred times beside large ones."""
    world = World()
    world.say(b"x" * UNSEEN, [world.box_apart])
    world.say(b"a")
    world.say(b"b", world.boxes[1:])
    world.turns(3)
    assert len(world.apart.written) > UNSEEN
    assert world.reached == _AT_ONCE


def test_what_is_left_of_a_flood_is_one() -> None:
    """When its run ends: what others have said has its turn before."""
    world = World()
    world.say(b"a")
    world.postpone("spoke", to_many=True)
    world.say(b"b", world.boxes[1:])
    world.turns(1)
    assert world.reached == 0
    world.turns(2)
    assert world.reached == _AT_ONCE


def test_who_has_more_to_say_is_waited_for() -> None:
    """So that it is written at once; but not for longer than until that is much."""
    world = World()
    for number in range(100):
        if world.reached:
            break
        world.say(b"%d" % number)
        world.postpone("spoke", to_many=True)
        world.turns(2)
    assert number == 64
    world.rest()
    assert len(world.done) == 64


def test_who_sends_to_many_waits_until_these_are_written_to() -> None:
    """When it is much, in bytes or messages; who does something else is not kept waiting."""
    for said, size in ((64, 1), (1, 1 << 16)):
        world = World()
        for _ in range(said):
            world.say(b"x" * size)
        world.postpone("speaker", to_many=True)
        world.postpone("other")
        world.turns(2)
        assert world.done == ["other"]
        world.rest()
        assert world.done == ["other", "speaker"]
        assert world.reached == _MANY


@pytest.mark.parametrize(("said", "size"), [(257, 1), (5, 1 << 20)])
def test_far_too_much_is_written_at_once(said: int, size: int) -> None:
    """Those who cannot be told to wait are, because nobody is heard meanwhile."""
    world = World()
    for _ in range(said):
        world.say(b"x" * size)
    world.turns(2)
    assert world.reached == _MANY


def test_nobody_waits_for_those_who_are_gone() -> None:
    """What was sent to them is not on its way any more."""
    world = World()
    for _ in range(64):
        world.say(b"a")
    for box in world.boxes:
        box.finish()
    run = world.boxes[0].run
    assert run is not None
    world.flusher.end(run)
    world.postpone("speaker", to_many=True)
    world.turns(2)
    assert world.done == ["speaker"]


def test_who_wants_nothing_is_looked_for_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those who acknowledge; until somebody wants something."""
    steps: list[int] = []

    def send_same(
        _ways: list[Any], start: int, end: int, between: int, *_rest: Any
    ) -> tuple[int, list[tuple[Any, int]]]:
        steps.append(between)
        return min(start + between, end), []

    monkeypatch.setattr(sending, "send_same", send_same)
    monkeypatch.setattr(pieces, "UNSEEN", 1 << 20)
    world = World()
    world.say(b"a")
    world.turns(8)
    assert steps == [BETWEEN, 2 * BETWEEN, SELDOM, SELDOM]
    world.box_apart.append(b"a")
    world.turns(4)
    assert steps[4:] == [BETWEEN, 2 * BETWEEN]


class Broken:
    """An outbox for which everything goes wrong."""

    def flush(self, _batch: Batch) -> int:
        raise ZeroDivisionError

    def overflow(self) -> None:
        raise ZeroDivisionError


def _fails(world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        world.turns(1)


def test_what_goes_wrong_for_one_is_nothing_to_the_others() -> None:
    """They are sent what was sent to them, and what was postponed is done."""
    world = World()
    world.flusher.mark(Broken())
    world.box_apart.append(b"a")
    world.postpone("later")
    world.say(b"b")
    _fails(world)
    world.rest()
    assert (world.apart.written, world.done, world.reached) == (b"a", ["later"], _MANY)


def test_who_is_too_full_is_dropped_whatever_becomes_of_another() -> None:
    """At the latest when something is flushed the next time."""
    world = World()
    dropped = list[str]()
    full = Outbox(
        Wire(), SimpleCodec(), world.flusher, ServiceSettings(), lambda: dropped.append("full")
    )
    world.flusher.expect_overflow(Broken())
    world.flusher.expect_overflow(full)
    world.postpone("later")
    _fails(world)
    world.postpone("later still")
    world.rest()
    assert (dropped, world.done) == (["full"], ["later", "later still"])


def test_what_goes_wrong_for_many_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody else needs to say anything before."""
    world = World()
    world.say(b"a")
    with monkeypatch.context() as patch:
        patch.setattr(Run, "write", lambda *_: 1 / 0)
        _fails(world)
    world.rest()
    assert world.reached == _MANY


@pytest.mark.parametrize("broken", ["end", "write"])
def test_what_is_marked_stays_so(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """When it goes wrong that a run ends, or is written though others are still heard."""
    world = World()
    world.say(b"a")
    run = world.boxes[0].run
    assert run is not None
    world.turns(1)
    world.flusher.interject()
    world.box_apart.append(b"b")
    with monkeypatch.context() as patch:
        patch.setattr(Run, broken, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            world.flusher.end(run) if broken == "end" else world.flusher.interject()
    world.rest()
    assert world.apart.written == b"b"
