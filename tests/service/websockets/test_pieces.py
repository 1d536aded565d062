"""How much is written before others are heard. Specification: client-protocols section 2.1."""

import pytest

from webpubsub.service.websockets import sending
from webpubsub.service.websockets.pieces import LONGEST, PIECE, Piece
from webpubsub.service.websockets.sending import Batch


@pytest.mark.parametrize(("others", "longest"), [(0, LONGEST), (-1, PIECE)])
def test_pieces_grow_until_others_are_heard(
    monkeypatch: pytest.MonkeyPatch, others: int, longest: int
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
        assert lengths == [min(PIECE << times, longest) for times in range(9)]
        piece.cut()
        assert piece.left == 0
