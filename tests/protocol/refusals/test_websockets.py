"""Why WebSockets are closed by the service. Specification: client-protocols section 2.3."""

import pytest

from webpubsub.protocol.refusals import RefusalKind, websockets
from webpubsub.protocol.refusals.websockets import CLOSE_REASONS, close_refusal

CLOSES = [
    (websockets.FRAME_INVALID, 1002, "The client frame is invalid."),
    (websockets.TEXT_INVALID, 1007, "The client message is not valid UTF-8."),
    (websockets.MESSAGE_TOO_LARGE, 1009, "The client message is too large."),
    (websockets.RECOVERY_REFUSED, 1008, "The connection could not be recovered."),
    (websockets.BUFFER_FULL, 1008, "The reliable message buffer is full."),
    (
        websockets.RAW_GROUP_FORBIDDEN,
        1008,
        "The connection is not authorized for raw sendToGroup mode.",
    ),
    (websockets.EVENT_FAILED, 1011, "Internal server error"),
    (websockets.INTERNAL_ERROR, 1011, "Internal server error"),
]


@pytest.mark.parametrize(("kind", "code", "reason"), CLOSES, ids=lambda value: str(value)[:30])
def test_close_frames(kind: RefusalKind, code: int, reason: str) -> None:
    """Code and reason are those that clients compare, and the reason fits a close frame."""
    refusal = close_refusal(kind, "what was seen")
    assert (refusal.kind.close_code, refusal.wire_message) == (code, reason)
    assert refusal.seen == "what was seen"
    assert len(reason.encode()) <= 123


def test_every_closing_kind_has_a_reason() -> None:
    """A kind has a reason text exactly when it has a close code."""
    kinds = [kind for kind in vars(websockets).values() if isinstance(kind, RefusalKind)]
    assert [kind for kind in kinds if kind.close_code] == [*CLOSE_REASONS]
    assert [kind for kind, _, _ in CLOSES] == [*CLOSE_REASONS]
