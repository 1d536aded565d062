"""How a function answers an MQTT client that wants to connect.

Specification: bindings section 5.7.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from webpubsub.protocol.mqtt_events import CONNACK_STATUSES, MqttUserProperty
from webpubsub.protocol.payloads import optional_text, text
from webpubsub.protocol.responses import ConnectEventResponse, EventResponse


class MqttConnectEventResponse(ConnectEventResponse):
    """Accept an MQTT client, and tell it something in its CONNACK.

    Everything but ``user_properties`` is as for every client; the subprotocol is always ``mqtt``.
    Raises TypeError for a wrong type.
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        user_properties: Sequence[MqttUserProperty] | None = None,
        user_id: str | None = None,
        groups: Sequence[str] | None = None,
        roles: Sequence[str] | None = None,
        states: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(user_id=user_id, groups=groups, roles=roles, states=states)
        properties = _properties(type(self).__name__, user_properties)
        self._put(mqtt=None if properties is None else {"userProperties": properties})


class MqttConnectEventErrorResponse(EventResponse):
    """Refuse an MQTT client.

    ``code`` is the return code of CONNACK in MQTT 3.1.1 (1 to 5), or its reason code in MQTT 5.0,
    such as 135, not authorized: ``request.mqtt.protocol_version`` says which. ``reason`` is shown
    to the client. Raises ValueError for a code that refuses nobody, TypeError for a wrong type.
    """

    __slots__ = ()

    def __init__(
        self,
        code: int,
        reason: str | None = None,
        *,
        user_properties: Sequence[MqttUserProperty] | None = None,
    ) -> None:
        owner = type(self).__name__
        if code not in CONNACK_STATUSES:
            raise ValueError(
                f"{owner}: code must be a code of CONNACK that refuses a client, such as 5 (MQTT "
                f"3.1.1) or 135 (MQTT 5.0), not {code!r}."
            )
        self._put(
            mqtt={
                "code": int(code),
                "reason": optional_text(owner, "reason", reason),
                "userProperties": _properties(owner, user_properties),
            }
        )


def _properties(owner: str, given: Any) -> list[dict[str, str]] | None:
    if given is None:
        return None
    if not isinstance(given, Sequence) or not all(isinstance(p, MqttUserProperty) for p in given):
        raise TypeError(
            f"{owner}: user_properties must be a list of MqttUserProperty, such as "
            "[MqttUserProperty('name', 'value')]."
        )
    return [
        {
            "name": text(owner, "the name of a user property", one.name),
            "value": text(owner, "the value of a user property", one.value),
        }
        for one in given
    ]
