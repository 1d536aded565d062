"""Whose turn it is among those that are written in pieces.

Specification: client-protocols section 2.1.
"""

from collections.abc import Sequence
from itertools import count

import pytest

from webpubsub.service.websockets.outgoing.pieces import PIECE, Piece
from webpubsub.service.websockets.outgoing.sending import Batch
from webpubsub.service.websockets.outgoing.turns import AHEAD, Turns


class Portion:
    """Takes as many pieces of the shortest as there is room for, an eighth of a millisecond each,
    and says whose turn it was; one with a capital is flooded."""

    def __init__(self, name: str, pieces: int, turns: list[str]) -> None:
        self.name = name
        self.pieces = pieces
        self.is_flooded = name.isupper()
        self.is_begun = False
        self.turns = turns

    @property
    def is_over(self) -> bool:
        return not self.pieces

    def write(self, piece: Piece) -> None:
        while self.pieces and piece.left > 0:
            piece.spend(PIECE)
            self.pieces -= 1
            self.is_begun = True
            self.turns.append(self.name)


class World:
    """Some that take turns, of the shortest pieces."""

    def __init__(self, **pieces: int) -> None:
        self.written: list[str] = []
        self.turns = Turns(lambda: len(self.written) * 125_000)
        self.portions = {
            name: Portion(name, number, self.written) for name, number in pieces.items()
        }
        for portion in self.portions.values():
            self.turns.add(portion)

    def take(self, times: int | None = None, *, only_begun: bool = False) -> str:
        """What is written next, until nothing is if no number of pieces is given."""
        before = len(self.written)
        for _ in count() if times is None else range(times):
            piece = Piece(Batch())
            piece.begin()
            if not self.turns.take(piece, only_begun=only_begun):
                break
        return "".join(self.written[before:])


@pytest.mark.parametrize(
    ("pieces", "written"),
    [
        ({"a": 3}, "aaa"),
        ({"a": 3, "b": 1, "c": 2}, "abcaca"),
        ({"A": 3, "B": 1, "C": 2}, "ABCACA"),
        ({"A": 2, "a": 8}, "aAaaaAaaaa"),
        ({"a": 8, "A": 2}, "aAaaaAaaaa"),
        ({"a": 4, "A": 2, "b": 4, "B": 2}, "aAbabBabaAbB"),
    ],
)
def test_what_is_flooded_has_fewer_turns(pieces: dict[str, int], written: str) -> None:
    """One of four; all have the same where there are no others."""
    assert World(**pieces).take() == written


def test_some_pieces_are_written_before_what_is_flooded() -> None:
    """Where that has had all turns before, for however long."""
    world = World(A=100)
    world.take(50)
    world.turns.add(Portion("b", 12, world.written))
    assert world.take(14) == "bbbbbbbbbAbbbA"


def test_what_is_flooded_and_has_not_begun() -> None:
    """It may wait for more; what has begun has its turns, and what is calm."""
    world = World(a=4, A=3)
    assert world.take(only_begun=True) == "aaaa"
    world.turns.add(Portion("b", 2, world.written))
    assert world.take() == "AAbbA"
    world = World(A=3)
    world.take(1)
    world.turns.add(Portion("B", 3, world.written))
    assert world.take(only_begun=True) == "AA"
    assert world.turns


def test_one_that_is_flooded_from_now_on() -> None:
    """It loses the turns that it had before others."""
    world = World(a=9, b=3)
    world.portions["a"].is_flooded = True
    assert world.take() == "babbaaaaaaaa"


def test_who_is_calm_waits_for_a_short_piece_only() -> None:
    """However long the pieces have become."""
    world = World(A=40, b=2)
    piece = Piece(Batch())
    for left in (8, 16):
        piece.left = left * PIECE
        world.turns.take(piece)
    assert "".join(world.written) == "bb" + "A" * 16
    world.turns.add(Portion("c", 20, world.written))
    del world.written[:]
    for _ in range(4):
        piece.left = 4 * PIECE
        world.turns.take(piece)
    assert "".join(world.written) == "ccccccccccccA"


def test_a_pause_of_the_system_is_nobodys_turn() -> None:
    """Who is flooded makes up for some of it only."""
    now, taken = 0, list[str]()

    class Slow(Portion):
        def write(self, piece: Piece) -> None:
            nonlocal now
            now += 10**9 if self.name == "a" and not taken else AHEAD
            super().write(piece)

    turns = Turns(lambda: now)
    for name in "aA":
        turns.add(Slow(name, 9, taken))
    for _ in range(5):
        piece = Piece(Batch())
        piece.begin()
        turns.take(piece)
    assert "".join(taken) == "aAaAa"


def test_only_what_is_calm() -> None:
    """Though it is not its turn; what is flooded makes up for it later."""
    world = World(A=9, a=4, b=2)
    world.portions["b"].is_flooded = True
    piece = Piece(Batch())
    taken = []
    for _ in range(3):
        piece.begin()
        taken.append(world.turns.take_calm(piece))
    assert (taken, world.written) == ([True] * 3, ["a"] * 3)
    assert world.take(2) == "Aa"
    piece.begin()
    assert not world.turns.take_calm(piece)
    assert world.turns


@pytest.mark.parametrize("name", ["a", "A"])
def test_one_that_is_gone_has_no_turn(name: str) -> None:
    """Whichever sort it is of."""
    world = World(a=1, A=1)
    gone = world.portions[name]
    world.turns.remove(gone)
    assert world.take() == name.swapcase()
    assert not world.turns


def written_in(turns: Sequence[str], name: str) -> int:
    """How many pieces of one were written."""
    return list(turns).count(name)


@pytest.mark.parametrize("others", [1, 2, 5])
def test_shares(others: int) -> None:
    """In the long run, with as many others as there may be."""
    names = "bcdef"[:others]
    world = World(A=1000, **dict.fromkeys(names, 1000))
    world.take(800)
    assert written_in(world.written, "A") == 200
    assert {written_in(world.written, name) for name in names} == {600 // others}
