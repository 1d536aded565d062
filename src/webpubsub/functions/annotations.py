"""Which annotations fit which binding.

The decorators ask when an app is imported, the worker's converters when it is indexed.
Specification: functions-python sections 3.2 to 3.4 and 15.2.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import azure.functions as func

from webpubsub.functions.connections import WebPubSubConnection
from webpubsub.functions.contexts import WebPubSubContext
from webpubsub.protocol.actions import Action, Actions
from webpubsub.protocol.events import MQTT_REQUESTS, EventRequest
from webpubsub.protocol.mqtt_responses import (
    MqttConnectEventErrorResponse,
    MqttConnectEventResponse,
)
from webpubsub.protocol.responses import (
    ConnectEventResponse,
    EventErrorResponse,
    EventResponse,
    UserEventResponse,
)

#: What says nothing about the value.
_ANYTHING = (Any, object)
_RUNTIME_ACTIONS: Any = Actions


def is_event(annotation: Any) -> bool:
    """Whether a trigger's parameter can be annotated so and get an event object."""
    return annotation in _ANYTHING or is_event_class(annotation)


def is_event_class(annotation: Any) -> bool:
    """Whether this is an event class, or the base of them all."""
    return isinstance(annotation, type) and issubclass(annotation, EventRequest)


def is_mqtt_event(annotation: Any) -> bool:
    """Whether this is an event class of MQTT clients alone."""
    return annotation in MQTT_REQUESTS.values()


def is_text(annotation: Any) -> bool:
    """Whether this asks for what the host sends, untouched."""
    return annotation in (str, bytes)


def is_connection(annotation: Any) -> bool:
    """Whether a parameter annotated so can get a connection object."""
    return annotation in (*_ANYTHING, WebPubSubConnection)


def is_context(annotation: Any) -> bool:
    """Whether a parameter annotated so can get a context object."""
    return annotation in (*_ANYTHING, WebPubSubContext)


def out_argument(annotation: Any) -> Any:
    """``T`` of ``func.Out[T]``, or None when the annotation is something else."""
    if typing.get_origin(annotation) is not func.Out:
        return None
    return typing.get_args(annotation)[0]


def is_actions(annotation: Any) -> bool:
    """Whether the worker lets an output of actions be annotated so.

    It refuses ``list[...]`` and unions, and lets ``typing.List[...]`` pass.
    """
    if annotation in (*_ANYTHING, str, bytes, dict, list):
        return True
    if isinstance(annotation, type):
        return issubclass(annotation, (Action, _RUNTIME_ACTIONS))
    if isinstance(annotation, types.GenericAlias | types.UnionType):
        return False
    return typing.get_origin(annotation) in (list, dict)


def mentions_actions(annotation: Any) -> bool:
    """Whether this says something of actions, in a way that the worker accepts or not."""
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return issubclass(annotation, (Action, _RUNTIME_ACTIONS))
    return any(mentions_actions(argument) for argument in typing.get_args(annotation))


def parts(annotation: Any) -> Iterator[Any]:
    """The members of a union, each without its arguments and annotations."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from parts(member)
    elif origin is typing.Annotated:
        yield from parts(typing.get_args(annotation)[0])
    else:
        yield annotation if origin is None else origin


#: The answers that only MQTT clients understand.
MQTT_ANSWERS = (MqttConnectEventResponse, MqttConnectEventErrorResponse)
#: The answers that each event takes, besides None.
_ANSWERS: Mapping[str, tuple[type[EventResponse], ...]] = {
    "connect": (ConnectEventResponse, MqttConnectEventErrorResponse, EventErrorResponse),
    "user": (UserEventResponse, EventErrorResponse),
}


def is_answer(annotation: Any, event: str) -> bool:
    """Whether one part of a return annotation fits ``"connect"`` or ``"user"``.

    A plain dictionary does, for it may have the right keys. What is not a class gets the benefit of
    the doubt.
    """
    if not isinstance(annotation, type):
        return True
    if annotation in (*_ANYTHING, types.NoneType, Mapping, EventResponse):
        return True
    if issubclass(annotation, EventResponse | Action):
        return issubclass(annotation, _ANSWERS[event])
    return issubclass(annotation, dict)


def shown(annotation: Any) -> str:
    """An annotation as its author wrote it, more or less."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)
