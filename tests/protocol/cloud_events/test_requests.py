"""Events as the requests that bring them.

Specification: client-protocols sections 4 and 5.4, upstream-events sections 1, 5, 9, 10, 11.1, 12
and 19.
"""

import json
from typing import Any

import msgspec
import pytest

from tests.protocol.cloud_events.samples import (
    CONNECT,
    CONNECTED,
    DISCONNECTED,
    HELLO,
    JOINED,
    LEFT,
    a_context,
    a_presence_event,
    a_user_event,
)
from webpubsub.protocol.cloud_events.requests import request_of
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.events import ConnectEventRequest, DisconnectedEventRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.refusals import Refused

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def headers_of(event: ServiceEvent) -> dict[str, str]:
    """The headers of an event's request, each of which is there once."""
    headers = request_of(event, "id-1").headers
    assert len({name.lower() for name, _ in headers}) == len(headers)
    return dict(headers)


def test_the_headers_of_every_event() -> None:
    """What is always there, with the exact names and values."""
    assert request_of(CONNECTED, "id-1") == WebhookRequest(
        method="POST",
        headers=[
            ("Content-Type", "application/json"),
            ("WebHook-Request-Origin", "localhost"),
            ("ce-specversion", "1.0"),
            ("ce-awpsversion", "1.0"),
            ("ce-type", "azure.webpubsub.sys.connected"),
            ("ce-source", "/hubs/chat/client/conn1"),
            ("ce-id", "3"),
            ("ce-time", "2026-09-21T14:13:20Z"),
            ("ce-signature", "sha256=ab"),
            ("ce-connectionId", "conn1"),
            ("ce-hub", "chat"),
            ("ce-eventName", "connected"),
            ("x-ms-client-request-id", "id-1"),
        ],
        body=b"{}",
    )


@pytest.mark.parametrize(
    ("event", "event_type", "name"),
    [
        (CONNECT, "azure.webpubsub.sys.connect", "connect"),
        (CONNECTED, "azure.webpubsub.sys.connected", "connected"),
        (DISCONNECTED, "azure.webpubsub.sys.disconnected", "disconnected"),
        (HELLO, "azure.webpubsub.user.hi", "hi"),
        (JOINED, "azure.webpubsub.gp.joined", "joined"),
        (LEFT, "azure.webpubsub.gp.left", "left"),
        (a_user_event(HELLO.message, "joined"), "azure.webpubsub.user.joined", "joined"),
        (a_user_event(HELLO.message, "connected"), "azure.webpubsub.user.connected", "connected"),
    ],
)
def test_types(event: ServiceEvent, event_type: str, name: str) -> None:
    """A user event never looks like any other, whatever its name."""
    headers = headers_of(event)
    assert (headers["ce-type"], headers["ce-eventName"]) == (event_type, name)


@pytest.mark.parametrize(
    ("members", "header", "value"),
    [
        ({"user_id": "alice"}, "ce-userId", "alice"),
        ({"user_id": "Zoë 林"}, "ce-userId", "Zoë 林"),
        ({"user_id": None}, "ce-userId", None),
        ({"user_id": ""}, "ce-userId", None),
        ({"subprotocol": "json.webpubsub.azure.v1"}, "ce-subprotocol", "json.webpubsub.azure.v1"),
        ({"subprotocol": None}, "ce-subprotocol", None),
        ({"connection_state": "abc"}, "ce-connectionState", "abc"),
        ({"connection_state": ""}, "ce-connectionState", ""),
        ({"connection_state": None}, "ce-connectionState", None),
        ({"hub": "Chat"}, "ce-hub", "chat"),
    ],
)
def test_headers_that_depend(members: dict[str, Any], header: str, value: str | None) -> None:
    """User and subprotocol are there when not empty, the state once it has been set."""
    event = msgspec.structs.replace(CONNECTED, connection_context=a_context("connected", **members))
    assert headers_of(event).get(header) == value


def test_connect_has_no_subprotocol_yet() -> None:
    """Nothing is agreed before connect has been answered."""
    context = a_context("connect", subprotocol="x")
    assert "ce-subprotocol" not in headers_of(ConnectEventRequest(connection_context=context))


def test_the_body_of_connect() -> None:
    """Claims, query and headers are lists of strings, and every member is there even if empty."""
    event = ConnectEventRequest(
        connection_context=CONNECT.connection_context,
        claims={"sub": ["alice"]},
        query={"tag": ["a", "b"]},
        headers={"Host": ["localhost:8080"]},
        subprotocols=("json.webpubsub.azure.v1",),
    )
    request = request_of(event, "")
    assert dict(request.headers)["Content-Type"] == "application/json"
    assert json.loads(request.body) == {
        "claims": {"sub": ["alice"]},
        "query": {"tag": ["a", "b"]},
        "headers": {"Host": ["localhost:8080"]},
        "subprotocols": ["json.webpubsub.azure.v1"],
        "clientCertificates": [],
    }


def test_headers_of_the_client_stay_in_the_body() -> None:
    """Nothing a client sends becomes a header of the event, except the trace it belongs to."""
    event = ConnectEventRequest(
        connection_context=CONNECT.connection_context,
        headers={
            "Cookie": ["a=b"],
            "ce-userId": ["mallory"],
            "X-Custom": ["v"],
            "Traceparent": [TRACE],
        },
    )
    assert headers_of(event) == headers_of(CONNECT) | {"traceparent": TRACE}


@pytest.mark.parametrize(
    ("reason", "body"),
    [("bye", b'{"reason":"bye"}'), ("", b'{"reason":""}'), (None, b'{"reason":null}')],
)
def test_the_body_of_disconnected(reason: str | None, body: bytes) -> None:
    """The reason is always there, and may be null."""
    event = DisconnectedEventRequest(
        connection_context=DISCONNECTED.connection_context, reason=reason
    )
    assert request_of(event, "").body == body


@pytest.mark.parametrize(
    ("group", "body"),
    [("room", b'{"group":"room"}'), ('Zoë "林"', '{"group":"Zoë \\"林\\""}'.encode())],
)
def test_the_body_of_joined_and_left(group: str, body: bytes) -> None:
    """The group's name as JSON (upstream-events section 12)."""
    request = request_of(a_presence_event("left", group), "")
    assert (dict(request.headers)["Content-Type"], request.body) == ("application/json", body)


@pytest.mark.parametrize(
    ("data_type", "data", "content_type"),
    [
        (DataType.TEXT, b"hello", "text/plain; charset=utf-8"),
        (DataType.JSON, b'{ "n": 1 }', "application/json"),
        (DataType.BINARY, b"\x00\xff", "application/octet-stream"),
        (DataType.PROTOBUF, b"\x0a\x00", "application/x-protobuf"),
        (DataType.TEXT, b"", "text/plain; charset=utf-8"),
        (DataType.BINARY, b"", "text/plain; charset=utf-8"),
    ],
)
def test_the_body_of_a_user_event(data_type: DataType, data: bytes, content_type: str) -> None:
    """The bytes are as the client sent them, and nothing at all is an empty text."""
    request = request_of(a_user_event(Message(data_type, data)), "")
    assert (request.body, dict(request.headers)["Content-Type"]) == (data, content_type)


def test_metadata() -> None:
    """Every key becomes one header, in lower case."""
    event = a_user_event(Message(DataType.TEXT, b"", {"Trace-Id": "7", "b": "", "TRACE-ID": "8"}))
    headers = headers_of(event)
    assert headers["x-webpubsub-metadata-trace-id"] == "8"
    assert headers["x-webpubsub-metadata-b"] == ""


@pytest.mark.parametrize(
    ("members", "header"),
    [
        ({"connection_state": "é"}, "ce-connectionState"),
        ({"connection_state": "a\r\nX: y"}, "ce-connectionState"),
        ({"user_id": "a\nb"}, "ce-userId"),
        ({"user_id": "\ud800"}, "ce-userId"),
        ({"user_id": "a\x00"}, "ce-userId"),
        ({"subprotocol": "ü"}, "ce-subprotocol"),
        ({"signature": "\x7f"}, "ce-signature"),
    ],
)
def test_what_cannot_be_sent(members: dict[str, Any], header: str) -> None:
    """Control characters, and letters beyond ASCII outside user ids, are refused by name of the
    header and without the value."""
    context = a_context("connected", **members)
    with pytest.raises(Refused) as refused:
        request_of(msgspec.structs.replace(CONNECTED, connection_context=context), "")
    assert refused.value.refusal.seen == f"a value of {header} that cannot be sent"


def test_metadata_that_cannot_be_sent() -> None:
    """Metadata cannot break out of its header."""
    with pytest.raises(Refused):
        request_of(a_user_event(Message(DataType.TEXT, b"", {"a": "b\r\nc: d"})), "")
