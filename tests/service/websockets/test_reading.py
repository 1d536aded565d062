"""When a WebSocket takes bytes from the network, and how much is done for its client in a turn.

Specification: client-protocols section 2.1.
"""

from tests.service.fakes import Listener, Wire, begin_run, client_frame
from tests.service.websockets.world import BINARY, MAX, PING, PONG, TEXT, World
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.websockets.share import BYTES, READS, SHARE
from webpubsub.service.websockets.websocket import WebSocket


async def test_reading_begins_with_the_tail() -> None:
    """A client may send behind its handshake; then reading begins on the paused transport."""
    world = World(client_frame(TEXT, b"early"))
    assert world.listener.heard == [Frame(FrameKind.TEXT, b"early")]
    assert world.wire.calls == ["resume_reading"]


async def test_reading_is_paused_and_resumed_once() -> None:
    """Asking twice is asking once, and a closing transport is left alone."""
    world = World()
    for action in (
        world.websocket.pause_reading,
        world.websocket.pause_reading,
        world.websocket.resume_reading,
        world.websocket.resume_reading,
    ):
        action()
    assert world.wire.calls == ["resume_reading", "pause_reading", "resume_reading"]
    world.wire.closing = True
    world.websocket.pause_reading()
    assert len(world.wire.calls) == 3


async def test_a_tail_may_pause_reading() -> None:
    """When what came behind the handshake is too much already, reading does not begin."""

    class Full(Listener):
        def message(self, frame: Frame) -> None:
            world.websocket.pause_reading()

    world = World()
    world.wire.calls.clear()
    world.websocket.begin(Full(), client_frame(TEXT, b"x"))
    assert world.wire.calls == ["pause_reading"]


async def test_many_frames_in_a_buffer_end_the_turn() -> None:
    """Others are heard before more is read of a client that floods, whatever it floods with; what
    else keeps from reading still does."""
    world = World()
    flood = client_frame(PING) * 5000
    rest = world.wire.poll(flood)
    assert len(flood) - len(rest) <= BYTES
    assert world.wire.is_paused
    world.websocket.pause_reading()
    world.loop.turn()
    world.loop.turn()
    assert world.wire.is_paused
    world.websocket.resume_reading()
    while rest:
        before = len(rest)
        rest = world.wire.poll(rest)
        assert 0 < before - len(rest) <= BYTES
        world.loop.turn()
        world.loop.turn()
    assert not world.wire.is_paused
    assert world.sent == [(PONG, b"")] * 5000


async def test_some_buffers_of_few_frames_are_a_turn() -> None:
    """What is in large frames is read in fewer turns than what is in small ones."""
    world = World()
    flood = client_frame(BINARY, b"x" * MAX) * (20 * BYTES // MAX)
    rest = world.wire.poll(flood)
    assert (SHARE - 1) * BYTES < len(flood) - len(rest) <= SHARE * BYTES
    assert world.wire.is_paused


async def test_a_turn_ends_when_what_was_sent_is_written() -> None:
    """From then on others have been heard."""
    world = World()
    world.websocket.outbox.append(b"x")
    assert [world.websocket.spend(work) for work in (1, 2)] == [1, 3]
    world.loop.turn()
    assert [world.websocket.spend(work) for work in (1, 2)] == [1, 3]


async def test_many_who_say_little_do_not_keep_others_waiting() -> None:
    """Whoever they are, and though all of them are heard in one turn: some of what was said to many
    before is written between them."""
    world = World()
    wires = [Wire() for _ in range(80)]
    many = [WebSocket(wire, *world.parts).outbox for wire in wires]
    run = begin_run(world.loop.flusher, codec_for(None), many)
    run.say(Delivery(Message(DataType.TEXT, b"")), lambda _: [Frame(FrameKind.TEXT, b"x")])
    world.loop.flusher.backlog.count(run)
    reached = []
    for _ in range(4 * READS):
        world.wire.receive(client_frame(TEXT, b"y"))
        reached.append(sum([bool(wire.writes) for wire in wires]))
    some = next(filter(None, reached))
    assert 0 < some < 20
    assert reached == [0] * (2 * READS - 1) + [some] * READS + [2 * some] * READS + [3 * some]
