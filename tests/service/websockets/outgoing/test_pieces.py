"""How much is written before others are heard. Specification: client-protocols section 2.1."""

import pytest

from webpubsub.service.websockets.outgoing import sending
from webpubsub.service.websockets.outgoing.pieces import (
    LONGEST,
    PIECE,
    SELDOM,
    UNSEEN,
    Amount,
    Piece,
)
from webpubsub.service.websockets.outgoing.sending import BETWEEN, Batch


@pytest.mark.parametrize(
    ("others", "shortest", "longest"), [(0, PIECE, LONGEST), (-1, UNSEEN, UNSEEN)]
)
def test_pieces_grow_until_others_are_heard(
    monkeypatch: pytest.MonkeyPatch, others: int, shortest: int, longest: int
) -> None:
    """If it is known whether there are any."""
    monkeypatch.setattr(sending, "is_readable", lambda _fileno: False)
    piece = Piece(Batch(others))
    for _ in range(2):
        lengths = []
        for _ in range(9):
            piece.begin()
            lengths.append(piece.left)
            piece.spend(PIECE)
            assert piece.left == lengths[-1] - PIECE
        assert lengths == [min(shortest << times, longest) for times in range(9)]
        piece.cut()
        assert piece.left == 0


@pytest.mark.parametrize(("others", "shortest"), [(0, PIECE), (-1, UNSEEN)])
def test_one_that_is_shortened(others: int, shortest: int) -> None:
    """Is no longer than the shortest, nor longer than it was."""
    piece = Piece(Batch(others))
    piece.left = 9 * PIECE
    piece.shorten()
    assert piece.left == shortest
    piece.spend(shortest - 1)
    piece.shorten()
    assert piece.left == 1


def test_what_is_done_is_taken_once() -> None:
    """Of all pieces since."""
    piece = Piece(Batch())
    for amount in (Amount(2, 30), Amount(1, 5)):
        piece.begin()
        piece.complete(amount)
    assert [piece.take_done(), piece.take_done()] == [(3, 35), (0, 0)]


def test_others_are_looked_for_less_often_while_they_want_nothing() -> None:
    """If there are any: who was not looked for in vain is looked for as before."""
    piece = Piece(Batch())
    steps = []
    for is_cut, wanted in [
        *[(False, False), (True, False), (False, False), (True, False), (True, False)],
        *[(True, True), (True, False), (False, True)],
    ]:
        steps.append(piece.step)
        piece.begin()
        if is_cut:
            piece.cut()
        piece.judge(others_want_something=wanted)
    assert SELDOM == 4 * BETWEEN
    doubled = 2 * BETWEEN
    assert steps == [BETWEEN, BETWEEN, doubled, doubled, SELDOM, SELDOM, BETWEEN, doubled]
    assert piece.step == BETWEEN
