"""The converters of our private binding types, for the worker's registry.

Generic bindings of the same process, and the public type names, are left alone. Specification:
functions-python sections 15 and 16.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import msgspec
from azure.functions.meta import Datum, InConverter, OutConverter, get_binding_registry

from webpubsub.functions import annotations, bindings
from webpubsub.functions.connections import WebPubSubConnection, connection_from_json
from webpubsub.functions.contexts import WebPubSubContext, context_from_json
from webpubsub.protocol.actions import Action
from webpubsub.protocol.event_json import event_from_json
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.responses import EventResponse

logger = logging.getLogger(__name__)

_damaged: set[str] = set()
_NOTHING = Datum(None, None)
#: What decoding as UTF-8 puts in the place of bytes that are none.
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


class TriggerConverter(InConverter, OutConverter, binding=None):
    """Events in, answers out."""

    @classmethod
    def check_input_type_annotation(cls, pytype: Any) -> bool:
        return annotations.is_event(pytype)

    @classmethod
    def decode(cls, data: Datum | None, **_: Any) -> AnyEventRequest | None:
        if data is None or data.value is None:
            return None
        event = event_from_json(data.value)
        _warn_of_damage(event)
        return event

    @classmethod
    def has_implicit_output(cls) -> bool:
        return True

    @classmethod
    def check_output_type_annotation(cls, pytype: Any) -> bool:
        return annotations.is_answer(pytype, "user") or annotations.is_answer(pytype, "connect")

    @classmethod
    def encode(cls, obj: Any, **_: Any) -> Datum:
        if obj is None:
            return _NOTHING
        if not isinstance(obj, dict):
            raise TypeError(
                f"a function cannot answer an event with {_kind(obj)}, which the host would "
                "ignore; return an event response or None"
            )
        if isinstance(obj, Action):
            raise TypeError(
                f"a function cannot answer an event with {_kind(obj)}; set it on an output of "
                "actions, and return an event response or None"
            )
        return _json(obj)


class ConnectionConverter(InConverter, binding=None):
    """Connections in."""

    @classmethod
    def check_input_type_annotation(cls, pytype: Any) -> bool:
        return annotations.is_connection(pytype)

    @classmethod
    def decode(cls, data: Datum | None, **_: Any) -> WebPubSubConnection | None:
        return None if data is None or data.value is None else connection_from_json(data.value)

    @classmethod
    def has_implicit_output(cls) -> bool:
        return False


class ContextConverter(InConverter, binding=None):
    """Contexts in."""

    @classmethod
    def check_input_type_annotation(cls, pytype: Any) -> bool:
        return annotations.is_context(pytype)

    @classmethod
    def decode(cls, data: Datum | None, **_: Any) -> WebPubSubContext | None:
        return None if data is None or data.value is None else context_from_json(data.value)

    @classmethod
    def has_implicit_output(cls) -> bool:
        return False


class OutputConverter(OutConverter, binding=None):
    """Actions out."""

    @classmethod
    def has_implicit_output(cls) -> bool:
        return False

    @classmethod
    def check_output_type_annotation(cls, pytype: Any) -> bool:
        return annotations.is_actions(pytype)

    @classmethod
    def encode(cls, obj: Any, **_: Any) -> Datum:
        if obj is None:
            return _NOTHING
        if isinstance(obj, str):
            return Datum(obj, "string")
        actions = cast("Sequence[Any]", obj) if isinstance(obj, list | tuple) else [obj]
        for action in actions:
            _check_action(action)
        return _json(obj)


def _warn_of_damage(event: AnyEventRequest) -> None:
    """The host makes text of every payload it puts into JSON, whatever it loses. Told once for each
    event that an app takes."""
    if not isinstance(event, UserEventRequest) or event.data_type is not DataType.BINARY:
        return
    name = f"{event.hub}.{event.connection_context.event_name}"
    if _REPLACEMENT in event.message.data and name not in _damaged:
        _damaged.add(name)
        logger.warning(
            "the binary payload of the event '%s' was damaged on its way through the host; to get "
            "it intact, replace the parameter 'request' with 'data: bytes'",
            event.connection_context.event_name,
        )


def _check_action(action: Any) -> None:
    if isinstance(action, EventResponse):
        raise TypeError(
            f"{_kind(action)} is not an action; return it, and set actions such as SendToAllAction"
        )
    if not isinstance(action, dict):
        raise TypeError(
            f"an output takes one action or a list of actions, not {_kind(action)}; "
            "to send data, write SendToAllAction(data) or one of its siblings"
        )
    members = cast("Mapping[Any, Any]", action)
    if not any(isinstance(key, str) and key.lower() == "actionname" for key in members):
        raise TypeError(
            "a dictionary without 'actionName' is not an action; to send it as data, write "
            "SendToAllAction(data) or one of its siblings"
        )


def _json(value: Any) -> Datum:
    try:
        return Datum(msgspec.json.encode(value).decode(), "json")
    except (TypeError, msgspec.MsgspecError) as error:
        raise TypeError(f"what the function gave cannot be written as JSON: {error}") from None


def _kind(value: object) -> str:
    return type(value).__name__


#: The converter of each private type.
CONVERTERS: Mapping[str, type] = {
    bindings.TRIGGER: TriggerConverter,
    bindings.CONNECTION: ConnectionConverter,
    bindings.CONTEXT: ContextConverter,
    bindings.OUTPUT: OutputConverter,
}

_get_registry: Callable[[], Any] = get_binding_registry


def register_converters() -> None:
    """Make the converters known to the worker, which looks them up when it indexes the app.

    A name that is taken is left alone: another copy of this package was imported in another life of
    the app, and azure-functions refuses to register a name again.
    """
    registry = _get_registry()
    for binding, converter in CONVERTERS.items():
        if registry.get(binding) is None:
            registry(converter.__name__, (converter,), {}, binding=binding)
