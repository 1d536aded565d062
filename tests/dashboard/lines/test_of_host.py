"""What happens in a function app, in words."""

from typing import Any, get_args

import pytest

from tests.dashboard.world import HELLO, user_event
from webpubsub.dashboard.lines.of_host import HOST_LINES
from webpubsub.host import observation as seen
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import deliveries, functions

SEND = ops.SendToAll(hub="chat", message=HELLO)
#: A token that begins where a line ends.
SPOKEN = "x" * 285 + " eyJh" + "b" * 200 + ".c.d"
HIDDEN = "x" * 285 + " (hidden)"
FAILURE = FunctionFailure(type="ValueError", message="no", stack_trace="")


def test_everything_that_can_be_seen_has_a_line() -> None:
    """Whatever passes the point of a host."""
    assert set(get_args(seen.Observed)) == set(HOST_LINES)


def _ended(failure: FunctionFailure | None) -> seen.InvocationEnded:
    return seen.InvocationEnded(
        invocation_id="i",
        function="f",
        seconds=0.5,
        inputs=[],
        outputs={},
        return_value=None,
        failure=failure,
    )


def _logged(level: str, message: str = "a\nb") -> seen.InvocationLogged:
    return seen.InvocationLogged(
        invocation_id="i", function="f", level=level, logger="root", message=message
    )


def _action(problem: str | None) -> seen.ActionCarriedOut:
    return seen.ActionCarriedOut(
        invocation_id="i",
        function="f",
        binding="actions",
        operation=SEND,
        seconds=0.1,
        problem=problem,
    )


CASES: list[tuple[Any, dict[str, Any]]] = [
    (seen.AppServes([], reloaded=True), {"title": "App serves again", "text": "0 functions"}),
    (seen.AppBroken("no"), {"title": "App is broken", "text": "no", "outcome": "failed"}),
    (seen.HttpReceived("GET", "/api/f"), {"title": "GET /api/f", "kind": "http"}),
    (seen.HttpAnswered("GET", "/api/f", 404, 0.1),
     {"title": "404 for GET /api/f", "outcome": "refused", "seconds": 0.1}),
    (seen.HttpAnswered("GET", "/api/f", 401, 0.1, "/api/f", functions.KEY_MISSING.refuse("no key")),
     {"title": "401 for GET /api/f", "outcome": "refused", "text": "saw no key",
      "code": functions.KEY_MISSING.code}),
    (seen.DeliveryReceived("POST"), {"kind": "webhook", "phase": "begin"}),
    (seen.DeliveryAnswered("POST", 200, 0.1, user_event()), {"user": "alice", "outcome": "ok"}),
    (seen.DeliveryAnswered("POST", 401, 0.1, None, deliveries.NOT_TRUSTED.refuse("x")),
     {"code": deliveries.NOT_TRUSTED.code, "outcome": "refused"}),
    (seen.InvocationBegan(invocation_id="i", function="f", reason="why", trigger=None, retry=1),
     {"title": "Function f, attempt 2", "text": "why", "name": "f", "phase": "begin"}),
    (_ended(None), {"title": "Function f has returned", "outcome": "ok", "phase": "end"}),
    (_ended(FAILURE), {"title": "Function f failed", "text": "ValueError: no", "seconds": 0.5}),
    (_logged("WARNING"), {"title": "Warning of f", "text": "a b", "outcome": "", "kind": "log"}),
    (_logged("ERROR"), {"outcome": "failed"}),
    (_logged("INFO", SPOKEN), {"text": HIDDEN}),
    (_ended(FunctionFailure(type="E", message=SPOKEN, stack_trace="")), {"text": f"E: {HIDDEN}"}),
    (seen.AppBroken(SPOKEN), {"text": HIDDEN}),
    (_action(SPOKEN), {"text": HIDDEN}),
    (_action(None), {"title": "Action of f: send to all", "text": "hello", "outcome": "ok"}),
    (_action("503"), {"text": "503", "outcome": "failed", "kind": "action"}),
]  # fmt: skip


@pytest.mark.parametrize(("item", "members"), CASES, ids=lambda one: type(one).__name__)
def test_lines(item: Any, members: dict[str, Any]) -> None:
    """Title, outcome, and what they are found by."""
    made = HOST_LINES[type(item)](item)
    assert {name: made.get(name) for name in members} == members
