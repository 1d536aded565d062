"""Azure Functions apps with Web PubSub bindings.

The names here are what a function app uses: ``import webpubsub as wps``. They are loaded when the
first of them is asked for, so that the service and the command line, which have no use for
azure-functions, do not pay for its import.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webpubsub.functions import (
        AppMistake,
        Blueprint,
        PreflightRequest,
        SimpleResponse,
        WebPubSubApp,
        WebPubSubConnection,
        WebPubSubContext,
        typed_bindings,
    )
    from webpubsub.protocol.actions import (
        Action,
        Actions,
        AddConnectionToGroupAction,
        AddUserToGroupAction,
        CloseAllConnectionsAction,
        CloseClientConnectionAction,
        CloseGroupConnectionsAction,
        GrantPermissionAction,
        RemoveConnectionFromGroupAction,
        RemoveUserFromAllGroupsAction,
        RemoveUserFromGroupAction,
        RevokePermissionAction,
        SendToAllAction,
        SendToConnectionAction,
        SendToGroupAction,
        SendToUserAction,
    )
    from webpubsub.protocol.connection_states import encode_states
    from webpubsub.protocol.events import (
        AnyEventRequest,
        ClientCertificate,
        ConnectedEventRequest,
        ConnectEventRequest,
        ConnectionContext,
        DisconnectedEventRequest,
        EventRequest,
        EventType,
        MqttConnectedEventRequest,
        MqttConnectEventRequest,
        MqttDisconnectedEventRequest,
        UserEventRequest,
    )
    from webpubsub.protocol.messages import DataType, Message
    from webpubsub.protocol.mqtt_events import (
        MqttConnectProperties,
        MqttDisconnectedProperties,
        MqttDisconnectPacket,
        MqttUserProperty,
    )
    from webpubsub.protocol.mqtt_responses import (
        MqttConnectEventErrorResponse,
        MqttConnectEventResponse,
    )
    from webpubsub.protocol.operations import Permission
    from webpubsub.protocol.responses import (
        ConnectEventResponse,
        EventErrorResponse,
        EventResponse,
        UserEventResponse,
    )

__all__ = [
    "Action",
    "Actions",
    "AddConnectionToGroupAction",
    "AddUserToGroupAction",
    "AnyEventRequest",
    "AppMistake",
    "Blueprint",
    "ClientCertificate",
    "CloseAllConnectionsAction",
    "CloseClientConnectionAction",
    "CloseGroupConnectionsAction",
    "ConnectEventRequest",
    "ConnectEventResponse",
    "ConnectedEventRequest",
    "ConnectionContext",
    "DataType",
    "DisconnectedEventRequest",
    "EventErrorResponse",
    "EventRequest",
    "EventResponse",
    "EventType",
    "GrantPermissionAction",
    "Message",
    "MqttConnectEventErrorResponse",
    "MqttConnectEventRequest",
    "MqttConnectEventResponse",
    "MqttConnectProperties",
    "MqttConnectedEventRequest",
    "MqttDisconnectPacket",
    "MqttDisconnectedEventRequest",
    "MqttDisconnectedProperties",
    "MqttUserProperty",
    "Permission",
    "PreflightRequest",
    "RemoveConnectionFromGroupAction",
    "RemoveUserFromAllGroupsAction",
    "RemoveUserFromGroupAction",
    "RevokePermissionAction",
    "SendToAllAction",
    "SendToConnectionAction",
    "SendToGroupAction",
    "SendToUserAction",
    "SimpleResponse",
    "UserEventRequest",
    "UserEventResponse",
    "WebPubSubApp",
    "WebPubSubConnection",
    "WebPubSubContext",
    "encode_states",
    "typed_bindings",
]

_ROOMS = (
    "functions",
    "protocol.actions",
    "protocol.connection_states",
    "protocol.events",
    "protocol.messages",
    "protocol.mqtt_events",
    "protocol.mqtt_responses",
    "protocol.operations",
    "protocol.responses",
)


if not TYPE_CHECKING:  # a type checker would take any name for granted

    def __getattr__(name: str) -> Any:
        """The first name that is asked for brings all of them."""
        if name not in __all__:
            raise AttributeError(_nothing_called(name), name=name)
        for room in _ROOMS:
            found = vars(import_module(f"{__name__}.{room}"))
            globals().update((known, found[known]) for known in __all__ if known in found)
        return globals()[name]


def _nothing_called(name: str) -> str:
    from webpubsub.protocol.spelling import did_you_mean

    return f"module '{__name__}' has no attribute '{name}'.{did_you_mean(name, __all__)}"


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
