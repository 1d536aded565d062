"""The ``webPubSub`` output.

Specification: bindings sections 2.5, 8.1 and 8.5.
And functions-python section 4.5.
"""

import json
from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import RecordingClient, invocation, output
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.output import check, write
from webpubsub.host.values import JsonText, Value
from webpubsub.protocol import operations as ops
from webpubsub.protocol import traps
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.traps import Trap

CLOSE = '{"actionName": "closeAllConnections"}'
SEND = '{"actionName": "sendToUser", "userId": "u", "data": "hi"}'
DATED = '{"actionName": "sendToAll", "data": "2026-11-26T04:00:00Z"}'
CLOSED = ops.CloseAllConnections(hub="chat")
SENT = ops.SendToUser(hub="chat", user_id="u", message=Message(DataType.TEXT, b"hi"))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("[]", []),
        (CLOSE, [CLOSED]),
        (JsonText(CLOSE), [CLOSED]),
        (f" [{SEND}, {CLOSE}, {SEND}] ", [SENT, CLOSED, SENT]),
        (JsonText(f"[{SEND},{CLOSE}]"), [SENT, CLOSED]),
    ],
)
async def test_actions_are_carried_out_in_order(
    value: Value, expected: list[ops.HubOperation]
) -> None:
    """One action or an array of them, as a value or as its JSON text."""
    client = RecordingClient()
    await write(output(), value, invocation(), client, None)
    assert client.operations == expected


@pytest.mark.parametrize(
    ("hub", "default_hub", "expected"),
    [("Chat", "main", "chat"), (None, "Main", "main"), ("{connectionContext.hub}", None, "h1")],
)
async def test_actions_go_to_the_hub_of_the_binding(
    hub: str | None, default_hub: str | None, expected: str
) -> None:
    """Its own, that of the app, or what its expression says at this call."""
    client = RecordingClient()
    binding = output(hub=hub)
    check(binding, default_hub)
    context = invocation(connectioncontext={"hub": "H1"})
    await write(binding, CLOSE, context, client, default_hub)
    assert client.operations == [ops.CloseAllConnections(hub=expected)]


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"direction": "in"}, "'direction' must be 'out'"),
        ({"hub": None}, "'hub' is missing"),
        ({"hub": ""}, "is no name of a hub"),
        ({"hub": []}, "'hub' must be a string"),
    ],
)
def test_what_is_wrong_with_an_output(properties: dict[str, Any], words: str) -> None:
    """The error names the binding and the property."""
    with pytest.raises(BindingError, match=words):
        check(output(**properties), None)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"{}", "takes actions or their JSON text, not bytes"),
        (5, "not int"),
        (1.5, "not float"),
        ("", "this is other text"),
        ("hello", "this is other text"),
        ("[[]]", "Action 1 is an array"),
        (JsonText("[null]"), "Action 1 is null"),
        ("{,}", "is not valid JSON"),
        (JsonText('"x"'), "this is other text"),
    ],
)
async def test_what_is_no_action(value: Value, words: str) -> None:
    """A value that no action can be read from fails the call."""
    client = RecordingClient()
    with pytest.raises(BindingError, match=words) as caught:
        await write(output(), value, invocation(), client, None)
    assert str(caught.value).startswith("webPubSub 'actions': ")
    assert client.operations == []


async def test_a_wrong_action_does_not_undo_those_before_it() -> None:
    """Each action is looked at when its turn has come."""
    client = RecordingClient()
    with pytest.raises(BindingError, match=r"Action 2: 'actionName' is missing"):
        await write(output(), json.dumps([json.loads(SEND), {}]), invocation(), client, None)
    assert client.operations == [SENT]


async def test_a_refused_action_stops_the_rest() -> None:
    """The error says which action it was and what the service answered."""
    client = RecordingClient(refused=1)
    words = (
        r"the service refused action 2 \(status 404 Error.Connection.NotExisted\): there is no "
        "such connection"
    )
    with pytest.raises(BindingError, match=words):
        await write(output(), f"[{SEND},{CLOSE},{SEND}]", invocation(), client, None)
    assert client.operations == [SENT]


@pytest.mark.parametrize(("value", "warned"), [(DATED, True), (JsonText(DATED), False)])
async def test_functions_python_4_5_dates_in_text(value: Value, warned: bool) -> None:
    """The host reads text that was set as JSON, and hands objects on as they are."""
    told: list[Trap] = []
    client = RecordingClient()
    await write(output(), value, invocation(), client, None, lambda trap, _: told.append(trap))
    assert told == ([traps.DATA_DATE] if warned else [])
    sent = client.operations[0]
    assert isinstance(sent, ops.SendToAll)
    assert sent.message.data == b"2026-11-26T04:00:00Z"
