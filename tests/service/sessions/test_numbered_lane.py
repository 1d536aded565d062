"""Reliable clients in a run are sent what they would be sent one by one.

That runs change nothing is seen by ``tests/service/hubs/test_deliveries.py``. Specification:
client-protocols sections 7.2 and 7.3.
"""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import ManualLoop, Wire
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.numbered_lane import Numbered, NumberedLane, numbered
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.stretches import Stretch, Together
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.pieces import Piece
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import Batch


def _deliveries(texts: list[str]) -> list[Delivery]:
    return [Delivery(Message(DataType.TEXT, text.encode()), group="%d") for text in texts]


def _numbered(codec: ClientCodec, texts: list[str]) -> Callable[[int], Numbered]:
    deliveries = _deliveries(texts)
    messages = [codec.encode_delivery(delivery) for delivery in deliveries]
    return numbered(codec, messages, Together.of(deliveries, [1] * len(texts)))


def _run(members: list[MessageBuffer]) -> Run:
    """A run that has begun, of clients that are not attached."""
    lane, run = NumberedLane(JsonCodec()), Run(members)
    for buffer in members:
        buffer.run = run
        lane.members.append(buffer)
    run.enlist([lane])
    run.begin()
    return run


@given(
    st.sampled_from([JsonCodec(), ProtobufCodec()]),
    st.lists(st.text(max_size=80), min_size=1, max_size=12),
    st.integers(1, 1100),
)
def test_numbers_are_put_in_as_the_codec_does(
    codec: ClientCodec, texts: list[str], first: int
) -> None:
    """Whatever is in the messages, however many digits the numbers have, and where frames have
    larger heads because of them."""
    messages = [codec.encode_delivery(delivery) for delivery in _deliveries(texts)]
    expected = b"".join(
        wire_bytes([codec.with_sequence_id(one, number) for one in frames])
        for number, frames in enumerate(messages, first)
    )
    assert _numbered(codec, texts)(first).data == expected


def test_the_same_numbers_share_their_bytes() -> None:
    """And what is kept: clients that came together are often at the same number."""
    number = _numbered(JsonCodec(), ["a"])
    assert number(3).data is number(3).data
    assert number(3).stretch is number(3).stretch
    assert number(3).data != number(4).data
    assert (number(3).stretch.last, number(4).stretch.last) == (3, 4)


def test_different_numbers_do_not_all_keep_their_bytes() -> None:
    """There may be as many as clients, and large messages."""
    number = _numbered(JsonCodec(), ["a"])
    first = number(1).data
    for at in range(2, 20):
        number(at)
    assert number(1).data is not first


@pytest.mark.parametrize(
    ("limits", "taken"),
    [
        (BufferLimits(messages=3), 3),
        (BufferLimits(messages=1), 1),
        (BufferLimits(bytes=141), 1),
        (BufferLimits(bytes=142), 2),
    ],
)
def test_a_message_is_taken_if_there_is_room_for_all(limits: BufferLimits, taken: int) -> None:
    """The member with the least room decides; what it acknowledges meanwhile is not counted."""
    members = [MessageBuffer(JsonCodec(), one) for one in (BufferLimits(), limits)]
    run = _run(members)
    delivery = Delivery(Message(DataType.TEXT, b"x" * 9))
    frames = JsonCodec().encode_delivery(delivery)
    assert sum(len(one.payload) for one in frames) == 71
    said = [run.say(delivery, lambda _codec: frames) for _ in range(5)]
    assert said == [number < taken for number in range(5)]
    assert list(map(len, members)) == [taken, taken]
    assert [buffer.last_sequence_id for buffer in members] == [taken, taken]
    rooms = limits.messages - taken, limits.bytes - taken * 71
    assert (members[1].room, members[1].room_bytes) == rooms


@pytest.mark.parametrize("limits", [BufferLimits(messages=5), BufferLimits(bytes=5 * 71)])
def test_who_has_left_is_sent_other_things_too(limits: BufferLimits) -> None:
    """Which leave less room for what goes to all."""
    members = [MessageBuffer(JsonCodec(), one) for one in (BufferLimits(), limits)]
    run = _run(members)
    delivery = Delivery(Message(DataType.TEXT, b"x" * 9))
    frames = JsonCodec().encode_delivery(delivery)
    assert run.say(delivery, lambda _codec: frames)
    for _ in range(2):
        assert members[1].add(delivery, 71)
    said = [run.say(delivery, lambda _codec: frames) for _ in range(3)]
    assert said == [True, True, False]
    assert list(map(len, members)) == [3, 5]


def _nothing() -> None: ...


def test_who_is_clear() -> None:
    """Who need not be written to, or can be past a transport."""
    lane, loop = NumberedLane(JsonCodec()), ManualLoop()
    lane.members += [MessageBuffer(JsonCodec(), BufferLimits()) for _ in range(3)]
    for buffer, clear_fileno in zip(lane.members[1:], (-1, 7), strict=True):
        buffer.outbox = Outbox(Wire(), JsonCodec(), loop.flusher, ServiceSettings(), _nothing)
        buffer.outbox.clear_fileno = clear_fileno
    assert [lane.is_clear(place) for place in range(3)] == [True, False, True]


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Together]:
    """What clients are given to keep."""
    given_: list[Together] = []
    take = MessageBuffer.take

    def look(buffer: MessageBuffer, stretch: Stretch) -> None:
        given_.append(stretch.together)
        take(buffer, stretch)

    monkeypatch.setattr(MessageBuffer, "take", look)
    return given_


def _say(run: Run, delivery: Delivery, but: MessageBuffer | None = None) -> None:
    assert run.say(delivery, lambda codec: codec.encode_delivery(delivery), but)


def _written(run: Run) -> None:
    piece = Piece(Batch())
    piece.begin()
    run.write(piece)


def _left(run: Run) -> None:
    for member in run.recipients:
        run.leave(member)


@pytest.mark.parametrize("ended", [_written, _left, Run.end])
def test_what_is_kept_is_shared(kept: list[Together], ended: Callable[[Run], None]) -> None:
    """By all who are given the same, in whatever way."""
    run = _run([MessageBuffer(JsonCodec(), BufferLimits()) for _ in range(3)])
    for delivery in _deliveries(["a", "b"]):
        _say(run, delivery)
    ended(run)
    assert [len(one.deliveries) for one in kept] == [2, 2, 2]
    assert len(set(map(id, kept))) == 1


def test_what_is_not_for_a_client_is_not_held_for_it(kept: list[Together]) -> None:
    """Who sends to others may never acknowledge anything."""
    sender, other = members = [MessageBuffer(JsonCodec(), BufferLimits()) for _ in range(2)]
    run = _run(members)
    first, own, last = _deliveries(["first", "own", "last"])
    _say(run, first)
    _say(run, own, sender)
    _say(run, last)
    run.end()
    assert {one.deliveries for one in kept} == {(first,), (last,), (first, own, last)}
    assert (len(sender), len(other)) == (2, 3)
