"""One WebSocket of a client: RFC 6455 between the bytes and the messages.

Specification: client-protocols sections 2.1 to 2.3 and 14.
"""

import asyncio

import pytest

from tests.service.fakes import (
    Wire,
    begin_run,
    client_frame,
    close_payload,
)
from tests.service.websockets.world import BINARY, CLOSE, MAX, PING, PONG, TEXT, World
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.websockets.frames import NO_CODE
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.websocket import WebSocket

CLOSED_BY_CLIENT = client_frame(CLOSE, close_payload(1000, "bye"))


def close_code(heard: list[object]) -> int | None:
    """The close code of the one refusal that was heard last."""
    refusal = heard[-1]
    assert isinstance(refusal, Refusal)
    assert len([item for item in heard if isinstance(item, Refusal)]) == 1
    return refusal.kind.close_code


async def test_messages() -> None:
    """Whole and fragmented messages arrive whole, with pings in between answered."""
    world = World()
    heard = await world.receive(
        client_frame(TEXT, "é".encode())
        + client_frame(BINARY, b"a", final=False)
        + client_frame(0, b"", final=False)
        + client_frame(PING, b"?")
        + client_frame(0, b"b")
        + client_frame(TEXT, b"\xc3", final=False)
        + client_frame(0, b"\xa9")
        + client_frame(PONG)
    )
    assert heard == [
        Frame(FrameKind.TEXT, "é".encode()),
        Frame(FrameKind.BINARY, b"ab"),
        Frame(FrameKind.TEXT, "é".encode()),
    ]
    assert world.sent == [(PONG, b"?")]


BROKEN = [
    ("unmasked", client_frame(TEXT, b"x", masked=False), 1002),
    ("reserved bit", client_frame(TEXT, b"x", bits=0x40), 1002),
    ("reserved bit of a ping", client_frame(PING, b"x", bits=0x10), 1002),
    ("unknown opcode", client_frame(3, b"x"), 1002),
    ("unknown control opcode", client_frame(11, b"x"), 1002),
    ("fragmented control frame", client_frame(PING, b"x", final=False), 1002),
    ("long control frame", client_frame(PING, b"x" * 126), 1002),
    ("continuation of nothing", client_frame(0, b"x"), 1002),
    ("a message within another",
     client_frame(TEXT, b"x", final=False) + client_frame(TEXT, b"y"), 1002),
    ("half a close code", client_frame(CLOSE, b"\x03"), 1002),
    ("close code out of range", client_frame(CLOSE, close_payload(5000)), 1002),
    ("close code that is never sent", client_frame(CLOSE, close_payload(1006)), 1002),
    ("close reason that is not text", client_frame(CLOSE, b"\x03\xe8\xff"), 1002),
    ("not UTF-8", client_frame(TEXT, b"\xff"), 1007),
    ("not UTF-8 in fragments",
     client_frame(TEXT, b"\xc3", final=False) + client_frame(0, b"("), 1007),
    ("a surrogate", client_frame(TEXT, b"\xed\xa0\x80"), 1007),
    ("too large", client_frame(TEXT, b"x" * (MAX + 1)), 1009),
    ("too large in fragments",
     client_frame(TEXT, b"x" * 600, final=False) + client_frame(0, b"x" * 401, final=False), 1009),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code"), [case[1:] for case in BROKEN], ids=[b[0] for b in BROKEN]
)
async def test_a_client_that_breaks_the_protocol(data: bytes, code: int) -> None:
    """It is refused with the code of its mistake after everything before; then nothing of it is
    heard any more, and the connection ends when it closes or when its time is over."""
    world = World()
    heard = await world.receive(client_frame(TEXT, b"before") + data)
    assert heard[0] == Frame(FrameKind.TEXT, b"before")
    assert close_code(heard) == code
    assert await world.receive(client_frame(TEXT, b"after") + CLOSED_BY_CLIENT) == []
    world.websocket.close(code, "no")
    assert world.sent[-1] == (CLOSE, close_payload(code, "no"))
    assert world.wire.calls[-1] == "write_eof"
    world.pass_time(4.9)
    assert "abort" not in world.wire.calls
    world.pass_time(0.1)
    assert world.wire.calls[-1] == "abort"
    world.wire.lose()
    assert world.listener.heard[-1] == "lost"
    assert world.listener.heard.count("lost") == 1


@pytest.mark.parametrize("size", [MAX, MAX - 1])
async def test_the_largest_message(size: int) -> None:
    """The limit itself is allowed, in one frame and in fragments."""
    world = World()
    whole = client_frame(BINARY, b"x" * size)
    parts = client_frame(BINARY, b"x" * (size - 1), final=False) + client_frame(0, b"x")
    assert await world.receive(whole + parts) == [Frame(FrameKind.BINARY, b"x" * size)] * 2


async def test_the_client_closes() -> None:
    """The client's close frame is answered with its own code and text, then the transport is
    closed."""
    world = World()
    assert await world.receive(CLOSED_BY_CLIENT + client_frame(TEXT, b"late")) == [(1000, "bye")]
    world.websocket.close(1000, "bye")
    assert world.sent == [(CLOSE, close_payload(1000, "bye"))]
    assert world.wire.calls[-1] == "close"
    world.wire.lose()
    assert world.listener.heard == [(1000, "bye"), "lost"]


async def test_the_client_closes_without_a_code() -> None:
    """An empty close frame is answered with an empty one."""
    world = World()
    assert await world.receive(client_frame(CLOSE)) == [(NO_CODE, "")]
    world.websocket.close(NO_CODE, "")
    assert world.sent == [(CLOSE, b"")]


async def test_we_close() -> None:
    """Everything is sent, then a close frame, then nothing; the client's answer closes the
    transport."""
    world = World()
    world.websocket.outbox.append(b"\x81\x01a")
    world.websocket.close(1001)
    world.websocket.close(1000, "again")
    world.websocket.outbox.append(b"\x81\x01b")
    assert world.sent == [(TEXT, b"a"), (CLOSE, close_payload(1001))]
    assert await world.receive(client_frame(TEXT, b"late") + client_frame(PING, b"x")) == []
    assert "close" not in world.wire.calls
    assert await world.receive(CLOSED_BY_CLIENT) == []
    assert world.wire.calls[-1] == "close"
    world.wire.lose()
    assert world.listener.heard == ["lost"]
    calls = list(world.wire.calls)
    world.pass_time(60)
    assert world.wire.calls == calls, "the deadline for the answer is cancelled"


async def test_a_client_that_does_not_answer_our_close() -> None:
    """It is cut off when the time for that is over."""
    world = World()
    world.websocket.close(1000)
    world.pass_time(4.9)
    assert "abort" not in world.wire.calls
    world.pass_time(0.1)
    assert world.wire.calls[-1] == "abort"


async def test_a_client_that_breaks_the_protocol_instead_of_answering_our_close() -> None:
    """There is nothing left to tell it."""
    world = World()
    world.websocket.close(1000)
    assert await world.receive(client_frame(TEXT, b"x", masked=False)) == []
    assert world.wire.calls[-1] == "close"
    world.wire.lose()
    assert world.listener.heard == ["lost"]


async def test_what_is_held_goes_out_before_our_close() -> None:
    """A client that has not read yet gets everything and the close frame in order."""
    world = World()
    world.websocket.pause_writing()
    world.websocket.outbox.append(b"\x81\x01a")
    world.loop.turn()
    world.websocket.outbox.append(b"\x81\x01b")
    world.websocket.close(1000)
    assert world.sent == [(TEXT, b"a"), (TEXT, b"b"), (CLOSE, close_payload(1000))]


async def test_losing_the_connection() -> None:
    """The last call is ``lost``, once, and nothing is written afterwards."""
    world = World()
    world.wire.lose()
    world.websocket.outbox.append(b"\x81\x01a")
    world.websocket.close(1000)
    assert world.listener.heard == ["lost"]
    assert world.sent == []
    assert not world.websocket.keep_alive()


# Keep-alive


async def test_pings_are_sent_and_any_frame_is_a_sign_of_life() -> None:
    """Every interval a ping; a client that sends anything at all stays."""
    world = World()
    part = client_frame(TEXT, b"x", final=False)
    for frame in (client_frame(PONG), client_frame(TEXT, b"x"), client_frame(PING), part):
        world.pass_time(20)
        await world.receive(frame)
    pings = [opcode for opcode, _ in world.sent if opcode == PING]
    assert len(pings) == 4
    assert "abort" not in world.wire.calls


async def test_a_silent_client_is_dropped() -> None:
    """After two intervals without an answer the connection is cut, and the receiver is told."""
    world = World()
    for _ in range(2):
        world.pass_time(20)
        assert "abort" not in world.wire.calls
    world.pass_time(20)
    assert world.wire.calls[-1] == "abort"
    (refusal,) = world.listener.heard
    assert isinstance(refusal, Refusal)
    assert refusal.kind.code == "websocket.ping-timeout"
    assert [opcode for opcode, _ in world.sent] == [PING, PING]
    world.pass_time(100)
    world.wire.lose()
    assert world.listener.heard == [refusal, "lost"]


async def test_a_client_that_is_not_read_from_is_not_blamed() -> None:
    """While reading is paused its answers cannot be seen; afterwards it has two intervals."""
    world = World()
    world.websocket.pause_reading()
    for _ in range(5):
        world.pass_time(20)
    world.websocket.resume_reading()
    world.pass_time(20)
    assert "abort" not in world.wire.calls
    world.pass_time(20)
    assert world.wire.calls[-1] == "abort"


async def test_a_hub_may_have_a_ping_interval_of_its_own() -> None:
    """In place of that of the service."""
    world = World(ping_interval=3.0)
    world.pass_time(2.9)
    assert world.sent == []
    world.pass_time(0.1)
    assert [opcode for opcode, _ in world.sent] == [PING]


async def test_a_closing_websocket_is_not_pinged() -> None:
    """Nothing is sent after a close frame."""
    world = World()
    world.websocket.close(1000)
    world.pass_time(3)
    assert not world.websocket.keep_alive()
    assert world.sent == [(CLOSE, close_payload(1000))]


# Backpressure


async def test_what_is_postponed_may_fail() -> None:
    """As what arrives may: the client cannot go on."""

    def fail() -> None:
        raise RuntimeError("as asked")

    world = World()
    world.websocket.postpone(fail)
    world.loop.turn()
    world.loop.turn()
    assert close_code(list(world.listener.heard)) == 1011


async def test_a_slow_client_is_dropped_once() -> None:
    """Beyond the limit of the outbox the client is cut off without a word."""
    world = World()
    world.websocket.pause_writing()
    for _ in range(30):
        world.websocket.outbox.append(b"\x81\x01a")
        world.loop.turn()
    (refusal,) = world.listener.heard
    assert isinstance(refusal, Refusal)
    assert refusal.kind.code == "websocket.slow-client"
    assert world.wire.calls[-1] == "abort"
    assert world.wire.written == b""
    world.wire.lose()
    assert world.listener.heard == [refusal, "lost"]


async def test_a_deaf_websocket_still_knows_its_pace() -> None:
    """A client that broke the protocol may wait for its goodbye; what is sent to it meanwhile is
    bounded."""
    world = World()
    await world.receive(client_frame(3, b"x"))
    protocol = world.wire.protocol
    assert isinstance(protocol, asyncio.Protocol)
    protocol.pause_writing()
    world.websocket.outbox.append(b"\x81\x01a")
    world.loop.turn()
    assert world.wire.written == b""
    protocol.resume_writing()
    assert world.wire.written == b"\x81\x01a"


async def test_a_flood_of_pings_is_bounded() -> None:
    """A client that sends pings and does not read the answers is a slow client."""
    world = World()
    world.websocket.pause_writing()
    for _ in range(3):
        await world.receive(client_frame(PING, b"x") * 10)
    assert world.wire.calls[-1] == "abort"


async def test_an_error_of_ours() -> None:
    """The client is told that it is our fault."""
    world = World()
    world.websocket.on_internal_error()
    assert close_code(list(world.listener.heard)) == 1011


async def test_a_lost_websocket_is_forgotten() -> None:
    """Nothing waits for the next ping of a client that is gone: many may come and go until then."""
    world = World()
    (watch,) = world.sweeper._watched[20.0]
    assert watch.watched is world.websocket
    world.wire.lose()
    assert watch.watched is None


async def test_what_was_sent_to_many_is_counted() -> None:
    """By anybody."""
    world = World()
    before = world.websocket.said_to_many
    run = Run(())
    run.sizes.append(10)
    world.loop.flusher.backlog.count(run)
    assert world.websocket.said_to_many == before + 1


async def test_who_sends_to_many_waits_until_these_are_written_to() -> None:
    """If that is much; others only until everybody has been heard."""
    world = World()
    done: list[str] = []
    many = [WebSocket(Wire(), *world.parts).outbox for _ in range(80)]
    run = begin_run(world.loop.flusher, codec_for(None), many)
    text = b"x" * (1 << 16)
    run.say(Delivery(Message(DataType.TEXT, text)), lambda _: [Frame(FrameKind.TEXT, text)])
    world.loop.flusher.backlog.count(run)
    world.websocket.postpone(lambda: done.append("speaker"), to_many=True)
    world.websocket.postpone(lambda: done.append("other"))
    world.loop.turn()
    world.loop.turn()
    assert done == ["other"]
    while world.loop.soon:
        world.loop.turn()
    assert done == ["other", "speaker"]
