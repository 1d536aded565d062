"""What the application may change, and how it turns clients away.

Specification: client-protocols section 1.5, upstream-events section 9.
"""

from typing import Any

import pytest

from tests.service.front_door.test_handshake import CLAIMS, attempt, with_token
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Unhandled,
)
from webpubsub.protocol.refusals import Refused
from webpubsub.service.front_door.agreement import Agreement, agree

TOKEN_TERMS = Agreement(user_id="alice", roles=("r",), groups=("g",), subprotocol=None)


@pytest.mark.parametrize(
    ("outcome", "changes"),
    [
        (Unhandled(), {}),
        (ConnectAccepted(), {}),
        (ConnectAccepted(user_id="bob"), {"user_id": "bob"}),
        (ConnectAccepted(user_id=""), {"user_id": None}),
        (ConnectAccepted(roles=()), {"roles": ()}),
        (ConnectAccepted(roles=("a", "b")), {"roles": ("a", "b")}),
        (ConnectAccepted(groups=()), {}),
        (ConnectAccepted(groups=("h",)), {"groups": ("h",)}),
        (ConnectAccepted(subprotocol=""), {}),
        (ConnectAccepted(subprotocol=" "), {}),
        (ConnectAccepted(subprotocol="CUSTOM"), {"subprotocol": "custom"}),
        (ConnectAccepted(subprotocol="unoffered"), {"subprotocol": "unoffered"}),
    ],
)
def test_overrides(outcome: EventOutcome, changes: dict[str, Any]) -> None:
    """What an answer may change (client-protocols section 1.5, upstream-events section 9)."""
    target = with_token("/client/hubs/chat", **CLAIMS)
    found = attempt(target, {"Sec-WebSocket-Protocol": "other, custom"})
    terms = agree(found, outcome)
    assert {name: getattr(terms, name) for name in TOKEN_TERMS.__struct_fields__} == {
        **{name: getattr(TOKEN_TERMS, name) for name in TOKEN_TERMS.__struct_fields__},
        **changes,
    }


def test_an_empty_user_in_the_token_is_no_user() -> None:
    """Nobody is called by the empty name."""
    assert agree(attempt(with_token(sub="")), Unhandled()).user_id is None


@pytest.mark.parametrize(
    ("outcome", "status", "text"),
    [
        (EventFailed(status=401, message="secret"), 401, "Unauthorized"),
        (EventFailed(status=403), 403, "Forbidden"),
        (EventFailed(status=429), 429, "Too Many Requests"),
        (EventFailed(status=499), 499, "Refused"),
        (EventFailed(status=500, message="secret"), 500, "The connect event failed."),
        (EventFailed(status=503), 503, "The connect event failed."),
        (EventFailed(status=302), 302, "The connect event failed."),
        (EventFailed(status=0), 500, "The connect event failed."),
        (EventFailed(status=600), 500, "The connect event failed."),
        (ConnectAccepted(groups=("ok", " ")), 500, "The connect event failed."),
        (ConnectAccepted(groups=("x" * 1025,)), 500, "The connect event failed."),
        (ConnectAccepted(roles=("",)), 500, "The connect event failed."),
        (ConnectAccepted(subprotocol="a\r\nX: y"), 500, "The connect event failed."),
    ],
)
def test_answers_that_turn_away(outcome: EventOutcome, status: int, text: str) -> None:
    """The application's status reaches the client, and what cannot be understood is 500; what the
    application says is for the log alone."""
    with pytest.raises(Refused) as caught:
        agree(attempt(), outcome)
    refusal = caught.value.refusal
    assert (refusal.kind.http_status, refusal.wire_message) == (status, text)
    if isinstance(outcome, EventFailed):
        assert outcome.message in refusal.seen
