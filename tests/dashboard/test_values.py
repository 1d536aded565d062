"""What goes into functions and comes out of them, without tokens and keys."""

import json
from typing import Any

import pytest

from tests.dashboard.world import HELLO, user_event
from webpubsub.dashboard.values import shown_value, without_secrets
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.values import HttpRequestData, HttpResponseData, JsonText, JsonValue, Value
from webpubsub.protocol.events import ConnectEventRequest

SIGNATURE = "0123456789abcdef" * 4
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln"


def _text(value: Value) -> str:
    text = shown_value("x", value).payload.text
    assert text is not None
    return text


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        ("hello", "text", "hello"),
        ('{"a": 1}', "json", '{"a": 1}'),
        (JsonText("[1.0]"), "json", "[1.0]"),
        (JsonValue({"a": 1}), "json", '{"a":1}'),
        (5, "text", "5"),
        (None, "text", "null"),
    ],
)
def test_values(value: Value, kind: str, text: str) -> None:
    """As text, and as JSON if it is JSON."""
    shown = shown_value("x", value)
    assert (shown.name, shown.payload.kind, shown.payload.text) == ("x", kind, text)


def test_bytes_stay_bytes() -> None:
    """They need not be text."""
    shown = shown_value("x", b"\xff").payload
    assert (shown.kind, shown.text, shown.base64) == ("binary", None, "/w==")


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (f"ws://x/client/hubs/h?access_token={TOKEN}", TOKEN),
        (f'{{"accessToken":"{TOKEN}"}}', TOKEN),
        ("Endpoint=http://x;AccessKey=abc123;Version=1.0;", "abc123"),
        ("http://localhost:7071/api/f?code=s3cret&a=b", "s3cret"),
        (f"ConnectionContext(signature='sha256={SIGNATURE}')", SIGNATURE),
    ],
)
def test_tokens_and_keys_are_hidden(text: str, hidden: str) -> None:
    """Wherever they stand; the rest is there."""
    shown = without_secrets(text)
    assert hidden not in shown
    assert "(hidden)" in shown
    assert hidden not in _text(text)


def _members(value: Value) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(_text(value))
    return members


def test_http_requests_and_responses() -> None:
    """Their bodies as text, their secret headers hidden."""
    request = HttpRequestData(
        method="POST",
        url="http://x/api/f?code=s3cret",
        headers={"accept": "*/*", "x-functions-key": "s3cret"},
        query={"code": "s3cret", "a": "b"},
        route_params={},
        body=b"body",
        header_lines=(("x-functions-key", "s3cret"),),
    )
    members = _members(request)
    assert (members["method"], members["body"]) == ("POST", "body")
    assert members["headers"]["accept"] == "*/*"
    assert "s3cret" not in json.dumps(members)
    response = HttpResponseData(status=201, headers=(("set-cookie", "s3cret"),), body=b"\xff")
    assert (_members(response)["status"], _members(response)["body"]) == (201, "\ufffd")
    assert "s3cret" not in _text(response)


def test_events_of_clients_and_of_the_service() -> None:
    """The message of a client as it was sent; of other events, their members."""
    said = TriggerValue(event=user_event(HELLO), parameter="request")
    assert _text(said) == "hello"
    context = user_event().connection_context
    connecting = ConnectEventRequest(
        connection_context=context, headers={"cookie": ["s3cret"], "origin": ["http://x"]}
    )
    members = _members(TriggerValue(event=connecting, parameter="request"))
    assert members["headers"] == {"cookie": "(hidden)", "origin": ["http://x"]}
