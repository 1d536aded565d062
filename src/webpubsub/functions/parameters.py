"""Whether a user's function fits the binding it is decorated with, checked when it is imported."""

import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

from webpubsub.functions import annotations
from webpubsub.functions.annotations import shown
from webpubsub.functions.arguments import Event
from webpubsub.functions.mistakes import AppMistake
from webpubsub.functions.signatures import UserFunction
from webpubsub.protocol.event_json import PARAMETER_NAMES
from webpubsub.protocol.events import MQTT_REQUESTS, EventRequest
from webpubsub.protocol.refusals import apps
from webpubsub.protocol.responses import EventErrorResponse
from webpubsub.protocol.spelling import did_you_mean, listed

RETURN = "$return"
_REQUEST = "request"
#: What our responses are made of, errors included.
_ANSWER_MEMBERS = (
    *("userId", "groups", "roles", "subprotocol"),
    *("data", "dataType"),
    *("states", "mqtt", "code", "errorMessage"),
)
#: What the host accepts as the name of a binding.
_BINDING_NAME = re.compile(r"(?!.*__)[a-zA-Z_][a-zA-Z0-9_]{0,127}")
_UNKNOWN: Any = object()


def trigger_parameter(function: UserFunction, arg_name: str | None, event: Event) -> str:
    """The parameter that gets the event: ``arg_name``, or the one that looks like it.

    Raises AppMistake.
    """
    if arg_name is None:
        arg_name = _likely_parameter(function, event)
    _check_exists(function, arg_name)
    _check_host_has_a_value(function, arg_name, event)
    _check_event_annotation(function, arg_name, event)
    return arg_name


def gets_event(function: UserFunction, parameter: str) -> bool:
    """Whether the parameter gets the event object, and not text or bytes."""
    hint = function.hints.get(parameter, _UNKNOWN)
    if hint is _UNKNOWN:
        return parameter.lower() == _REQUEST
    return annotations.is_event(hint)


def gets_bytes(function: UserFunction, parameter: str) -> bool:
    """Whether the parameter asks for bytes."""
    return function.hints.get(parameter) is bytes


def check_returns(function: Callable[..., Any]) -> None:
    """The function can be called for what it returns. Raises AppMistake. Specification:
    functions-python section 3.1."""
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise AppMistake(
            apps.RETURN_TYPE,
            f"Function '{function.__name__}' has a 'yield', so that it gives a generator, which no "
            "host takes. Return one value, and set the rest on an output.",
        )


def check_answer(function: UserFunction, event: Event) -> None:
    """The return annotation fits the event. Raises AppMistake."""
    hint = function.hints.get("return", Any)
    for part in annotations.parts(hint):
        if not event.waits and part not in (type(None), Any, object):
            raise AppMistake(
                apps.RETURN_TYPE,
                f"Function '{function.name}' returns {shown(part)}, but nobody waits for the "
                f"answer of '{event.name}', and it would be lost. Let it return None.",
            )
        if event.clients == "webPubSub" and part in annotations.MQTT_ANSWERS:
            raise AppMistake(
                apps.RETURN_TYPE,
                f"Function '{function.name}' returns {shown(part)}, and gets no MQTT clients with "
                f"client_protocols='webPubSub'. Return {_answers(event)}.",
            )
        if _connects_mqtt(event) and part is EventErrorResponse:
            raise AppMistake(
                apps.RETURN_TYPE,
                f"Function '{function.name}' returns {shown(part)}, which refuses no MQTT client: "
                f"it fails with status 500. Return {_answers(event)}.",
            )
        if event.waits and not annotations.is_answer(part, _kind(event)):
            raise AppMistake(
                apps.RETURN_TYPE,
                f"Function '{function.name}' returns {shown(part)}, which does not answer "
                f"'{event.name}'. Return {_answers(event)}.",
            )


def check_connection_parameter(function: UserFunction, arg_name: str) -> None:
    """The parameter can get a connection. Raises AppMistake."""
    _check_input(function, arg_name, annotations.is_connection, "wps.WebPubSubConnection")


def check_context_parameter(function: UserFunction, arg_name: str) -> None:
    """The parameter can get a context. Raises AppMistake."""
    _check_input(function, arg_name, annotations.is_context, "wps.WebPubSubContext")


def check_output_parameter(function: UserFunction, arg_name: str) -> None:
    """The parameter can be set to actions, or ``$return`` can be actions. Raises AppMistake."""
    if arg_name == RETURN:
        _check_returned_actions(function)
        return
    _check_exists(function, arg_name)
    _check_binding_name(function, arg_name)
    hint = function.hints.get(arg_name, _UNKNOWN)
    argument = _UNKNOWN if hint is _UNKNOWN else annotations.out_argument(hint)
    if argument is not _UNKNOWN and (argument is None or not annotations.is_actions(argument)):
        raise _wrong_type(function, arg_name, hint, "func.Out[wps.Actions]")


def check_output_names(function: UserFunction, names: Iterable[str]) -> None:
    """No output of a trigger's function is called like a member of its answer, which the host would
    carry out as actions. Raises AppMistake. Specification: bindings section 5.2."""
    for name in names:
        if name in _ANSWER_MEMBERS:
            raise AppMistake(
                apps.PARAMETER_NAME,
                f"Function '{function.name}': the host takes the member '{name}' of an answer for "
                f"actions of an output called '{name}'. Rename it, for example to 'actions'.",
            )


def _check_returned_actions(function: UserFunction) -> None:
    hint = function.hints.get("return", _UNKNOWN)
    if hint is _UNKNOWN or (isinstance(hint, type) and annotations.is_actions(hint)):
        return
    raise AppMistake(
        apps.RETURN_TYPE,
        f"Function '{function.name}' returns {shown(hint)} to the output '$return', which the "
        "worker does not take for actions. Annotate it '-> wps.Actions'.",
    )


def _check_input(
    function: UserFunction, arg_name: str, accepts: Callable[[Any], bool], wanted: str
) -> None:
    _check_exists(function, arg_name)
    _check_binding_name(function, arg_name)
    hint = function.hints.get(arg_name, str)
    if hint is not str and not accepts(hint):
        raise _wrong_type(function, arg_name, hint, f"{wanted} or str")


def _likely_parameter(function: UserFunction, event: Event) -> str:
    for parameter in function.parameters:
        if annotations.is_event_class(function.hints.get(parameter)):
            return parameter
    known = {name.lower() for name in _host_names(event)}
    for parameter in function.parameters:
        if parameter.lower() in known:
            return parameter
    return function.parameters[0] if function.parameters else _REQUEST


def _check_exists(function: UserFunction, arg_name: str) -> None:
    if arg_name not in function.parameters:
        raise AppMistake(
            apps.PARAMETER_MISSING,
            f"Function '{function.name}' has no parameter '{arg_name}'."
            + (did_you_mean(arg_name, function.parameters) or _add_it(function)),
        )


def _add_it(function: UserFunction) -> str:
    has = ", ".join(f"'{name}'" for name in function.parameters)
    return f"{has and f' It has {has}.'} Add it, or correct arg_name."


def _check_binding_name(function: UserFunction, arg_name: str) -> None:
    if not _BINDING_NAME.fullmatch(arg_name):
        raise AppMistake(
            apps.PARAMETER_NAME,
            f"Function '{function.name}': the host refuses a parameter named '{arg_name}'. Use "
            "up to 128 letters, digits and single underscores, and begin with no digit.",
        )


def _check_host_has_a_value(function: UserFunction, arg_name: str, event: Event) -> None:
    """The host looks the value up by the name of the parameter, and answers None for others."""
    hint = function.hints.get(arg_name)
    names = _host_names(event)
    if annotations.is_event_class(hint) and arg_name.lower() != _REQUEST:
        problem = f"the event comes in a parameter named 'request', not '{arg_name}'"
        raise _wrong_name(function, f"{problem}. Rename it to 'request'.")
    if arg_name.lower() not in (name.lower() for name in names):
        problem = f"Azure passes None to a parameter named '{arg_name}' for '{event.name}'"
        raise _wrong_name(function, f"{problem}. Rename it to {listed(names)}.")


def _wrong_name(function: UserFunction, problem: str) -> AppMistake:
    return AppMistake(apps.PARAMETER_NAME, f"Function '{function.name}': {problem}")


def _host_names(event: Event) -> tuple[str, ...]:
    return (_REQUEST,) if event.request is None else PARAMETER_NAMES[event.request]


def _check_event_annotation(function: UserFunction, arg_name: str, event: Event) -> None:
    hint = function.hints.get(arg_name, Any)
    if annotations.is_text(hint):
        return
    if arg_name.lower() != _REQUEST:
        if arg_name in function.hints:
            raise _wrong_type(function, arg_name, hint, "str or bytes")
        return
    request = _request(event)
    wanted = request.__name__ if request else "EventRequest"
    if not annotations.is_event(hint):
        raise _wrong_type(function, arg_name, hint, f"wps.{wanted}, or str")
    if event.clients != "mqtt" and annotations.is_mqtt_event(hint):
        raise AppMistake(
            apps.PARAMETER_TYPE,
            f"Function '{function.name}': '{arg_name}' is annotated {shown(hint)}, and events of "
            f"other clients come to it, too. Add client_protocols='mqtt', or annotate it "
            f"wps.{wanted}.",
        )
    if request and hint is not Any and not issubclass(request, hint):
        raise AppMistake(
            apps.PARAMETER_TYPE,
            f"Function '{function.name}': '{arg_name}' is annotated {shown(hint)}, and the "
            f"event '{event.name}' is a {wanted}. Annotate it wps.{wanted}, or correct the event.",
        )


def _request(event: Event) -> type[EventRequest] | None:
    """The class of the events that come."""
    if event.request is None or event.clients != "mqtt":
        return event.request
    return MQTT_REQUESTS.get(event.request, event.request)


def _wrong_type(function: UserFunction, arg_name: str, hint: Any, wanted: str) -> AppMistake:
    return AppMistake(
        apps.PARAMETER_TYPE,
        f"Function '{function.name}': '{arg_name}' cannot be annotated {shown(hint)}. "
        f"Annotate it {wanted}.",
    )


def _connects_mqtt(event: Event) -> bool:
    return event.clients == "mqtt" and _kind(event) == "connect"


def _kind(event: Event) -> str:
    return "user" if event.kind == "user" else "connect"


def _answers(event: Event) -> str:
    if _connects_mqtt(event):
        return "wps.MqttConnectEventResponse, wps.MqttConnectEventErrorResponse or None"
    response = "UserEventResponse" if event.kind == "user" else "ConnectEventResponse"
    return f"wps.{response}, wps.EventErrorResponse or None"
