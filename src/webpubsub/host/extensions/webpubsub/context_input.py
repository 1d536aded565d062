"""The ``webPubSubContext`` input: an event that came as the request of an HTTP function.

Nothing is routed and nothing is answered here: the function looks at the event and answers by
itself. What is wrong with a request is no failure of the invocation but a part of the value.
Specification: bindings sections 2.4 and 6.
"""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from webpubsub.host.extension import BindingError, InvocationContext, Read
from webpubsub.host.extensions.webpubsub.accesses import AccessList, separated
from webpubsub.host.extensions.webpubsub.properties import check_direction, connection_names
from webpubsub.host.metadata import Binding
from webpubsub.host.values import HttpRequestData, JsonText
from webpubsub.protocol.cloud_events import deliveries, wire
from webpubsub.protocol.cloud_events.wire import Headers, values
from webpubsub.protocol.event_json import wire_value
from webpubsub.protocol.indented_json import Json, RawText, indented
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import deliveries as kinds

_HEADERS_INVALID = "Invalid Web PubSub upstream request missing required fields in header."
_NOT_TRUSTED = "Signature validation failed."
_NO_REQUEST = "HttpContext is null."

_logger = logging.getLogger(__name__)


class _Context(msgspec.Struct, frozen=True, kw_only=True):
    """The value; ``request`` is the text of its JSON, None where the member is absent."""

    request: str | None = None
    status: int = 200
    body: str = ""
    headers: Json = msgspec.field(default_factory=dict[str, Any])
    error: str | None = None
    is_preflight: bool = False


def check(binding: Binding) -> None:
    """Raises BindingError."""
    check_direction(binding, "in")
    connection_names(binding)


def reader(binding: Binding, accesses: Callable[[Sequence[str]], AccessList]) -> Read:
    """What gives the event of an invocation, as the JSON text that a worker receives."""

    async def read(context: InvocationContext) -> JsonText:
        request = context.trigger_value
        if not isinstance(request, HttpRequestData):
            return _text(_failed(400, _NO_REQUEST))
        try:
            return _text(_of_request(request, accesses(connection_names(binding))))
        except Refused as refused:
            return _text(_refused(refused.refusal))
        except (BindingError, ValueError) as error:
            return _text(_failed(400, str(error)))

    return read


def _of_request(request: HttpRequestData, accesses: AccessList) -> _Context:
    headers = request.header_lines
    if request.method == "OPTIONS" and values(headers, wire.REQUEST_ORIGIN):
        return _preflight(headers, accesses)
    context = deliveries.lenient_context(headers)
    if not accesses.trusts(context):
        raise Refused(kinds.NOT_TRUSTED.refuse(f"the origin '{(context.origin or '')[:200]}'"))
    event = deliveries.event_of(context, headers, request.body)
    value = None if event is None else wire_value(event, "request")
    return _Context(request=value if isinstance(value, str) else None)


def _preflight(headers: Headers, accesses: AccessList) -> _Context:
    hosts = [host for value in values(headers, wire.REQUEST_ORIGIN) for host in separated(value)]
    is_valid = accesses.allows(hosts)
    return _Context(
        request=indented({"isValid": is_valid, "connectionContext": None}),
        status=200 if is_valid else 400,
        headers={wire.ALLOWED_ORIGIN: ["*"]} if is_valid else {},
        is_preflight=True,
    )


def _refused(refusal: Refusal) -> _Context:
    _logger.warning("%s", refusal.describe())
    if refusal.kind is kinds.HEADERS_INVALID:
        return _failed(400, _HEADERS_INVALID)
    if refusal.kind is kinds.NOT_TRUSTED:
        return _failed(401, _NOT_TRUSTED)
    if refusal.kind is kinds.CONTENT_TYPE_UNKNOWN:
        return _failed(400, f"ContentType is not supported: {refusal.wire_message}")
    return _failed(400, refusal.seen)


def _failed(status: int, message: str) -> _Context:
    return _Context(status=status, body=message, error=message)


def _text(context: _Context) -> JsonText:
    members: dict[str, Json] = {}
    if context.request is not None:
        # Its lines move to the right, and no value is touched: JSON has no line break in one.
        members["request"] = RawText(context.request.replace("\n", "\n  "))
    response = {"body": context.body, "status": context.status, "headers": context.headers}
    members |= {
        "response": response,
        "errorMessage": context.error,
        "hasError": context.error is not None,
        "isPreflight": context.is_preflight,
    }
    return JsonText(indented(members))
