"""Invocations as JSON clients ask for them. Specification: client-protocols section 9.2."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.requests import CancelInvocation, ClientRequest, Invoke
from webpubsub.protocol.messages import DataType, Message

INVOKE: dict[str, Any] = {
    "type": "invoke",
    "invocationId": "1",
    "target": "event",
    "event": "echo",
    "dataType": "text",
    "data": "hi",
}
NOTHING = Message(DataType.TEXT, b"")


def feed(message: dict[str, Any]) -> ClientRequest:
    """The one request in a message."""
    (request,) = JsonCodec().feed(Frame(FrameKind.TEXT, json.dumps(message).encode()))
    return request


def without(*members: str) -> dict[str, Any]:
    """An invocation without some members."""
    return {name: value for name, value in INVOKE.items() if name not in members}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (INVOKE, {}),
        (INVOKE | {"type": "INVOKE"}, {}),
        (INVOKE | {"data": 1, "dataType": "json"}, {"message": Message(DataType.JSON, b"1")}),
        (without("data", "dataType"), {"message": NOTHING}),
        (without("data"), {"message": NOTHING}),
        (
            without("data") | {"metadata": {"a": "b"}},
            {"message": Message(DataType.TEXT, b"", {"a": "b"})},
        ),
        (INVOKE | {"target": "group"}, {"target": "group", "event": ""}),
        (without("event") | {"target": ""}, {"target": "", "event": ""}),
    ],
)
def test_invoke(message: dict[str, Any], expected: dict[str, Any]) -> None:
    """Data may be absent; another target is read, so that it can be answered."""
    usual: dict[str, Any] = {"event": "echo", "message": Message(DataType.TEXT, b"hi")}
    assert feed(message) == Invoke(invocation_id="1", **usual | expected)


@given(st.text(min_size=1, max_size=1024))
def test_ids(invocation_id: str) -> None:
    """Any text of 1 to 1024 characters is an id."""
    cancel = {"type": "cancelInvocation", "invocationId": invocation_id}
    assert feed(cancel) == CancelInvocation(invocation_id=invocation_id)
    request = feed(INVOKE | {"invocationId": invocation_id})
    assert isinstance(request, Invoke)
    assert request.invocation_id == invocation_id


@pytest.mark.parametrize(
    "message",
    [
        without("invocationId"),
        without("target"),
        without("event"),
        INVOKE | {"invocationId": ""},
        INVOKE | {"invocationId": 1},
        INVOKE | {"invocationId": "i" * 1025},
        INVOKE | {"target": None},
        INVOKE | {"event": "no spaces"},
        INVOKE | {"dataType": "xml"},
        without("data") | {"dataType": "xml"},
        INVOKE | {"data": None, "dataType": "json"},
        INVOKE | {"data": 1},
        INVOKE | {"metadata": {"a": 1}},
        {"type": "cancelInvocation"},
        {"type": "cancelInvocation", "invocationId": ""},
        {"type": "cancelInvocation", "invocationId": "i" * 1025},
    ],
)
def test_what_is_no_invocation(message: dict[str, Any]) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(message)
    assert caught.value.refusal.kind.close_code == 1007
