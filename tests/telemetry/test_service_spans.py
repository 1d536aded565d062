"""What is seen of the service, as spans."""

from functools import partial

from tests.protocol.cloud_events.samples import CONNECTED
from tests.telemetry.exported import attributes, recorded_by
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.clients.requests import JoinGroup
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.operations import CloseAllConnections
from webpubsub.protocol.refusals.handshake import PATH_RESERVED, TOKEN_MISSING
from webpubsub.protocol.refusals.hub import FILTER_INVALID
from webpubsub.protocol.refusals.webhooks import TIMEOUT
from webpubsub.service import observation as seen
from webpubsub.telemetry.service_spans import record_service

recorded = partial(recorded_by, record_service)


def test_a_client_that_is_turned_away() -> None:
    """Says why, and with which status."""
    refusal = TOKEN_MISSING.refuse("neither")
    exported = recorded(
        seen.HandshakeBegan("/client/hubs/chat"),
        seen.HandshakeRefused("/client/hubs/chat", refusal),
    )
    span = exported.named("GET /client/hubs/{hub}")
    assert attributes(span)["http.response.status_code"] == 401
    assert attributes(span)["webpubsub.refusal.code"] == "handshake.token.missing"


def test_one_that_did_not_get_so_far() -> None:
    """There is a span of it all the same."""
    (span,) = recorded(seen.TurnedAway("/server", PATH_RESERVED.refuse("/server"))).spans
    assert attributes(span)["webpubsub.refusal.code"] == PATH_RESERVED.code
    assert attributes(span)["url.path"] == "/server"


def test_a_client_that_closes() -> None:
    """So that what comes of it is part of something."""
    exported = recorded(
        seen.GoodbyeReceived("chat", "c", 1000, "bye"), seen.RequestHandled("chat", "c")
    )
    assert attributes(exported.named("Goodbye chat"))["webpubsub.close.code"] == 1000


def test_a_client_that_does_not_wait() -> None:
    """Its span ends with it."""
    (span,) = recorded(seen.HandshakeBegan("/client"), seen.HandshakeAbandoned("/client")).spans
    assert (span.name, attributes(span)["error.type"]) == ("GET /client", "abandoned")


def test_a_webhook() -> None:
    """How often it was asked; and why it has not answered."""
    answered = recorded(
        seen.WebhookCalled(CONNECTED, "http://a/eh"),
        seen.WebhookAnswered(CONNECTED, "http://a/eh", 200, 3, 1.0),
    ).named("POST")
    assert attributes(answered)["http.request.resend_count"] == 2
    assert attributes(answered)["http.response.status_code"] == 200
    failed = recorded(
        seen.WebhookCalled(CONNECTED, "http://a/eh"),
        seen.WebhookAnswered(CONNECTED, "http://a/eh", None, 0, 1.0, TIMEOUT.refuse("none")),
    ).named("POST")
    assert attributes(failed)["http.request.resend_count"] == 0
    assert attributes(failed)["error.type"] == TIMEOUT.code


def test_a_question_to_a_webhook() -> None:
    """It is a request as any other."""
    span = recorded(
        seen.ValidationAsked("http://a/eh"),
        seen.ValidationAnswered("http://a/eh", 200, 1, 1.0),
    ).named("OPTIONS")
    assert attributes(span)["http.response.status_code"] == 200
    assert attributes(span)["server.address"] == "a"


def test_a_call_of_the_rest_api() -> None:
    """Named after its route."""
    path = "/api/hubs/chat/:send"
    answered = seen.RestAnswered(
        "POST", path, 202, 0.1, "SendToAll", "chat", route="/api/hubs/{hub}/:send"
    )
    span = recorded(seen.RestCalled("POST", path), answered).named("POST /api/hubs/{hub}/:send")
    assert attributes(span)["http.route"] == "/api/hubs/{hub}/:send"
    assert attributes(span)["webpubsub.operation"] == "SendToAll"


def test_what_happens_within_a_request() -> None:
    """What the hub does and whom it reaches are events of the span, a refusal its failure."""
    message = Delivery(Message(DataType.TEXT, b"x"))
    exported = recorded(
        seen.RequestReceived("chat", "c", JoinGroup(group="g")),
        seen.Delivered("chat", message, tuple(map(str, range(50)))),
        seen.OperationApplied(CloseAllConnections(hub="chat"), FILTER_INVALID.refuse("x")),
        seen.AckSent("chat", "c", 1, AckError("Forbidden", "why")),
        seen.RequestHandled("chat", "c"),
    )
    span = exported.named("JoinGroup chat")
    assert [event.name for event in span.events] == ["delivered", "operation"]
    delivered, operation = (dict(event.attributes or {}) for event in span.events)
    assert delivered["webpubsub.recipients"] == 50
    assert str(delivered["webpubsub.recipients.some"]).startswith("0,1,2")
    assert operation["error.type"] == FILTER_INVALID.code
    assert attributes(span)["error.type"] == "Forbidden"
    assert attributes(span)["messaging.client.id"] == "c"


def test_what_is_no_span() -> None:
    """Is passed over."""
    assert recorded(seen.SessionEnded("chat", "c", "")).spans == ()
