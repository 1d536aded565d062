"""How MQTT clients are refused.

Specification: bindings sections 5.7 and 5.8.
"""

import json
from typing import Any

import pytest

from webpubsub.host.extensions.webpubsub import mqtt_answers
from webpubsub.protocol.mqtt_events import MqttConnectProperties, MqttUserProperty


@pytest.mark.parametrize(
    ("codes", "status"),
    [
        ((5, 135), 401),
        ((1, 2, 4, 129, 131, 132, 133, 134, 138, 140, 144, 153, 159), 400),
        ((3, 136, 137, 149, 151, 154, 155, 156, 157), 500),
    ],
)
def test_section_5_7_statuses(codes: tuple[int, ...], status: int) -> None:
    """By the code of the CONNACK."""
    for code in codes:
        made, body = mqtt_answers.refusal({"code": code})
        assert made == status
        assert json.loads(body) == {"mqtt": {"code": code, "reason": None, "userProperties": None}}


@pytest.mark.parametrize("code", [0, 6, 128, 130, 255, -1])
def test_section_5_7_codes_that_refuse_nobody(code: int) -> None:
    """The answer is wrong then."""
    with pytest.raises(ValueError, match=f"'mqtt.code' is {code}, which refuses no client"):
        mqtt_answers.refusal({"code": code})


@pytest.mark.parametrize(
    "member",
    [
        {"code": "135"},
        {"code": None},
        {"code": 135, "reason": 5},
        {"code": 135, "userProperties": [{"name": "a"}]},
    ],
)
def test_members_of_the_wrong_type(member: Any) -> None:
    """They are named."""
    with pytest.raises(ValueError, match=r"^'mqtt' cannot be read: "):
        mqtt_answers.refusal(member)


@pytest.mark.parametrize(("version", "code"), [(3, 3), (4, 3), (5, 136)])
def test_section_5_8_a_failure_in_terms_of_mqtt(version: int, code: int) -> None:
    """The server is unavailable, in the version the client speaks, and for no reason."""
    client = MqttConnectProperties(protocol_version=version)
    body = mqtt_answers.failure(client)
    assert body == b'{"mqtt":{"code":%d,"reason":null,"userProperties":null}}' % code


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        (None, None),
        ({}, None),
        ({"userProperties": None}, None),
        ({"userProperties": [{"name": "a", "value": "b"}]}, (MqttUserProperty("a", "b"),)),
    ],
)
def test_properties_of_a_connack(member: Any, expected: Any) -> None:
    """None, or all of them."""
    assert mqtt_answers.user_properties(member) == expected


@pytest.mark.parametrize("member", [5, [], {"userProperties": {}}])
def test_properties_that_are_none(member: Any) -> None:
    """They are refused."""
    with pytest.raises(ValueError, match=r"^'mqtt' "):
        mqtt_answers.user_properties(member)
