"""What functions were called with and did."""

from typing import Any

import pytest

from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import operations as ops
from webpubsub.protocol.actions import ACTIONS
from webpubsub.protocol.messages import DataType, Message
from webpubsub.testing.errors import SetupError
from webpubsub.testing.records import Action, Invocation, Records, action_name, readable


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", "a"), (None, None), (JsonText('{"a": 1}'), {"a": 1}), (JsonValue([1]), [1])],
)
def test_values_are_readable(value: Value, expected: Any) -> None:
    """JSON as its value; events are tested with a world."""
    assert readable(value) == expected


@pytest.mark.parametrize(
    ("message", "data"),
    [
        (Message(DataType.TEXT, "é".encode()), "é"),
        (Message(DataType.JSON, b"[1]"), [1]),
        (Message(DataType.BINARY, b"\xff"), b"\xff"),
    ],
)
def test_what_an_action_sends(message: Message, data: Any) -> None:
    """As the function meant it."""
    operation = ops.SendToGroup(hub="chat", group="g", message=message)
    action = Action(name=action_name(type(operation)), operation=operation, function="f")
    assert (action.name, action.data, action.hub) == ("sendToGroup", data, "chat")
    assert action.has({"group": "g", "data": data, "name": "sendToGroup"})
    assert not action.has({"group": "h"})
    assert action.member("user_id") is None


def test_calls_and_failures() -> None:
    """By name in any letter case; failures in words."""
    records = Records()
    failed = Invocation(function="One", id="1")
    records.begin(failed)
    records.begin(Invocation(function="two", id="2"))
    assert [one.id for one in records.calls("one")] == ["1"]
    assert len(records.calls(None)) == 2
    assert records.of("1") is failed
    assert records.of("3") is None
    assert repr(failed) == "<Invocation of One: running>"
    failed.failure = FunctionFailure(type="ValueError", message="no", stack_trace="")
    operation = ops.CloseAllConnections(hub="chat")
    records.actions.append(
        Action(name="closeAllConnections", operation=operation, function="two", error="why")
    )
    assert records.failures == [
        "function 'One' failed: ValueError: no",
        "action 'closeAllConnections' was refused: why",
    ]
    assert failed.trigger is None


def test_names_are_those_of_the_actions() -> None:
    """As the app writes them; a member may have the name that its class gives it."""
    operation = ops.GrantPermission(
        hub="chat", connection_id="c", permission=ops.Permission.SEND_TO_GROUP, target="g"
    )
    action = Action(name=action_name(type(operation)), operation=operation, function="f")
    assert action.has({"target_name": "g", "permission": "sendToGroup"})
    assert action_name(ops.CloseConnection) == "closeClientConnection"
    assert {action_name(one).lower() for one in ops.HubOperation.__subclasses__()} >= {
        name.lower() for name in ACTIONS
    }


@pytest.mark.parametrize(
    ("name", "fields", "says"),
    [
        ("sendToGruop", {}, "no action 'sendToGruop'. Did you mean 'sendToGroup'"),
        ("sendToGroup", {"grup": "g"}, "no action has a member 'grup'. Did you mean 'group'"),
    ],
)
def test_names_that_there_are_not(name: str, fields: dict[str, Any], says: str) -> None:
    """Would find nothing for ever."""
    with pytest.raises(SetupError, match=says):
        Records().acts(name, fields)
