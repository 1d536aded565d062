"""The subprotocol ``json.webpubsub.azure.v1``.

Specification: client-protocols sections 5.1, 5.2, 5.4, 5.8, 5.9, 7.2, 14 and 15.
"""

import base64
import json
import time
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as Any_
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol import acks
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.clients import JSON_INVALID, JSON_NEEDS_TEXT

CODEC = JsonCodec()
MAX_ACK_ID = 2**64 - 1

JOIN: dict[str, Any] = {"type": "joinGroup", "group": "room"}
LEAVE: dict[str, Any] = {"type": "leaveGroup", "group": "room"}
SEND: dict[str, Any] = {"type": "sendToGroup", "group": "room", "data": 1}
EVENT: dict[str, Any] = {"type": "event", "event": "greet", "data": 1}
PING: dict[str, Any] = {"type": "ping"}
TRIM: dict[str, Any] = {"type": "sequenceAck", "sequenceId": 1}
ALL = [JOIN, LEAVE, SEND, EVENT, PING, TRIM]
WITH_DATA = [SEND, EVENT]


def feed(message: bytes | str | dict[str, Any]) -> ClientRequest:
    """The one request in a text message."""
    if isinstance(message, dict):
        message = json.dumps(message)
    payload = message if isinstance(message, bytes) else message.encode()
    (request,) = CODEC.feed(Frame(FrameKind.TEXT, payload))
    return request


def sent(message: bytes | str | dict[str, Any]) -> Message:
    """The message in a request that carries one."""
    request = feed(message)
    assert isinstance(request, requests.SendToGroup | requests.SendEvent)
    return request.message


def invalid(message: bytes | str | dict[str, Any]) -> str:
    """What was seen in a message that closes the connection in the way of the reference."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(message)
    refusal = caught.value.refusal
    assert refusal.kind is JSON_INVALID
    assert refusal.kind.close_code == 1007
    assert refusal.wire_message == "The client message is not a valid JSON protocol message."
    assert 0 < len(refusal.seen) < 400
    refusal.seen.encode()  # can be logged
    return refusal.seen


def without(message: dict[str, Any], member: str) -> dict[str, Any]:
    """The message without a member."""
    return {name: value for name, value in message.items() if name != member}


ONE = Message(DataType.JSON, b"1")


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        (JOIN, requests.JoinGroup(group="room")),
        (JOIN | {"ackId": 7}, requests.JoinGroup(group="room", ack_id=7)),
        (LEAVE, requests.LeaveGroup(group="room")),
        (LEAVE | {"ackId": 0}, requests.LeaveGroup(group="room", ack_id=0)),
        (SEND, requests.SendToGroup(group="room", message=ONE)),
        (
            SEND | {"ackId": 1, "noEcho": True, "ttlSeconds": 300},
            requests.SendToGroup(
                group="room", message=ONE, ack_id=1, no_echo=True, ttl_seconds=300
            ),
        ),
        (
            SEND | {"ackId": None, "noEcho": False, "ttlSeconds": None, "metadata": None},
            requests.SendToGroup(group="room", message=ONE),
        ),
        (SEND | {"ttlSeconds": 0}, requests.SendToGroup(group="room", message=ONE)),
        (EVENT, requests.SendEvent(event="greet", message=ONE)),
        (
            EVENT | {"ackId": MAX_ACK_ID},
            requests.SendEvent(event="greet", message=ONE, ack_id=MAX_ACK_ID),
        ),
        (PING, requests.Ping()),
        (PING | {"ackId": 3}, requests.Ping()),
        (TRIM, requests.SequenceAck(sequence_id=1)),
        (
            TRIM | {"sequenceId": MAX_ACK_ID, "ackId": 1},
            requests.SequenceAck(sequence_id=MAX_ACK_ID),
        ),
    ],
)
def test_requests(message: dict[str, Any], request_: ClientRequest) -> None:
    """Each type of request is read with all its members, and with their defaults."""
    assert feed(message) == request_


@pytest.mark.parametrize("message", ALL, ids=lambda message: message["type"])
def test_the_type_is_read_in_any_letter_case_and_company(message: dict[str, Any]) -> None:
    """Letter case of the type, order, white space and members of no meaning do not count."""
    expected = feed(message)
    kind = message["type"]
    backwards = dict(reversed(message.items()))
    for variant in (
        message | {"type": kind.upper()},
        message | {"type": kind.lower()},
        message | {"Type": "x", "unknown": {"type": [None]}, "ACKID": -1, "stream": None},
        backwards,
    ):
        assert feed(variant) == expected
    assert feed("\n\t " + json.dumps(message, indent=2) + " \r\n") == expected
    assert feed(json.dumps(message).replace('"type"', '"ty\\u0070e"')) == expected


@pytest.mark.parametrize("message", ALL, ids=lambda message: message["type"])
def test_of_repeated_members_the_last_counts(message: dict[str, Any]) -> None:
    """Whatever stood before it, even what would have been wrong."""
    text = json.dumps(message)
    for name in message:
        for earlier in ('"x"', "5", "null", '{"a":[1.5]}'):
            assert feed(f'{{"{name}":{earlier},{text[1:]}') == feed(message)
    assert feed(f'{{"ackId":"x",{text[1:-1]},"ackId":2}}') == feed(message | {"ackId": 2})
    assert invalid(f'{text[:-1]},"type":5}}')


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "null",
        "1",
        '"ping"',
        "[]",
        '[{"type":"ping"}]',
        "{}",
        "{",
        '{"type":"ping"',
        '{"type":"ping",}',
        '{"type":"ping"} {"type":"ping"}',
        '{"type":"ping"}x',
        '{"type":"ping"} // comment',
        '{"type":"ping" /* comment */}',
        "{'type':'ping'}",
        '{type:"ping"}',
        '{"type" "ping"}',
        '{"type":"ping","x":01}',
        '{"type":"ping","x":+1}',
        '{"type":"ping","x":.5}',
        '{"type":"ping","x":1.}',
        '{"type":"ping","x":NaN}',
        '{"type":"ping","x":Infinity}',
        '{"type":"ping","x":tru}',
        '{"type":"ping","x":True}',
        '{"type":"ping","x":"\n"}',
        '{"type":"ping","x":"\\x"}',
        '{"type":"ping","x":"\\u12"}',
        '{"type":"ping","x":"\\',
        '\ufeff{"type":"ping"}',
        '{"type":"\\ud800"}',
        "\x00",
        '{"type":null}',
        '{"type":1}',
        '{"type":["ping"]}',
        '{"Type":"ping"}',
        '{"TYPE":"ping"}',
        '{"type":""}',
        '{"type":"pong"}',
        '{"type":" ping"}',
        '{"type":"ping "}',
        '{"type":"join"}',
        '{"type":"message"}',
    ],
)
def test_what_is_no_request(text: str) -> None:
    """Strict JSON, an object, and a type that is served."""
    assert invalid(text)


@pytest.mark.parametrize("payload", [b"\xff", b'{"type":"p\xffng"}', b'{"\xc3":1,"type":"\xff"}'])
def test_bytes_that_are_no_text(payload: bytes) -> None:
    """Members that are read must be UTF-8."""
    assert invalid(payload)


@pytest.mark.parametrize("message", ALL, ids=lambda message: message["type"])
def test_binary_messages_are_refused(message: dict[str, Any]) -> None:
    """Even with a request in them, with the code and reason of the reference."""
    with pytest.raises(ClientProtocolError) as caught:
        CODEC.feed(Frame(FrameKind.BINARY, json.dumps(message).encode()))
    refusal = caught.value.refusal
    assert refusal.kind is JSON_NEEDS_TEXT
    assert refusal.kind.close_code == 1003
    assert refusal.wire_message == "The JSON subprotocol requires text messages."


@pytest.mark.parametrize("message", ALL, ids=lambda message: message["type"])
@pytest.mark.parametrize(
    "ack_id",
    ["1.0", "1e2", "-1", '"1"', "true", "[]", "{}", str(MAX_ACK_ID + 1), "9" * 5000, "0.5", "01"],
    ids=lambda text: text[:22],
)
def test_ack_ids_that_are_refused(message: dict[str, Any], ack_id: str) -> None:
    """An ackId is a whole number of 64 bits without a sign, even where it has no meaning."""
    assert invalid(f'{json.dumps(message)[:-1]},"ackId":{ack_id}}}')


REQUIRED = [
    (message, member) for message in ALL for member in message if member not in ("type", "data")
]


@pytest.mark.parametrize(("message", "member"), REQUIRED, ids=str)
def test_required_members(message: dict[str, Any], member: str) -> None:
    """A member that is missing, null, of another type or spelt otherwise closes."""
    assert member in invalid(without(message, member))
    assert invalid(without(message, member) | {member.upper(): message[member]})
    wrong: list[Any] = [None, True, [message[member]], {}, 1.5]
    for value in wrong:
        assert invalid(message | {member: value})


@pytest.mark.parametrize("message", [JOIN, LEAVE, SEND], ids=lambda message: message["type"])
def test_groups(message: dict[str, Any]) -> None:
    """Group names are checked as everywhere, and kept exactly."""
    for name in ("", " ", "\t\n", "g" * 1025, "😀" * 513):
        assert "group" in invalid(message | {"group": name})
    assert invalid('{"group":"\\ud800",' + json.dumps(without(message, "group"))[1:])
    for name in ("*", " a ", "a/b", "你", "\x00", "e\u0301", "g" * 1024):
        request = feed(message | {"group": name})
        assert isinstance(request, requests.JoinGroup | requests.LeaveGroup | requests.SendToGroup)
        assert request.group == name


@pytest.mark.parametrize("name", ["", "1a", "a b", "ä", "a" * 129, "a\n", "_a", "a,b"])
def test_event_names_that_are_refused(name: str) -> None:
    """Event names are checked as everywhere."""
    assert "event name" in invalid(EVENT | {"event": name})


@pytest.mark.parametrize("name", ["message", "A-b_c.9", "a" * 128, "connect"])
def test_event_names_that_are_kept(name: str) -> None:
    """Letter case is kept, and user events may be called like system events."""
    request = feed(EVENT | {"event": name})
    assert isinstance(request, requests.SendEvent)
    assert request.event == name


@pytest.mark.parametrize("value", ["null", "0", "1", '"true"', "[]", "{}"])
def test_no_echo_is_a_boolean(value: str) -> None:
    """And nothing else, null neither."""
    assert invalid(f'{json.dumps(SEND)[:-1]},"noEcho":{value}}}')


@pytest.mark.parametrize("value", ["-1", "301", "1.0", "1e1", '"1"', "true", "[]", "9" * 5000])
def test_ttl_seconds_is_a_number_up_to_300(value: str) -> None:
    """Whole, from 0 to 300, or null."""
    assert invalid(f'{json.dumps(SEND)[:-1]},"ttlSeconds":{value}}}')


@pytest.mark.parametrize("value", ["-1", str(MAX_ACK_ID + 1), "1.0", "9" * 5000])
def test_sequence_ids(value: str) -> None:
    """A sequenceId has the range of an ackId."""
    assert invalid(f'{{"type":"sequenceAck","sequenceId":{value}}}')


def test_members_of_other_requests_are_not_looked_at() -> None:
    """What has no meaning in a request is unknown there, and ignored."""
    strange = {"noEcho": 1, "ttlSeconds": -1, "sequenceId": "x", "metadata": 5, "dataType": None}
    assert feed(JOIN | strange | {"data": None, "event": 1}) == feed(JOIN)
    assert feed(EVENT | {"noEcho": 1, "ttlSeconds": -1, "group": 5}) == feed(EVENT)
    assert feed(PING | strange | {"group": None}) == feed(PING)


@pytest.mark.parametrize("message", WITH_DATA, ids=lambda message: message["type"])
@pytest.mark.parametrize(
    ("data_type", "data", "kind", "expected"),
    [
        (None, "false", DataType.JSON, b"false"),
        (None, "0", DataType.JSON, b"0"),
        (None, '""', DataType.JSON, b'""'),
        (None, "[]", DataType.JSON, b"[]"),
        ("json", '{"b": 1,\n "a" :1.0}', DataType.JSON, b'{"b": 1,\n "a" :1.0}'),
        ("json", '"\\u4f60 \\u0000"', DataType.JSON, b'"\\u4f60 \\u0000"'),
        ("json", "1E999", DataType.JSON, b"1E999"),
        ("json", "[null]", DataType.JSON, b"[null]"),
        ("Json", '{"a":1,"a":2}', DataType.JSON, b'{"a":1,"a":2}'),
        ("text", '"hello"', DataType.TEXT, b"hello"),
        ("Text", '""', DataType.TEXT, b""),
        ("TEXT", '"\\u4f60\\ud83d\\ude00\\u0000\\n"', DataType.TEXT, "你😀\x00\n".encode()),
        ("text", '"e\u0301"', DataType.TEXT, "e\u0301".encode()),
        ("binary", '"AP8="', DataType.BINARY, b"\x00\xff"),
        ("Binary", '""', DataType.BINARY, b""),
        ("binary", '"+/+/"', DataType.BINARY, b"\xfb\xff\xbf"),
        ("binary", '"YWI\\u003d"', DataType.BINARY, b"ab"),
        ("Protobuf", '"CgFh"', DataType.PROTOBUF, b"\x0a\x01a"),
        ("PROTOBUF", '""', DataType.PROTOBUF, b""),
    ],
)
def test_data(
    message: dict[str, Any], data_type: str | None, data: str, kind: DataType, expected: bytes
) -> None:
    """JSON is kept as it stands, text becomes UTF-8, base64 becomes bytes."""
    bare = json.dumps(without(message, "data"))[1:]
    marked = "" if data_type is None else f'"dataType":"{data_type}",'
    assert sent(f'{{{marked}"data": {data} ,{bare}') == Message(kind, expected)


@pytest.mark.parametrize("message", WITH_DATA, ids=lambda message: message["type"])
@pytest.mark.parametrize(
    ("data_type", "data"),
    [
        (None, "null"),
        ('"json"', "null"),
        ('"text"', "null"),
        ('"binary"', "null"),
        ("null", '"x"'),
        ("1", '"x"'),
        ('["text"]', '"x"'),
        ('""', '"x"'),
        ('"xml"', '"x"'),
        ('"text "', '"x"'),
        ('"text"', "1"),
        ('"text"', "true"),
        ('"text"', '{"a":"b"}'),
        ('"text"', '["x"]'),
        ('"text"', '"\\ud800"'),
        ('"text"', '"\\ude00\\ud83d"'),
        ('"binary"', "1"),
        ('"binary"', "[1,2]"),
        ('"binary"', '{"type":"Buffer","data":""}'),
        ('"binary"', '"YQ"'),
        ('"binary"', '"YQ="'),
        ('"binary"', '"Y"'),
        ('"binary"', '"===="'),
        ('"binary"', '"YQ==YQ=="'),
        ('"binary"', '"Y Q=="'),
        ('"binary"', '"YQ==\\n"'),
        ('"binary"', '"-_-_"'),
        ('"binary"', '"é"'),
        ('"protobuf"', '"YQ"'),
        ('"protobuf"', "{}"),
        ('"protobuf"', '"CgE="'),
        ('"protobuf"', '"aGVsbG8="'),
    ],
)
def test_data_that_does_not_fit(message: dict[str, Any], data_type: str | None, data: str) -> None:
    """Data must be of its type, and the type one of four."""
    bare = json.dumps(without(message, "data"))[1:]
    marked = "" if data_type is None else f'"dataType":{data_type},'
    assert invalid(f'{{{marked}"data":{data},{bare}')


@pytest.mark.parametrize("message", WITH_DATA, ids=lambda message: message["type"])
def test_metadata(message: dict[str, Any]) -> None:
    """Metadata is kept exactly, and replaces data that is missing with an empty text."""
    metadata = {"Trace": "1", "trace": " 2 ", "`": ""}
    bare = without(message, "data")
    assert sent(message | {"metadata": metadata}) == Message(DataType.JSON, b"1", metadata)
    assert sent(message | {"metadata": {}}).data == b"1"
    for more in ({}, {"dataType": "binary"}, {"dataType": "json"}):
        request = bare | {"metadata": metadata} | more
        assert sent(request) == Message(DataType.TEXT, b"", metadata)
    assert invalid(bare) == invalid(bare | {"metadata": None}) == "neither data nor metadata"
    assert invalid(bare | {"metadata": metadata, "data": None})
    assert invalid(bare | {"metadata": metadata, "dataType": "xml"})


@pytest.mark.parametrize("message", WITH_DATA, ids=lambda message: message["type"])
@pytest.mark.parametrize(
    "metadata",
    [
        "[]",
        '""',
        "0",
        "true",
        '{"a":1}',
        '{"a":null}',
        '{"a":["b"]}',
        '{"a":{}}',
        '{"a":{"b":"c"}}',
        '{"a":"1","a":"1"}',
        '{"a":"1","\\u0061":"2"}',
        '{"":"1"}',
        '{"a b":"1"}',
        '{"é":"1"}',
        '{"a":"é"}',
        '{"a":"\\u4f60"}',
        '{"a":"\\ud800"}',
        json.dumps({"k" * 257: ""}),
        json.dumps({"k": "v" * 1025}),
        json.dumps({f"k{number}": "v" * 1023 for number in range(8)}),
        '{"a":' + "1" * 5000 + "}",
        '{"a":1e999}',
        '{"a":' + "[" * 62 + "]" * 62 + "}",
    ],
    ids=lambda text: text[:24],
)
def test_metadata_that_is_refused(message: dict[str, Any], metadata: str) -> None:
    """Metadata is an object of short ASCII texts, with every key there once."""
    assert invalid(f'{json.dumps(message)[:-1]},"metadata":{metadata}}}')


def nested(depth: int) -> str:
    """An event of so many levels, its own included."""
    return '{"type":"event","event":"e","data":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_nesting() -> None:
    """64 levels are allowed; brackets in strings are none, and closed ones do not add up."""
    strings = nested(62).replace("[]", '[{"}]": ["[{", "\\"[", "\\\\"]}]')
    for allowed in (nested(64), strings):
        assert isinstance(feed(allowed), requests.SendEvent)
    assert "64 levels" in invalid(nested(65))
    assert "64 levels" in invalid(nested(64).replace("[]", "[{}]"))
    assert "64 levels" in invalid('{"a":' * 65 + "1" + "}" * 65)
    assert invalid("[" * 100_000)
    assert invalid('{"type":' * 100_000)
    data: list[Any] = ["[{" * 100, '"[{\\' * 100, [[]] * 1000]
    for value in data:
        assert json.loads(sent(EVENT | {"data": value}).data) == value


@pytest.mark.parametrize(
    "payload",
    [
        b'"' + b'\\"' * 500_000 + b"[" * 65,
        b'{"type":"event","event":"e","data":[' + b"[]," * 340_000 + b"[]]}",
        b'{"type":"event","event":"e","data":[' + b'"",' * 340_000 + b"[]]}" + b"[" * 65,
        b'{"type":"event","event":"e","data":"' + b"\\\\" * 500_000 + b'[["}' + b"[" * 65,
    ],
    ids=["unclosed", "brackets", "strings", "backslashes"],
)
def test_no_message_holds_the_loop_up(payload: bytes) -> None:
    """The largest messages, made to be slow, take the time that their size takes."""
    started = time.process_time()
    with suppress(ClientProtocolError):
        CODEC.feed(Frame(FrameKind.TEXT, payload))
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("delivery", "text"),
    [
        (
            Delivery(Message(DataType.TEXT, b"Hello")),
            '{"type":"message","from":"server","dataType":"text","data":"Hello"}',
        ),
        (
            Delivery(Message(DataType.JSON, b'{"hello":"world"}')),
            '{"type":"message","from":"server","dataType":"json","data":{"hello":"world"}}',
        ),
        (
            Delivery(Message(DataType.BINARY, b"\x00\xff")),
            '{"type":"message","from":"server","dataType":"binary","data":"AP8="}',
        ),
        (
            Delivery(Message(DataType.PROTOBUF, b"\x0a\x01a")),
            '{"type":"message","from":"server","dataType":"protobuf","data":"CgFh"}',
        ),
        (
            Delivery(Message(DataType.TEXT, b"", {"a": "b"})),
            '{"type":"message","from":"server","dataType":"text","data":"","metadata":{"a":"b"}}',
        ),
        (
            Delivery(Message(DataType.TEXT, b"hello"), "room", "alice"),
            (
                '{"type":"message","from":"group","group":"room","fromUserId":"alice",'
                '"dataType":"text","data":"hello"}'
            ),
        ),
        (
            Delivery(Message(DataType.JSON, b" [1.0 ,\t2]"), "room"),
            (
                '{"type":"message","from":"group","group":"room","fromUserId":null,'
                '"dataType":"json","data": [1.0 ,\t2]}'
            ),
        ),
        (
            Delivery(Message(DataType.TEXT, b"x", {"a": '"'}), '"\n', ""),
            (
                '{"type":"message","from":"group","group":"\\"\\n","fromUserId":null,'
                '"dataType":"text","data":"x","metadata":{"a":"\\""}}'
            ),
        ),
    ],
)
def test_deliveries_to_the_byte(delivery: Delivery, text: str) -> None:
    """Order and spacing are those that official tests compare."""
    assert [*CODEC.encode_delivery(delivery)] == [Frame(FrameKind.TEXT, text.encode())]


def test_a_text_that_is_not_utf_8_is_still_delivered() -> None:
    """The frame is valid whatever got into a message."""
    (frame,) = CODEC.encode_delivery(Delivery(Message(DataType.TEXT, b"a\xff")))
    assert json.loads(frame.payload)["data"] == "a\ufffd"


@pytest.mark.parametrize(
    ("frames", "text"),
    [
        (
            CODEC.encode_connected("c1", "alice"),
            '{"type":"system","event":"connected","userId":"alice","connectionId":"c1"}',
        ),
        (
            CODEC.encode_connected("c1", None),
            '{"type":"system","event":"connected","userId":null,"connectionId":"c1"}',
        ),
        (
            CODEC.encode_connected("c1", "alice", "a.b.c"),
            (
                '{"type":"system","event":"connected","userId":"alice","connectionId":"c1",'
                '"reconnectionToken":"a.b.c"}'
            ),
        ),
        (
            CODEC.encode_disconnected('Application server closed the connection. Reason: "你"'),
            (
                '{"type":"system","event":"disconnected",'
                '"message":"Application server closed the connection. Reason: \\"你\\""}'
            ),
        ),
        (CODEC.encode_pong(), '{"type":"pong"}'),
        (CODEC.encode_ack(1), '{"type":"ack","ackId":1,"success":true}'),
        (
            CODEC.encode_ack(MAX_ACK_ID),
            '{"type":"ack","ackId":18446744073709551615,"success":true}',
        ),
        (
            CODEC.encode_ack(1, acks.duplicate(1)),
            (
                '{"type":"ack","ackId":1,"success":false,"error":{"name":"Duplicate",'
                '"message":"Message with ack-id: 1 has been processed"}}'
            ),
        ),
        (
            CODEC.encode_ack(0, acks.forbidden("join", 'a"b')),
            (
                '{"type":"ack","ackId":0,"success":false,"error":{"name":"Forbidden",'
                '"message":"The client does not have permission to join group \'a\\"b\'."}}'
            ),
        ),
        (
            CODEC.encode_ack(2, acks.INTERNAL_SERVER_ERROR),
            (
                '{"type":"ack","ackId":2,"success":false,"error":{"name":"InternalServerError",'
                '"message":"Internal server error"}}'
            ),
        ),
    ],
)
def test_other_messages_to_the_client(frames: list[Frame], text: str) -> None:
    """System messages, acks and pongs have exactly the documented members."""
    assert [*frames] == [Frame(FrameKind.TEXT, text.encode())]


texts = st.text()
group_names = st.text(min_size=1, max_size=100).filter(lambda name: not name.isspace())
event_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,127}", fullmatch=True)
tokens = st.from_regex(r"[!#$%&'*+\-.^_|~0-9A-Za-z`]{1,20}", fullmatch=True)
metadatas = st.dictionaries(tokens, st.text(st.characters(max_codepoint=127), max_size=20))
json_values = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: (
        st.lists(inner | st.none(), max_size=3) | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)
any_messages = st.builds(Any_, type_url=texts, value=st.binary()).map(Any_.SerializeToString)
ack_ids = st.none() | st.integers(0, MAX_ACK_ID)


@st.composite
def payloads(draw: st.DrawFn) -> tuple[dict[str, Any], Message]:
    """The members of a message as a client writes them, and the message they mean."""
    metadata = draw(st.none() | metadatas)
    kind = draw(st.sampled_from(DataType))
    data: Any
    if kind is DataType.JSON:
        data = draw(json_values)
        stored = json.dumps(data).encode()
    elif kind is DataType.TEXT:
        data = draw(texts)
        stored = data.encode()
    else:
        stored = draw(st.binary() if kind is DataType.BINARY else any_messages)
        data = base64.b64encode(stored).decode()
    members = {"dataType": draw(st.sampled_from([kind.value, kind.title()])), "data": data}
    return members | {"metadata": metadata}, Message(kind, stored, metadata)


@given(payloads(), group_names, event_names, ack_ids, st.booleans(), st.integers(0, 300))
def test_requests_survive(
    payload: tuple[dict[str, Any], Message],
    group: str,
    event: str,
    ack_id: int | None,
    no_echo: bool,
    ttl: int,
) -> None:
    """What any JSON library writes is read as what was meant."""
    members, message = payload
    common = {"ackId": ack_id}
    sending = {"type": "sendToGroup", "group": group, "noEcho": no_echo, "ttlSeconds": ttl}
    assert feed(sending | common | members) == requests.SendToGroup(
        group=group, message=message, no_echo=no_echo, ttl_seconds=ttl, ack_id=ack_id
    )
    assert feed({"type": "event", "event": event} | common | members) == requests.SendEvent(
        event=event, message=message, ack_id=ack_id
    )
    assert feed({"type": "joinGroup", "group": group} | common) == requests.JoinGroup(
        group=group, ack_id=ack_id
    )


@given(payloads(), st.none() | group_names, st.none() | texts.filter(bool))
def test_deliveries_survive(
    payload: tuple[dict[str, Any], Message], group: str | None, user_id: str | None
) -> None:
    """A client that sends sees its data come back, through any JSON library."""
    members, message = payload
    (frame,) = CODEC.encode_delivery(Delivery(message, group, user_id))
    decoded = json.loads(frame.payload)
    metadata = {"metadata": members["metadata"]} if members["metadata"] else {}
    origin: dict[str, Any] = {"from": "server"}
    if group is not None:
        origin = {"from": "group", "group": group, "fromUserId": user_id}
    expected = {"type": "message", "dataType": message.data_type.value, "data": members["data"]}
    assert decoded == expected | origin | metadata


@given(
    st.binary(max_size=50), st.integers(1, 2**53 - 1), st.none() | st.text(), st.none() | st.text()
)
def test_a_sequence_id_is_the_only_difference(
    data: bytes, sequence_id: int, group: str | None, user_id: str | None
) -> None:
    """A numbered message is the message with one more member at the end."""
    message = Message(DataType.BINARY, data, {"key": "value}"} if user_id else None)
    (plain,) = CODEC.encode_delivery(Delivery(message, group, user_id))
    numbered = CODEC.with_sequence_id(plain, sequence_id)
    assert numbered.kind is FrameKind.TEXT
    assert list(json.loads(numbered.payload).items()) == [
        *json.loads(plain.payload).items(),
        ("sequenceId", sequence_id),
    ]
    before, behind = CODEC.around_sequence_id(plain)
    assert before + str(sequence_id).encode() + behind == numbered.payload


@given(st.text(), st.none() | st.text(), st.text())
def test_system_messages_survive(connection_id: str, user_id: str | None, reason: str) -> None:
    """Ids and reasons may hold any text."""
    (connected,) = CODEC.encode_connected(connection_id, user_id)
    assert json.loads(connected.payload)["userId"] == user_id
    assert json.loads(connected.payload)["connectionId"] == connection_id
    (disconnected,) = CODEC.encode_disconnected(reason)
    assert json.loads(disconnected.payload)["message"] == reason


fragments = st.sampled_from(
    rb'{ } [ ] " \ , : null 1 1e999 "type" "event" "data" "metadata" "ackId" "ping"'.split()
) | st.binary(max_size=2)


def outcome(frame: Frame) -> ClientRequest | Refusal:
    """What comes of a message: a request, or the refusal that closes the connection."""
    try:
        (request,) = CODEC.feed(frame)
    except ClientProtocolError as error:
        return error.refusal
    return request


@given(
    st.sampled_from(FrameKind),
    st.binary() | st.lists(fragments, max_size=30).map(b"".join) | st.text().map(str.encode),
)
def test_any_bytes_are_requests_or_a_refusal(kind: FrameKind, payload: bytes) -> None:
    """A client can do nothing that the service has no close code for."""
    result = outcome(Frame(kind, payload))
    if isinstance(result, Refusal):
        assert result.kind.close_code == {FrameKind.TEXT: 1007, FrameKind.BINARY: 1003}[kind]
    else:
        assert json.loads(payload)["type"].lower() == "ping"


@given(
    st.sampled_from(ALL),
    st.sampled_from(["type", "group", "event", "data", "dataType", "metadata", "ackId", "x"]),
    json_values | st.none() | st.dictionaries(texts, json_values),
)
def test_any_value_of_any_member(message: dict[str, Any], member: str, value: Any) -> None:
    """Valid JSON of the wrong shape is a request or a refusal too."""
    result = outcome(Frame(FrameKind.TEXT, json.dumps(message | {member: value}).encode()))
    assert isinstance(result, ClientRequest | Refusal)
    if isinstance(result, Refusal):
        assert result.kind is JSON_INVALID
