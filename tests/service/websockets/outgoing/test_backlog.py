"""What was sent to many and is not written yet, and who waits because of that.

That it is written in pieces is seen by ``test_flusher.py``. Specification: client-protocols section
2.1.
"""

from collections.abc import Sequence

import pytest

from webpubsub.service.websockets.outgoing import sending
from webpubsub.service.websockets.outgoing.backlog import Backlog
from webpubsub.service.websockets.outgoing.pieces import BLIND, PIECE, Amount, Piece
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import CALL, Batch


class Portion(Run):
    """Takes all that is left of some pieces, and says whose turn it was."""

    def __init__(self, name: str, pieces: int, turns: list[str]) -> None:
        super().__init__(())
        self.is_over = False
        self.name = name
        self.pieces = pieces
        self.turns = turns

    def write(self, piece: Piece) -> None:
        piece.spend(piece.left)
        self.take_turn()
        if self.is_over:
            piece.complete(Amount(len(self.sizes), sum(self.sizes)))

    def say(self, size: int) -> "Portion":  # type: ignore[override]
        self.sizes.append(size)
        return self

    def take_turn(self) -> None:
        self.pieces -= 1
        self.is_over = not self.pieces
        self.turns.append(self.name)


def _backlog(*pieces: int) -> tuple[Backlog, Sequence[Portion], Sequence[str]]:
    """Portions that are so many pieces each, and whose turn it was."""
    turns = list[str]()
    portions = [Portion(name, number, turns) for name, number in zip("abc", pieces, strict=False)]
    backlog = Backlog(Batch())
    for portion in portions:
        backlog.begin(portion)
    return backlog, portions, turns


@pytest.mark.parametrize(
    ("messages", "size", "waits", "pieces"),
    [
        (63, 1, False, 0),
        (64, 1, True, 1),
        (1, 65_535, False, 0),
        (1, 65_536, True, 1),
        (256, 1, True, 1),
        (257, 1, False, 9),
        (4, 1 << 20, False, 9),
    ],
)
def test_levels(messages: int, size: int, waits: bool, pieces: int) -> None:
    """Who has more to say is waited for up to one, has to wait beyond it until all is written, and
    beyond another that is at once."""
    backlog, [portion], turns = _backlog(9)
    for _ in range(messages):
        backlog.count(portion.say(size))
    said: list[str] = []
    backlog.wait(lambda: said.append("more"))
    backlog.write()
    for action in backlog.admit():
        action()
    assert said == ([] if waits else ["more"])
    assert len(turns) == pieces
    while backlog:
        backlog.write()
    assert backlog.is_due is waits
    assert len(backlog.admit()) == waits
    assert backlog.said == messages
    assert not backlog.is_due


def test_who_floods_is_waited_for_but_not_by_others() -> None:
    """What others have said is written, and what is flooded when its sender has said all."""
    backlog, [flooded, other, _], turns = _backlog(1, 1, 1)
    for portion in (other, flooded):
        backlog.count(portion.say(1))
    backlog.wait(lambda: None)
    for _ in range(3):
        backlog.write()
    assert (flooded.is_flooded, other.is_flooded) == (True, False)
    assert "".join(turns) == "bc"
    backlog.admit()
    backlog.write()
    assert "".join(turns) == "bca"


def test_what_is_flooded_does_not_wait_for_ever() -> None:
    """Somebody else may always have more to say, of which little is on its way at any time."""

    class Busy(Portion):
        @property
        def is_begun(self) -> bool:
            return True

        def write(self, piece: Piece) -> None:
            super().write(piece)
            piece.complete(Amount(1, self.sizes.pop()))

    backlog, [waiting], turns = _backlog(1)
    backlog.begin(busy := Busy("b", 1000, []))
    backlog.count(waiting.say(1))
    backlog.wait(lambda: None)
    while not turns and backlog.said < 100:
        backlog.count(busy.say(1))
        backlog.wait(lambda: None)
        backlog.write()
        backlog.admit()
    assert backlog.said == 64


def test_others_are_looked_for_between_two_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """If something is left of both."""

    class Short(Portion):
        def write(self, piece: Piece) -> None:
            self.take_turn()

    looks: list[int] = []

    def is_readable(fileno: int) -> bool:
        looks.append(fileno)
        return True

    monkeypatch.setattr(sending, "is_readable", is_readable)
    backlog, turns = Backlog(Batch(0)), list[str]()
    for name in "abc":
        backlog.begin(Short(name, 1, turns))
    for written in ("a", "ab", "abc"):
        backlog.write()
        assert "".join(turns) == written
    assert len(looks) == 2


class Box:
    """An outbox with so many bytes that counts how often it is flushed."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.flushes = 0

    def flush(self, _batch: Batch) -> int:
        self.flushes += 1
        return self.size

    def overflow(self) -> None:
        raise AssertionError("nothing is too full")


@pytest.mark.parametrize("is_flooded", [False, True])
def test_what_is_left_of_a_run_has_its_turn(is_flooded: bool) -> None:
    """At the end, in pieces of its own; where nothing is left it has none."""
    turns: list[str] = []
    backlog = Backlog(Batch())
    runs = [Portion(name, pieces, turns) for name, pieces in (("a", 2), ("b", 9), ("c", 9))]
    for run in runs:
        run.is_flooded = is_flooded
        backlog.begin(run)
    boxes = [Box(PIECE - CALL), Box(PIECE - CALL)]
    for run in runs[1:]:
        backlog.count(run.say(1 << 16))
    backlog.replace(runs[1], boxes, Amount(1, 1 << 16))
    backlog.replace(runs[2], [], Amount(1, 1 << 16))
    backlog.wait(lambda: turns.append("more"))
    assert not backlog.admit()
    seen = []
    while backlog:
        backlog.write()
        seen.append(("".join(turns), [box.flushes for box in boxes]))
    assert seen == [("a", [0, 0]), ("a", [1, 0]), ("aa", [1, 0]), ("aa", [1, 1])]
    assert len(backlog.admit()) == 1


def test_what_all_have_does_not_count_though_there_is_more() -> None:
    """Where something is always on the way to somebody, nobody waits until nothing is."""
    backlog, [large, other, _], _ = _backlog(1, 9, 1)
    for _ in range(64):
        backlog.count(large.say(1))
    backlog.count(other.say(1))
    backlog.wait(lambda: None)
    assert not backlog.admit()
    for _ in range(3):
        backlog.write()
    assert large.is_over
    assert backlog
    assert len(backlog.admit()) == 1


def test_the_end_of_a_flood_is_one_too() -> None:
    """However little its sender still has to say, and to whomever; unless that is nothing."""
    backlog, [first, second, other], _ = _backlog(1, 1, 1)
    backlog.count(first.say(1))
    backlog.wait(lambda: backlog.count(second.say(1)))
    backlog.count(other.say(1))
    backlog.wait(lambda: None)
    other.is_flooded = False
    for action in backlog.admit():
        action()
    assert [one.is_flooded for one in (first, second, other)] == [True, True, False]


def test_what_is_left_of_a_run_is_written_in_short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long others are: nobody is looked for between outboxes."""
    monkeypatch.setattr(sending, "is_readable", lambda _fileno: False)
    backlog, turns = Backlog(Batch(0)), list[str]()
    backlog.begin(calm := Portion("a", 9, turns))
    while not calm.is_over:
        backlog.write()
    boxes = [Box(0) for _ in range(600)]
    backlog.begin(ended := Portion("b", 1, turns))
    backlog.replace(ended, boxes, Amount(0, 0))
    backlog.write()
    assert sum(box.flushes for box in boxes) == BLIND // CALL
