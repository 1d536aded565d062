"""Traps that are seen before anything is called.

Specification: bindings sections 2.1 to 2.5, 4.1, 5.2 and 5.9.
"""

from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import (
    connection,
    context_input,
    function,
    http,
    output,
    trigger,
)
from webpubsub.host.extensions.webpubsub.binding_traps import tell_of_binding
from webpubsub.host.metadata import Binding
from webpubsub.protocol import traps
from webpubsub.protocol.traps import Trap


def told(binding: Binding, *others: Binding) -> list[tuple[Trap, str]]:
    """What is told of a binding of a function."""
    found: list[tuple[Trap, str]] = []
    if binding.kind == "webpubsubcontext" and not others:
        others = (http(),)
    tell_of_binding(function(binding, *others), binding, lambda *trap: found.append(trap))
    return found


@pytest.mark.parametrize(
    ("properties", "warned"),
    [
        ({}, False),
        ({"name": "connectioncontext"}, False),
        ({"name": "data"}, False),
        ({"name": "event"}, True),
        ({"name": "claims"}, True),
        ({"eventType": 1, "name": "claims"}, True),
        ({"eventType": 1, "eventName": "connect", "name": "claims"}, True),
        ({"eventType": "system", "eventName": "connect", "name": "claims"}, False),
        ({"eventType": "0", "eventName": "connect", "name": "claims"}, False),
        ({"eventType": "system", "eventName": "connected", "name": "reason"}, True),
        ({"eventType": "user", "eventName": "connect", "name": "claims"}, True),
    ],
)
def test_a_parameter_that_receives_nothing(properties: dict[str, Any], warned: bool) -> None:
    """The names that select something are told."""
    found = told(trigger(**properties))
    assert [trap for trap, _ in found] == ([traps.EVENT_NAME] if warned else [])
    assert all("none of 'request', 'connectionContext'" in seen for _, seen in found)


@pytest.mark.parametrize(
    ("binding", "seen"),
    [
        (trigger(connections=["A", "%B%", "x-%C%"]), "names a connection '%B%' or 'x-%C%'"),
        (context_input(connections=["%B%"]), "names a connection '%B%'"),
        (connection(connection="x-%B%"), "names a connection 'x-%B%'"),
        (output(Connection="%B%"), "names a connection '%B%'"),
        (output(hub="%B%", connection="A"), None),
        (output(connection=["%B%"]), None),
    ],
)
def test_section_2_1_settings_in_names_of_connections(binding: Binding, seen: str | None) -> None:
    """They are not replaced there, and all of them are told at once."""
    found = [text for trap, text in told(binding) if trap is traps.BINDING_SETTING]
    assert found == ([] if seen is None else [seen])


@pytest.mark.parametrize(
    ("binding", "seen"),
    [
        (trigger(client_protocols="mqtt"), "Did you mean 'clientProtocols'?"),
        (trigger(data_type="BINARY"), "Did you mean 'dataType'?"),
        (trigger(userId="u"), "'userId' in its webPubSubTrigger binding 'request'"),
        (connection(user_id="u"), "Did you mean 'userId'?"),
        (connection(roles=["r"]), "'roles' in its webPubSubConnection binding 'conn'"),
        (context_input(hub="chat"), "'hub'"),
        (output(conection="X"), "Did you mean 'connection'?"),
        (output(eventType="user", a_b=1), "'eventType' or 'a_b'"),
    ],
)
def test_properties_that_do_not_exist(binding: Binding, seen: str) -> None:
    """Each with the one that was probably meant."""
    ((trap, text),) = told(binding)
    assert trap is traps.BINDING_PROPERTY
    assert seen in text


@pytest.mark.parametrize(
    "binding",
    [
        trigger(CLIENTPROTOCOLS="all", connections=["A"], dataType="STRING"),
        connection(userId="u", connection="A", ClientProtocol="default"),
        context_input(connections=["A"]),
        output(connection="A", properties={}),
        output(name="$return"),
        trigger(connection=""),
    ],
)
def test_properties_in_any_letter_case(binding: Binding) -> None:
    """What is read is not told of."""
    assert told(binding) == []


@pytest.mark.parametrize(
    ("binding", "trap"),
    [
        (output(name="chat_actions"), traps.BINDING_NAME),
        (connection(name="_conn"), traps.BINDING_NAME),
        (trigger(connection="A"), traps.BINDING_CONNECTION),
        (context_input(connection="A"), traps.BINDING_CONNECTION),
    ],
)
def test_names_and_connections(binding: Binding, trap: Trap) -> None:
    """What versions of the host and of the extension make different things of."""
    assert [found for found, _ in told(binding)] == [trap]


@pytest.mark.parametrize(
    ("binding", "warned"),
    [
        (trigger(), True),
        (trigger(eventType="system", eventName="Connect"), True),
        (trigger(eventType="system", eventName="Connected"), False),
        (trigger(eventType="system", eventName="disconnected"), False),
    ],
)
def test_an_answer_that_is_an_action_too(binding: Binding, warned: bool) -> None:
    """Unless nobody waits for it."""
    found = [trap for trap, _ in told(binding, output(name="$return"))]
    assert found == ([traps.BINDING_RETURN] if warned else [])
    assert told(binding, output()) == []


@pytest.mark.parametrize(
    ("other", "warned"),
    [
        (output(name="more"), True),
        (output(name="$return", hub="CHAT"), True),
        (output(name="more", hub="other"), False),
        (output(name="more", connection="A"), False),
        (connection(), False),
    ],
)
def test_section_5_9_outputs_without_an_order(other: Binding, warned: bool) -> None:
    """Those that go to one hub of one service."""
    seen = f"has the outputs 'actions' and '{other.name}' for one hub"
    assert told(output(), other) == ([(traps.BINDING_OUTPUTS, seen)] if warned else [])


@pytest.mark.parametrize(
    ("route", "seen"),
    [
        (http(methods=["options", "Post"]), None),
        (http(methods=[]), None),
        (http(methods=["GET", "POST"]), "does not allow OPTIONS"),
        (http(methods=["GET"]), "does not allow OPTIONS and POST"),
        (trigger(), "has a webPubSubContext and no HTTP trigger"),
        (output(), "has a webPubSubContext and no HTTP trigger"),
    ],
)
def test_a_context_without_its_route(route: Binding, seen: str | None) -> None:
    """A service asks with OPTIONS whether it may send, and sends with POST."""
    found = told(context_input(), route)
    assert found == ([] if seen is None else [(traps.BINDING_CONTEXT_ROUTE, seen)])
