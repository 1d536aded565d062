"""What events of MQTT clients hold besides what every event holds.

The names and their order are those of the JSON, on the wire and in what a worker receives.
Specification: bindings section 4.5, upstream-events section 15.
"""

from collections.abc import Mapping, Sequence

import msgspec

#: HTTP status by the code of a CONNACK that refuses a client; codes below 128 are return codes of
#: MQTT 3.1.1. Specification: bindings section 5.7.
CONNACK_STATUSES: Mapping[int, int] = {
    **dict.fromkeys((5, 135), 401),
    **dict.fromkeys((1, 2, 4, 129, 131, 132, 133, 134, 138, 140, 144, 153, 159), 400),
    **dict.fromkeys((3, 136, 137, 149, 151, 154, 155, 156, 157), 500),
}


class MqttUserProperty(msgspec.Struct, frozen=True):
    """A user property of an MQTT 5.0 packet."""

    name: str
    value: str


class MqttConnectProperties(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The CONNECT packet of a client.

    ``protocol_version`` 4 is MQTT 3.1.1 and 5 is MQTT 5.0. ``password`` is base64.
    """

    protocol_version: int
    username: str | None = None
    password: str | None = None
    user_properties: Sequence[MqttUserProperty] | None = None


class MqttDisconnectPacket(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The DISCONNECT packet; ``code`` is its reason code, always 0 for MQTT 3.1.1."""

    code: int
    user_properties: Sequence[MqttUserProperty] | None = None


class MqttDisconnectedProperties(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How a session ended. ``disconnect_packet`` is None when the network was lost."""

    initiated_by_client: bool = False
    disconnect_packet: MqttDisconnectPacket | None = None
