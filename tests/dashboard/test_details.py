"""All that the page shows of one item."""

from typing import Any, get_args

import pytest

from tests.dashboard.lines import test_of_host, test_of_service
from tests.dashboard.world import HELLO, entry, user_event
from webpubsub.dashboard.answers import encoded
from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.details import detail
from webpubsub.dashboard.recorder import UNRECORDED
from webpubsub.host import observation as host
from webpubsub.host.values import JsonText
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import CheckMade, deliveries, functions
from webpubsub.service import observation as service

ITEMS = [item for item, _ in (*test_of_service.CASES, *test_of_host.CASES)]


def test_the_items_are_of_every_kind() -> None:
    """So that the next test sees all that are recorded."""
    kinds = {type(item) for item in ITEMS}
    assert kinds == {*get_args(service.Observed), *get_args(host.Observed)} - UNRECORDED


@pytest.mark.parametrize("item", ITEMS, ids=lambda one: type(one).__name__)
def test_everything_can_be_opened(item: Any) -> None:
    """The page gets it as JSON, and never a signature."""
    made = detail(entry(item), ConnectionUsers())
    data = encoded(made)
    assert b"sha256=secret" not in data
    refusal = getattr(item, "refusal", None)
    assert (made.refusal is None) == (refusal is None)
    if made.refusal is not None and refusal is not None:
        assert made.refusal.seen == refusal.seen


def test_a_message_and_who_got_it() -> None:
    """By connection and user."""
    users = ConnectionUsers()
    users.meet(service.SessionBegan("chat", "a", "alice", None))
    made = detail(entry(service.Delivered("chat", Delivery(HELLO, "g"), ("a", "b"))), users)
    assert made.payload is not None
    assert made.payload.text == "hello"
    assert [(one.connection, one.user) for one in made.recipients] == [("a", "alice"), ("b", "")]
    assert made.fields == {"connections": 2, "group": "g"}


def test_not_all_of_very_many_recipients_are_named() -> None:
    """The line says how many there are."""
    crowd = tuple(map(str, range(2000)))
    made = detail(entry(service.Delivered("chat", Delivery(HELLO), crowd)), ConnectionUsers())
    assert len(made.recipients) == 500
    assert made.line.recipients == 2000


def test_a_function_that_failed() -> None:
    """What it was given, what it has set, and the traceback of the user's own code."""
    item = host.InvocationEnded(
        invocation_id="i",
        function="f",
        seconds=0.1,
        inputs=[("request", "in")],
        outputs={"actions": JsonText("[]")},
        return_value="back",
        failure=FunctionFailure(
            type="ValueError", message="AccessKey=abc;", stack_trace='File "function_app.py"'
        ),
    )
    made = detail(entry(item), ConnectionUsers())
    assert [(one.name, one.payload.text) for one in made.values] == [
        ("input request", "in"),
        ("output actions", "[]"),
        ("returned", "back"),
    ]
    assert made.trace == 'File "function_app.py"'
    assert made.fields["message"] == "AccessKey=(hidden);"


def test_a_webhook_shows_the_event() -> None:
    """And where it went."""
    made = detail(entry(service.WebhookCalled(user_event(), "http://x/hook")), ConnectionUsers())
    assert made.fields["url"] == "http://x/hook"
    assert made.fields["event name"] == "message"


def test_a_refused_delivery_shows_what_was_checked() -> None:
    """As a refused handshake does."""
    refusal = deliveries.NO_FUNCTION.refuse("the user event 'x' of hub 'chat'")
    checks = (
        CheckMade(kind=deliveries.HEADERS_INVALID, seen="ce-type: azure.webpubsub.user.x"),
        CheckMade(kind=deliveries.NO_FUNCTION, seen=refusal.seen, passed=False),
    )
    made = detail(
        entry(host.DeliveryAnswered("POST", 404, 0.1, None, refusal, checks)), ConnectionUsers()
    )
    assert made.refusal is not None
    assert [(one.code, one.result) for one in made.refusal.checks] == [
        ("delivery.headers.invalid", "passed"),
        ("delivery.function.missing", "failed"),
    ]


def test_why_a_key_was_refused() -> None:
    """After what was in order, and before what was not looked at."""
    refusal = functions.KEY_UNKNOWN.refuse("a key of 3 characters")
    made = detail(
        entry(host.HttpAnswered("GET", "/api/f", 401, 0.1, "/api/f", refusal)), ConnectionUsers()
    )
    assert made.refusal is not None
    results = {one.code: one.result for one in made.refusal.checks}
    assert results[functions.KEY_MISSING.code] == "passed"
    assert results[functions.KEY_UNKNOWN.code] == "failed"
    assert results[functions.KEY_LEVEL.code] == "not reached"
    assert made.fields["route"] == "/api/f"
