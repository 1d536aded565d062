"""Messages that outlive a transport. Specification: client-protocols sections 7.2, 7.3 and 9.1."""

import json
import weakref
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from webpubsub.protocol.clients.codec import Frame
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.reliability import BufferSnapshot, MessageBuffer
from webpubsub.service.sessions.stretches import Kept, Together

CODEC = JsonCodec()


def delivery(text: str = "x", expires_at: float | None = None) -> Delivery:
    return Delivery(Message(DataType.TEXT, text.encode()), expires_at=expires_at)


def buffer_of(*texts: str, messages: int = 1000, size: int = 1_000_000) -> MessageBuffer:
    """A buffer that holds these messages, each counted as its length."""
    buffer = MessageBuffer(CODEC, BufferLimits(messages, size))
    for text in texts:
        buffer.add(delivery(text), len(text))
    return buffer


def shown(frames: list[Frame]) -> list[tuple[int, str]]:
    decoded = [json.loads(frame.payload) for frame in frames]
    return [(message["sequenceId"], message["data"]) for message in decoded]


def replayed(buffer: MessageBuffer, now: float = 0.0) -> list[tuple[int, str]]:
    return shown([*buffer.replay(now)])


def test_messages_are_numbered_from_one() -> None:
    """Without gaps, and acknowledging does not begin anew."""
    buffer = buffer_of()
    assert [buffer.add(delivery(), 1) for _ in range(3)] == [1, 2, 3]
    buffer.acknowledge(3)
    assert buffer.add(delivery(), 1) == 4


@pytest.mark.parametrize(
    ("acknowledged", "left"),
    [
        ([], [1, 2, 3]),
        ([0], [1, 2, 3]),
        ([1], [2, 3]),
        ([2], [3]),
        ([2, 1], [3]),
        ([2, 2], [3]),
        ([3], []),
        ([4], []),
        ([2**64 - 1], []),
        ([2**64 - 1, 0], []),
    ],
)
def test_acknowledgements(acknowledged: list[int], left: list[int]) -> None:
    """They are cumulative; smaller than before is nothing, larger than anything sent is all."""
    buffer = buffer_of("a", "b", "c")
    for sequence_id in acknowledged:
        buffer.acknowledge(sequence_id)
    assert [sequence_id for sequence_id, _ in replayed(buffer)] == left
    assert buffer.add(delivery(), 1) == 4


@pytest.mark.parametrize(
    ("limits", "kept"),
    [((3, 100), 3), ((0, 100), 0), ((100, 8), 2), ((100, 9), 3), ((100, 2), 0), ((1, 3), 1)],
)
def test_limits(limits: tuple[int, int], kept: int) -> None:
    """Messages up to the limits are kept; the next one beyond is not, and takes no number."""
    buffer = buffer_of(messages=limits[0], size=limits[1])
    numbers = [buffer.add(delivery("abc"), 3) for _ in range(5)]
    assert numbers == [*range(1, kept + 1), *[None] * (5 - kept)]
    assert len(buffer) == kept
    assert buffer.last_sequence_id == kept


def test_acknowledging_makes_room() -> None:
    """In messages and in bytes."""
    buffer = buffer_of("abc", "abc", messages=2, size=6)
    assert buffer.add(delivery("abc"), 3) is None
    buffer.acknowledge(1)
    assert buffer.add(delivery("abc"), 3) == 3


def test_a_replay_is_the_same_to_the_byte() -> None:
    """As often as the transport is lost."""
    buffer = MessageBuffer(CODEC, BufferLimits())
    message = Message(DataType.JSON, b'{ "a" : 1.50 }', {"k": "v"})
    given_ = Delivery(message, "g", "alice")
    sequence_id = buffer.add(given_, 10)
    assert sequence_id is not None
    sent = [*buffer.number(CODEC.encode_delivery(given_), sequence_id)]
    assert sent[0].payload == (
        b'{"type":"message","from":"group","group":"g","fromUserId":"alice","dataType":"json",'
        b'"data":{ "a" : 1.50 },"metadata":{"k":"v"},"sequenceId":1}'
    )
    assert [*buffer.replay(0)] == [*buffer.replay(0)] == sent


@pytest.mark.parametrize(
    ("now", "left"),
    [(9.0, [1, 2, 3, 4]), (10.0, [1, 3, 4]), (19.9, [1, 3, 4]), (20.0, [1, 4]), (1e12, [1, 4])],
)
def test_expired_messages_leave_a_gap(now: float, left: list[int]) -> None:
    """Their numbers are skipped, and what has no limit of its own stays."""
    buffer = buffer_of()
    for expires_at in (None, 10.0, 20.0, None):
        buffer.add(delivery(expires_at=expires_at), 1)
    assert [sequence_id for sequence_id, _ in replayed(buffer, now)] == left
    assert len(buffer) == len(left)
    assert buffer.add(delivery(), 1) == 5


def test_what_has_expired_makes_room() -> None:
    """Once it has been dropped from a replay."""
    buffer = buffer_of(messages=1, size=1)
    assert buffer.add(delivery(expires_at=1.0), 1) == 1
    assert replayed(buffer, 2.0) == []
    assert buffer.add(delivery(), 1) == 2


class Watched(Delivery, frozen=True, weakref=True, gc=True):
    """A delivery of which it can be seen whether somebody holds it."""


def test_what_was_acknowledged_is_held_no_longer() -> None:
    """What was sent together, when all clients have acknowledged the last of it."""
    buffers = [buffer_of(), buffer_of()]
    watched = Watched(Message(DataType.TEXT, b"x"))
    held = weakref.ref(watched)
    together = Together.of([watched, delivery()], [1, 1])
    for buffer in buffers:
        buffer.take(together.numbered(1))
    del watched, together
    buffers[0].acknowledge(2)
    buffers[1].acknowledge(1)
    assert held() is not None
    buffers[1].acknowledge(2)
    assert held() is None


class Item(NamedTuple):
    """A message that has been sent, and not acknowledged."""

    sequence_id: int
    text: str
    expires_at: float | None


#: Texts, and until when each is worth delivering.
Texts = st.lists(st.tuples(st.text("ab", max_size=6), st.none() | st.integers(1, 9)), max_size=5)


class Buffered(RuleBasedStateMachine):
    """A buffer against a list of what was sent: messages one by one and together, acknowledged,
    expired and moved elsewhere at any time."""

    LIMITS = BufferLimits(12, 30)

    def __init__(self) -> None:
        super().__init__()
        self.buffer = MessageBuffer(CODEC, self.LIMITS)
        self.expected: list[Item] = []
        self.sent = 0
        self.now = 0.0

    @property
    def size(self) -> int:
        return sum(len(item.text) for item in self.expected)

    def keep(self, text: str, expires_at: float | None) -> None:
        self.sent += 1
        self.expected.append(Item(self.sent, text, expires_at))

    @rule(text=st.text("ab", max_size=6), expires_at=st.none() | st.integers(1, 9))
    def send(self, text: str, expires_at: float | None) -> None:
        fits = (
            len(self.expected) < self.LIMITS.messages and self.size + len(text) <= self.LIMITS.bytes
        )
        sequence_id = self.buffer.add(delivery(text, expires_at), len(text))
        assert sequence_id == (self.sent + 1 if fits else None)
        if fits:
            self.keep(text, expires_at)

    @rule(texts=Texts)
    def send_together(self, texts: list[tuple[str, float | None]]) -> None:
        sizes = [len(text) for text, _ in texts]
        if 0 < len(texts) <= self.buffer.room and sum(sizes) <= self.buffer.room_bytes:
            together = Together.of([delivery(*one) for one in texts], sizes)
            self.buffer.take(together.numbered(self.sent + 1))
            for one in texts:
                self.keep(*one)

    @rule(sequence_id=st.integers(0, 60) | st.just(2**64 - 1))
    def acknowledge(self, sequence_id: int) -> None:
        self.buffer.acknowledge(sequence_id)
        self.expected = [one for one in self.expected if one.sequence_id > sequence_id]

    @precondition(lambda self: self.expected)
    @rule(data=st.data())
    def acknowledge_some(self, data: st.DataObject) -> None:
        self.acknowledge(data.draw(st.sampled_from(self.expected)).sequence_id)

    @rule()
    def move(self) -> None:
        """As bytes that say what each message is by itself."""
        encoded = msgspec.json.encode(self.buffer.snapshot())
        written = [one["sequence_id"] for one in json.loads(encoded)["kept"]]
        assert written == [one.sequence_id for one in self.expected]
        snapshot = msgspec.json.decode(encoded, type=BufferSnapshot)
        self.buffer = MessageBuffer.restore(snapshot, CODEC, self.LIMITS)

    @rule()
    def replay(self) -> None:
        self.now += 1
        self.expected = [
            one for one in self.expected if one.expires_at is None or one.expires_at > self.now
        ]
        shown_ = [(one.sequence_id, one.text) for one in self.expected]
        assert replayed(self.buffer, self.now) == shown_

    @invariant()
    def it_keeps_the_unacknowledged(self) -> None:
        kept = [
            Kept(one.sequence_id, delivery(one.text, one.expires_at), len(one.text))
            for one in self.expected
        ]
        assert self.buffer.snapshot() == BufferSnapshot(self.sent, tuple(kept))

    @invariant()
    def it_knows_how_much_that_is(self) -> None:
        number, limits = len(self.expected), self.LIMITS
        assert len(self.buffer) == number
        assert self.buffer.room == limits.messages - number
        assert self.buffer.room_bytes == limits.bytes - self.size


TestBuffered = Buffered.TestCase


@given(st.lists(st.text(max_size=5), max_size=10), st.integers(0, 12))
def test_a_client_that_comes_back_has_everything_once(texts: list[str], seen: int) -> None:
    """What it has acknowledged and what is sent again are all messages, in order."""
    buffer = buffer_of(*texts)
    before = replayed(buffer)[:seen]
    buffer.acknowledge(seen)
    assert before + replayed(buffer) == list(enumerate(texts, start=1))
