"""Streams in JSON. Specification: client-protocols sections 5.2 and 9.3."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.requests import (
    ClientRequest,
    EndStream,
    KeepStreamAlive,
    SendEvent,
    SendToGroup,
    StartStream,
    StreamFragment,
)
from webpubsub.protocol.messages import DataType, Delivery, Message, StreamError, StreamInfo

CODEC = JsonCodec()
START: dict[str, Any] = {"type": "sendToGroup", "group": "room", "stream": {"streamId": "s"}}
ALIVE: dict[str, Any] = {"type": "streamData", "streamId": "s"}
DATA = ALIVE | {"streamSequenceId": 1, "dataType": "text", "data": "a"}
END: dict[str, Any] = {"type": "streamEnd", "streamId": "s"}
A = Message(DataType.TEXT, b"a")
LONG = "i" * 5000


def feed(message: dict[str, Any] | str) -> ClientRequest:
    """The one request in a message."""
    text = message if isinstance(message, str) else json.dumps(message)
    (request,) = CODEC.feed(Frame(FrameKind.TEXT, text.encode()))
    return request


def started(**members: Any) -> StartStream:
    return StartStream(**{"group": "room", "stream_id": "s"} | members)


def stream(**members: Any) -> dict[str, Any]:
    """A start with other members of its stream."""
    return START | {"stream": {"streamId": "s"} | members}


def without(message: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in message.items() if name not in names}


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        (START, started()),
        (START | {"type": "SENDTOGROUP", "noEcho": True}, started(no_echo=True)),
        (START | {"ackId": 0}, started(ack_id=0)),
        (stream(idleTimeoutMs=None, unknown=1), started()),
        (stream(idleTimeoutMs=60_000), started(idle_timeout_ms=60_000)),
        # To be refused with a word, not with a close.
        (stream(idleTimeoutMs=0), started(idle_timeout_ms=0)),
        (stream(idleTimeoutMs=-1), started(idle_timeout_ms=-1)),
        (stream(idleTimeoutMs=2**63), started(idle_timeout_ms=2**63)),
        (stream(streamId=LONG), started(stream_id=LONG)),
        (START | {"data": 1}, started(carries_message=True)),
        (START | {"metadata": {"a": "b"}}, started(carries_message=True)),
        (START | {"ttlSeconds": 1}, started(carries_message=True)),
        (START | {"metadata": None, "ttlSeconds": 0, "dataType": "text"}, started()),
        (ALIVE, KeepStreamAlive(stream_id="s")),
        (ALIVE | {"streamSequenceId": None, "dataType": None}, KeepStreamAlive(stream_id="s")),
        (DATA, StreamFragment(stream_id="s", sequence_id=1, message=A)),
        (
            DATA | {"type": "STREAMDATA", "dataType": "TEXT", "ackId": 1},
            StreamFragment(stream_id="s", sequence_id=1, message=A),
        ),
        (
            DATA | {"streamSequenceId": 0, "dataType": "json", "data": [1]},
            StreamFragment(stream_id="s", sequence_id=0, message=Message(DataType.JSON, b"[1]")),
        ),
        (
            DATA | {"streamSequenceId": 2**64 - 1, "dataType": "binary", "data": "AP8="},
            StreamFragment(
                stream_id="s",
                sequence_id=2**64 - 1,
                message=Message(DataType.BINARY, b"\x00\xff"),
            ),
        ),
        (END, EndStream(stream_id="s")),
        (END | {"type": "streamend", "error": None}, EndStream(stream_id="s")),
        (END | {"error": {}}, EndStream(stream_id="s", error=StreamError("UserError", ""))),
        (
            END | {"error": {"message": "m", "userErrorCode": "E", "name": "Forbidden"}},
            EndStream(stream_id="s", error=StreamError("UserError", "m", "E")),
        ),
        (
            START | {"stream": None, "data": "a", "dataType": "text"},
            SendToGroup(group="room", message=A),
        ),
        # The schema has no stream here, and what it does not have is not looked at.
        (
            {"type": "event", "event": "e", "data": "a", "dataType": "text", "stream": {}},
            SendEvent(event="e", message=A),
        ),
    ],
)
def test_requests(message: dict[str, Any], request_: ClientRequest) -> None:
    """Every member, and what stands for its absence."""
    assert feed(message) == request_


@pytest.mark.parametrize(
    "message",
    [
        START | {"stream": []},
        START | {"stream": "s"},
        START | {"stream": {}},
        START | {"group": ""},
        START | {"ackId": -1},
        START | {"noEcho": None},
        START | {"ttlSeconds": 301},
        without(START, "group"),
        stream(streamId=""),
        stream(streamId=None),
        stream(streamId=1),
        stream(idleTimeoutMs="1"),
        stream(idleTimeoutMs=1.5),
        without(ALIVE, "streamId"),
        ALIVE | {"streamId": ""},
        *(without(DATA, name) for name in ("streamSequenceId", "dataType", "data")),
        *(
            without(DATA, *pair)
            for pair in (("streamSequenceId", "dataType"), ("dataType", "data"))
        ),
        without(DATA, "streamSequenceId", "data"),
        DATA | {"streamSequenceId": -1},
        DATA | {"streamSequenceId": 2**64},
        DATA | {"streamSequenceId": 1.0},
        DATA | {"streamSequenceId": "1"},
        DATA | {"dataType": "xml"},
        DATA | {"data": 1},
        DATA | {"data": None},
        DATA | {"data": None, "dataType": "json"},
        without(END, "streamId"),
        END | {"streamId": ""},
        END | {"error": "no"},
        END | {"error": {"message": 1}},
        END | {"error": {"userErrorCode": 1}},
    ],
)
def test_what_is_no_request(message: dict[str, Any]) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(message)
    assert caught.value.refusal.kind.close_code == 1007


@pytest.mark.parametrize(
    ("info", "text"),
    [
        (
            StreamInfo(stream_id='"', sequence_id=1),
            ',"stream":{"streamId":"\\"","streamSequenceId":1}}',
        ),
        (
            StreamInfo(stream_id="s", sequence_id=2, ends=True),
            ',"stream":{"streamId":"s","streamSequenceId":2,"endOfStream":true}}',
        ),
        (
            StreamInfo(
                stream_id="s", sequence_id=2, ends=True, error=StreamError("Forbidden", "m")
            ),
            (
                ',"stream":{"streamId":"s","streamSequenceId":2,"endOfStream":true,'
                '"error":{"name":"Forbidden","message":"m"}}}'
            ),
        ),
        (
            StreamInfo(
                stream_id="s", sequence_id=2, ends=True, error=StreamError("UserError", "", "E")
            ),
            (
                ',"stream":{"streamId":"s","streamSequenceId":2,"endOfStream":true,'
                '"error":{"name":"UserError","message":"","userErrorCode":"E"}}}'
            ),
        ),
    ],
)
def test_deliveries(info: StreamInfo, text: str) -> None:
    """A message of a group with one more member, before the sequence id if there is one."""
    delivery = Delivery(Message(DataType.TEXT, b""), "room", "alice", stream=info)
    (frame,) = CODEC.encode_delivery(delivery)
    (plain,) = CODEC.encode_delivery(Delivery(Message(DataType.TEXT, b""), "room", "alice"))
    assert frame.payload == plain.payload[:-1] + text.encode()
    numbered = json.loads(CODEC.with_sequence_id(frame, 7).payload)
    assert numbered == json.loads(frame.payload) | {"sequenceId": 7}


ids = st.text(min_size=1)
uint64s = st.integers(0, 2**64 - 1)


@given(ids, uint64s, st.text(), st.none() | st.text(), st.none() | st.text())
def test_streams_survive(
    stream_id: str, number: int, data: str, message: str | None, code: str | None
) -> None:
    """Whatever ids and texts hold, they are read as they were written, in both directions."""
    said = DATA | {"streamId": stream_id, "streamSequenceId": number, "data": data}
    sent = Message(DataType.TEXT, data.encode())
    assert feed(said) == StreamFragment(stream_id=stream_id, sequence_id=number, message=sent)
    ended = feed(
        END | {"streamId": stream_id, "error": {"message": message, "userErrorCode": code}}
    )
    assert isinstance(ended, EndStream)
    info = StreamInfo(stream_id=stream_id, sequence_id=number, ends=True, error=ended.error)
    (frame,) = CODEC.encode_delivery(Delivery(sent, "room", stream=info))
    seen = json.loads(frame.payload)
    error = {"name": "UserError", "message": message or ""}
    assert seen["data"] == data
    assert seen["stream"] == {
        "streamId": stream_id,
        "streamSequenceId": number,
        "endOfStream": True,
        "error": error if code is None else error | {"userErrorCode": code},
    }
