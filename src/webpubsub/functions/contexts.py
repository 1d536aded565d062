"""What the ``webPubSubContext`` input gives an HTTP function."""

from collections.abc import Mapping, Sequence
from typing import Any

import azure.functions as func
import msgspec

from webpubsub.protocol.event_json import event_from_json
from webpubsub.protocol.events import AnyEventRequest


class PreflightRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The service asks whether it may send events here; ``is_valid`` is the answer.

    Specification: bindings sections 3.3 and 6.
    """

    is_valid: bool


class SimpleResponse(msgspec.Struct, frozen=True, kw_only=True):
    """The HTTP answer that the binding proposes: for a preflight or an error, the one to give.

    A header has one value or several. Specification: bindings section 6.
    """

    body: str | None = None
    status: int = 200
    headers: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict[str, Sequence[str]])

    def to_http_response(self) -> func.HttpResponse:
        """The same as azure-functions returns it. Values of one header are joined with commas."""
        headers = {name: ", ".join(values) for name, values in self.headers.items()}
        return func.HttpResponse(self.body or "", status_code=self.status, headers=headers)


class WebPubSubContext(msgspec.Struct, frozen=True, kw_only=True):
    """The event that came as an HTTP request, checked by the binding.

    ``request`` is None when ``has_error``, and for system events that are not known. The function
    answers by itself: return ``response.to_http_response()`` when ``has_error`` or
    ``is_preflight``. ``error_message`` is what was wrong with the headers, the signature or the
    body; it is None without an error. Specification: bindings section 6.
    """

    request: AnyEventRequest | PreflightRequest | None = None
    response: SimpleResponse = SimpleResponse()
    error_message: str | None = None
    has_error: bool = False
    is_preflight: bool = False


_NULL = b"null"


class _WireContext(msgspec.Struct, rename="camel"):
    response: SimpleResponse
    request: msgspec.Raw = msgspec.Raw(_NULL)
    error_message: str | None = None
    has_error: bool = False
    is_preflight: bool = False


class _WirePreflight(msgspec.Struct, rename="camel"):
    is_valid: bool


_DECODER = msgspec.json.Decoder(_WireContext)
_PREFLIGHT_DECODER = msgspec.json.Decoder(_WirePreflight)


def context_from_json(text: str | bytes) -> WebPubSubContext:
    """The context in the text of the input binding. Raises ValueError."""
    try:
        wire = _DECODER.decode(text)
        return WebPubSubContext(
            request=_request(wire),
            response=wire.response,
            error_message=wire.error_message,
            has_error=wire.has_error,
            is_preflight=wire.is_preflight,
        )
    except ValueError as error:
        raise ValueError(f"the context that the host gave cannot be read: {error}") from None


def _request(wire: _WireContext) -> Any:
    if bytes(wire.request) == _NULL:
        return None
    if wire.is_preflight:
        return PreflightRequest(is_valid=_PREFLIGHT_DECODER.decode(wire.request).is_valid)
    return event_from_json(bytes(wire.request))
