"""Roughly how much memory an item holds."""

import pytest

from tests.dashboard.world import connect_event, user_event
from webpubsub.dashboard.weights import weight
from webpubsub.host import observation as host
from webpubsub.host.values import JsonText
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.requests import SendEvent
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals import CheckMade
from webpubsub.protocol.refusals.tokens import TOKEN_MALFORMED
from webpubsub.service import observation as service

LARGE = Message(DataType.TEXT, b"x" * 100_000)
TEXT = "x" * 100_000
CHECK = CheckMade(kind=TOKEN_MALFORMED, seen="x.y")


def _ended(**members: object) -> host.InvocationEnded:
    values = {"inputs": [], "outputs": {}, "return_value": None, **members}
    return host.InvocationEnded(invocation_id="i", function="f", seconds=0.1, **values)  # type: ignore[arg-type]  # a table of members


@pytest.mark.parametrize(
    "item",
    [
        service.RequestReceived("chat", "c", SendEvent(event="e", message=LARGE)),
        service.OperationApplied(ops.SendToAll(hub="chat", message=LARGE), None),
        service.EventRaised(user_event(LARGE)),
        service.EventRaised(connect_event({"a": [TEXT]})),
        service.EventRaised(connect_event({f"h{number}": ["x"] for number in range(600)})),
        service.HandshakeRefused("/", TOKEN_MALFORMED.refuse("x.y"), (CHECK,) * 700),
        service.WebhookCalled(user_event(LARGE), "http://x"),
        service.Delivered("chat", Delivery(LARGE), ("c",)),
        service.Delivered("chat", Delivery(Message(DataType.TEXT, b"")), ("c",) * 20_000),
        host.InvocationBegan(invocation_id="i", function="f", reason="", trigger=TEXT),
        _ended(inputs=[("a", JsonText(TEXT))]),
        _ended(outputs={"a": TEXT.encode()}),
        _ended(return_value=TEXT),
        _ended(failure=FunctionFailure(type="E", message="", stack_trace=TEXT)),
        host.InvocationLogged(
            invocation_id="i", function="f", level="INFO", logger="l", message=TEXT
        ),
    ],
    ids=lambda item: type(item).__name__,
)
def test_what_is_large_weighs(item: object) -> None:
    """Wherever the payload is."""
    assert 100_000 < weight(item) < 200_000


def test_what_is_small_weighs_little() -> None:
    """But never nothing."""
    assert 0 < weight(service.SessionEnded("chat", "c", "")) < 1000
