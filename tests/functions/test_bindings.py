"""What the host is shown, and what the worker."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func
import pytest
from azure.functions.decorators.core import Binding
from azure.functions.decorators.utils import StringifyEnumJsonEncoder

from webpubsub.functions.bindings import (
    WebPubSubConnectionInput,
    WebPubSubContextInput,
    WebPubSubOutput,
    WebPubSubTrigger,
)


def trigger(**properties: Any) -> WebPubSubTrigger:
    """A trigger for messages."""
    return WebPubSubTrigger(
        name="request", hub="chat", event_type="user", event_name="message", **properties
    )


TRIGGER = {
    "direction": "IN",
    "type": "webPubSubTrigger",
    "name": "request",
    "hub": "chat",
    "eventType": "user",
    "eventName": "message",
}


@pytest.mark.parametrize(
    ("binding", "worker_type", "shown"),
    [
        (trigger(), "wps.trigger", TRIGGER),
        (
            trigger(connections=["A"], client_protocols="mqtt", data_type=func.DataType.BINARY),
            "wps.trigger",
            TRIGGER | {"connections": ["A"], "clientProtocols": "mqtt", "dataType": "BINARY"},
        ),
        (
            WebPubSubConnectionInput(name="c", hub="chat"),
            "wps.connection",
            {"direction": "IN", "type": "webPubSubConnection", "name": "c", "hub": "chat"},
        ),
        (
            WebPubSubConnectionInput(
                name="c", hub="chat", user_id="u", connection="S", client_protocol="mqtt"
            ),
            "wps.connection",
            {
                "direction": "IN",
                "type": "webPubSubConnection",
                "name": "c",
                "hub": "chat",
                "userId": "u",
                "connection": "S",
                "clientProtocol": "mqtt",
            },
        ),
        (
            WebPubSubContextInput(name="c", connections=["A", "B"]),
            "wps.context",
            {
                "direction": "IN",
                "type": "webPubSubContext",
                "name": "c",
                "connections": ["A", "B"],
            },
        ),
        (
            WebPubSubOutput(name="actions", hub="chat", connection="S"),
            "wps.output",
            {
                "direction": "OUT",
                "type": "webPubSub",
                "name": "actions",
                "hub": "chat",
                "connection": "S",
            },
        ),
    ],
)
def test_two_faces(binding: Binding, worker_type: str, shown: Mapping[str, Any]) -> None:
    """The private type is for the worker alone; absent properties are not shown."""
    assert binding.type == worker_type
    raw = json.dumps(binding.get_dict_repr(), cls=StringifyEnumJsonEncoder)
    assert json.loads(raw) == shown


def test_an_untouched_trigger_is_the_public_one_to_the_worker_too() -> None:
    """No converter is registered for that type, so text stays text."""
    binding = trigger()
    binding.pass_untouched()
    assert binding.type == "webPubSubTrigger"
    assert binding.get_dict_repr()["type"] == "webPubSubTrigger"
