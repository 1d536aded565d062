"""What those are sent for whom a message is the same bytes.

Specification: client-protocols section 2.1.
"""

from collections.abc import Mapping, Sequence

import pytest

from tests.service.websockets.outgoing.same_sends import same_sends
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.websockets.outgoing import sending
from webpubsub.service.websockets.outgoing.lanes import PlainLane
from webpubsub.service.websockets.outgoing.sending import Batch


class Member:
    """Remembers what it was given."""

    clear_fileno = -1

    def __init__(self) -> None:
        self.given: list[tuple[Sequence[bytes], Mapping[int, float]]] = []

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        self.given.append(([*parts], expiries))

    def write_rest(self, data: bytes) -> None:
        raise AssertionError("nothing is sent past a transport")


def _lane(*texts: bytes) -> PlainLane:
    lane = PlainLane(JsonCodec())
    for text in texts:
        _say(lane, text)
    return lane


def _say(lane: PlainLane, text: bytes) -> None:
    lane.say(Delivery(Message(DataType.TEXT, text)), [Frame(FrameKind.TEXT, text)])


def test_some_of_it_is_given() -> None:
    """And counted until all have it."""
    lane, member = _lane(b"a", b"bb", b"ccc"), Member()
    lane.give(member, 1, 3, {0: 1.0})
    assert member.given == [([b"\x81\x02bb", b"\x81\x03ccc"], {0: 1.0})]
    assert lane.size == 12
    lane.forget(2)
    assert lane.size == 5
    lane.give(member, 0, 1, {})
    assert member.given[1:] == [([b"\x81\x03ccc"], {})]


def test_all_of_it_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are sent it, until there is something else to send. Whose socket cannot be
    written to is given it."""
    sent: list[bytes] = []

    def take(_: list[Member], data: bytes) -> list[int]:
        sent.append(data)
        return []

    monkeypatch.setattr(sending, "send_same", same_sends(take))
    lane = _lane(b"a", b"b")
    members = [Member() for _ in range(3)]
    lane.members += members
    for number in range(2):
        assert lane.write(range(number, number + 1), {}, {1: 2.0}, Batch()) == number + 1
    _say(lane, b"c")
    lane.write(range(2, 3), {}, {}, Batch())
    lane.forget(2)
    lane.write(range(1), {}, {}, Batch())
    a, b, c = b"\x81\x01a", b"\x81\x01b", b"\x81\x01c"
    assert sent == [a + b, a + b, a + b + c, c]
    assert sent[0] is sent[1]
    assert [member.given for member in members] == [
        [([a, b], {1: 2.0}), ([c], {})],
        [([a, b], {1: 2.0})],
        [([a, b, c], {})],
    ]
