"""Messages to the same clients are kept once, and reach each of them in order.

That nothing else changes is seen by ``tests/service/hubs/test_deliveries.py``. Specification:
client-protocols section 2.1.
"""

import weakref
from collections.abc import Callable, Mapping, Sequence
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.websockets.outgoing.same_sends import same_sends
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.websockets.outgoing import runs, sending
from webpubsub.service.websockets.outgoing.lanes import Gone, PlainLane
from webpubsub.service.websockets.outgoing.pieces import BLIND, LONGEST, PIECE, Piece
from webpubsub.service.websockets.outgoing.runs import AT_ONCE, Run
from webpubsub.service.websockets.outgoing.sending import CALL, Batch


class Member:
    """Remembers what it was given."""

    def __init__(self, clear_fileno: int = -1) -> None:
        self.clear_fileno = clear_fileno
        self.run: Run | None = None
        self.given: list[tuple[Sequence[bytes], Mapping[int, float]]] = []

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        self.given.append(([part[2:] for part in parts], dict(expiries)))

    def write_rest(self, data: bytes) -> None:
        raise AssertionError("everything is taken")


class Full(PlainLane):
    """Takes nothing."""

    def takes(self, frames: Sequence[Frame], gone: Gone) -> bool:
        return False


def _run(*members: Member) -> Run:
    lane = PlainLane(JsonCodec())
    lane.members.extend(members)
    return _begin(members, lane)


def _begin(members: Sequence[Member], *lanes: PlainLane) -> Run:
    run = Run(members)
    run.enlist(lanes)
    run.begin()
    return run


def _say(run: Run, text: bytes, expires_at: float | None = None, but: Member | None = None) -> bool:
    delivery = Delivery(Message(DataType.TEXT, text), expires_at=expires_at)
    return run.say(delivery, lambda _codec: [Frame(FrameKind.TEXT, text)], but)


def test_all_is_given_at_once() -> None:
    """Each member costs one call, however many messages there were."""
    members = [Member(), Member(7)]
    run = _run(*members)
    assert _say(run, b"a")
    assert _say(run, b"b", 3.0)
    run.end()
    assert [member.given for member in members] == [[([b"a", b"b"], {1: 3.0})]] * 2


def test_each_codec_has_its_frames() -> None:
    """A message is encoded once for each."""
    lanes = [PlainLane(JsonCodec()), PlainLane(SimpleCodec())]
    members = [Member(), Member(), Member()]
    lanes[0].members.append(members[0])
    lanes[1].members.extend(members[1:])
    asked: list[str] = []

    def encode(codec: ClientCodec) -> Sequence[Frame]:
        asked.append(codec.name)
        return [Frame(FrameKind.TEXT, codec.name.encode())]

    run = _begin(members, *lanes)
    assert run.say(Delivery(Message(DataType.TEXT, b"a")), encode)
    run.end()
    assert asked == ["json", "simple"]
    assert [member.given for member in members] == [
        [([name], {})] for name in (b"json", b"simple", b"simple")
    ]


def test_a_message_goes_to_all_or_to_nobody() -> None:
    """So that whoever sends it can do so in another way."""
    member = Member()
    lanes = [PlainLane(JsonCodec()), Full(JsonCodec())]
    lanes[0].members.append(member)
    run = _begin([member], *lanes)
    assert not _say(run, b"a", 3.0)
    run.end()
    assert member.given == []


def _piece(size: int) -> Piece:
    piece = Piece(Batch())
    piece.left = size
    return piece


def _write(run: Run, size: int = 1) -> Piece:
    """A piece of so many bytes, or of one member."""
    piece = _piece(size)
    while piece.left > 0 and not run.is_over:
        run.write(piece)
    return piece


def _write_all(run: Run) -> None:
    """In pieces of one member each."""
    while not run.is_over:
        _write(run)


@pytest.mark.parametrize("conclude", [Run.end, _write_all])
def test_who_has_left_is_given_things_in_time(conclude: Callable[[Run], object]) -> None:
    """What was sent before, and each message after that; nothing twice, and others not yet."""
    one, other, stranger = Member(), Member(), Member()
    run = _run(one, other)
    _say(run, b"a", 1.0)
    _say(run, b"b")
    for member in (one, one, stranger):
        run.leave(member)
    assert one.given == [([b"a", b"b"], {0: 1.0})]
    _say(run, b"c", 2.0)
    _say(run, b"d")
    assert other.given == []
    conclude(run)
    assert one.given[1:] == [([b"c"], {0: 2.0}), ([b"d"], {})]
    assert other.given == [([b"a", b"b", b"c", b"d"], {0: 1.0, 2: 2.0})]
    assert stranger.given == []


@pytest.mark.parametrize("conclude", [Run.end, _write_all])
def test_a_message_may_be_for_all_but_one(conclude: Callable[[Run], object]) -> None:
    """Who is given all else in its order, whether it has left or not."""
    one, other, gone = members = [Member(), Member(), Member()]
    run = _run(*members)
    _say(run, b"a", 1.0)
    run.leave(gone)
    for number, member in enumerate(members):
        _say(run, b"%d" % number, 2.0, but=member)
    _say(run, b"b")
    _say(run, b"c", 3.0, but=one)
    conclude(run)
    texts = [b"".join([part for parts, _ in member.given for part in parts]) for member in members]
    assert texts == [b"a12b", b"a02bc", b"a01bc"]
    assert one.given == [([b"a"], {0: 1.0}), ([b"1", b"2", b"b"], {0: 2.0, 1: 2.0})]
    assert other.given[0] == ([b"a", b"0"], {0: 1.0, 1: 2.0})


def test_who_has_nothing_else_on_the_way_is_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """In one call for all of them; the others are given it."""
    calls = _calls(monkeypatch)
    clear, busy, also_clear = members = [Member(4), Member(), Member(5)]
    run = _run(*members)
    _say(run, b"a")
    _say(run, b"b", 3.0)
    assert _write(run, PIECE).left > 0
    assert calls == [([4, 5], b"\x81\x01a\x81\x01b")]
    assert busy.given == [([b"a", b"b"], {1: 3.0})]
    assert clear.given == also_clear.given == []


# Pieces and rounds


@pytest.fixture
def nothing_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "SHORT", 0)


def test_a_short_round_is_written_to_several_members_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However little is left of a piece; a round is as long as it takes to send it."""
    calls = _calls(monkeypatch)
    for members, size, written in ((10, 9, 10), (120, 9, AT_ONCE), (120, 9999, 1), (129, 9, 1)):
        run = _run(*[Member(number) for number in range(members)])
        _say(run, b"x" * size)
        _write(run)
        assert len(calls.pop()[0]) == written


def test_pieces_for_transports_are_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is looked for between them."""
    calls = _calls(monkeypatch)
    clear = [Member(number) for number in range(200)]
    _say(run := _run(*clear), b"a")
    _write(run, LONGEST)
    assert [len(filenos) for filenos, _ in calls] == [200]
    busy = [Member(-1) for _ in range(200)]
    _say(run := _run(*busy), b"a")
    _write(run, LONGEST)
    assert sum(bool(member.given) for member in busy) == -(-BLIND // (CALL + 3)) == 128


@pytest.mark.usefixtures("nothing_is_short")
def test_a_piece_is_as_long_as_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """In bytes, of which a system call costs as many, too; across lanes, and at least one
    member."""
    calls = _calls(monkeypatch)
    lanes = [PlainLane(JsonCodec()), PlainLane(SimpleCodec())]
    members = [Member(number) for number in range(5)]
    lanes[0].members += members[:2]
    lanes[1].members += members[2:]
    run = _begin(members, *lanes)
    _say(run, b"x" * 98)
    for most, written in ((3 * (CALL + 100), [2, 1]), (2, [1]), (1 << 20, [1])):
        _write(run, most)
        assert [len(filenos) for filenos, _ in calls] == written
        calls.clear()
    assert run.is_over


@pytest.mark.usefixtures("nothing_is_short")
def test_a_piece_ends_when_others_are_to_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next begins where it ended, in the next lane where that was the end of one."""
    calls = _calls(monkeypatch, interrupted=(2, 3))
    members = [Member(number) for number in range(6)]
    lanes = [PlainLane(JsonCodec()), PlainLane(SimpleCodec())]
    lanes[0].members += members[:4]
    lanes[1].members += members[4:]
    run = _begin(members, *lanes)
    _say(run, b"a")
    assert [_write(run, PIECE).left > 0 for _ in range(3)] == [False, False, True]
    assert [filenos for filenos, _ in calls] == [[0, 1], [2], [3], [4, 5]]


@pytest.mark.usefixtures("nothing_is_short")
def test_what_is_said_meanwhile_goes_round_from_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together with what others were not sent, to those who were sent that, too, and no further;
    whoever is sent the same is sent it in one step."""
    calls = _calls(monkeypatch)
    run = _run(*[Member(number) for number in range(4)])
    _say(run, b"a")
    _write(run)
    _say(run, b"b")
    _say(run, b"c")
    _write(run)
    _say(run, b"d")
    _write(run, PIECE)
    a, b_c, d = b"\x81\x01a", b"\x81\x01b\x81\x01c", b"\x81\x01d"
    assert calls == [([0], a), ([1], a + b_c), ([2, 3], a + b_c + d), ([0], b_c + d), ([1], d)]
    assert run.is_over


@pytest.mark.usefixtures("nothing_is_short")
def test_a_round_has_begun_when_some_have_what_others_have_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Until all have everything."""
    _calls(monkeypatch)
    run = _run(*[Member(number) for number in range(2)])
    seen = [run.is_begun]
    for text in (b"a", b"b"):
        _say(run, text)
        seen.append(run.is_begun)
        _write(run)
        seen.append(run.is_begun)
    assert seen == [False, False, True, True, True]
    _write(run)
    assert run.is_over
    assert not run.is_begun


@pytest.mark.usefixtures("nothing_is_short")
def test_who_was_left_out_is_written_to_with_others_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """From its next visit on."""
    calls = _calls(monkeypatch)
    members = [Member(0), Member(1)]
    run = _run(*members)
    _say(run, b"a", but=members[0])
    _write(run)
    _say(run, b"b")
    _write_all(run)
    assert calls == [([], b"\x81\x01a"), ([1], b"\x81\x01a\x81\x01b"), ([0], b"\x81\x01b")]
    assert members[0].given == []


@pytest.mark.parametrize("conclude", [Run.end, _write_all])
@pytest.mark.usefixtures("nothing_is_short")
def test_who_leaves_amid_a_round(conclude: Callable[[Run], object]) -> None:
    """Is given the rest, whether it has been its turn or not, and the time of each message
    stays."""
    members = [Member() for _ in range(4)]
    run = _run(*members)
    _say(run, b"a", 1.0)
    for member in members[:2]:
        _write(run)
        assert member.given == [([b"a"], {0: 1.0})]
    _say(run, b"b", 2.0)
    run.leave(members[0])
    run.leave(members[2])
    assert [len(member.given) for member in members] == [2, 1, 1, 0]
    _say(run, b"c")
    conclude(run)
    for member in members:
        assert [part for parts, _ in member.given for part in parts] == [b"a", b"b", b"c"]
        assert [at for _, expiries in member.given for at in expiries.values()] == [1.0, 2.0]
    assert members[2].given == [([b"a", b"b"], {0: 1.0, 1: 2.0}), ([b"c"], {})]


@pytest.mark.usefixtures("nothing_is_short")
def test_who_has_been_sent_all_leaves_with_nothing() -> None:
    """Amid a round, and when all has been written."""
    one, other = Member(), Member()
    run = _run(one, other)
    _say(run, b"a")
    _write(run)
    run.leave(one)
    assert len(one.given) == 1
    _write(run)
    run.leave(other)
    assert len(other.given) == 1


# Rest


def test_one_that_rests_is_there_for_the_next_message(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all who were members, whoever had left or was left out; nothing else is as it was."""
    calls = _calls(monkeypatch)
    members = [Member(number) for number in range(3)]
    run = _run(*members)
    run.is_flooded = True
    _say(run, b"a", 3.0, but=members[0])
    run.leave(members[1])
    _write_all(run)
    assert members[1].given == [([b"a"], {0: 3.0})]
    del calls[:]
    run.begin()
    assert not run.is_flooded
    _say(run, b"b")
    _write(run, PIECE)
    assert calls == [([0, 1, 2], b"\x81\x01b")]
    assert run.is_over
    assert run.recipients == tuple(members)


@pytest.mark.parametrize("ends", [Run.end, _write_all])
@pytest.mark.parametrize("at_rest", [False, True])
def test_who_is_lost_is_held_no_longer(ends: Callable[[Run], object], at_rest: bool) -> None:
    """Nor are the others, by a run that is for nobody any more; what was said before arrives."""
    members = [Member(), Member()]
    run = _run(*members)
    _say(run, b"a")
    if at_rest:
        ends(run)
    run.lose(members[0])
    assert members[0].given == [([b"a"], {})]
    if not at_rest:
        ends(run)
    assert not run.recipients
    assert members[1].given == [([b"a"], {})]
    held = [weakref.ref(member) for member in members]
    del members
    assert [one() for one in held] == [None, None]


def test_what_all_have_been_sent_is_reckoned(monkeypatch: pytest.MonkeyPatch) -> None:
    """In messages and their bytes, each counted once, however many pieces they took."""
    _calls(monkeypatch)
    monkeypatch.setattr(runs, "SHORT", 0)
    run = _run(Member(0), Member(1))
    _say(run, b"abc")
    assert _write(run).take_done() == (0, 0)
    _say(run, b"de")
    assert _write(run).take_done() == (1, 3)
    _say(run, b"f")
    assert run.end() == (2, 3)
    assert run.end() == (0, 0)


def test_what_goes_wrong_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was about to be written to may have been; the run goes on with the others, and with what
    is said later."""
    members = [Member(number) for number in range(3)]
    lanes = [PlainLane(JsonCodec()), PlainLane(SimpleCodec())]
    lanes[0].members += members[:1]
    lanes[1].members += members[1:]
    run = _begin(members, *lanes)
    _say(run, b"a")
    calls = _calls(monkeypatch)
    run.write(piece := _piece(PIECE))
    with monkeypatch.context() as patch:
        patch.setattr(sending, "send_same", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run.write(piece)
    _say(run, b"b")
    _write(run, PIECE)
    a, b = b"\x81\x01a", b"\x81\x01b"
    assert [call for call in calls if call[0]] == [([0], a), ([0], b), ([1, 2], b)]
    assert run.is_over


class Listener(Member):
    """Remembers each text, with the time until which it is worth something if it has to wait."""

    def __init__(self, clear_fileno: int) -> None:
        super().__init__(clear_fileno)
        self.texts: list[bytes] = []
        self.times: dict[bytes, float] = {}

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        for place, part in enumerate(parts):
            self.texts.append(part[2:])
            if place in expiries:
                self.times[part[2:]] = expiries[place]

    def take(self, data: bytes) -> None:
        while data:
            end = 2 + data[1]
            self.texts.append(data[2:end])
            data = data[end:]


class Company:
    """Members in some lanes, to whom things happen. Every other cannot be written to at once, and
    others are to be heard after so many sends."""

    def __init__(self, sizes: Sequence[int], between: int) -> None:
        self._between = between
        self.lanes = [PlainLane(JsonCodec()) for _ in sizes]
        self.members = [Listener(number % 2 - 1) for number in range(sum(sizes))]
        left = iter(self.members)
        for lane, size in zip(self.lanes, sizes, strict=True):
            lane.members += islice(left, size)
        self.run = _begin(self.members, *self.lanes)
        self.visits = 0
        #: How many visits there had been when each message was said, and for whom it was not.
        self.said: list[int] = []
        self.left_out: list[Listener | None] = []
        self.times: dict[bytes, float] = {}

    def say(self, number: int, but: Listener | None = None) -> None:
        text = b"%d" % len(self.said)
        expires_at = float(len(self.said)) if number % 2 else None
        if expires_at is not None:
            self.times[text] = expires_at
        assert _say(self.run, text, expires_at, but)
        self.said.append(self.visits)
        self.left_out.append(but)

    def say_to_others(self, number: int) -> None:
        self.say(number, self.members[number % len(self.members)])

    def write(self, number: int) -> None:
        self.run.write(_piece(number * CALL + 1))

    def leave(self, number: int) -> None:
        self.run.leave(self.members[number % len(self.members)])

    def reach(self, start: int, end: int) -> int:
        reached = min(start + self._between, end)
        self.visits += reached - start
        return reached

    def take(self, ways: list[Listener], data: bytes) -> list[int]:
        for way in ways:
            way.take(data)
        return [len(data)] * len(ways)

    def check(self) -> None:
        """Everybody was sent the first messages in order, and those said a round ago at least;
        nothing else is kept. The run is over as soon as these are all."""
        texts = [b"%d" % number for number in range(len(self.said))]
        old = [at for at in self.said if at + len(self.members) <= self.visits]
        for member in self.members:
            assert member.texts == self.meant(member)[: len(member.texts)]
            assert len(member.texts) >= len(self.meant(member, len(old)))
            if member.clear_fileno < 0:
                known = dict.fromkeys(member.texts).keys() & self.times.keys()
                assert member.times == {text: self.times[text] for text in known}
        size = sum([2 + len(text) for text in texts[len(old) :]])
        assert {lane.size for lane in self.lanes} == {size}
        assert self.run.is_over is (len(old) == len(self.said))

    def meant(self, member: Listener, among: int | None = None) -> list[bytes]:
        """What is for a member among the first messages."""
        left_out = enumerate(self.left_out[:among])
        return [b"%d" % number for number, one in left_out if one is not member]


_ACTIONS = ["say", "say", "say_to_others", "write", "write", "leave"]
_HAPPENING = st.lists(st.tuples(st.sampled_from(_ACTIONS), st.integers(0, 7)), max_size=40)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=3),
    _HAPPENING,
    st.sampled_from([1, 2, 3, 99]),
    st.booleans(),
)
def test_everybody_has_a_message_after_one_round(
    sizes: list[int], happening: list[tuple[str, int]], between: int, ends: bool
) -> None:
    """Whenever it is said, and whatever else is; everything once, and in order."""
    with pytest.MonkeyPatch.context() as patch:
        company = Company(sizes, between)
        patch.setattr(runs, "SHORT", 0)
        patch.setattr(sending, "send_same", same_sends(company.take, company.reach))
        company.say(0)
        for action, number in happening:
            if not company.run.is_over:
                getattr(company, action)(number)
                company.check()
        if ends:
            company.run.end()
        while not company.run.is_over:
            company.write(0)
            company.check()
        for member in company.members:
            assert member.texts == company.meant(member)


def _calls(
    monkeypatch: pytest.MonkeyPatch, interrupted: Sequence[int] = ()
) -> list[tuple[list[int], bytes]]:
    """What is sent past transports; others are to be heard when these places are reached."""
    calls: list[tuple[list[int], bytes]] = []

    def take(ways: list[Member], data: bytes) -> list[int]:
        calls.append(([way.clear_fileno for way in ways], data))
        return [len(data)] * len(ways)

    def reach(start: int, end: int) -> int:
        return min([end, *(place for place in interrupted if place > start)])

    monkeypatch.setattr(sending, "send_same", same_sends(take, reach))
    return calls
