"""The JSON of output actions, read as operations.

Specification: bindings sections 8.2 to 8.5.
"""

import contextlib
import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol import actions
from webpubsub.protocol import operations as ops
from webpubsub.protocol.action_json import iter_operations, operations_from_json
from webpubsub.protocol.actions import ACTIONS
from webpubsub.protocol.messages import DataType, Message

HI = Message(DataType.TEXT, b"hi")
NOBODY: frozenset[str] = frozenset()
BUFFER = {"type": "Buffer", "data": "aGk="}

#: Members of an action, and the operation it is.
TABLE: list[tuple[dict[str, Any], ops.HubOperation]] = [
    ({"actionName": "sendToAll", "data": "hi"}, ops.SendToAll(hub="chat", message=HI)),
    (
        {"actionName": "sendToAll", "data": "hi", "dataType": "text", "excluded": ["a", "b", "a"]},
        ops.SendToAll(hub="chat", message=HI, excluded=frozenset({"a", "b"})),
    ),
    (
        {"actionName": "sendToGroup", "group": "g", "data": '{"a": 1}', "dataType": "json"},
        ops.SendToGroup(hub="chat", group="g", message=Message(DataType.JSON, b'{"a": 1}')),
    ),
    (
        {"actionName": "sendToUser", "userId": "u", "data": BUFFER, "dataType": "binary"},
        ops.SendToUser(hub="chat", user_id="u", message=Message(DataType.BINARY, b"hi")),
    ),
    (
        {"actionName": "sendToUser", "userId": 7, "data": BUFFER},
        ops.SendToUser(hub="chat", user_id="7", message=HI),
    ),
    (
        {"actionName": "sendToConnection", "connectionId": "c", "data": "hi"},
        ops.SendToConnection(hub="chat", connection_id="c", message=HI),
    ),
    (
        {"actionName": "addUserToGroup", "userId": "u", "group": "g"},
        ops.AddUserToGroup(hub="chat", user_id="u", group="g"),
    ),
    (
        {"actionName": "removeUserFromGroup", "userId": "u", "group": "g"},
        ops.RemoveUserFromGroup(hub="chat", user_id="u", group="g"),
    ),
    (
        {"actionName": "removeUserFromAllGroups", "userId": "u"},
        ops.RemoveUserFromAllGroups(hub="chat", user_id="u"),
    ),
    (
        {"actionName": "addConnectionToGroup", "connectionId": "c", "group": "g"},
        ops.AddConnectionToGroup(hub="chat", connection_id="c", group="g"),
    ),
    (
        {"actionName": "removeConnectionFromGroup", "connectionId": "c", "group": "g"},
        ops.RemoveConnectionFromGroup(hub="chat", connection_id="c", group="g"),
    ),
    ({"actionName": "closeAllConnections"}, ops.CloseAllConnections(hub="chat")),
    (
        {"actionName": "closeAllConnections", "excluded": ["a"], "reason": "bye"},
        ops.CloseAllConnections(hub="chat", excluded=frozenset({"a"}), reason="bye"),
    ),
    (
        {"actionName": "closeClientConnection", "connectionId": "c", "reason": None},
        ops.CloseConnection(hub="chat", connection_id="c"),
    ),
    (
        {"actionName": "closeGroupConnections", "group": "g", "excluded": None},
        ops.CloseGroupConnections(hub="chat", group="g", excluded=NOBODY),
    ),
    (
        {
            "actionName": "grantPermission",
            "connectionId": "c",
            "permission": "SendToGroup",
            "targetName": "g",
        },
        ops.GrantPermission(
            hub="chat",
            connection_id="c",
            permission=ops.Permission.SEND_TO_GROUP,
            target="g",
        ),
    ),
    (
        {
            "actionName": "revokePermission",
            "connectionId": "c",
            "permission": 2,
            "targetName": "g",
        },
        ops.RevokePermission(
            hub="chat",
            connection_id="c",
            permission=ops.Permission.JOIN_LEAVE_GROUP,
            target="g",
        ),
    ),
]


def test_the_table_holds_every_action() -> None:
    """No action is left out of these tests."""
    assert {members["actionName"] for members, _ in TABLE} == set(ACTIONS)


@pytest.mark.parametrize(("members", "operation"), TABLE)
@pytest.mark.parametrize(
    "spell", [str, str.upper, str.lower], ids=["as documented", "upper", "lower"]
)
def test_an_action_is_an_operation(
    members: dict[str, Any], operation: ops.HubOperation, spell: Any
) -> None:
    """Member names and action names match in any letter case; the hub is in lower case."""
    spelled = {spell(name): value for name, value in members.items()}
    spelled[spell("actionName")] = spell(members["actionName"])
    assert operations_from_json(json.dumps(spelled), "Chat") == [operation]


@pytest.mark.parametrize("form", [str, str.encode], ids=["str", "bytes"])
def test_an_array_keeps_its_order(form: Any) -> None:
    """All actions of an array become operations in the order of the array."""
    text = form(f" {json.dumps([members for members, _ in TABLE])}\n")
    assert operations_from_json(text, "chat") == [operation for _, operation in TABLE]


def test_any_mapping_is_an_action() -> None:
    """Not only a dictionary."""
    one = MappingProxyType({"actionName": "closeAllConnections"})
    assert operations_from_json(one, "chat") == [ops.CloseAllConnections(hub="chat")]


def test_an_empty_array_is_no_operation() -> None:
    """Nothing is asked for and nothing is done."""
    assert operations_from_json("[]", "chat") == []


def test_members_that_no_action_has_are_ignored() -> None:
    """An unknown member is not an error in the official extension either."""
    text = '{"actionName": "sendToAll", "data": "hi", "colour": {"type": 1}}'
    assert operations_from_json(text, "chat") == [ops.SendToAll(hub="chat", message=HI)]


def test_what_stands_before_a_wrong_action_is_given() -> None:
    """A wrong action does not undo those before it."""
    operations = iter_operations('[{"actionName": "closeAllConnections"}, 5]', "chat")
    assert next(operations) == ops.CloseAllConnections(hub="chat")
    with pytest.raises(ValueError, match=r"^Action 2 is 5; an action is a JSON object"):
        next(operations)


#: What is set, and a part of the error.
MALFORMED: list[tuple[str, str]] = [
    ("", "An output takes one action"),
    ("hello", "An output takes one action"),
    ('"hello"', "An output takes one action"),
    ("5", "An output takes one action"),
    ("null", "An output takes one action"),
    ("{]", "An output takes one action"),
    ("{,}", "is not valid JSON"),
    ("[1,]", "is not valid JSON"),
    ("[" * 100_000 + "]" * 100_000, "nests too deeply"),
    ("[null]", "Action 1 is null"),
    ('["hi"]', "Action 1 is 'hi'"),
    ("[[]]", "Action 1 is an array"),
    ("{}", "Action 1: 'actionName' is missing"),
    ('{"action_name": "sendToAll"}', "'action_name' is not read; write 'actionName'"),
    ('{"operationKind": "sendToAll"}', "'actionName' is missing"),
    ('{"actionName": null}', "'actionName' is missing"),
    ('{"actionName": " "}', "'actionName' is empty"),
    ('{"actionName": []}', "'actionName' must be a string, not an array"),
    ('{"actionName": "sendToAllAction"}', r"is no action. Did you mean 'sendToAll'\?"),
    ('{"actionName": "send_to_group"}', r"Did you mean 'sendToGroup'\?"),
    ('{"actionName": "dance"}', "Actions are 'sendToAll', 'sendToGroup'"),
]

#: Members of one action, and a part of the error.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"actionName": "sendToAll"}, "'data' is missing"),
    ({"actionName": "sendToAll", "data": None}, "'data' must be a string, not null"),
    ({"actionName": "sendToAll", "data": 5}, "'data' must be a string, not 5"),
    ({"actionName": "sendToAll", "data": {"a": 1}}, "not an object; write it as JSON text"),
    ({"actionName": "sendToAll", "data": {"type": "chat"}}, "is read as a Buffer"),
    ({"actionName": "sendToAll", "data": "x", "dataType": "xml"}, "'dataType' must be"),
    ({"actionName": "sendToAll", "data": "x", "dataType": None}, "'dataType' must be"),
    ({"actionName": "sendToAll", "data": "x", "dataType": "json"}, "is not JSON text"),
    ({"actionName": "sendToAll", "data": "x", "dataType": "binary"}, '"type": "Buffer"'),
    (
        {"actionName": "sendToAll", "data": {"type": "x", "data": ""}, "dataType": "binary"},
        "'data' is an object and 'dataType' is 'binary'",
    ),
    ({"actionName": "sendToAll", "data": "x", "excluded": "c"}, "'excluded' must be an array"),
    ({"actionName": "sendToAll", "data": "x", "excluded": [1]}, "'excluded' must hold"),
    ({"actionName": "sendToGroup", "data": "x"}, "'group' is missing"),
    ({"actionName": "sendToGroup", "group": "", "data": "x"}, "'group' is empty"),
    ({"actionName": "sendToGroup", "group": "g" * 1025, "data": "x"}, "is no name of a group"),
    ({"actionName": "sendToUser", "user_id": "u", "data": "x"}, "write 'userId'"),
    ({"actionName": "sendToUser", "userId": True, "data": "x"}, "must be a string, not true"),
    ({"actionName": "sendToConnection", "connectionId": " ", "data": "x"}, "is empty"),
    ({"actionName": "closeAllConnections", "reason": {}}, "'reason' must be a string"),
    ({"actionName": "grantPermission", "connectionId": "c"}, "'permission' is missing"),
    (
        {"actionName": "grantPermission", "connectionId": "c", "permission": "sendToGroup"},
        "'targetName' is missing, and the service refuses",
    ),
    (
        {
            "actionName": "revokePermission",
            "connectionId": "c",
            "permission": "sendToGroup",
            "targetName": None,
        },
        "'targetName' is missing",
    ),
    (
        {"actionName": "grantPermission", "connectionId": "c", "permission": "send"},
        "'permission' must be 'sendToGroup' or 'joinLeaveGroup', not 'send'",
    ),
    (
        {"actionName": "grantPermission", "connectionId": "c", "permission": 0},
        "'permission' must be",
    ),
    (
        {
            "actionName": "revokePermission",
            "connectionId": "c",
            "permission": 1,
            "targetName": "",
        },
        "'targetName' is empty",
    ),
]


@pytest.mark.parametrize(("text", "words"), MALFORMED)
def test_what_is_no_action(text: str, words: str) -> None:
    """The error says what an output takes, or which item is wrong and why."""
    with pytest.raises(ValueError, match=words):
        operations_from_json(text, "chat")


@pytest.mark.parametrize(("members", "words"), WRONG)
def test_a_wrong_action_is_named(members: Mapping[str, Any], words: str) -> None:
    """The error names the position and the action, and what is wrong with which member."""
    text = json.dumps([{"actionName": "closeAllConnections"}, members])
    with pytest.raises(ValueError, match=words) as caught:
        operations_from_json(text, "chat")
    assert str(caught.value).startswith(f"Action 2 ({members['actionName']}): ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
MEMBERS = ("data", "dataType", "group", "userId", "connectionId", "permission", "excluded")
NEARLY_ACTIONS = st.fixed_dictionaries(
    {"actionName": st.sampled_from(sorted(ACTIONS))},
    optional={
        name: JSON | st.sampled_from(["x", "binary", 1, ["c"], BUFFER])
        for name in (*MEMBERS, "reason", "targetName")
    },
)


@given(JSON | st.lists(JSON | NEARLY_ACTIONS) | NEARLY_ACTIONS)
def test_any_json_gives_operations_or_a_value_error(value: Any) -> None:
    """Whatever JSON an app sets, the answer is operations of the hub or a ValueError."""
    operations: list[ops.HubOperation] = []
    error = ""
    try:
        operations = operations_from_json(json.dumps(value), "chat")
    except ValueError as raised:
        error = str(raised)
    assert all(operation.hub == "chat" for operation in operations)
    assert error.startswith(("Action ", "An output takes ")) or not error


@given(st.text() | st.binary())
def test_any_text_gives_operations_or_a_value_error(text: str | bytes) -> None:
    """Whatever an app sets, nothing but a ValueError is raised."""
    with contextlib.suppress(ValueError):
        assert operations_from_json(text, "chat") == []


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=50).filter(str.strip)
DATA = st.text() | st.binary() | st.lists(st.integers(-(2**53), 2**53))
ARGUMENTS: Mapping[str, st.SearchStrategy[Any]] = {
    "data": DATA,
    "excluded": st.none() | st.lists(WORDS),
    "reason": st.none() | st.text(),
    "permission": st.sampled_from(list(ops.Permission)),
    "target_name": WORDS,
    **dict.fromkeys(("group", "user_id", "connection_id"), WORDS),
}


@st.composite
def typed_actions(draw: st.DrawFn) -> actions.Action:
    """Any action that protocol.actions can make."""
    kind = draw(st.sampled_from(list(ACTIONS.values())))
    names = kind._parameters - {"data_type"}
    members: actions.Action = kind(**{name: draw(ARGUMENTS[name]) for name in sorted(names)})
    return members


@given(st.lists(typed_actions()))
def test_every_typed_action_is_an_operation(made: list[actions.Action]) -> None:
    """What the classes of actions accept is never refused by the output."""
    assert len(operations_from_json(json.dumps(made), "chat")) == len(made)


@given(st.lists(typed_actions()))
def test_actions_as_objects_mean_what_their_text_means(made: list[actions.Action]) -> None:
    """In one process nothing is encoded to be decoded again, and nothing changes by that."""
    by_text = operations_from_json(json.dumps(made), "chat")
    assert operations_from_json(made, "chat") == by_text
    assert [operation for one in made for operation in operations_from_json(one, "chat")] == by_text
