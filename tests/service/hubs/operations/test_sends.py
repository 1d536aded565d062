"""Who receives a message, and where it says that it comes from.

Specification: client-protocols sections 5.8, 11 and 14.
"""

from collections.abc import Callable

import pytest

from tests.service.hubs.world import FROM_SERVER, HELLO, World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.refusals.hub import MESSAGE_NULL


@pytest.mark.parametrize(
    ("operation", "recipients"),
    [
        (ops.SendToAll(hub="chat", message=HELLO), {"c0", "c1", "c2", "c3"}),
        (
            ops.SendToAll(hub="chat", message=HELLO, excluded=frozenset({"c0", "nobody"})),
            {"c1", "c2", "c3"},
        ),
        (ops.SendToGroup(hub="chat", group="g", message=HELLO), {"c0", "c2"}),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO, excluded=frozenset({"c0"})),
            {"c2"},
        ),
        (ops.SendToGroup(hub="chat", group="G", message=HELLO), set()),
        (ops.SendToUser(hub="chat", user_id="alice", message=HELLO), {"c0", "c1"}),
        (ops.SendToUser(hub="chat", user_id="Alice", message=HELLO), set()),
        (ops.SendToConnection(hub="chat", connection_id="c3", message=HELLO), {"c3"}),
        (ops.SendToConnection(hub="chat", connection_id="nobody", message=HELLO), set()),
    ],
)
def test_who_receives(operation: HubOperation, recipients: set[str]) -> None:
    """A message reaches whom it is for, and sending to nobody is no error."""
    world = World()
    world.join("g", "c0", "c2")
    assert world.hub.apply(operation) is None
    assert world.who_received() == recipients


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (ops.SendToAll(hub="chat", message=HELLO), FROM_SERVER),
        (ops.SendToUser(hub="chat", user_id="bob", message=HELLO), FROM_SERVER),
        (ops.SendToConnection(hub="chat", connection_id="c2", message=HELLO), FROM_SERVER),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO),
            (
                b'{"type":"message","from":"group","group":"g","fromUserId":null,'
                b'"dataType":"text","data":"hello"}'
            ),
        ),
        (
            ops.SendToGroup(hub="chat", group="g", message=HELLO, from_user_id="alice"),
            (
                b'{"type":"message","from":"group","group":"g","fromUserId":"alice",'
                b'"dataType":"text","data":"hello"}'
            ),
        ),
    ],
)
def test_where_a_message_comes_from(operation: HubOperation, text: bytes) -> None:
    """A message carries its origin (client-protocols sections 5.8 and 11)."""
    world = World()
    world.join("g", "c2")
    world.hub.apply(operation)
    assert world.received["c2"] == [text]


@pytest.mark.parametrize("data", [b"null", b" null\r\n"])
@pytest.mark.parametrize(
    "send",
    [
        lambda message: ops.SendToAll(hub="chat", message=message),
        lambda message: ops.SendToGroup(hub="chat", group="g", message=message),
        lambda message: ops.SendToUser(hub="chat", user_id="alice", message=message),
        lambda message: ops.SendToConnection(hub="chat", connection_id="c0", message=message),
    ],
)
def test_null_is_refused(send: Callable[[Message], HubOperation], data: bytes) -> None:
    """Clients never receive it as data, whoever it is for; a text of these letters is another
    thing."""
    world = World()
    world.join("g", "c0")
    refusal = world.hub.apply(send(Message(DataType.JSON, data)))
    assert refusal is not None
    assert refusal.kind is MESSAGE_NULL
    assert world.who_received() == set()
    assert world.hub.apply(send(Message(DataType.TEXT, data))) is None
    assert "c0" in world.who_received()
