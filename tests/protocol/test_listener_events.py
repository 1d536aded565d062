"""Events as listeners get them: the attributes, the payload, and one line of JSON.

Specification: upstream-events section 16.
"""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.listener_events import json_line, listener_event
from webpubsub.protocol.messages import DataType, Message


def context(event_type: EventType, name: str, **members: Any) -> ConnectionContext:
    """The context of an event of hub ``chat``."""
    return ConnectionContext(
        event_type=event_type,
        event_name=name,
        **{"hub": "chat", "connection_id": "c1", "event_id": 3, "time": 1700000000.9, **members},
    )


def user_event(
    data: bytes, data_type: DataType, metadata: dict[str, str] | None = None, **members: Any
) -> UserEventRequest:
    """The user event ``hi``."""
    return UserEventRequest(
        connection_context=context(EventType.USER, "hi", **members),
        message=Message(data_type, data, metadata),
    )


def line_of(event: AnyEventRequest) -> dict[str, Any]:
    """The members of the JSON line."""
    line = json_line(listener_event(event))
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    members: dict[str, Any] = json.loads(line)
    return members


def test_the_attributes_are_those_of_cloud_events() -> None:
    """Names in lower case, an id that is text, and a time in whole seconds."""
    event = listener_event(
        user_event(
            b"x",
            DataType.TEXT,
            user_id="ä",
            subprotocol="json.webpubsub.azure.v1",
            connection_state="e30=",
            signature="sha256=00",
        )
    )
    assert event.attributes == {
        "specversion": "1.0",
        "awpsversion": "1.0",
        "type": "azure.webpubsub.user.hi",
        "source": "/hubs/chat/client/c1",
        "id": "3",
        "time": "2023-11-14T22:13:20Z",
        "hub": "chat",
        "eventname": "hi",
        "connectionid": "c1",
        "userid": "ä",
        "subprotocol": "json.webpubsub.azure.v1",
        "connectionstate": "e30=",
        "datacontenttype": "text/plain",
    }
    assert (event.message_id, event.connection_id) == ("c1/3", "c1")


@pytest.mark.parametrize("empty", [None, ""])
def test_what_is_empty_is_left_out(empty: str | None) -> None:
    """An anonymous connection without subprotocol and state shows none of them."""
    members: dict[str, Any] = {"user_id": empty, "subprotocol": empty, "connection_state": empty}
    event = listener_event(user_event(b"x", DataType.TEXT, **members))
    assert not {"userid", "subprotocol", "connectionstate"} & event.attributes.keys()


@pytest.mark.parametrize(
    ("name", "body"),
    [("connected", b"{}"), ("disconnected", b'{"reason":"bye"}')],
)
def test_system_events(name: str, body: bytes) -> None:
    """They are JSON, and of the type of system events."""
    of = context(EventType.SYSTEM, name)
    event = listener_event(
        ConnectedEventRequest(connection_context=of)
        if name == "connected"
        else DisconnectedEventRequest(connection_context=of, reason="bye")
    )
    assert event.attributes["type"] == f"azure.webpubsub.sys.{name}"
    assert (event.content_type, event.body, event.metadata) == ("application/json", body, {})


@pytest.mark.parametrize(
    ("data_type", "content_type"),
    [
        (DataType.TEXT, "text/plain"),
        (DataType.JSON, "application/json"),
        (DataType.BINARY, "application/octet-stream"),
        (DataType.PROTOBUF, "application/x-protobuf"),
    ],
)
def test_the_payload_is_as_it_was_sent(data_type: DataType, content_type: str) -> None:
    """With its media type, to which nothing is added."""
    event = listener_event(user_event(b"\x00\xff", data_type))
    assert (event.content_type, event.body) == (content_type, b"\x00\xff")


def test_metadata_is_verbatim() -> None:
    """Keys in lower case, of which the last wins; values with their blanks and commas."""
    metadata = {"Key": "a", "KEY": " b, c ", "empty": ""}
    event = listener_event(user_event(b"x", DataType.TEXT, metadata))
    assert event.metadata == {
        "x-webpubsub-metadata-key": " b, c ",
        "x-webpubsub-metadata-empty": "",
    }


@pytest.mark.parametrize(
    ("data", "data_type", "member"),
    [
        (b"hello\r\nworld", DataType.TEXT, {"data": "hello\r\nworld"}),
        (b"", DataType.TEXT, {"data": ""}),
        (b"\xff", DataType.TEXT, {"data_base64": "/w=="}),
        (b'{\n "a":\r\n [1, 2]\n}', DataType.JSON, {"data": {"a": [1, 2]}}),
        (b"{", DataType.JSON, {"data_base64": "ew=="}),
        (b'"\xff"', DataType.JSON, {"data_base64": "Iv8i"}),
        (b"\x00", DataType.BINARY, {"data_base64": "AA=="}),
        (b"\x08", DataType.PROTOBUF, {"data_base64": "CA=="}),
    ],
)
def test_data_on_the_line(data: bytes, data_type: DataType, member: dict[str, Any]) -> None:
    """As itself where JSON can hold it, else in base64, and always on one line."""
    line = line_of(user_event(data, data_type))
    assert {
        name: line[name] for name in line if name.startswith("data") and "type" not in name
    } == (member)


def test_numbers_stay_as_they_were_written() -> None:
    """Nothing is decoded that need not be."""
    line = json_line(listener_event(user_event(b"[1.0, 100000000000000000001]", DataType.JSON)))
    assert b'"data":[1.0,100000000000000000001]' in line


def test_json_that_is_too_deep_is_still_told() -> None:
    """As the bytes that it is."""
    deep = b"[" * 400_000 + b"]" * 400_000
    line = line_of(user_event(deep, DataType.JSON))
    assert base64.b64decode(line["data_base64"]) == deep


@given(
    data=st.binary() | st.text().map(str.encode),
    data_type=st.sampled_from(DataType),
    user=st.text() | st.none(),
    metadata=st.dictionaries(st.text(), st.text()),
)
def test_every_event_is_one_line_that_holds_everything(
    data: bytes, data_type: DataType, user: str | None, metadata: dict[str, str]
) -> None:
    """Whatever clients make up."""
    line = line_of(user_event(data, data_type, metadata, user_id=user))
    assert line.get("userid") == (user or None)
    for key, value in {key.lower(): value for key, value in metadata.items()}.items():
        assert line[f"x-webpubsub-metadata-{key}"] == value
    if "data_base64" in line:
        assert base64.b64decode(line["data_base64"]) == data
    elif data_type is DataType.JSON:
        assert line["data"] == json.loads(data)
    else:
        assert line["data"].encode() == data
