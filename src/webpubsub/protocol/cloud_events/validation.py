"""Whether a webhook wants the events of this service: the abuse protection of CloudEvents.

Specification: upstream-events section 4.
"""

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest, values
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.webhooks import NOT_ALLOWED
from webpubsub.protocol.trace_context import SpanContext

#: What stands for ``{event}`` in the URL that is validated.
VALIDATION_EVENT = "validate"

_ANY_ORIGIN = "*"
_SHOWN = 100


def validation_request(
    origin: str, method: str = "OPTIONS", span: SpanContext | None = None
) -> WebhookRequest:
    """The request that asks; ``origin`` is the host name of the service, without a port, ``span``
    what it is sent from."""
    trace = [] if span is None else span.headers
    headers = [(wire.REQUEST_ORIGIN, origin), (wire.AWPS_VERSION, wire.VERSION), *trace]
    return WebhookRequest(method=method, headers=headers)


def must_ask_with_get(answer: WebhookAnswer) -> bool:
    """Whether to ask once more with GET, because the webhook does not know of OPTIONS."""
    return answer.status == 404


def refusal_of(answer: WebhookAnswer, origin: str) -> Refusal | None:
    """Why this answer does not allow events from ``origin``, or None when it does.

    One header line must be ``*`` or the host name; a line that lists several is none of them, as in
    the cloud service.
    """
    if not answer.succeeded:
        return NOT_ALLOWED.refuse(f"status {answer.status}")
    origins = values(answer.headers, wire.ALLOWED_ORIGIN)
    if any(value == _ANY_ORIGIN or value.lower() == origin.lower() for value in origins):
        return None
    seen = ", ".join(f"'{value[:_SHOWN]}'" for value in origins[:3]) or "no such header"
    return NOT_ALLOWED.refuse(f"status {answer.status} and {seen} for the host '{origin}'")
