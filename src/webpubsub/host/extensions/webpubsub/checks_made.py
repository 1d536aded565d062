"""Which checks a delivery has passed before it was refused, for whoever asks why."""

from collections.abc import Sequence

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import Headers, WebhookRequest, values
from webpubsub.protocol.refusals import CheckMade, Refusal, RefusalKind
from webpubsub.protocol.refusals import deliveries as kinds

_SHOWN_CHARACTERS = 200

#: In the order in which the webhook looks, with the header that it looks at, if it is one.
_OF_VALIDATIONS: Sequence[tuple[RefusalKind, str | None]] = (
    (kinds.ORIGIN_MISSING, wire.REQUEST_ORIGIN),
    (kinds.ORIGIN_NOT_ALLOWED, wire.REQUEST_ORIGIN),
)
_OF_EVENTS: Sequence[tuple[RefusalKind, str | None]] = (
    (kinds.HEADERS_INVALID, wire.TYPE),
    (kinds.NO_FUNCTION, wire.EVENT_NAME),
    (kinds.NOT_TRUSTED, wire.REQUEST_ORIGIN),
    (kinds.METHOD_WRONG, None),
    (kinds.CONTENT_TYPE_UNKNOWN, wire.CONTENT_TYPE),
    (kinds.BODY_INVALID, None),
)


def checks_until(refusal: Refusal, request: WebhookRequest) -> tuple[CheckMade, ...]:
    """All checks up to a refusal, which is the last."""
    is_validation = refusal.kind in (kind for kind, _ in _OF_VALIDATIONS)
    made: list[CheckMade] = []
    for kind, header in _OF_VALIDATIONS if is_validation else _OF_EVENTS:
        if kind is refusal.kind:
            break
        seen = request.method if header is None else _shown(request.headers, header)
        made.append(CheckMade(kind=kind, seen=seen))
    return (*made, CheckMade(kind=refusal.kind, seen=refusal.seen, passed=False))


def _shown(headers: Headers, name: str) -> str:
    return f"{name}: {', '.join(values(headers, name))[:_SHOWN_CHARACTERS] or 'none'}"
