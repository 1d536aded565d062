"""Protobuf clients against a running service.

Specification: client-protocols sections 2.3, 5.5, 5.6, 5.10, 6.3 and 8.2.
"""

from typing import Any

import aiohttp
import pytest
from google.protobuf import any_pb2, wrappers_pb2

from tests.conformance.handlers import EchoApplication
from tests.conformance.protobuf_client import SUBPROTOCOL, ProtobufClient, connected
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import (
    CloseConnection,
    GrantPermission,
    Permission,
    RevokePermission,
    SendToUser,
)
from webpubsub.service.service import Service

pytestmark = pytest.mark.conformance

ALL_ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")
RELIABLE = "protobuf.reliable.webpubsub.azure.v1"
MAX_UINT64 = 2**64 - 1


async def join(client: ProtobufClient, ack_id: int = 0) -> None:
    """Become a member of the room."""
    ack = await client.ask(join_group_message={"group": "room", "ack_id": ack_id})
    assert (ack.ack_id, ack.success, ack.HasField("error")) == (ack_id, True, False)


async def test_told_who_it_is(service: Service) -> None:
    """The first message says the connection id and the user; there is no reconnection token."""
    async with connected(service, user_id="alice") as alice, connected(service) as nobody:
        assert alice.user_id == "alice"
        assert nobody.user_id == ""
        assert alice.connection_id
        assert alice.connection_id != nobody.connection_id
        hello = alice.hello.system_message.connected_message
        assert not hello.HasField("reconnection_token")


async def test_the_subprotocol_is_echoed_as_spelled(service: Service) -> None:
    """Letter case does not matter, and is given back."""
    async with connected(service, subprotocol="PROTOBUF.WebPubSub.Azure.V1", user_id="a") as client:
        await client.say(ping_message={})
        assert (await client.hear()).WhichOneof("message") == "pong_message"


async def test_group_messages(service: Service) -> None:
    """Members receive what is sent to the group, once, and the sender its ack after its own copy;
    nobody is told who sent it."""
    async with (
        connected(service, user_id="alice", roles=ALL_ROLES) as alice,
        connected(service, user_id="bob", roles=ALL_ROLES) as bob,
    ):
        await join(alice)
        await join(bob)
        await alice.say(
            send_to_group_message={
                "group": "room",
                "data": {"text_data": ""},
                "ack_id": MAX_UINT64,
                "metadata": {"Trace": "1"},
            }
        )
        expected = wire.DataMessage(
            group="room", data=wire.MessageData(text_data=""), metadata={"Trace": "1"}
        )
        setattr(expected, "from", "group")
        assert await bob.data() == expected
        assert await alice.data() == expected
        assert (await alice.hear()).ack_message == wire.AckMessage(ack_id=MAX_UINT64, success=True)


async def test_no_echo_and_leave(service: Service) -> None:
    """No echo skips the sender only; a group that was left is silent."""
    async with connected(service, roles=ALL_ROLES) as alice:
        await join(alice)
        silent: dict[str, Any] = {"group": "room", "data": {"text_data": "silent"}}
        ack = await alice.ask(send_to_group_message={**silent, "no_echo": True, "ack_id": 1})
        assert ack.success
        ack = await alice.ask(leave_group_message={"group": "room", "ack_id": 2})
        assert ack.success
        ack = await alice.ask(send_to_group_message={**silent, "ack_id": 3})
        assert (ack.ack_id, ack.success) == (3, True)


async def test_acks_of_failures(service: Service) -> None:
    """Failures are named, and only a success uses up its ack id, whatever the request was."""
    async with connected(service, roles=["webpubsub.joinLeaveGroup.room"]) as client:
        text = {"text_data": "x"}
        ack = await client.ask(join_group_message={"group": "other", "ack_id": 7})
        assert ack.error == wire.ErrorMessage(
            name="Forbidden", message="The client does not have permission to join group 'other'."
        )
        ack = await client.ask(send_to_group_message={"group": "room", "data": text, "ack_id": 7})
        assert (ack.ack_id, ack.success, ack.error.name) == (7, False, "Forbidden")
        ack = await client.ask(event_message={"event": "fail", "data": text, "ack_id": 7})
        assert ack.error == wire.ErrorMessage(
            name="InternalServerError", message="Internal server error"
        )
        await join(client, ack_id=7)
        ack = await client.ask(leave_group_message={"group": "room", "ack_id": 7})
        assert ack.error == wire.ErrorMessage(
            name="Duplicate", message="Message with ack-id: 7 has been processed"
        )


@pytest.mark.parametrize(
    ("data", "data_type", "stored"),
    [
        (wire.MessageData(text_data="é"), DataType.TEXT, "é".encode()),
        (wire.MessageData(json_data=' {"a": 1.0}'), DataType.JSON, b' {"a": 1.0}'),
        (wire.MessageData(binary_data=b"\x00\xff"), DataType.BINARY, b"\x00\xff"),
        (
            wire.MessageData(
                protobuf_data=any_pb2.Any(type_url="type.googleapis.com/a.B", value=b"\x08\x01")
            ),
            DataType.PROTOBUF,
            b"\n\x17type.googleapis.com/a.B\x12\x02\x08\x01",
        ),
    ],
)
async def test_events(
    service: Service,
    application: EchoApplication,
    data: wire.MessageData,
    data_type: DataType,
    stored: bytes,
) -> None:
    """The application sees the data as it was sent, and its reply comes before the ack."""
    async with connected(service, user_id="alice") as client:
        await client.say(
            event_message={"event": "echo", "data": data, "ack_id": 1, "metadata": {"k": "v"}}
        )
        reply = await client.data()
        assert getattr(reply, "from") == "server"
        assert not reply.HasField("group")
        assert reply.data == data
        assert (await client.hear()).ack_message == wire.AckMessage(ack_id=1, success=True)
    (event,) = (one for one in application.events if isinstance(one, UserEventRequest))
    assert (event.message.data_type, event.message.data) == (data_type, stored)
    assert event.message.metadata == {"k": "v"}
    assert event.connection_context.subprotocol == "protobuf.webpubsub.azure.v1"


async def test_messages_inside_any(service: Service) -> None:
    """A packed message can be unpacked by the one that receives it."""
    packed = any_pb2.Any()
    packed.Pack(wrappers_pb2.StringValue(value="hello"))
    async with connected(service) as client:
        await client.say(event_message={"event": "echo", "data": {"protobuf_data": packed}})
        received = wrappers_pb2.StringValue()
        assert (await client.data()).data.protobuf_data.Unpack(received)
        assert received.value == "hello"


async def test_closed_by_the_application(service: Service) -> None:
    """The client is told why, then closed without a word."""
    async with connected(service) as client:
        reason = "because " * 100
        await service.client.perform(
            CloseConnection(hub="chat", connection_id=client.connection_id, reason=reason)
        )
        told = (await client.hear()).system_message.disconnected_message.reason
        assert told == f"Application server closed the connection. Reason: {reason}"
        assert await client.closing() == (1000, "")


async def test_without_ack_ids(service: Service) -> None:
    """Failures are silent and the connection stays; sequence acks mean nothing here."""
    async with connected(service) as client:
        await client.say(join_group_message={"group": "room"})
        await client.say(event_message={"event": "fail", "data": {"text_data": "x"}})
        await client.say(sequence_ack_message={"sequence_id": 5})
        await client.say(ping_message={})
        assert (await client.hear()).WhichOneof("message") == "pong_message"


SUBPROTOCOLS = (SUBPROTOCOL, RELIABLE)


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
@pytest.mark.parametrize("payload", [b"", b"\xff", b"{}", b"\x52\x00"])
async def test_what_is_no_request(service: Service, payload: bytes, subprotocol: str) -> None:
    """The connection is closed with 1007, and nothing is said before."""
    async with connected(service, subprotocol=subprotocol) as client:
        await client.socket.send_bytes(payload)
        assert await client.closing() == (
            1007,
            f"The client message is not a valid {subprotocol} protocol message.",
        )


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
async def test_text_messages(service: Service, subprotocol: str) -> None:
    """The connection is closed with 1003, and nothing is said before."""
    async with connected(service, subprotocol=subprotocol) as client:
        await client.socket.send_str("{}")
        assert await client.closing() == (
            1003,
            f"The {subprotocol} subprotocol requires binary messages.",
        )


@pytest.mark.parametrize("subprotocol", SUBPROTOCOLS)
async def test_permissions_change(service: Service, subprotocol: str) -> None:
    """What is granted and revoked holds for the next request."""
    roles = ["webpubsub.sendToGroups.roo*"]
    async with connected(service, subprotocol=subprotocol, roles=roles) as client:
        changes: list[type[GrantPermission | RevokePermission]] = [
            RevokePermission,
            GrantPermission,
        ]
        for ack_id, change in enumerate(changes):
            operation = change(
                hub="chat",
                connection_id=client.connection_id,
                permission=Permission.SEND_TO_GROUP,
                target="room",
            )
            await service.client.perform(operation)
            for group, allowed in (("room", change is GrantPermission), ("rooms", True)):
                ack = await client.ask(
                    send_to_group_message={
                        "group": group,
                        "data": {"text_data": "x"},
                        "ack_id": 10 * ack_id + len(group),
                    }
                )
                assert (ack.success, ack.error.name) == (allowed, "" if allowed else "Forbidden")


async def test_recovery_is_refused(service: Service) -> None:
    """A plain protobuf connection cannot be taken up again."""
    async with connected(service) as client:
        url = (await service.client.client_access("chat")).url
        url += f"&awps_connection_id={client.connection_id}&awps_reconnection_token=x"
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(url, protocols=["protobuf.webpubsub.azure.v1"]) as socket,
        ):
            closing = await socket.receive(timeout=5)
            assert (closing.data, closing.extra) == (
                1008,
                "The connection could not be recovered.",
            )


async def come_back(
    service: Service, session: aiohttp.ClientSession, lost: ProtobufClient
) -> ProtobufClient:
    """The client of the reliable subprotocol, over a new transport; its first message is who it
    is."""
    token = lost.hello.system_message.connected_message.reconnection_token
    socket = await session.ws_connect(
        f"ws{service.endpoint.removeprefix('http')}/client/hubs/chat",
        params={"awps_connection_id": lost.connection_id, "awps_reconnection_token": token},
        protocols=[RELIABLE],
        autoclose=False,
    )
    first = await socket.receive_bytes(timeout=5)
    return ProtobufClient(socket, wire.DownstreamMessage.FromString(first))


async def test_a_reliable_client_gets_what_it_has_missed(service: Service) -> None:
    """Numbered messages, those not acknowledged again byte for byte, then what came meanwhile.
    Specification: client-protocols sections 7.2, 7.4 and 8.2."""
    async with aiohttp.ClientSession() as session:
        async with connected(
            service, subprotocol=RELIABLE, user_id="alice", roles=ALL_ROLES
        ) as alice:
            for text in (b"one", b"two"):
                await service.client.perform(
                    SendToUser(hub="chat", user_id="alice", message=Message(DataType.TEXT, text))
                )
            heard = [await alice.socket.receive_bytes(timeout=5) for _ in range(2)]
            await alice.say(sequence_ack_message={"sequence_id": 1})
            await alice.ask(join_group_message={"group": "room", "ack_id": 1})
            transport = alice.socket.get_extra_info("socket")
            assert transport is not None
            transport.shutdown(2)
        await service.client.perform(
            SendToUser(hub="chat", user_id="alice", message=Message(DataType.TEXT, b"three"))
        )
        again = await come_back(service, session, alice)
        assert again.connection_id == alice.connection_id
        assert again.hello.system_message.connected_message.HasField("reconnection_token")
        assert await again.socket.receive_bytes(timeout=5) == heard[1]
        missed = await again.data()
        assert (missed.data.text_data, missed.sequence_id) == ("three", 3)
        repeated = await again.ask(join_group_message={"group": "room", "ack_id": 1})
        assert repeated.error.name == "Duplicate"
        await again.socket.close()
