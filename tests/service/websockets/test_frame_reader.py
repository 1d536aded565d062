"""The guard of picows: these tests fail when a version of it behaves otherwise than we rely on.

Specification: client-protocols section 2.1.
"""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.fakes import Wire, client_frame, close_payload
from webpubsub.service.websockets import frame_reader
from webpubsub.service.websockets.frame_reader import FrameListener, FrameParsers, WSFrame
from webpubsub.service.websockets.share import BYTES, READS

MAX = 1000
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
HELLO = client_frame(TEXT, b"hello")


class Recorder(FrameListener):
    """Remembers what it is told; a frame that says ``raise`` makes it raise."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def on_frame(self, frame: WSFrame) -> None:
        payload = frame.get_payload_as_bytes()
        if payload == b"raise":
            raise RuntimeError("as asked")
        bits = (frame.rsv1 * 4) + (frame.rsv2 * 2) + frame.rsv3
        self.told.append((frame.msg_type.value, payload, bool(frame.fin), bits))

    def on_lost(self) -> None:
        self.told.append("lost")

    def on_unreadable(self) -> None:
        self.told.append("unreadable")

    def on_broken_frame(self, too_large: bool) -> None:
        self.told.append("too large" if too_large else "broken")

    def on_internal_error(self) -> None:
        self.told.append("internal error")

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")


def reader(tail: bytes = b"", parsers: FrameParsers | None = None) -> tuple[Wire, Recorder]:
    """A wire that is read from, and who is told."""
    wire, recorder = Wire(), Recorder()
    (parsers or FrameParsers(MAX)).read(wire, recorder, tail)
    return wire, recorder


def told(opcode: int, payload: bytes, *, final: bool = True, bits: int = 0) -> object:
    return (opcode, payload, final, bits)


async def test_the_protocol_that_is_made() -> None:
    """It is a buffered one, takes the transport over and writes nothing itself."""
    wire, recorder = reader()
    assert isinstance(wire.protocol, asyncio.BufferedProtocol)
    assert recorder.told == []
    wire.receive(HELLO + client_frame(PING, b"p") + client_frame(CLOSE, close_payload(1000)))
    assert wire.writes == []
    assert wire.calls == []


async def test_frames_of_every_kind_are_delivered() -> None:
    """Opcode, payload, final bit and reserved bits arrive as they were sent."""
    wire, recorder = reader()
    wire.receive(
        HELLO
        + client_frame(BINARY, b"\x00\xff")
        + client_frame(TEXT, b"part", final=False)
        + client_frame(PING, b"in between")
        + client_frame(0, b"rest")
        + client_frame(PONG)
        + client_frame(TEXT, b"", bits=0x40)
        + client_frame(CLOSE, close_payload(1000, "bye"))
    )
    assert recorder.told == [
        told(TEXT, b"hello"),
        told(BINARY, b"\x00\xff"),
        told(TEXT, b"part", final=False),
        told(PING, b"in between"),
        told(0, b"rest"),
        told(PONG, b""),
        told(TEXT, b"", bits=4),
        told(CLOSE, close_payload(1000, "bye")),
    ]


async def test_what_came_behind_the_handshake_is_read_first() -> None:
    """The tail may hold whole frames and the beginning of one, of any size."""
    big = client_frame(TEXT, b"x" * 900)
    wire, recorder = reader(HELLO + big * 20 + HELLO[:3])
    wire.receive(HELLO[3:])
    assert recorder.told == [
        told(TEXT, b"hello"),
        *[told(TEXT, b"x" * 900)] * 20,
        told(TEXT, b"hello"),
    ]


@pytest.mark.parametrize(
    ("frame", "report"),
    [
        (client_frame(TEXT, b"x", masked=False), "broken"),
        *((client_frame(opcode), "broken") for opcode in (3, 7, 11, 15)),
        (client_frame(PING, b"x", final=False), "broken"),
        (client_frame(PING, b"x" * 126), "broken"),
        (client_frame(CLOSE, b"\x03"), "broken"),
        (client_frame(CLOSE, close_payload(1005)), "broken"),
        (client_frame(CLOSE, close_payload(1000) + b"\xff"), "broken"),
        (b"\x81\xfe\x00\x05" + b"\x00" * 9, "broken"),
        (b"\x81\xff" + b"\xff" * 8 + b"\x00" * 4, "broken"),
        (client_frame(TEXT, b"x" * MAX), None),
        (client_frame(TEXT, b"x" * (MAX + 1)), "too large"),
        (b"\x81\xff" + (2**40).to_bytes(8) + b"\x00" * 4, "too large"),
    ],
)
async def test_broken_frames_are_reported(frame: bytes, report: str | None) -> None:
    """A broken frame is reported once everything before it has been delivered, and nothing
    raises."""
    wire, recorder = reader()
    wire.receive(HELLO + frame)
    assert told(TEXT, b"hello") in recorder.told
    assert ("unreadable" in recorder.told) is bool(report), "the listener is asked to stop at once"
    await asyncio.sleep(0)
    reports = [item for item in recorder.told if isinstance(item, str)]
    assert reports == (["unreadable", report] if report else [])
    assert told(TEXT, b"hello") in recorder.told[: len(recorder.told) - 1]
    assert wire.writes == []
    assert wire.calls == []


async def test_a_listener_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    """A failure of ours is logged with its traceback and reported; picows goes on."""
    wire, recorder = reader()
    wire.receive(client_frame(TEXT, b"raise") + HELLO)
    await asyncio.sleep(0)
    assert recorder.told == [told(TEXT, b"hello"), "internal error"]
    (record,) = caplog.records
    assert record.name == "webpubsub.service.websockets"
    assert record.exc_info is not None
    assert "as asked" in str(record.exc_info[1])


async def test_the_end_and_the_pace_are_told() -> None:
    """The listener hears of a slow reader and of the end of the connection."""
    wire, recorder = reader()
    protocol = wire.protocol
    assert isinstance(protocol, asyncio.BufferedProtocol)
    protocol.pause_writing()
    protocol.resume_writing()
    assert not protocol.eof_received(), "the transport closes by itself at the end of input"
    wire.lose()
    assert recorder.told == ["pause", "resume", "lost"]


async def test_connections_share_a_parser() -> None:
    """A connection that has been left with nothing to remember owns no parser, whatever it read."""
    parsers = FrameParsers(MAX)
    spare = parsers.replace()
    for _ in range(3):
        wire, recorder = reader(HELLO, parsers)
        wire.receive(client_frame(PING) + client_frame(TEXT, b"", final=False))
        assert parsers.spare is spare
        assert len(recorder.told) == 3
    assert parsers.reads == 6


async def test_a_part_of_a_frame_is_kept_apart() -> None:
    """Two connections can be in the middle of a frame, and a third reads in between."""
    parsers = FrameParsers(MAX)
    halves = [reader(HELLO[:cut], parsers) for cut in (1, 2, 5, 8)]
    between, heard = reader(b"", parsers)
    between.receive(HELLO)
    for (wire, recorder), cut in zip(halves, (1, 2, 5, 8), strict=True):
        wire.receive(HELLO[cut:] + HELLO)
        assert recorder.told == [told(TEXT, b"hello")] * 2
    assert heard.told == [told(TEXT, b"hello")]


async def test_a_parser_is_shared_after_a_close_frame() -> None:
    """picows remembers a close frame, which must not become that of another, and need not make the
    parser useless."""
    parsers = FrameParsers(MAX)
    spare = parsers.replace()
    for _ in range(3):
        _, recorder = reader(HELLO + client_frame(CLOSE, close_payload(1000)), parsers)
        assert recorder.told == [told(TEXT, b"hello"), told(CLOSE, close_payload(1000))]
        assert parsers.spare is spare


async def test_a_parser_is_not_shared_after_a_broken_frame() -> None:
    """picows remembers an error, which must not become that of another."""
    parsers = FrameParsers(MAX)
    for _ in range(3):
        _, recorder = reader(HELLO + client_frame(TEXT, b"x", masked=False), parsers)
        await asyncio.sleep(0)
        assert recorder.told == ["unreadable", told(TEXT, b"hello"), "broken"]


async def test_a_parser_that_has_grown_is_kept() -> None:
    """The memory for a large message is there for the next one, of whomever."""
    parsers = FrameParsers(1_000_000)
    spare = parsers.replace()
    for _ in range(2):
        _, recorder = reader(client_frame(BINARY, bytes(500_000)), parsers)
        assert recorder.told == [told(BINARY, bytes(500_000))]
        assert parsers.spare is spare


async def test_a_flood_is_read_in_small_pieces() -> None:
    """However much a client sends at once, others get their turn before long."""
    wire, recorder = reader()
    protocol = wire.protocol
    assert isinstance(protocol, frame_reader._Reader)
    flood = client_frame(TEXT, b"x" * 900) * 500
    while flood:
        buffer = protocol.get_buffer(-1)
        assert 0 < len(buffer) <= BYTES
        size = min(len(buffer), len(flood))
        buffer[:size] = flood[:size]
        protocol.buffer_updated(size)
        flood = flood[size:]
    assert len(recorder.told) == 500


async def test_who_was_read_from_last_is_told_that_much_was_read() -> None:
    """Of all clients together, after every so many reads: when it has been heard."""

    class Counting(Recorder):
        def on_many_reads(self) -> None:
            self.told.append("many reads")

    parsers, told_all = FrameParsers(MAX), list[object]()
    for _ in range(3 * READS):
        wire, recorder = Wire(), Counting()
        parsers.read(wire, recorder)
        wire.receive(HELLO)
        told_all += recorder.told
    assert told_all == 3 * [*READS * [told(TEXT, b"hello")], "many reads"]


async def test_a_lost_connection_keeps_nothing() -> None:
    """What has arrived of an unfinished message is forgotten with the connection."""
    wire, recorder = reader(client_frame(BINARY, bytes(900))[:500])
    protocol = wire.protocol
    assert isinstance(protocol, frame_reader._Reader)
    assert protocol._parser is not None
    wire.lose()
    assert protocol._parser is None
    assert recorder.told == ["lost"]


async def test_a_reader_has_no_task_and_no_timer(monkeypatch: pytest.MonkeyPatch) -> None:
    """No connection has a task or timer of its own."""
    loop = asyncio.get_running_loop()
    timers: list[Callable[..., object]] = []
    monkeypatch.setattr(loop, "call_later", lambda _delay, action, *_args: timers.append(action))
    tasks = asyncio.all_tasks()
    wire, _ = reader()
    wire.receive(HELLO)
    assert timers == []
    assert asyncio.all_tasks() == tasks


Frames = st.lists(st.tuples(st.sampled_from([TEXT, BINARY, PING, PONG]), st.binary(max_size=120)))


@given(Frames, st.lists(st.integers(1, 50), max_size=20))
@settings(max_examples=50)
def test_cutting_does_not_matter(frames: list[tuple[int, bytes]], cuts: list[int]) -> None:
    """However the network cuts the bytes, the same frames arrive."""
    data = b"".join(client_frame(opcode, payload) for opcode, payload in frames)

    async def read() -> list[object]:
        rest = data
        wire, recorder = reader()
        for cut in cuts:
            wire.receive(rest[:cut])
            rest = rest[cut:]
        wire.receive(rest)
        return recorder.told

    assert asyncio.run(read()) == [told(opcode, payload) for opcode, payload in frames]


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes_are_frames_or_broken(data: bytes) -> None:
    """Whatever a client sends, nothing raises and nothing is written to the transport."""

    async def read() -> Wire:
        wire, recorder = reader(data[:10])
        wire.receive(data[10:])
        await asyncio.sleep(0)
        assert "internal error" not in recorder.told
        return wire

    wire = asyncio.run(read())
    assert (wire.writes, wire.calls) == ([], [])


async def test_nothing_of_a_tail_is_read_behind_a_broken_frame() -> None:
    """What follows the header of a frame that is too large is not taken for frames."""
    _, recorder = reader(client_frame(TEXT, HELLO * 1000) + HELLO)
    await asyncio.sleep(0)
    assert recorder.told == ["unreadable", "too large"]
