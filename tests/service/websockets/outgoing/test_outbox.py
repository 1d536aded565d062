"""What is sent to one client in one turn is written once; slow clients are bounded.

Specification: client-protocols section 2.1, rest-api section 5.5.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import JSON_SUBPROTOCOL, ManualLoop, Wire
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.outbox import Outbox

CODEC = codec_for(JSON_SUBPROTOCOL)


class World:
    """A loop, a flusher, and outboxes on wires."""

    def __init__(self, messages: int = 3, size: int = 100) -> None:
        self.loop = ManualLoop()
        self.flusher = Flusher(self.loop.asyncio)
        self.settings = ServiceSettings(max_queued_messages=messages, max_queued_bytes=size)
        self.overflows = 0
        self.now = 100.0

    def outbox(self) -> tuple[Outbox, Wire]:
        wire = Wire()
        box = Outbox(
            wire, CODEC, self.flusher, self.settings, self._overflow, clock=lambda: self.now
        )
        return box, wire

    def _overflow(self) -> None:
        self.overflows += 1


def test_one_write_for_each_client_in_each_turn() -> None:
    """However much is sent, each client costs one write per turn, and the loop one callback."""
    world = World()
    boxes = [world.outbox() for _ in range(5)]
    for data in (b"a", b"b", b"c"):
        for outbox, _ in boxes:
            outbox.append(data)
    assert len(world.loop.soon) == 1
    world.loop.turn()
    assert [wire.writes for _, wire in boxes] == [[b"abc"]] * 5
    boxes[0][0].append(b"d")
    world.loop.turn()
    assert [wire.writes for _, wire in boxes] == [[b"abc", b"d"]] + [[b"abc"]] * 4


def test_what_is_the_same_is_joined_once() -> None:
    """Clients that are sent the same in a turn share its bytes; others do not."""
    world = World()
    (one, first), (two, second), (other, third) = (world.outbox() for _ in range(3))
    for outbox in (one, two, other):
        outbox.append(b"a")
    for outbox, data in ((one, b"b"), (two, b"b"), (other, b"c")):
        outbox.append(data)
    world.loop.turn()
    assert (first.writes, second.writes, third.writes) == ([b"ab"], [b"ab"], [b"ac"])
    assert first.writes[0] is second.writes[0]
    one.append(b"d")
    one.append(b"e")
    world.loop.turn()
    assert first.writes == [b"ab", b"de"]


def test_what_waits_is_counted() -> None:
    """What is new, and what is held back because the client does not read."""
    world = World()
    outbox, _ = world.outbox()
    outbox.append(b"a")
    assert outbox.waiting == 1
    world.loop.turn()
    assert outbox.waiting == 0
    outbox.pause()
    outbox.append(b"b")
    world.loop.turn()
    outbox.append(b"c")
    assert outbox.waiting == 2
    outbox.resume()
    world.loop.turn()
    assert outbox.waiting == 0


def test_an_outbox_knows_its_codec() -> None:
    """Fan-out asks the outbox which clients are sent the same bytes."""
    outbox, _ = World().outbox()
    assert (outbox.codec, outbox.codec_name) == (CODEC, "json")


def test_a_client_that_does_not_read_gets_everything_later() -> None:
    """What is held is written in one piece, and before what is new."""
    world = World()
    outbox, wire = world.outbox()
    outbox.pause()
    outbox.append(b"a")
    world.loop.turn()
    outbox.append(b"b")
    world.loop.turn()
    assert wire.writes == []
    outbox.append(b"c")
    outbox.resume()
    world.loop.turn()
    assert wire.writes == [b"ab", b"c"]
    assert world.overflows == 0


@pytest.mark.parametrize(
    ("sent", "overflows"),
    [
        ([b"x"] * 3, False),
        ([b"x"] * 4, True),
        ([b"x" * 100], False),
        ([b"x" * 101], True),
        ([b"x" * 50, b"x" * 51], True),
    ],
)
def test_a_client_may_leave_so_much_unread(sent: list[bytes], overflows: bool) -> None:
    """The limits count messages and bytes, and the last one that fits is kept."""
    world = World(messages=3, size=100)
    outbox, wire = world.outbox()
    other, other_wire = world.outbox()
    outbox.pause()
    for data in sent:
        outbox.append(data)
        other.append(data)
        world.loop.turn()
    assert bool(world.overflows) is overflows
    assert other_wire.written == b"".join(sent), "the others are unharmed"
    outbox.resume()
    assert wire.written == (b"" if overflows else b"".join(sent))


def test_what_has_expired_is_not_delivered_late() -> None:
    """Whether the client stopped reading before or after it was sent; the rest keeps its order."""
    world = World(messages=10)
    outbox, wire = world.outbox()
    outbox.append(b"a", 101.0)
    outbox.append(b"b")
    outbox.pause()
    world.loop.turn()
    for data, expires_at in ((b"c", 101.5), (b"d", 102.0), (b"e", 103.0), (b"f", None)):
        outbox.append(data, expires_at)
        world.loop.turn()
    world.now = 102.0
    outbox.resume()
    assert wire.written == b"bef"


def test_a_client_that_reads_gets_everything_at_once() -> None:
    """However little time is left, and what is sent next has a time of its own."""
    world = World()
    outbox, wire = world.outbox()
    outbox.append(b"a", 0.0)
    world.loop.turn()
    outbox.append(b"b")
    outbox.pause()
    world.loop.turn()
    outbox.resume()
    assert wire.writes == [b"a", b"b"]


def test_what_has_expired_makes_room() -> None:
    """A client is not dropped for what nobody would deliver to it any more."""
    world = World(messages=2)
    outbox, wire = world.outbox()
    outbox.pause()
    for number in range(5):
        world.now += 1
        outbox.append(b"%d" % number, world.now + 1.5)
        world.loop.turn()
    assert world.overflows == 0
    outbox.resume()
    assert wire.written == b"34"


def test_the_limit_begins_anew_when_the_client_has_caught_up() -> None:
    """Only what is unread at one time counts."""
    world = World(messages=3)
    outbox, wire = world.outbox()
    for _ in range(5):
        outbox.pause()
        outbox.append(b"ab")
        outbox.append(b"c")
        world.loop.turn()
        outbox.resume()
    assert world.overflows == 0
    assert wire.writes == [b"abc"] * 5


def test_the_last_write() -> None:
    """``finish`` writes what is held and what is new at once; nothing is written after it."""
    world = World()
    outbox, wire = world.outbox()
    outbox.pause()
    outbox.append(b"a")
    world.loop.turn()
    outbox.append(b"b")
    outbox.finish()
    assert wire.writes == [b"a", b"b"]
    outbox.append(b"c")
    world.loop.turn()
    assert wire.writes == [b"a", b"b"]
    assert outbox.clear_fileno < 0


def test_a_closing_transport_is_not_written_to() -> None:
    """The client is gone; asyncio would complain of writes to it."""
    world = World()
    outbox, wire = world.outbox()
    wire.closing = True
    outbox.append(b"a")
    world.loop.turn()
    assert wire.writes == []


def test_what_is_sent_while_flushing_goes_out_in_the_next_turn() -> None:
    """A flush that makes others send (a client is dropped, others are told) loses nothing."""
    world = World(messages=0)
    other, other_wire = world.outbox()
    slow = Outbox(Wire(), CODEC, world.flusher, world.settings, lambda: other.append(b"gone"))
    slow.pause()
    slow.append(b"x")
    world.loop.turn()
    assert other_wire.writes == []
    world.loop.turn()
    assert other_wire.writes == [b"gone"]


def test_a_client_that_reads_its_last_words_slowly_is_not_dropped() -> None:
    """Nor is anything held that comes after them."""
    world = World(messages=1)
    outbox, wire = world.outbox()
    outbox.append(b"last words")
    outbox.finish()
    outbox.pause()
    for _ in range(3):
        outbox.append(b"too late")
        world.loop.turn()
    outbox.resume()
    assert outbox.waiting == world.overflows == 0
    assert wire.written == b"last words"


@given(
    st.lists(
        st.one_of(st.sampled_from(["pause", "resume", "turn"]), st.binary(min_size=1, max_size=3))
    )
)
def test_order_is_kept(actions: list[str | bytes]) -> None:
    """Whatever the client's pace, bytes arrive in the order in which they were sent."""
    world = World(messages=1000, size=10_000)
    outbox, wire = world.outbox()
    sent = b""
    for action in actions:
        if isinstance(action, bytes):
            outbox.append(action)
            sent += action
        elif action == "turn":
            world.loop.turn()
        else:
            getattr(outbox, action)()
    outbox.finish()
    assert wire.written == sent
