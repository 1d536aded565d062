"""What was refused lately."""

import pytest

from tests.dashboard.world import entry
from webpubsub.dashboard.recent_refusals import recent_refusals
from webpubsub.dashboard.recorder import Recorder
from webpubsub.protocol.refusals import RefusalKind, handshake, tokens
from webpubsub.service.observation import HandshakeBegan, HandshakeRefused


def recorder(*kinds: RefusalKind) -> Recorder:
    """One that has seen clients being refused so."""
    made = Recorder()
    for kind in kinds:
        made(entry(HandshakeBegan("/client/hubs/chat")).sighting)
        made(entry(HandshakeRefused("/client/hubs/chat", kind.refuse("it"))).sighting)
    return made


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("", ["handshake.hub.invalid", "token.expired", "token.lifetime.missing"]),
        ("token", ["token.expired", "token.lifetime.missing"]),
        ("Token.Expired", ["token.expired"]),
        ("tok", []),
    ],
)
def test_those_that_are_meant(code: str, expected: list[str]) -> None:
    """All, or those whose codes begin with whole words; in the order in which they happened."""
    seen = (handshake.HUB_INVALID, tokens.TOKEN_EXPIRED, tokens.TOKEN_LIFETIME_MISSING)
    found = recent_refusals(recorder(*seen), code)
    assert [one.refusal.code for one in found if one.refusal is not None] == expected
    assert all(one.line.code == code for one, code in zip(found, expected, strict=True))


def test_no_more_than_can_be_read() -> None:
    """Of many, the latest."""
    kinds = [tokens.TOKEN_EXPIRED] * 60 + [tokens.TOKEN_AUDIENCE]
    found = recent_refusals(recorder(*kinds))
    assert len(found) == 50
    assert found[-1].line.code == "token.audience"
