"""What an output asks for is done: by a service in this process, and by one elsewhere through the
official SDK, by the same table.

Specification: bindings sections 8.1 to 8.5.
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from tests.host.extensions.webpubsub.bindings import invocation, output
from tests.service.wire import CLOSE, Peer, join_and_listen, running
from webpubsub.host.connections.connection_settings import Connection
from webpubsub.host.connections.remote_service import RemoteServiceClient
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.output import write
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.protocol.actions import ACTIONS, SendToAllAction
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import SendToAll
from webpubsub.protocol.seams import ServiceClient
from webpubsub.service.service import Service

KEY = "a-key-of-the-service-that-is-long-enough"
CLOSED = "Application server closed the connection."
END = SendToAll(hub="chat", message=Message(DataType.TEXT, b"END"))
GUID = "00112233-4455-6677-8899-aabbccddeeff"


class Room:
    """A service with three clients: ``A`` of ann, who is in group ``g``, and ``B`` and ``C`` of
    bob; and the client through which actions are carried out."""

    def __init__(self, service: Service, client: ServiceClient) -> None:
        self.service = service
        self.client = client
        self.peers: dict[str, Peer] = {}
        self.ids: dict[str, str] = {}

    async def enter(self, name: str, **access: Any) -> Peer:
        """One more client."""
        peer, self.ids[name] = await join_and_listen(self.service, **access)
        self.peers[name] = peer
        return peer

    async def set(self, value: Value) -> None:
        """What a function sets on its output is carried out."""
        await write(output(), value, invocation(), self.client, None)

    async def act(self, *actions: Mapping[str, Any]) -> None:
        """Actions as JSON text, in which ``<A>`` is the connection id of A."""
        text = json.dumps(actions)
        for name, connection_id in self.ids.items():
            text = text.replace(f"<{name}>", connection_id)
        await self.set(text)

    async def heard(self) -> dict[str, list[str]]:
        """What each client has heard, of those that heard anything."""
        await self.service.client.perform(END)
        everything = {name: await _until_end(peer) for name, peer in self.peers.items()}
        return {name: heard for name, heard in everything.items() if heard}


async def _until_end(peer: Peer) -> list[str]:
    heard: list[str] = []
    while True:
        opcode, payload = await peer.frame()
        if opcode == CLOSE:
            return heard
        message = json.loads(payload)
        if message.get("data") == "END":
            return heard
        heard.append(_shown(message))


def _shown(message: Mapping[str, Any]) -> str:
    """A message in short: ``text hi``, ``closed Reason: bye``."""
    if message["type"] == "system":
        assert message["message"].startswith(CLOSED)
        return f"closed{message['message'].removeprefix(CLOSED)}"
    assert message["type"] == "message"
    data = message["data"]
    return f"{message['dataType']} {data if isinstance(data, str) else json.dumps(data)}"


@pytest.fixture(params=["in process", "elsewhere"])
async def room(request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """The clients, and either way to their service."""
    async with running(access_keys=(KEY,)) as service, AsyncExitStack() as stack:
        client: ServiceClient = service.client
        if request.param == "elsewhere":
            client = RemoteServiceClient(
                Connection(name="X", endpoint=service.endpoint, access_key=KEY), retries=0
            )
            stack.push_async_callback(client.close)
        made = Room(service, client)
        await stack.enter_async_context(await made.enter("A", user_id="ann", groups=["g"]))
        await stack.enter_async_context(await made.enter("B", user_id="bob"))
        await stack.enter_async_context(await made.enter("C", user_id="bob"))
        yield made


def action(name: str, **members: Any) -> dict[str, Any]:
    """An action as a generic function writes it."""
    return {"actionName": name, **members}


def buffer(data: Any, kind: str = "Buffer") -> dict[str, Any]:
    """A Buffer as JSON has it."""
    return {"type": kind, "data": data}


HI = action("sendToGroup", group="g", data="hi")


def everybody(heard: str) -> dict[str, list[str]]:
    """All three hear the same."""
    return {name: [heard] for name in "ABC"}


def base64_of(data: bytes) -> str:
    """Binary data as JSON clients hear it."""
    return f"binary {base64.b64encode(data).decode()}"


#: Actions in order, and what each client hears.
TABLE: list[tuple[Sequence[Mapping[str, Any]], dict[str, list[str]]]] = [
    ([action("sendToAll", data="hé")], everybody("text hé")),
    ([action("sendToAll", data="hi", excluded=["<A>", "<B>"])], {"C": ["text hi"]}),
    ([action("sendToAll", data='{"a": [1]}', dataType="json")], everybody('json {"a": [1]}')),
    ([action("sendToAll", data="5", dataType=1)], everybody("json 5")),
    ([action("sendToAll", data=buffer("AP8="), dataType="binary")], everybody("binary AP8=")),
    ([action("sendToAll", data=buffer([0, 255]), dataType="Binary")], everybody("binary AP8=")),
    (
        [action("sendToAll", data=buffer("AP8=", "BUFFER"), dataType="binary")],
        everybody("binary AP8="),
    ),
    ([action("sendToAll", data=buffer(""), dataType=0)], everybody("binary ")),
    (
        [action("sendToAll", data=buffer(GUID), dataType="binary")],
        everybody(base64_of(UUID(GUID).bytes_le)),
    ),
    ([action("sendToAll", data=buffer("aGk="))], everybody("text hi")),
    ([action("sendToAll", data=buffer("aGk=", "chat"))], everybody("text hi")),
    ([action("sendToAll", data=buffer("WzFd"), dataType="json")], everybody("json [1]")),
    ([{"ACTIONNAME": "SENDTOALL", "Data": "hi", "no": 1}], everybody("text hi")),
    ([HI], {"A": ["text hi"]}),
    ([action("sendToGroup", group="g", data="hi", excluded=["<A>"])], {}),
    ([action("sendToUser", userId="bob", data="hi")], {"B": ["text hi"], "C": ["text hi"]}),
    ([action("sendToUser", userId="nobody", data="hi")], {}),
    ([action("sendToConnection", connectionId="<B>", data="hi")], {"B": ["text hi"]}),
    ([action("addUserToGroup", userId="bob", group="g"), HI], everybody("text hi")),
    (
        [action("addConnectionToGroup", connectionId="<B>", group="g"), HI],
        {"A": ["text hi"], "B": ["text hi"]},
    ),
    ([HI, action("addUserToGroup", userId="bob", group="g")], {"A": ["text hi"]}),
    ([action("removeConnectionFromGroup", connectionId="<A>", group="g"), HI], {}),
    ([action("removeUserFromGroup", userId="ann", group="g"), HI], {}),
    ([action("removeUserFromGroup", userId="ann", group="other"), HI], {"A": ["text hi"]}),
    (
        [
            action("addUserToGroup", userId="ann", group="h"),
            action("removeUserFromAllGroups", userId="ann"),
            HI,
            action("sendToGroup", group="h", data="hi"),
        ],
        {},
    ),
    (
        [action("closeClientConnection", connectionId="<B>", reason="by e")],
        {"B": ["closed Reason: by e"]},
    ),
    ([action("closeAllConnections", reason="bye")], everybody("closed Reason: bye")),
    ([action("closeAllConnections", excluded=["<A>", "<C>"])], {"B": ["closed"]}),
    ([action("closeGroupConnections", group="g", reason="bye")], {"A": ["closed Reason: bye"]}),
    ([action("closeGroupConnections", group="g", excluded=["<A>"])], {}),
    (
        [action("sendToAll", data="1"), action("sendToAll", data="2"), HI],
        {
            "A": ["text 1", "text 2", "text hi"],
            "B": ["text 1", "text 2"],
            "C": ["text 1", "text 2"],
        },
    ),
]
PERMISSIONS = ("grantPermission", "revokePermission")


def test_the_tables_hold_every_action() -> None:
    """No action is left out."""
    named = {one["actionName"] for actions, _ in TABLE for one in actions if "actionName" in one}
    assert named | set(PERMISSIONS) == set(ACTIONS)


@pytest.mark.parametrize(("actions", "heard"), TABLE)
async def test_actions_reach_clients(
    room: Room, actions: Sequence[Mapping[str, Any]], heard: dict[str, list[str]]
) -> None:
    """The same clients hear the same, in the order of the actions."""
    await room.act(*actions)
    assert await room.heard() == heard


ONE = {"actionName": "sendToAll", "data": "hi"}
GRANT = {"actionName": "grantPermission", "permission": "sendToGroup"}


@pytest.mark.parametrize(
    ("value", "count"),
    [
        (None, 0),
        ("[]", 0),
        (JsonText("[]"), 0),
        (JsonValue([]), 0),
        (f" {json.dumps(ONE)}\n", 1),
        (json.dumps([ONE, ONE]), 2),
        (JsonText(json.dumps(ONE)), 1),
        (JsonText(json.dumps([ONE, ONE])), 2),
        (JsonValue(SendToAllAction("hi")), 1),
        (JsonValue([SendToAllAction("hi"), SendToAllAction("hi")]), 2),
    ],
)
async def test_every_form_is_taken(room: Room, value: Value, count: int) -> None:
    """Text and values, of one action, of several and of none."""
    await room.set(value)
    heard = await room.heard()
    assert heard == ({name: ["text hi"] * count for name in "ABC"} if count else {})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"actionName": "sendToAll", "data": 5}, r"Action 2 \(sendToAll\): 'data' must be"),
        ({"data": "hi"}, "Action 2: 'actionName' is missing"),
        ({"operationKind": "sendToAll", "data": "hi"}, "'actionName' is missing"),
        ({"actionName": "sendToAllAction", "data": "hi"}, "is no action. Did you mean 'sendToAll'"),
        (
            {"actionName": "addConnectionToGroup", "connectionId": "nobody", "group": "g"},
            r"the service refused action 2 \(status 404",
        ),
        (
            {"actionName": "addUserToGroup", "userId": "nobody", "group": "g"},
            r"the service refused action 2 \(status 404",
        ),
        (
            {**GRANT, "connectionId": "nobody", "targetName": "g"},
            r"the service refused action 2 \(status 404",
        ),
        (GRANT, r"Action 2 \(grantPermission\): 'connectionId' is missing"),
        (
            {**GRANT, "connectionId": "c", "permission": None},
            r"Action 2 \(grantPermission\): 'permission' must be",
        ),
    ],
)
async def test_the_first_failure_stops_the_rest(
    room: Room, wrong: Mapping[str, Any], words: str
) -> None:
    """What was done before it stays done."""
    with pytest.raises(BindingError, match=words):
        await room.act(ONE, wrong, {**ONE, "data": "never"})
    assert await room.heard() == {name: ["text hi"] for name in "ABC"}


async def test_later_connections_are_not_in_the_groups_of_their_user(room: Room) -> None:
    """Those that a user has are added, and no others."""
    await room.act(action("addUserToGroup", userId="bob", group="g"))
    async with await room.enter("D", user_id="bob"):
        await room.act(HI)
        assert await room.heard() == {name: ["text hi"] for name in "ABC"}


async def may_join(peer: Peer, number: int) -> bool:
    """Whether a client may join the group ``h``."""
    await peer.say({"type": "joinGroup", "group": "h", "ackId": number})
    ack = await peer.hear()
    assert ack["ackId"] == number
    return bool(ack["success"])


@pytest.mark.parametrize("permission", ["joinLeaveGroup", "JOINLEAVEGROUP", 2])
async def test_permissions(room: Room, permission: Any) -> None:
    """They are granted and revoked for one group of one connection."""
    peer = room.peers["B"]
    members = {"connectionId": "<B>", "permission": permission, "targetName": "h"}
    assert not await may_join(peer, 1)
    await room.act(action("grantPermission", **members))
    assert await may_join(peer, 2)
    await room.act(action("revokePermission", **members))
    assert not await may_join(peer, 3)
    await room.act(action("grantPermission", **{**members, "targetName": "other"}))
    assert not await may_join(peer, 4)
