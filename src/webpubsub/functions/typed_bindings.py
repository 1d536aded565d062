"""Typed parameters for functions that are described by a ``function.json``.

There the host tells the worker the public binding types, so converters of ours are never asked; the
function is wrapped instead, and what the worker sees takes text. Specification: functions-python
section 17.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any, ParamSpec, TypeVar, cast

import azure.functions as func
import msgspec

from webpubsub.functions import annotations
from webpubsub.functions.arguments import Event
from webpubsub.functions.connections import WebPubSubConnection, connection_from_json
from webpubsub.functions.contexts import WebPubSubContext, context_from_json
from webpubsub.functions.mistakes import AppMistake
from webpubsub.functions.parameters import check_answer, check_output_parameter, check_returns
from webpubsub.functions.signatures import UserFunction, signature_of
from webpubsub.protocol.event_json import SYSTEM_EVENTS, event_from_json
from webpubsub.protocol.events import MQTT_REQUESTS, UserEventRequest
from webpubsub.protocol.refusals import apps
from webpubsub.protocol.responses import EventResponse

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Convert = Callable[[str | bytes], Any]

_REQUEST = "request"
#: The event by the class of its request.
_EVENTS: Mapping[Any, Event] = {
    UserEventRequest: Event(kind="user", name="a user event", request=UserEventRequest)
} | {
    request: Event(kind="system", name=name, request=kind)
    for name, kind in SYSTEM_EVENTS.items()
    for request in (kind, MQTT_REQUESTS[kind])
}


def typed_bindings(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Give a ``main`` the types of its annotations: events, connections, contexts and actions.

    For apps with ``function.json`` files; apps with decorators have no need of it. The parameter
    with the event must be called ``request``. Called directly, the function takes the same objects.
    Raises AppMistake.
    """
    check_returns(function)
    user_function = UserFunction.of(function)
    _check_responses(user_function)
    _check_outputs(user_function)
    converters = _converters(user_function)
    is_async = inspect.iscoroutinefunction(function)
    wrapper = _wrapped_async(function, converters) if is_async else _wrapped(function, converters)
    # Assigned last, because functools.wraps has copied the annotations of the function.
    wrapper.__annotations__ = _worker_annotations(user_function, converters)
    _place(cast("FunctionType", wrapper), function)
    return cast("Callable[_P, _R]", wrapper)


def _wrapped(
    function: Callable[..., Any], converters: Mapping[str, _Convert]
) -> Callable[..., Any]:
    bind = signature_of(function).bind

    @functools.wraps(function)
    def main(*args: Any, **kwargs: Any) -> Any:
        return function(**_converted(bind(*args, **kwargs), converters))

    return main


def _wrapped_async(
    function: Callable[..., Any], converters: Mapping[str, _Convert]
) -> Callable[..., Any]:
    bind = signature_of(function).bind

    @functools.wraps(function)
    async def main(*args: Any, **kwargs: Any) -> Any:
        return await function(**_converted(bind(*args, **kwargs), converters))

    return main


def _converted(
    arguments: inspect.BoundArguments, converters: Mapping[str, _Convert]
) -> dict[str, Any]:
    """What came as text is converted; what a test passes as an object stays."""
    return {
        name: converters[name](value)
        if name in converters and isinstance(value, str | bytes)
        else value
        for name, value in arguments.arguments.items()
    }


def _converters(function: UserFunction) -> Mapping[str, _Convert]:
    converters: dict[str, _Convert] = {}
    for name in function.parameters:
        hint = function.hints.get(name)
        if annotations.is_event_class(hint):
            _check_event_name(function, name)
            converters[name] = event_from_json
        elif hint is WebPubSubConnection:
            converters[name] = connection_from_json
        elif hint is WebPubSubContext:
            converters[name] = context_from_json
    return converters


def _check_event_name(function: UserFunction, name: str) -> None:
    if name.lower() != _REQUEST:
        raise AppMistake(
            apps.PARAMETER_NAME,
            f"Function '{function.name}': the event comes in a parameter named 'request', not "
            f"'{name}'. Rename it to 'request', in function.json too.",
        )


def _check_responses(function: UserFunction) -> None:
    """Responses fit the event, as far as its class says which it is; what else is returned may be
    for an output ``$return``."""
    event = _EVENTS.get(function.hints.get(_REQUEST))
    for part in annotations.parts(function.hints.get("return", Any)):
        if event and isinstance(part, type) and issubclass(part, EventResponse):
            check_answer(msgspec.structs.replace(function, hints={"return": part}), event)


def _check_outputs(function: UserFunction) -> None:
    """Only ``function.json`` knows the outputs, so that what speaks of actions is one."""
    for name in function.parameters:
        if annotations.mentions_actions(function.hints.get(name)):
            check_output_parameter(function, name)


def _worker_annotations(
    function: UserFunction, converters: Mapping[str, _Convert]
) -> dict[str, Any]:
    """The types the worker accepts: text for what is converted, and for what an output takes."""
    replaced: dict[str, Any] = dict.fromkeys(converters, str)
    for name, hint in function.hints.items():
        argument = annotations.out_argument(hint)
        if argument is not None and annotations.is_actions(argument):
            replaced[name] = func.Out[str]
    return {**function.hints, **replaced}


def _place(wrapper: FunctionType, function: Callable[..., Any]) -> None:
    """Put the wrapper into the file of the function: the worker takes ``function_directory`` of the
    context from the code it is given."""
    code = getattr(function, "__code__", None)
    if code is not None:
        wrapper.__code__ = wrapper.__code__.replace(
            co_filename=code.co_filename, co_firstlineno=code.co_firstlineno
        )
