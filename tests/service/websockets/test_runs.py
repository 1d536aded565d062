"""Messages to the same clients are kept once, and reach each of them in order.

That nothing else changes is seen by ``tests/service/hubs/test_deliveries.py``. Specification:
client-protocols section 2.1.
"""

from collections.abc import Callable, Mapping, Sequence

import pytest

from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.service.websockets import sending
from webpubsub.service.websockets.runs import Lane, Run
from webpubsub.service.websockets.sending import Batch


class Member:
    """Remembers what it was given."""

    def __init__(self, clear_fileno: int = -1) -> None:
        self.clear_fileno = clear_fileno
        self.given: list[tuple[Sequence[bytes], Mapping[int, float]]] = []

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        self.given.append((list(parts), dict(expiries)))

    def write_rest(self, data: bytes) -> None:
        raise AssertionError("everything is taken")


def _run(*members: Member) -> Run:
    lane = Lane(JsonCodec())
    lane.members.extend(members)
    return Run(members, [lane])


def test_all_is_given_at_once() -> None:
    """Each member costs one call, however many messages there were."""
    members = [Member(), Member(7)]
    run = _run(*members)
    run.say([b"a"], None)
    run.say([b"b"], 3.0)
    run.end()
    assert [member.given for member in members] == [[([b"a", b"b"], {1: 3.0})]] * 2


def test_each_codec_has_its_parts() -> None:
    """A message is as many parts as there are codecs."""
    lanes = [Lane(JsonCodec()), Lane(SimpleCodec())]
    members = [Member(), Member(), Member()]
    lanes[0].members.append(members[0])
    lanes[1].members.extend(members[1:])
    run = Run(members, lanes)
    assert run.size == 3
    assert [codec.name for codec in run.codecs] == ["json", "simple"]
    run.say([b"json", b"simple"], None)
    run.end()
    assert [member.given for member in members] == [
        [([part], {})] for part in (b"json", b"simple", b"simple")
    ]


@pytest.mark.parametrize("conclude", [Run.end, lambda run: run.flush(Batch(), b"".join)])
def test_who_has_left_is_given_things_in_time(conclude: Callable[[Run], None]) -> None:
    """What was sent before, and each message after that; nothing twice, and others not yet."""
    one, other, stranger = Member(), Member(), Member()
    run = _run(one, other)
    run.say([b"a"], 1.0)
    run.say([b"b"], None)
    for member in (one, one, stranger):
        run.leave(member)
    assert one.given == [([b"a", b"b"], {0: 1.0})]
    run.say([b"c"], 2.0)
    run.say([b"d"], None)
    assert other.given == []
    conclude(run)
    assert one.given[1:] == [([b"c"], {0: 2.0}), ([b"d"], {})]
    assert other.given == [([b"a", b"b", b"c", b"d"], {0: 1.0, 2: 2.0})]
    assert stranger.given == []


def test_who_has_nothing_else_on_the_way_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one call for all of them; the others are given it."""
    calls: list[tuple[list[int], bytes]] = []

    def send_all(filenos: list[int], data: bytes) -> list[tuple[int, int]]:
        calls.append((filenos, data))
        return []

    monkeypatch.setattr(sending, "send_all", send_all)
    clear, busy, also_clear = members = [Member(4), Member(), Member(5)]
    run, batch = _run(*members), Batch()
    run.say([b"a"], None)
    run.say([b"b"], 3.0)
    run.flush(batch, b"".join)
    batch.send()
    assert calls == [([4, 5], b"ab")]
    assert busy.given == [([b"a", b"b"], {1: 3.0})]
    assert clear.given == also_clear.given == []
