"""Answers to MQTT clients are exactly the JSON objects the binding reads.

Specification: bindings section 5.7.
"""

from typing import Any

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import connect_event
from webpubsub.host.extensions.webpubsub.answers import answer_of
from webpubsub.host.extensions.webpubsub.webhook_answers import webhook_answer_of
from webpubsub.host.values import JsonValue
from webpubsub.protocol.mqtt_events import MqttConnectProperties, MqttUserProperty
from webpubsub.protocol.mqtt_responses import (
    MqttConnectEventErrorResponse,
    MqttConnectEventResponse,
)
from webpubsub.protocol.responses import EventResponse

PROPERTIES = [MqttUserProperty("a", "b")]
WRITTEN = [{"name": "a", "value": "b"}]


@pytest.mark.parametrize(
    ("response", "members"),
    [
        (MqttConnectEventResponse(), {}),
        (
            MqttConnectEventResponse(user_id="u", groups=["g"], user_properties=PROPERTIES),
            {"userId": "u", "groups": ["g"], "mqtt": {"userProperties": WRITTEN}},
        ),
        (
            MqttConnectEventErrorResponse(135, "no", user_properties=PROPERTIES),
            {"mqtt": {"code": 135, "reason": "no", "userProperties": WRITTEN}},
        ),
        (
            MqttConnectEventErrorResponse(5),
            {"mqtt": {"code": 5, "reason": None, "userProperties": None}},
        ),
    ],
)
def test_what_is_said(response: EventResponse, members: dict[str, Any]) -> None:
    """Nothing that was not given."""
    assert response == members


@pytest.mark.parametrize("code", [0, 6, 128, 130, "135", None])
def test_codes_that_refuse_nobody(code: Any) -> None:
    """On Azure they would end as status 500."""
    with pytest.raises(ValueError, match="code must be a code of CONNACK"):
        MqttConnectEventErrorResponse(code)


@pytest.mark.parametrize("properties", ["a", [("a", "b")], {"a": "b"}])
def test_properties_of_the_wrong_type(properties: Any) -> None:
    """The error names the type that is wanted."""
    with pytest.raises(TypeError, match="a list of MqttUserProperty"):
        MqttConnectEventResponse(user_properties=properties)


@pytest.mark.parametrize(("name", "value"), [("a", 5), (None, "b")])
def test_properties_that_are_no_text(name: Any, value: Any) -> None:
    """The error names the part."""
    with pytest.raises(TypeError, match="of a user property must be a str, not "):
        MqttConnectEventErrorResponse(135, user_properties=[MqttUserProperty(name, value)])


@pytest.mark.parametrize(
    ("response", "status"),
    [
        (MqttConnectEventResponse(user_properties=PROPERTIES), 200),
        (MqttConnectEventErrorResponse(135, "no"), 401),
        (MqttConnectEventErrorResponse(4), 400),
    ],
)
def test_the_service_is_told(response: EventResponse, status: int) -> None:
    """The other end."""
    mqtt = MqttConnectProperties(protocol_version=5)
    event = msgspec.structs.replace(connect_event(physical_connection_id="p"), mqtt=mqtt)
    answer = webhook_answer_of(event, answer_of(event, JsonValue(response)))
    assert answer.status == status
    assert next(iter(msgspec.json.decode(answer.body))) == "mqtt"
