"""What happens in the service, in words."""

from typing import Any, get_args

import pytest

from tests.dashboard.world import HELLO, user_event
from webpubsub.dashboard.lines.of_service import SERVICE_LINES
from webpubsub.dashboard.recorder import UNRECORDED
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.clients.requests import SendToGroup
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.outcomes import EventFailed, Unhandled, UserEventAccepted
from webpubsub.protocol.refusals import handshake, rest, tokens, webhooks, websockets
from webpubsub.protocol.refusals.hub import CONNECTION_UNKNOWN
from webpubsub.service import observation as seen

EXPIRED = tokens.TOKEN_EXPIRED.refuse("an hour ago")
UNKNOWN = CONNECTION_UNKNOWN.refuse("the connection id 'c'")
JOIN = ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c")


def test_everything_that_can_be_seen_has_a_line() -> None:
    """Whatever passes the point of a service and is recorded."""
    assert set(get_args(seen.Observed)) - UNRECORDED == set(SERVICE_LINES)


CASES: list[tuple[Any, dict[str, Any]]] = [
    (seen.HandshakeBegan("/client/hubs/Chat"),
     {"kind": "connect", "hub": "chat", "phase": "begin"}),
    (seen.HandshakeAccepted("/client/", "chat", "c", recovered=True),
     {"title": "Client let back in", "hub": "chat", "phase": "end", "outcome": "ok"}),
    (seen.HandshakeRefused("/client/hubs/chat", EXPIRED),
     {"title": "Client refused with 401", "code": "token.expired", "outcome": "refused",
      "text": "saw an hour ago"}),
    (seen.TurnedAway("/server", handshake.PATH_RESERVED.refuse("/server")),
     {"kind": "connect", "title": "Turned away with 404", "text": "/server: saw /server",
      "code": handshake.PATH_RESERVED.code, "outcome": "refused"}),
    (seen.TurnedAway("", handshake.HEAD_INVALID.refuse("TLS")),
     {"title": "Turned away with 400", "text": "saw TLS"}),
    (seen.HandshakeAbandoned("/client/hubs/Chat"),
     {"title": "Client gone before it was let in", "hub": "chat", "phase": "end"}),
    (seen.SessionBegan("chat", "c", "alice", None), {"user": "alice", "text": "simple WebSocket"}),
    (seen.RequestReceived("chat", "c", SendToGroup(group="g", message=HELLO)),
     {"kind": "request", "group": "g", "text": "hello", "size": 5, "connection": "c"}),
    (seen.GoodbyeReceived("chat", "c", 1000, "bye"),
     {"kind": "close", "title": "Client closes with 1000", "text": "bye", "connection": "c"}),
    (seen.AckSent("chat", "c", 1, None), {"title": "Ack 1: success", "outcome": "ok"}),
    (seen.AckSent("chat", "c", 2, AckError("Forbidden", "no")),
     {"title": "Ack 2: Forbidden", "text": "no", "outcome": "refused"}),
    (seen.EventRaised(user_event()),
     {"title": "Event message", "user": "alice", "text": "hello", "phase": "begin"}),
    (seen.EventAnswered(user_event(), UserEventAccepted(reply=HELLO)),
     {"title": "Answer to message", "text": "hello", "outcome": "ok", "phase": "end"}),
    (seen.EventAnswered(user_event(), EventFailed(status=401, message="no")),
     {"text": "status 401 no", "outcome": "refused"}),
    (seen.EventAnswered(user_event(), EventFailed()), {"outcome": "failed"}),
    (seen.EventAnswered(user_event(), Unhandled()), {"text": "nobody handles it", "outcome": ""}),
    (seen.OperationApplied(ops.SendToAll(hub="chat", message=HELLO), None),
     {"title": "Sent to all", "outcome": "ok", "kind": "operation"}),
    (seen.OperationApplied(JOIN, UNKNOWN),
     {"title": "Add connection to group g", "code": "hub.connection.unknown"}),
    (seen.Delivered("chat", Delivery(HELLO, "g"), ("a", "b")),
     {"title": "Delivered to 2 connections", "recipients": 2, "group": "g", "connection": "",
      "to": ("a", "b")}),
    (seen.Delivered("chat", Delivery(HELLO), ("a",)),
     {"title": "Delivered to 1 connection", "connection": "a"}),
    (seen.ConnectionClosed("chat", "c", "Normal", 1000, "bye"),
     {"title": "Transport closed with 1000: Normal", "text": "bye"}),
    (seen.ConnectionClosed("chat", "c", "PingTimeout", None, "",
                           websockets.PING_TIMEOUT.refuse("2 pings")),
     {"title": "Transport closed: PingTimeout", "code": websockets.PING_TIMEOUT.code}),
    (seen.SessionDetached("chat", "c", 30.0),
     {"kind": "close", "title": "Transport lost, connection kept for 30 s", "connection": "c"}),
    (seen.SessionEnded("chat", "c", "why"), {"title": "Disconnected", "text": "why"}),
    (seen.SessionEnded("chat", "c", "why", detached=True),
     {"title": "Disconnected, and had not come back"}),
    (seen.WebhookCalled(user_event(), "http://x/hook"), {"title": "Webhook http://x/hook"}),
    (seen.WebhookAnswered(user_event(), "http://x/hook", 200, 1, 0.5),
     {"title": "Webhook: 200", "seconds": 0.5, "outcome": "ok"}),
    (seen.WebhookAnswered(user_event(), "http://x/hook", None, 3, 0.5,
                          webhooks.TIMEOUT.refuse("no answer")),
     {"title": "Webhook has not answered", "code": webhooks.TIMEOUT.code, "outcome": "refused"}),
    (seen.ValidationAsked("http://x/hook"),
     {"kind": "webhook", "title": "Does it want events? http://x/hook", "phase": "begin"}),
    (seen.ValidationAnswered("http://x/hook", 200, 1, 0.5),
     {"title": "Webhook wants events", "seconds": 0.5, "outcome": "ok", "phase": "end"}),
    (seen.ValidationAnswered("http://x/hook", 401, 1, 0.5,
                             webhooks.NOT_ALLOWED.refuse("status 401")),
     {"title": "Webhook gets no events", "text": "saw status 401", "outcome": "refused"}),
    (seen.ListenerSent("file x", 2, "disk full"), {"text": "disk full", "outcome": "failed"}),
    (seen.RestCalled("POST", "/api"), {"title": "POST /api", "phase": "begin", "kind": "rest"}),
    (seen.RestAnswered("POST", "/api", 202, 0.1, "Send", "chat"),
     {"title": "202 for POST /api", "text": "Send", "hub": "chat", "outcome": "ok"}),
    (seen.RestAnswered("POST", "/api", 401, 0.1, refusal=rest.TOKEN_MISSING.refuse("no token")),
     {"code": rest.TOKEN_MISSING.code, "outcome": "refused"}),
    (seen.RestAnswered("HEAD", "/api", 500, 0.1), {"outcome": "failed"}),
    (seen.FaultInjected("delay", "1 s", "chat", "c"),
     {"kind": "fault", "title": "Fault: delay", "connection": "c"}),
]  # fmt: skip


@pytest.mark.parametrize(("item", "members"), CASES, ids=lambda one: type(one).__name__)
def test_lines(item: Any, members: dict[str, Any]) -> None:
    """Title, outcome, and what they are found by."""
    made = SERVICE_LINES[type(item)](item)
    assert {name: made.get(name) for name in members} == members
