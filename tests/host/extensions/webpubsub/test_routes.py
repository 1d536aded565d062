"""Which function takes which event, and what is wrong with a trigger.

Specification: bindings sections 2.2 and 3.5.
"""

from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import (
    RecordingFunction,
    context,
    function,
    trigger,
)
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.routes import (
    Route,
    Routes,
    TriggerKey,
    trigger_key,
)
from webpubsub.host.metadata import Binding
from webpubsub.protocol.events import EventType

USER = EventType.USER
SYSTEM = EventType.SYSTEM


@pytest.mark.parametrize(
    ("properties", "key"),
    [
        ({}, TriggerKey("chat", USER, "message")),
        ({"hub": "CHAT", "eventName": "Message"}, TriggerKey("chat", USER, "message")),
        ({"hub": ""}, TriggerKey("default", USER, "message")),
        ({"hub": None}, TriggerKey("default", USER, "message")),
        ({"eventType": "USER"}, TriggerKey("chat", USER, "message")),
        ({"eventType": 1}, TriggerKey("chat", USER, "message")),
        ({"eventType": "0", "eventName": "Connect"}, TriggerKey("chat", SYSTEM, "connect")),
        (
            {"eventType": "system", "eventName": "disconnected"},
            TriggerKey("chat", SYSTEM, "disconnected"),
        ),
        ({"eventType": "user", "eventName": "connect"}, TriggerKey("chat", USER, "connect")),
        ({"clientProtocols": "MQTT"}, TriggerKey("chat", USER, "message", "mqtt")),
        ({"clientProtocols": 1}, TriggerKey("chat", USER, "message", "webPubSub")),
        ({"connections": ["A"], "connection": "B"}, TriggerKey("chat", USER, "message")),
        ({"connections": []}, TriggerKey("chat", USER, "message")),
    ],
)
def test_what_a_trigger_asks_for(properties: dict[str, Any], key: TriggerKey) -> None:
    """Words match in any letter case or by number, and the app's hub stands in for a missing
    one."""
    assert trigger_key(trigger(**properties), "Default") == key


def test_property_names_match_in_any_letter_case() -> None:
    """A function.json may spell its properties as it likes."""
    raw = {name.upper(): value for name, value in trigger().raw.items()}
    assert trigger_key(Binding(raw), None) == TriggerKey("chat", USER, "message")


@pytest.mark.parametrize(
    ("properties", "words"),
    [
        ({"direction": "out"}, "'direction' must be 'in', not 'out'"),
        ({"hub": None}, "'hub' is missing, and there is no hub for the whole app"),
        ({"hub": ""}, "'hub' is missing"),
        ({"hub": 5}, "'hub' must be a string, not 5"),
        ({"hub": "my-hub"}, "'my-hub' is no name of a hub"),
        ({"hub": "{query.hub}"}, "is no name of a hub"),
        ({"eventType": None}, "'eventType' is missing"),
        ({"eventType": None, "event_type": "user"}, "'event_type' is not read; write 'eventType'"),
        ({"eventType": "usr"}, r"must be 'system' or 'user', not 'usr'. Did you mean 'user'\?"),
        ({"eventType": 2}, "must be 'system' or 'user', not 2"),
        ({"eventName": None}, "'eventName' is missing"),
        ({"eventName": 5}, "'eventName' must be a string, not 5"),
        ({"eventName": "*"}, "there are no wildcards"),
        ({"eventName": ""}, "no client can send an event called ''"),
        (
            {"eventType": "system", "eventName": "conected"},
            r"no system event 'conected'. Did you mean 'connected'\?",
        ),
        ({"eventType": "system", "eventName": "message"}, "have the 'eventType' 'user'"),
        ({"clientProtocols": "http"}, "'clientProtocols' must be 'all', 'webPubSub' or 'mqtt'"),
    ],
)
def test_what_is_wrong_with_a_trigger(properties: dict[str, Any], words: str) -> None:
    """The error names the binding, what was seen and what was wanted."""
    with pytest.raises(BindingError, match=words) as caught:
        trigger_key(trigger(**properties), None)
    assert str(caught.value).startswith("webPubSubTrigger 'request': ")


def route(name: str = "f") -> Route:
    return Route(
        function=function(trigger(), name=name),
        invoke=RecordingFunction(),
        parameter="request",
        data_type=None,
    )


@pytest.mark.parametrize(
    ("hub", "event_type", "name", "found"),
    [
        ("chat", USER, "message", True),
        ("chat", USER, "MESSAGE", True),
        ("CHAT", USER, "message", True),
        ("chat", USER, "other", False),
        ("chat", SYSTEM, "message", False),
        ("other", USER, "message", False),
    ],
)
def test_an_event_finds_its_function(
    hub: str, event_type: EventType, name: str, found: bool
) -> None:
    """Hub, type and name must fit, the names in any letter case."""
    routes = Routes()
    taken = route()
    routes.add(TriggerKey("chat", USER, "message"), taken)
    assert routes.find(context(event_type, name, hub=hub)) is (taken if found else None)


def test_a_function_for_this_kind_of_client_comes_first() -> None:
    """A function for all clients and one for each kind can live side by side."""
    routes = Routes()
    mine = route()
    routes.add(TriggerKey("chat", USER, "message"), route())
    routes.add(TriggerKey("chat", USER, "message", "mqtt"), route())
    routes.add(TriggerKey("chat", USER, "message", "webPubSub"), mine)
    assert routes.find(context(USER, "message")) is mine


def test_a_function_for_other_clients_is_not_found() -> None:
    """An event of a Web PubSub client is nothing to a function for MQTT clients."""
    routes = Routes()
    routes.add(TriggerKey("chat", USER, "message", "mqtt"), route())
    assert routes.find(context(USER, "message")) is None


def test_an_event_has_one_function() -> None:
    """The second function for an event is refused, by the name of the first."""
    routes = Routes()
    routes.add(TriggerKey("chat", USER, "message"), route("first"))
    words = "the user event 'message' of hub 'chat' is taken by function 'first'"
    with pytest.raises(BindingError, match=words):
        routes.add(TriggerKey("chat", USER, "message"), route("second"))
