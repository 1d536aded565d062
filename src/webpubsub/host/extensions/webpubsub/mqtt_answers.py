"""How MQTT clients are refused, and what else an answer tells them.

Specification: bindings section 5.7.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from webpubsub.protocol.binding_json import shown
from webpubsub.protocol.mqtt_events import (
    CONNACK_STATUSES,
    MqttConnectProperties,
    MqttUserProperty,
)

_T = TypeVar("_T")

_MQTT_5 = 5
#: "Server unavailable", in MQTT 3.1.1 and in 5.0.
_UNAVAILABLE, _UNAVAILABLE_5 = 3, 136


class _Refusal(msgspec.Struct, rename="camel"):
    code: int
    reason: str | None = None
    user_properties: tuple[MqttUserProperty, ...] | None = None


class _Body(msgspec.Struct):
    mqtt: _Refusal


def refusal(member: Mapping[str, Any]) -> tuple[int, bytes]:
    """HTTP status and body for an answer whose ``mqtt`` holds a ``code``. Raises ValueError."""
    read = _converted(member, _Refusal)
    status = CONNACK_STATUSES.get(read.code)
    if status is None:
        raise ValueError(f"'mqtt.code' is {read.code}, which refuses no client that connects.")
    return status, msgspec.json.encode(_Body(read))


def failure(client: MqttConnectProperties) -> bytes:
    """The body when the function has failed, in the version that the client speaks."""
    is_newer = client.protocol_version >= _MQTT_5
    return msgspec.json.encode(_Body(_Refusal(_UNAVAILABLE_5 if is_newer else _UNAVAILABLE)))


def user_properties(member: Any) -> tuple[MqttUserProperty, ...] | None:
    """The user properties in the ``mqtt`` of an answer. Raises ValueError."""
    if member is None:
        return None
    if not isinstance(member, dict):
        raise ValueError(f"'mqtt' must be an object, not {shown(member)}.")
    return _converted(member, _Accepted).user_properties


class _Accepted(msgspec.Struct, rename="camel"):
    user_properties: tuple[MqttUserProperty, ...] | None = None


def _converted(member: Any, shape: type[_T]) -> _T:
    try:
        return msgspec.convert(member, shape)
    except ValueError as error:
        raise ValueError(f"'mqtt' cannot be read: {error}") from None
