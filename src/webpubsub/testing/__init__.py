"""Tests of apps, with the service and its clients, in one event loop and without sockets.

The fixtures come with the pytest plugin; these are the types of what a test gets.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from webpubsub.service.faults.faults import UnknownConnection
    from webpubsub.testing.client import Client
    from webpubsub.testing.clock import Clock
    from webpubsub.testing.connection import Closed
    from webpubsub.testing.dialects import UnknownRequest
    from webpubsub.testing.errors import (
        ConnectRefused,
        NotConnected,
        RequestFailed,
        SetupError,
        Unexpected,
    )
    from webpubsub.testing.http import Response
    from webpubsub.testing.messages import Message
    from webpubsub.testing.records import Action, Invocation
    from webpubsub.testing.rest import ServiceRefused
    from webpubsub.testing.services import RunningService
    from webpubsub.testing.streams import Stream
    from webpubsub.testing.world import World

#: Where each name is; imported when it is asked for, because pytest imports this in every run.
_PLACES = {
    "Action": "webpubsub.testing.records",
    "Client": "webpubsub.testing.client",
    "Clock": "webpubsub.testing.clock",
    "Closed": "webpubsub.testing.connection",
    "ConnectRefused": "webpubsub.testing.errors",
    "Invocation": "webpubsub.testing.records",
    "Message": "webpubsub.testing.messages",
    "NotConnected": "webpubsub.testing.errors",
    "RequestFailed": "webpubsub.testing.errors",
    "Response": "webpubsub.testing.http",
    "RunningService": "webpubsub.testing.services",
    "ServiceRefused": "webpubsub.testing.rest",
    "SetupError": "webpubsub.testing.errors",
    "Stream": "webpubsub.testing.streams",
    "Unexpected": "webpubsub.testing.errors",
    "UnknownConnection": "webpubsub.service.faults.faults",
    "UnknownRequest": "webpubsub.testing.dialects",
    "World": "webpubsub.testing.world",
}

__all__ = [
    "Action",
    "Client",
    "Clock",
    "Closed",
    "ConnectRefused",
    "Invocation",
    "Message",
    "NotConnected",
    "RequestFailed",
    "Response",
    "RunningService",
    "ServiceRefused",
    "SetupError",
    "Stream",
    "Unexpected",
    "UnknownConnection",
    "UnknownRequest",
    "World",
]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
