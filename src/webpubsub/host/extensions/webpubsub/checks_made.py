"""Which checks a delivery has passed before it was refused, for whoever asks why."""

from collections.abc import Mapping

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import Headers, WebhookRequest, values
from webpubsub.protocol.refusals import CheckMade, Refusal, RefusalKind
from webpubsub.protocol.refusals import deliveries as kinds
from webpubsub.protocol.refusals.orders import EVENT_CHECKS, VALIDATION_CHECKS

_SHOWN_CHARACTERS = 200

#: The header that a check looks at. The others see the method.
_HEADERS: Mapping[RefusalKind, str] = {
    kinds.ORIGIN_MISSING: wire.REQUEST_ORIGIN,
    kinds.ORIGIN_NOT_ALLOWED: wire.REQUEST_ORIGIN,
    kinds.HEADERS_INVALID: wire.TYPE,
    kinds.NO_FUNCTION: wire.EVENT_NAME,
    kinds.NOT_TRUSTED: wire.REQUEST_ORIGIN,
    kinds.CONTENT_TYPE_UNKNOWN: wire.CONTENT_TYPE,
}


def checks_until(refusal: Refusal, request: WebhookRequest) -> tuple[CheckMade, ...]:
    """All checks up to a refusal, which is the last."""
    made: list[CheckMade] = []
    for kind in VALIDATION_CHECKS if refusal.kind in VALIDATION_CHECKS else EVENT_CHECKS:
        if kind is refusal.kind:
            break
        header = _HEADERS.get(kind)
        seen = request.method if header is None else _shown(request.headers, header)
        made.append(CheckMade(kind=kind, seen=seen))
    return (*made, CheckMade(kind=refusal.kind, seen=refusal.seen, passed=False))


def _shown(headers: Headers, name: str) -> str:
    return f"{name}: {', '.join(values(headers, name))[:_SHOWN_CHARACTERS] or 'none'}"
