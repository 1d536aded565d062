"""The context input of HTTP functions.

Specification: bindings section 6.
"""

import json
from typing import Any

import pytest

from webpubsub.functions.contexts import (
    PreflightRequest,
    SimpleResponse,
    WebPubSubContext,
    context_from_json,
)
from webpubsub.protocol.events import ConnectEventRequest, UserEventRequest

CONTEXT = {"eventType": "User", "eventName": "message", "hub": "chat", "connectionId": "c1"}
GOOD = {"body": "", "status": 200, "headers": {}}


def text(**members: Any) -> str:
    """The host's JSON, by default for an event without errors."""
    base = {"response": GOOD, "errorMessage": None, "hasError": False, "isPreflight": False}
    return json.dumps({**base, **members}, indent=2)


def test_a_user_event() -> None:
    """The request is the event."""
    context = context_from_json(
        text(request={"data": "hi", "dataType": "Text", "connectionContext": CONTEXT})
    )
    assert isinstance(context.request, UserEventRequest)
    assert context.request.text() == "hi"
    assert (context.has_error, context.is_preflight, context.error_message) == (False, False, None)


def test_a_connect_event() -> None:
    """Of its own class."""
    connect = CONTEXT | {"eventType": "System", "eventName": "connect"}
    request = {"subprotocols": ["p"], "connectionContext": connect}
    context = context_from_json(text(request=request))
    assert isinstance(context.request, ConnectEventRequest)
    assert context.request.subprotocols == ("p",)


@pytest.mark.parametrize("is_valid", [True, False])
def test_a_preflight(is_valid: bool) -> None:
    """The proposed answer can be returned as it is."""
    headers = {"WebHook-Allowed-Origin": ["*"]} if is_valid else {}
    context = context_from_json(
        text(
            request={"isValid": is_valid, "connectionContext": None},
            response={"body": None, "status": 200 if is_valid else 400, "headers": headers},
            isPreflight=True,
        )
    )
    assert context.request == PreflightRequest(is_valid=is_valid)
    answer = context.response.to_http_response()
    assert answer.status_code == (200 if is_valid else 400)
    assert answer.headers.get("WebHook-Allowed-Origin") == ("*" if is_valid else None)


def test_an_error() -> None:
    """There is no request, and the answer says why."""
    response = {"body": "Signature validation failed.", "status": 401, "headers": {}}
    context = context_from_json(
        text(response=response, errorMessage="Signature validation failed.", hasError=True)
    )
    assert context == WebPubSubContext(
        response=SimpleResponse(body="Signature validation failed.", status=401),
        error_message="Signature validation failed.",
        has_error=True,
    )
    assert context.response.to_http_response().get_body() == b"Signature validation failed."


def test_a_system_event_that_is_not_known() -> None:
    """The host has no request for it."""
    assert context_from_json(text(request=None)).request is None


def test_headers_of_several_values_are_joined() -> None:
    """azure-functions takes one value for each name."""
    answer = SimpleResponse(headers={"A": ["1", "2"]}).to_http_response()
    assert answer.headers["A"] == "1, 2"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "null",
        "{}",
        text(response=None),
        text(request={}),
        text(request={"connectionContext": None}, isPreflight=True),
        text(hasError="no"),
    ],
)
def test_other_texts_are_refused(broken: str) -> None:
    """The error says which text it was."""
    with pytest.raises(ValueError, match="the context that the host gave cannot be read: "):
        context_from_json(broken)
