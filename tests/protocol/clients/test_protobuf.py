"""The subprotocol ``protobuf.webpubsub.azure.v1``.

Specification: client-protocols sections 8.1, 8.2 and 15.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from google.protobuf import any_pb2, descriptor_pb2
from google.protobuf.internal import api_implementation
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.protobuf import RELIABLE_SUBPROTOCOL, SUBPROTOCOL, ProtobufCodec
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals.clients import PROTOBUF_INVALID, PROTOBUF_NEEDS_BINARY

CODEC = ProtobufCodec()
MAX_UINT64 = 2**64 - 1
FULL_METADATA = {f"k{number:02}": "v" * 1021 for number in range(8)}
ANY = any_pb2.Any(type_url="type.googleapis.com/a.B", value=b"\x08\x01")

JOIN: dict[str, Any] = {"join_group_message": {"group": "room"}}
LEAVE: dict[str, Any] = {"leave_group_message": {"group": "room"}}
TEXT: dict[str, Any] = {"data": {"text_data": "hi"}}


def feed(message: bytes | Mapping[str, Any] | wire.UpstreamMessage) -> ClientRequest:
    """The one request in a binary message."""
    if isinstance(message, Mapping):
        message = wire.UpstreamMessage(**message)
    if isinstance(message, wire.UpstreamMessage):
        message = message.SerializeToString()
    (request,) = CODEC.feed(Frame(FrameKind.BINARY, message))
    return request


def send(**members: Any) -> dict[str, Any]:
    """A sendToGroup request."""
    return {"send_to_group_message": {"group": "room", **members}}


def event(**members: Any) -> dict[str, Any]:
    """An event request."""
    return {"event_message": {"event": "greet", **members}}


def read(frames: Any) -> wire.DownstreamMessage:
    """What is in the one frame."""
    (frame,) = frames
    assert frame.kind is FrameKind.BINARY
    return wire.DownstreamMessage.FromString(frame.payload)


def test_the_runtime_is_the_fast_one() -> None:
    """The codec's speed is that of the runtime in C."""
    assert api_implementation.Type() == "upb"


@pytest.mark.parametrize(
    ("hexadecimal", "request_"),
    [
        ("32 08 0A 04 72 6F 6F 6D 10 00", requests.JoinGroup(group="room", ack_id=0)),
        ("32 06 0A 04 72 6F 6F 6D", requests.JoinGroup(group="room")),
        ("3A 08 0A 04 72 6F 6F 6D 10 01", requests.LeaveGroup(group="room", ack_id=1)),
        ("4A 00", requests.Ping()),
        ("42 02 08 05", requests.SequenceAck(sequence_id=5)),
        ("42 00", requests.SequenceAck(sequence_id=0)),
        (
            "0A 0C 0A 04 72 6F 6F 6D 1A 04 0A 02 68 69",
            requests.SendToGroup(group="room", message=Message(DataType.TEXT, b"hi")),
        ),
        (
            "2A 09 0A 01 65 12 04 0A 02 68 69",
            requests.SendEvent(event="e", message=Message(DataType.TEXT, b"hi")),
        ),
    ],
)
def test_bytes_of_requests(hexadecimal: str, request_: ClientRequest) -> None:
    """The numbers of the schema are those of the protocol."""
    assert feed(bytes.fromhex(hexadecimal)) == request_


@pytest.mark.parametrize(
    ("frames", "hexadecimal"),
    [
        (CODEC.encode_ack(0), "0A 02 10 01"),
        (CODEC.encode_ack(1), "0A 04 08 01 10 01"),
        (CODEC.encode_ack(1, AckError("N", "m")), "0A 0A 08 01 1A 06 0A 01 4E 12 01 6D"),
        (CODEC.encode_pong(), "22 00"),
        (CODEC.encode_connected("c", None), "1A 05 0A 03 0A 01 63"),
        (CODEC.encode_connected("c", "u"), "1A 08 0A 06 0A 01 63 12 01 75"),
        (CODEC.encode_connected("c", "u", "t"), "1A 0B 0A 09 0A 01 63 12 01 75 1A 01 74"),
        (CODEC.encode_disconnected("bye"), "1A 07 12 05 12 03 62 79 65"),
        (CODEC.encode_disconnected(""), "1A 02 12 00"),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.TEXT, b"hello"), "room", "alice")),
            "12 16 0A 05 67 72 6F 75 70 12 04 72 6F 6F 6D 1A 07 0A 05 68 65 6C 6C 6F",
        ),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.TEXT, b"hello"))),
            "12 11 0A 06 73 65 72 76 65 72 1A 07 0A 05 68 65 6C 6C 6F",
        ),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.TEXT, b"", {"b": "2", "a": "1"}))),
            "121C0A067365727665721A020A002A060A01611201312A060A0162120132",
        ),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.BINARY, b""))),
            "12 0C 0A 06 73 65 72 76 65 72 1A 02 12 00",
        ),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.PROTOBUF, b"\n\x01a"))),
            "12 0F 0A 06 73 65 72 76 65 72 1A 05 1A 03 0A 01 61",
        ),
        (
            CODEC.encode_delivery(Delivery(Message(DataType.JSON, b"[1]"))),
            "12 0F 0A 06 73 65 72 76 65 72 1A 05 22 03 5B 31 5D",
        ),
    ],
)
def test_bytes_to_the_client(frames: Any, hexadecimal: str) -> None:
    """Fields ascend, and no default is written but where its presence means something."""
    assert [*frames] == [Frame(FrameKind.BINARY, bytes.fromhex(hexadecimal))]


@pytest.mark.parametrize("make", [send, event])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text_data": "h\x00\U0001f600"}, Message(DataType.TEXT, "h\x00\U0001f600".encode())),
        ({"text_data": ""}, Message(DataType.TEXT, b"")),
        ({"binary_data": b"\x00\xff"}, Message(DataType.BINARY, b"\x00\xff")),
        ({"binary_data": b""}, Message(DataType.BINARY, b"")),
        ({"json_data": ' {"a": [1.0]}'}, Message(DataType.JSON, b' {"a": [1.0]}')),
        ({"json_data": "[null]"}, Message(DataType.JSON, b"[null]")),
        ({"protobuf_data": ANY}, Message(DataType.PROTOBUF, ANY.SerializeToString())),
        ({"protobuf_data": {}}, Message(DataType.PROTOBUF, b"")),
    ],
)
def test_data(make: Callable[..., dict[str, Any]], data: dict[str, Any], message: Message) -> None:
    """Each kind of data is one data type, and its bytes are kept."""
    request = feed(make(data=data))
    assert isinstance(request, requests.SendToGroup | requests.SendEvent)
    assert request.message == message


@pytest.mark.parametrize("make", [send, event])
@pytest.mark.parametrize("metadata", [{"Trace": "1", "trace": ""}, FULL_METADATA])
def test_metadata(make: Callable[..., dict[str, Any]], metadata: dict[str, str]) -> None:
    """Metadata is kept exactly, and replaces data that is missing with an empty text."""
    none: list[dict[str, Any]] = [{}, {"data": {}}]
    for data in none:
        request = feed(make(metadata=metadata, **data))
        assert isinstance(request, requests.SendToGroup | requests.SendEvent)
        assert request.message == Message(DataType.TEXT, b"", metadata)


@pytest.mark.parametrize("ack_id", [None, 0, 1, 2**31, 2**63, MAX_UINT64])
def test_ack_ids(ack_id: int | None) -> None:
    """Any unsigned integer of 64 bits is an id, zero too; only absence is none."""
    given_ = {} if ack_id is None else {"ack_id": ack_id}
    for message in (
        {"join_group_message": {"group": "room", **given_}},
        {"leave_group_message": {"group": "room", **given_}},
        send(**TEXT, **given_),
        event(**TEXT, **given_),
    ):
        assert getattr(feed(message), "ack_id", ...) == ack_id


def test_send_to_group_options() -> None:
    """Options are read, and their defaults are those of JSON."""
    request = feed(send(**TEXT, no_echo=True, ttl_seconds=300))
    assert isinstance(request, requests.SendToGroup)
    assert (request.no_echo, request.ttl_seconds) == (True, 300)
    request = feed(send(**TEXT))
    assert isinstance(request, requests.SendToGroup)
    assert (request.no_echo, request.ttl_seconds) == (False, 0)


def test_the_last_one_wins() -> None:
    """Of two messages in one frame the last is meant; unknown fields are nothing."""
    join = wire.UpstreamMessage(**JOIN).SerializeToString()
    leave = wire.UpstreamMessage(**LEAVE).SerializeToString()
    unknown = bytes.fromhex("12 00 62 01 61 98 06 01")
    assert feed(join + leave + unknown) == requests.LeaveGroup(group="room")
    assert feed(leave + unknown + join) == requests.JoinGroup(group="room")


@pytest.mark.parametrize(
    ("message", "seen"),
    [
        (b"", "without a message of a known kind"),
        (b"\x0a", "not an UpstreamMessage"),
        (b"\x32\x08\x0a\x04room\x10", "not an UpstreamMessage"),
        (b"\x32\x03\x0a\x01\xff", "not an UpstreamMessage"),
        (b'{"type":"ping"}', "not an UpstreamMessage"),
        (b"\x12\x00", "without a message of a known kind"),
        (b"\x62\x00", "without a message of a known kind"),
        (b"\x92\x01\x00", "without a message of a known kind"),
        ({"join_group_message": {}}, "a group name"),
        ({"join_group_message": {"group": " \t"}}, "a group name"),
        ({"leave_group_message": {"group": "g" * 1025}}, "a group name"),
        ({"send_to_group_message": {"group": "", **TEXT}}, "a group name"),
        ({"event_message": {"event": "", **TEXT}}, "an event name"),
        ({"event_message": {"event": "no spaces", **TEXT}}, "an event name"),
        ({"event_message": {"event": "9", **TEXT}}, "an event name"),
        (send(), "neither data nor metadata"),
        (send(data={}), "neither data nor metadata"),
        (event(), "neither data nor metadata"),
        (event(data={}), "neither data nor metadata"),
        (send(**TEXT, ttl_seconds=301), "a ttl_seconds of 301"),
        (send(**TEXT, ttl_seconds=2**32 - 1), "a ttl_seconds of 4294967295"),
        (send(**TEXT, metadata={"": "x"}), "a metadata key"),
        (event(**TEXT, metadata={"a b": "x"}), "a metadata key"),
        (event(**TEXT, metadata={"a": "é"}), "the metadata 'a'"),
        (send(**TEXT, metadata=FULL_METADATA | {"z": ""}), "bytes of metadata"),
        (send(data={"json_data": ""}), "not JSON"),
        (event(data={"json_data": "null"}), "null"),
        (event(data={"json_data": "{a:1}"}), "not JSON"),
        (event(data={"json_data": "[" * 65 + "]" * 65}), "64 levels"),
    ],
)
def test_what_is_no_request(message: bytes | dict[str, Any], seen: str) -> None:
    """Everything else ends the connection with 1007, and the log says what was seen."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(message)
    refusal = caught.value.refusal
    assert refusal.kind is PROTOBUF_INVALID
    assert refusal.kind.close_code == 1007
    assert seen in refusal.seen
    assert refusal.wire_message == (
        "The client message is not a valid protobuf.webpubsub.azure.v1 protocol message."
    )


def test_text_messages_are_refused() -> None:
    """Even one whose bytes would be a request."""
    with pytest.raises(ClientProtocolError) as caught:
        CODEC.feed(Frame(FrameKind.TEXT, b"J\x00"))
    refusal = caught.value.refusal
    assert refusal.kind is PROTOBUF_NEEDS_BINARY
    assert refusal.kind.close_code == 1003
    assert refusal.wire_message == (
        "The protobuf.webpubsub.azure.v1 subprotocol requires binary messages."
    )


@pytest.mark.parametrize("subprotocol", [SUBPROTOCOL, RELIABLE_SUBPROTOCOL])
@pytest.mark.parametrize("kind", FrameKind)
def test_reasons_name_the_subprotocol(subprotocol: str, kind: FrameKind) -> None:
    """A reliable client reads the name it asked for, in at most the 123 bytes there are."""
    with pytest.raises(ClientProtocolError) as caught:
        ProtobufCodec(subprotocol).feed(Frame(kind, b""))
    assert subprotocol in caught.value.refusal.wire_message
    assert len(caught.value.refusal.wire_message) <= 123


def test_an_application_may_send_any_bytes() -> None:
    """Bytes that are no Any still make a frame that the client can read."""
    delivery = Delivery(Message(DataType.PROTOBUF, b"\xff"))
    data = read(CODEC.encode_delivery(delivery)).data_message.data
    assert data == wire.MessageData(binary_data=b"\xff")
    delivery = Delivery(Message(DataType.TEXT, b"a\xff"))
    assert read(CODEC.encode_delivery(delivery)).data_message.data.text_data == "a�"


def test_one_name_for_both() -> None:
    """Plain and reliable clients share the encodings of a delivery."""
    assert ProtobufCodec(RELIABLE_SUBPROTOCOL).name == CODEC.name


def test_the_schema_is_its_own_file() -> None:
    """An application may load a webpubsub.proto of its own in the same process."""
    path = "webpubsub/protocol/clients/webpubsub.proto"
    assert wire.DESCRIPTOR.name == path
    assert wire.DESCRIPTOR.package == "webpubsub.protocol.clients"


def test_the_numbered_view_fits_the_schema() -> None:
    """What puts in sequence ids sees every field of a delivery under its number."""

    def numbers(name: str) -> dict[str, tuple[int, bool]]:
        descriptor = descriptor_pb2.DescriptorProto()
        holder: Any = wire.DataMessage if name == "DataMessage" else wire.NumberedDelivery.Parts
        holder.DESCRIPTOR.CopyToProto(descriptor)
        repeated = descriptor_pb2.FieldDescriptorProto.LABEL_REPEATED
        return {one.name: (one.number, one.label == repeated) for one in descriptor.field}

    assert numbers("Parts") == numbers("DataMessage")
    outer = wire.DownstreamMessage.DESCRIPTOR.fields_by_name["data_message"].number
    assert wire.NumberedDelivery.DESCRIPTOR.fields_by_name["data_message"].number == outer


texts = st.text()
tokens = st.from_regex(r"[!#$%&'*+\-.^_|~0-9A-Za-z`]{1,20}", fullmatch=True)
metadatas = st.dictionaries(tokens, st.text(st.characters(max_codepoint=127), max_size=20))
any_messages = st.builds(any_pb2.Any, type_url=texts, value=st.binary())
group_names = texts.filter(lambda name: name != "" and not name.isspace())
event_names = st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,127}", fullmatch=True)
uint64s = st.integers(0, MAX_UINT64)
json_texts = st.sampled_from(["1", " true", '{"a":[null]}', '"\\u0000é"', "1e400", "[[],{}]\n"])

#: The field of the data, its value there, and the bytes of the message.
payloads = st.one_of(
    texts.map(lambda text: (DataType.TEXT, "text_data", text, text.encode())),
    st.binary().map(lambda data: (DataType.BINARY, "binary_data", data, data)),
    json_texts.map(lambda text: (DataType.JSON, "json_data", text, text.encode())),
    any_messages.map(
        lambda one: (DataType.PROTOBUF, "protobuf_data", one, one.SerializeToString())
    ),
)


@given(
    payloads, metadatas, group_names, event_names, st.none() | uint64s, st.booleans(),
    st.integers(0, 300),
)  # fmt: skip
def test_requests_survive(
    payload: tuple[DataType, str, Any, bytes],
    metadata: dict[str, str],
    group: str,
    event_name: str,
    ack_id: int | None,
    no_echo: bool,
    ttl: int,
) -> None:
    """What the runtime writes is read as what was meant."""
    data_type, field, value, stored = payload
    message = Message(data_type, stored, metadata or None)
    common = {"data": {field: value}, "metadata": metadata, "ack_id": ack_id}
    sending = send(**common, no_echo=no_echo, ttl_seconds=ttl)
    sending["send_to_group_message"]["group"] = group
    assert feed(sending) == requests.SendToGroup(
        group=group, message=message, no_echo=no_echo, ttl_seconds=ttl, ack_id=ack_id
    )
    assert feed({"event_message": common | {"event": event_name}}) == requests.SendEvent(
        event=event_name, message=message, ack_id=ack_id
    )
    assert feed({"join_group_message": {"group": group, "ack_id": ack_id}}) == (
        requests.JoinGroup(group=group, ack_id=ack_id)
    )


@given(payloads, metadatas, st.none() | group_names, uint64s)
def test_deliveries_survive(
    payload: tuple[DataType, str, Any, bytes],
    metadata: dict[str, str],
    group: str | None,
    sequence_id: int,
) -> None:
    """What the service writes is read as what was meant, with a sequence id and without; the bytes
    do not depend on the order in which the metadata was given."""
    data_type, field, value, stored = payload
    delivery = Delivery(Message(data_type, stored, metadata), group, "alice")
    (frame,) = CODEC.encode_delivery(delivery)
    expected = wire.DataMessage(data=wire.MessageData(**{field: value}), metadata=metadata)
    setattr(expected, "from", "server" if group is None else "group")
    if group is not None:
        expected.group = group
    assert read([frame]).data_message == expected
    expected.sequence_id = sequence_id
    numbered = CODEC.with_sequence_id(frame, sequence_id)
    assert read([numbered]).data_message == expected
    again = wire.DownstreamMessage(data_message=expected).SerializeToString(deterministic=True)
    assert numbered.payload == again
    turned = Message(data_type, stored, dict(reversed(metadata.items())))
    assert CODEC.encode_delivery(Delivery(turned, group)) == (frame,)


@pytest.mark.parametrize("sequence_id", [0, 1, 127, 128, 2**53 - 1, MAX_UINT64])
@pytest.mark.parametrize("size", [0, 1, 100, 127, 128, 20_000])
def test_sequence_ids_change_lengths(sequence_id: int, size: int) -> None:
    """The length around the delivery grows with the sequence id, into more bytes if need be."""
    delivery = Delivery(Message(DataType.BINARY, b"x" * size, {"k": "v"}), "room")
    (frame,) = CODEC.encode_delivery(delivery)
    message = read([CODEC.with_sequence_id(frame, sequence_id)]).data_message
    assert message.sequence_id == sequence_id
    assert message.HasField("sequence_id")
    assert message.data.binary_data == b"x" * size
    assert dict(message.metadata) == {"k": "v"}
    assert CODEC.around_sequence_id(frame) is None


@given(texts, texts, texts, uint64s)
def test_words_survive(one: str, other: str, third: str, ack_id: int) -> None:
    """System messages and acks say what they were asked to say."""
    connected = read(CODEC.encode_connected(one, other, third)).system_message.connected_message
    assert (connected.connection_id, connected.user_id) == (one, other)
    assert connected.reconnection_token == third
    disconnected = read(CODEC.encode_disconnected(one)).system_message
    assert disconnected.WhichOneof("message") == "disconnected_message"
    assert disconnected.disconnected_message.reason == one
    ack = read(CODEC.encode_ack(ack_id, AckError(one, other))).ack_message
    assert (ack.ack_id, ack.success, ack.error.name, ack.error.message) == (
        (ack_id, False, one, other)
    )


upstream = st.sampled_from(
    [
        wire.UpstreamMessage(**one).SerializeToString()
        for one in (
            JOIN,
            LEAVE,
            send(**TEXT, ack_id=1, ttl_seconds=3, metadata={"a": "b"}),
            event(data={"protobuf_data": ANY}, ack_id=MAX_UINT64),
            event(data={"json_data": "[1]"}),
        )
    ]
)


@given(upstream, st.integers(0, 60), st.binary(max_size=6))
def test_damaged_requests(payload: bytes, position: int, damage: bytes) -> None:
    """Damage to a request makes another request or an orderly refusal."""
    at = position % (len(payload) + 1)
    with suppress(ClientProtocolError):
        feed(payload[:at] + damage + payload[at + len(damage) :])
    with suppress(ClientProtocolError):
        feed(payload[:at] + damage + payload[at:])


@given(st.binary(), st.sampled_from(FrameKind))
def test_any_bytes(payload: bytes, kind: FrameKind) -> None:
    """Whatever arrives, there is a request or an orderly refusal."""
    with suppress(ClientProtocolError):
        CODEC.feed(Frame(kind, payload))


@pytest.mark.parametrize("opening", [b"\x0b", b"\x93\x01", b"\x0a\x02\x0b"])
def test_endless_nesting(opening: bytes) -> None:
    """Groups of the old wire format, opened again and again, do not exhaust the stack."""
    with pytest.raises(ClientProtocolError):
        feed(opening * 300_000)
