"""What is said in one protocol and heard in another: every origin, every recipient, every type of
data.

Specification: client-protocols sections 3.1, 4, 5.4, 5.10, 9.4 and 11, rest-api section 8.
"""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import product
from typing import Any, NamedTuple, TypeAlias

import pytest
from azure.core.rest import HttpRequest
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient
from google.protobuf.any_pb2 import Any as AnyMessage

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame
from tests.service.wire import BINARY as BINARY_FRAME
from tests.service.wire import TEXT as TEXT_FRAME
from tests.service.wire import App, Peer, join, running
from webpubsub.protocol.acks import AckCache
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.messages import CONTENT_TYPES, DataType, Message
from webpubsub.protocol.operations import (
    AddConnectionToGroup,
    CloseConnection,
    RemoveConnectionFromGroup,
    SendToAll,
    SendToGroup,
)
from webpubsub.protocol.outcomes import UserEventAccepted
from webpubsub.service.service import Service

pytestmark = pytest.mark.conformance

HUB = "chat"
PROTOBUF_SUBPROTOCOL = "protobuf.webpubsub.azure.v1"
RELIABLE_JSON = "json.reliable.webpubsub.azure.v1"
RELIABLE_PROTOBUF = "protobuf.reliable.webpubsub.azure.v1"
ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")
METADATA = {"Trace": "1"}

ANY = AnyMessage(type_url="type.googleapis.com/a.B", value=b"\x08\x01")
#: White space and ways to write numbers show whether JSON was written anew.
PAYLOADS: Mapping[DataType, bytes] = {
    DataType.TEXT: 'h\u00e9llo "\U0001f600"'.encode(),
    DataType.JSON: '{ "a": [1.0, null, "\u00e9"] }'.encode(),
    DataType.BINARY: b"\x00\xff",
    DataType.PROTOBUF: ANY.SerializeToString(),
}
EMPTY: Mapping[DataType, bytes] = {**dict.fromkeys(DataType, b""), DataType.JSON: b'""'}
SAMPLES = {"full": PAYLOADS, "empty": EMPTY}


class Heard(NamedTuple):
    """A message as every recipient is expected to see it."""

    data_type: DataType
    data: bytes
    group: str | None
    from_user_id: str | None = None
    metadata: Mapping[str, str] | None = None


# ---- recipients: what each kind of client reads off its WebSocket ----

Recipient: TypeAlias = Callable[[Heard], tuple[int, Any]]
#: Decodes a frame to something that can be compared.
Reader: TypeAlias = Callable[[bytes], Any]

_FRAMES = {DataType.TEXT: TEXT_FRAME, DataType.JSON: TEXT_FRAME}


def heard_by_simple(heard: Heard) -> tuple[int, Any]:
    """The payload and nothing else."""
    return _FRAMES.get(heard.data_type, BINARY_FRAME), heard.data


_IN_JSON: Mapping[DataType, Callable[[bytes], Any]] = {
    DataType.TEXT: bytes.decode,
    DataType.JSON: json.loads,
    DataType.BINARY: lambda data: base64.b64encode(data).decode(),
    DataType.PROTOBUF: lambda data: base64.b64encode(data).decode(),
}


def heard_by_json(heard: Heard) -> tuple[int, Any]:
    """An object with the origin, the type and the data."""
    origin: dict[str, Any] = {"from": "server"}
    if heard.group is not None:
        origin = {"from": "group", "group": heard.group, "fromUserId": heard.from_user_id}
    data = _IN_JSON[heard.data_type](heard.data)
    message = {"type": "message", "dataType": heard.data_type.value, "data": data}
    metadata = {} if heard.metadata is None else {"metadata": dict(heard.metadata)}
    return TEXT_FRAME, message | origin | metadata


_IN_PROTOBUF: Mapping[DataType, Callable[[bytes], wire.MessageData]] = {
    DataType.TEXT: lambda data: wire.MessageData(text_data=data.decode()),
    DataType.JSON: lambda data: wire.MessageData(json_data=data.decode()),
    DataType.BINARY: lambda data: wire.MessageData(binary_data=data),
    DataType.PROTOBUF: lambda data: wire.MessageData(protobuf_data=AnyMessage.FromString(data)),
}


def heard_by_protobuf(heard: Heard) -> tuple[int, Any]:
    """A data message with the origin, but not the user."""
    message = wire.DataMessage(
        group=heard.group, data=_IN_PROTOBUF[heard.data_type](heard.data), metadata=heard.metadata
    )
    setattr(message, "from", "server" if heard.group is None else "group")
    return BINARY_FRAME, wire.DownstreamMessage(data_message=message)


def heard_by_reliable_json(heard: Heard) -> tuple[int, Any]:
    """The same object, with the number of the client's first message."""
    opcode, message = heard_by_json(heard)
    return opcode, message | {"sequenceId": 1}


def heard_by_reliable_protobuf(heard: Heard) -> tuple[int, Any]:
    """The same message, numbered likewise."""
    opcode, message = heard_by_protobuf(heard)
    message.data_message.sequence_id = 1
    return opcode, message


_read_protobuf = wire.DownstreamMessage.FromString
RECIPIENTS: Mapping[str, tuple[str | None, Recipient, Reader]] = {
    "simple": (None, heard_by_simple, bytes),
    "json": (JSON_SUBPROTOCOL, heard_by_json, json.loads),
    "protobuf": (PROTOBUF_SUBPROTOCOL, heard_by_protobuf, _read_protobuf),
    "reliable-json": (RELIABLE_JSON, heard_by_reliable_json, json.loads),
    "reliable-protobuf": (RELIABLE_PROTOBUF, heard_by_reliable_protobuf, _read_protobuf),
}


async def welcomed(service: Service, subprotocol: str | None, **access: Any) -> Peer:
    """A client that is the next to be told something."""
    peer = await join(service, subprotocol=subprotocol, **access)
    if subprotocol is not None:
        await peer.frame()
    return peer


# ---- origins: how a message gets into the group ----


@asynccontextmanager
async def sdk_of(service: Service) -> AsyncIterator[WebPubSubServiceClient]:
    """The official service SDK for the hub."""
    client = WebPubSubServiceClient.from_connection_string(service.connection_string, hub=HUB)
    async with client:
        yield client


async def send_simple(service: Service, data_type: DataType, data: bytes) -> None:
    """A simple client in sendToGroup mode."""
    query = "&webpubsub_mode=sendToGroup&group=room"
    async with await join(service, subprotocol=None, query=query, user_id="u", roles=ROLES) as peer:
        await peer.send(client_frame(_FRAMES.get(data_type, BINARY_FRAME), data))
        await peer.send(client_frame(8, b"\x03\xe8"))
        await peer.frame()


def json_request(data_type: DataType, data: bytes, **members: Any) -> bytes:
    """A request of a JSON client; its JSON data is written as it is."""
    shown = data
    if data_type is not DataType.JSON:
        shown = json.dumps(_IN_JSON[data_type](data)).encode()
    rest = json.dumps(members | {"dataType": data_type.value}).encode()
    return client_frame(TEXT_FRAME, b'{"data":' + shown + b"," + rest[1:])


async def send_json(service: Service, data_type: DataType, data: bytes) -> None:
    """A JSON client."""
    async with await welcomed(service, JSON_SUBPROTOCOL, user_id="u", roles=ROLES) as peer:
        await peer.send(
            json_request(
                data_type, data, type="sendToGroup", group="room", ackId=1, metadata=METADATA
            )
        )
        assert await peer.hear() == {"type": "ack", "ackId": 1, "success": True}


def protobuf_request(**message: Any) -> bytes:
    """A request of a protobuf client."""
    return client_frame(BINARY_FRAME, wire.UpstreamMessage(**message).SerializeToString())


async def send_protobuf(service: Service, data_type: DataType, data: bytes) -> None:
    """A protobuf client."""
    async with await welcomed(service, PROTOBUF_SUBPROTOCOL, user_id="u", roles=ROLES) as peer:
        members = {"group": "room", "data": _IN_PROTOBUF[data_type](data), "ack_id": 1}
        await peer.send(protobuf_request(send_to_group_message=members | {"metadata": METADATA}))
        _, payload = await peer.frame()
        assert wire.DownstreamMessage.FromString(payload).ack_message.success


async def send_rest(service: Service, data_type: DataType, data: bytes) -> None:
    """The REST API, by the official SDK."""
    async with sdk_of(service) as sdk:
        await post(sdk, "groups/room/:send", data_type, data)


async def post(sdk: WebPubSubServiceClient, path: str, data_type: DataType, data: bytes) -> None:
    """Send a message with metadata."""
    request = HttpRequest(
        "POST",
        f"/api/hubs/{HUB}/{path}?api-version=2024-12-01",
        content=data,
        headers={
            "Content-Type": CONTENT_TYPES[data_type],
            **{f"X-WebPubSub-Metadata-{key}": value for key, value in METADATA.items()},
        },
    )
    response = await sdk.send_request(request)
    assert response.status_code == 202, response.text()


async def send_in_process(service: Service, data_type: DataType, data: bytes) -> None:
    """A binding of a function app in the same process."""
    message = Message(data_type, data, METADATA)
    await service.client.perform(SendToGroup(hub=HUB, group="room", message=message))


class Origin(NamedTuple):
    """A way into the group: what it can say, and what comes along."""

    send: Callable[[Service, DataType, bytes], Awaitable[None]]
    data_types: tuple[DataType, ...] = tuple(DataType)
    user_id: str | None = None
    metadata: Mapping[str, str] | None = METADATA


ORIGINS: Mapping[str, Origin] = {
    "simple": Origin(send_simple, (DataType.TEXT, DataType.BINARY), "u", None),
    "json": Origin(send_json, user_id="u"),
    "protobuf": Origin(send_protobuf, user_id="u"),
    # Header names have no letter case.
    "rest": Origin(send_rest, metadata={"trace": "1"}),
    "in-process": Origin(send_in_process),
}


@pytest.mark.parametrize(
    ("origin", "data_type"),
    [(name, data_type) for name, origin in ORIGINS.items() for data_type in origin.data_types],
)
@pytest.mark.parametrize("sample", SAMPLES)
async def test_group_messages(origin: str, data_type: DataType, sample: str) -> None:
    """Every member hears the same message in its own words, even if there is nothing in it."""
    way, data = ORIGINS[origin], SAMPLES[sample][data_type]
    heard = Heard(data_type, data, "room", way.user_id, way.metadata)
    async with running() as service, AsyncExitStack() as stack:
        members = {
            name: await stack.enter_async_context(
                await welcomed(service, subprotocol, groups=["room"])
            )
            for name, (subprotocol, _, _) in RECIPIENTS.items()
        }
        await way.send(service, data_type, data)
        for name, (_, expected, read) in RECIPIENTS.items():
            opcode, payload = await members[name].frame()
            assert (opcode, read(payload)) == expected(heard), name
            if "json" in name and data_type is DataType.JSON:
                assert data in payload


EVENTS: dict[str, Callable[[], bytes]] = {
    "simple": lambda: client_frame(TEXT_FRAME, b"ask"),
    "json": lambda: json_request(DataType.TEXT, b"ask", type="event", event="message"),
    "protobuf": lambda: protobuf_request(
        event_message={"event": "message", "data": {"text_data": "ask"}}
    ),
}
EVENTS |= {f"reliable-{name}": EVENTS[name] for name in ("json", "protobuf")}


@pytest.mark.parametrize(("recipient", "data_type"), [*product(RECIPIENTS, DataType)])
@pytest.mark.parametrize("metadata", [None, METADATA])
async def test_event_replies(
    recipient: str, data_type: DataType, metadata: Mapping[str, str] | None
) -> None:
    """A reply to an event reaches the one that raised it, as a message of the server."""
    subprotocol, expected, read = RECIPIENTS[recipient]
    reply = Message(data_type, PAYLOADS[data_type], metadata)
    app = App({"message": UserEventAccepted(reply=reply)})
    async with running(app) as service, await welcomed(service, subprotocol) as peer:
        await peer.send(EVENTS[recipient]())
        opcode, payload = await peer.frame()
    heard = Heard(data_type, reply.data, None, metadata=metadata)
    assert (opcode, read(payload)) == expected(heard)


@pytest.mark.parametrize("recipient", RECIPIENTS)
async def test_empty_messages(recipient: str) -> None:
    """Metadata alone travels with an empty text, and a simple client receives that text."""
    subprotocol, expected, read = RECIPIENTS[recipient]
    async with (
        running() as service,
        await welcomed(service, subprotocol, groups=["room"]) as member,
        await welcomed(service, PROTOBUF_SUBPROTOCOL, user_id="u", roles=ROLES) as sender,
    ):
        await sender.send(
            protobuf_request(send_to_group_message={"group": "room", "metadata": METADATA})
        )
        opcode, payload = await member.frame()
    heard = Heard(DataType.TEXT, b"", "room", "u", METADATA)
    assert (opcode, read(payload)) == expected(heard)


@pytest.mark.parametrize(
    ("origin", "data_type"),
    [
        ("simple", DataType.TEXT),
        ("simple", DataType.BINARY),
        *product(("json", "protobuf"), DataType),
    ],
)
@pytest.mark.parametrize("sample", SAMPLES)
async def test_events(origin: str, data_type: DataType, sample: str) -> None:
    """The application sees the type, the bytes and the metadata of what was said, in whatever
    protocol."""
    subprotocol, _, _ = RECIPIENTS[origin]
    data = SAMPLES[sample][data_type]
    metadata = None if origin == "simple" else METADATA
    raise_event: Mapping[str, Callable[[], bytes]] = {
        "simple": lambda: client_frame(_FRAMES.get(data_type, BINARY_FRAME), data),
        "json": lambda: json_request(
            data_type, data, type="event", event="message", metadata=METADATA
        ),
        "protobuf": lambda: protobuf_request(
            event_message={
                "event": "message",
                "data": _IN_PROTOBUF[data_type](data),
                "metadata": METADATA,
            }
        ),
    }
    answered = Message(DataType.TEXT, b"answered")
    app = App({"message": UserEventAccepted(reply=answered)})
    async with running(app) as service, await welcomed(service, subprotocol) as peer:
        await peer.send(raise_event[origin]())
        await peer.frame()
    (event,) = (one for one in app.events if isinstance(one, UserEventRequest))
    assert event.message == Message(data_type, data, metadata)


# ---- what is done by the application, as each kind of client sees it ----


@asynccontextmanager
async def everybody(service: Service, **access: Any) -> AsyncIterator[dict[str, Peer]]:
    """A client of each kind."""
    async with AsyncExitStack() as stack:
        yield {
            name: await stack.enter_async_context(await welcomed(service, subprotocol, **access))
            for name, (subprotocol, _, _) in RECIPIENTS.items()
        }


def ids(service: Service) -> list[str]:
    """The ids of all clients."""
    return [*service.hubs.hub(HUB).sessions]


AUDIENCES: Mapping[str, Callable[[Service], list[str]]] = {
    "all": lambda _: [":send"],
    "user": lambda _: ["users/u/:send"],
    "connection": lambda service: [f"connections/{one}/:send" for one in ids(service)],
}


@pytest.mark.parametrize(("audience", "data_type"), [*product(AUDIENCES, DataType)])
async def test_server_messages(audience: str, data_type: DataType) -> None:
    """Sent by the REST API to everybody, a user or a connection, it comes from the server."""
    data = PAYLOADS[data_type]
    heard = Heard(data_type, data, None, metadata={"trace": "1"})
    async with (
        running() as service,
        everybody(service, user_id="u") as clients,
        sdk_of(service) as sdk,
    ):
        for path in AUDIENCES[audience](service):
            await post(sdk, path, data_type, data)
        for name, (_, expected, read) in RECIPIENTS.items():
            opcode, payload = await clients[name].frame()
            assert (opcode, read(payload)) == expected(heard), name


async def test_nobody_is_told_of_groups() -> None:
    """Being put into a group and taken out of it is silent: the next thing heard is a message."""
    text = Message(DataType.TEXT, b"x")
    async with running() as service, everybody(service) as clients:
        hub = service.hubs.hub(HUB)
        for one in ids(service):
            for change in (AddConnectionToGroup, RemoveConnectionFromGroup):
                assert hub.perform(change(hub=HUB, group="room", connection_id=one)) is None
        assert hub.perform(SendToAll(hub=HUB, message=text)) is None
        for name, (_, expected, read) in RECIPIENTS.items():
            opcode, payload = await clients[name].frame()
            assert (opcode, read(payload)) == expected(Heard(text.data_type, text.data, None)), name


FAREWELL = "Application server closed the connection. Reason: "
#: More than fits into a close frame, which has room for 123 bytes.
LONG = "\U0001f600" * 500


@pytest.mark.parametrize("recipient", RECIPIENTS)
async def test_closing(recipient: str) -> None:
    """With the whole reason in a message to those who have such messages, then 1000 and no text."""
    subprotocol, _, read = RECIPIENTS[recipient]
    async with running() as service, await welcomed(service, subprotocol) as peer:
        (connection_id,) = ids(service)
        close = CloseConnection(hub=HUB, connection_id=connection_id, reason=LONG)
        await service.client.perform(close)
        if recipient != "simple":
            _, payload = await peer.frame()
            assert _farewell(read(payload)) == FAREWELL + LONG
        assert await peer.closing() == (1000, "")
        await peer.send(client_frame(8, b"\x03\xe8"))
        assert await peer.rest() == b""


def _farewell(message: Any) -> str:
    if isinstance(message, dict):
        assert (message.pop("type"), message.pop("event")) == ("system", "disconnected")
        (text,) = message.values()
        return str(text)
    return str(message.system_message.disconnected_message.reason)


# ---- group state: what is set in one protocol is seen in the other ----

STATE = {"status": "o\u0144", "empty": ""}


class Speaker(NamedTuple):
    """How a client asks for group states and is told them, compared in the words of JSON."""

    subprotocol: str
    ask: Callable[..., bytes]
    read: Reader


def ask_json(kind: str, **members: Any) -> bytes:
    """A request of a JSON client; ``state`` None is left out."""
    present = {name: value for name, value in members.items() if value is not None}
    message = {"type": f"{kind}GroupState", "group": "room", "ackId": 1} | present
    return client_frame(TEXT_FRAME, json.dumps(message).encode())


def ask_protobuf(kind: str, state: Mapping[str, str] | None = None) -> bytes:
    """A request of a protobuf client."""
    members = {"group": "room", "ack_id": 1}
    present = {} if state is None else {"state": {"entries": state}}
    return protobuf_request(**{f"{kind}_group_state_message": members | present})


def read_protobuf(payload: bytes) -> Any:
    """A message of the service as a JSON client would have been told it."""
    message = wire.DownstreamMessage.FromString(payload)
    kind = message.WhichOneof("message")
    if kind == "ack_message":
        return {"type": "ack", "ackId": 1, "success": message.ack_message.success}
    assert kind in ("group_state_snapshot_message", "group_state_update_message"), message
    told: wire.GroupStateMessage = getattr(message, kind)
    assert not told.HasField("sequence_id")
    name = "groupStateSnapshot" if "snapshot" in kind else "groupStateUpdate"
    return {"type": name, "group": told.group, "items": [*map(_item, told.items)]}


def _item(item: wire.GroupStateItem) -> dict[str, Any]:
    told: dict[str, Any] = {"connectionId": item.connection_id, "updatedAt": item.updated_at}
    told |= {"userId": item.user_id} if item.HasField("user_id") else {}
    return told | ({"state": dict(item.state.entries)} if item.HasField("state") else {})


SPEAKERS: Mapping[str, Speaker] = {
    "json": Speaker(JSON_SUBPROTOCOL, ask_json, json.loads),
    "protobuf": Speaker(PROTOBUF_SUBPROTOCOL, ask_protobuf, read_protobuf),
    "reliable json": Speaker("json.reliable.webpubsub.azure.v1", ask_json, json.loads),
    "reliable protobuf": Speaker(
        "protobuf.reliable.webpubsub.azure.v1", ask_protobuf, read_protobuf
    ),
}


@pytest.mark.parametrize(("setter", "watcher"), [*product(SPEAKERS, SPEAKERS)])
@pytest.mark.parametrize("user_id", ["alice", None])
async def test_group_states(setter: str, watcher: str, user_id: str | None) -> None:
    """A state that is there, one that is set, one that is empty, one that is cleared, and one whose
    connection ends."""
    sets, watches = SPEAKERS[setter], SPEAKERS[watcher]
    access: dict[str, Any] = {"roles": ROLES, "groups": ["room"], "user_id": user_id}
    async with (
        running() as service,
        await welcomed(service, sets.subprotocol, **access) as one,
        await welcomed(service, watches.subprotocol, roles=ROLES) as other,
    ):
        (session,) = service.hubs.hub(HUB).members("room").values()
        who = {"connectionId": session.connection_id} | ({"userId": user_id} if user_id else {})
        last = 0

        async def heard(kind: str, *states: Mapping[str, str] | None) -> None:
            nonlocal last
            _, payload = await other.frame()
            message = watches.read(payload)
            for item in message["items"]:
                assert item["updatedAt"] > last
                last = item.pop("updatedAt")
            items = [who | ({} if state is None else {"state": state}) for state in states]
            assert message == {"type": kind, "group": "room", "items": items}

        async def settled(peer: Peer, speaker: Speaker, *frames: bytes) -> None:
            await peer.send(*frames)
            _, payload = await peer.frame()
            assert speaker.read(payload) == {"type": "ack", "ackId": 1, "success": True}
            session.acks = AckCache()

        await settled(one, sets, sets.ask("set", state=STATE))
        await settled(other, watches, watches.ask("subscribe"))
        await heard("groupStateSnapshot", STATE)
        for state in ({"status": "away"}, {}, None, STATE):
            await settled(one, sets, sets.ask("set", state=state))
            await heard("groupStateUpdate", state)
        await one.send(client_frame(8, b"\x03\xe8"))
        await heard("groupStateUpdate", None)
