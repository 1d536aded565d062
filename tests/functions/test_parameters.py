"""Whether a function fits the binding it is decorated with.

Specification: bindings sections 4.1, 4.5, 5.2 and 5.7.
"""

from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest

import webpubsub as wps
from webpubsub.functions import parameters
from webpubsub.functions.arguments import Event, event_of
from webpubsub.functions.mistakes import AppMistake
from webpubsub.functions.signatures import UserFunction
from webpubsub.protocol.refusals import RefusalKind, apps

CONNECT = event_of("d", "system", "connect")
CONNECTED = event_of("d", "system", "connected")
DISCONNECTED = event_of("d", "system", "disconnected")
SETTING = event_of("d", "system", "%EVENT%")
USER = event_of("d", "user", "message")
MQTT_CONNECT = event_of("d", "system", "connect", "mqtt")
MQTT_CONNECTED = event_of("d", "system", "connected", "mqtt")
MQTT_DISCONNECTED = event_of("d", "system", "disconnected", "mqtt")
MQTT_SETTING = event_of("d", "system", "%EVENT%", "mqtt")
MQTT_USER = event_of("d", "user", "message", "mqtt")
PLAIN_CONNECT = event_of("d", "system", "connect", "webPubSub")

Hints = dict[str, Any]
_NONE = type(None)


def function(*names: str, **hints: Any) -> UserFunction:
    """A function with these parameters; ``returns`` is its return annotation."""
    if "returns" in hints:
        hints["return"] = hints.pop("returns")
    return UserFunction(name="f", parameters=names or tuple(hints), hints=hints)


@pytest.mark.parametrize(
    ("user_function", "arg_name", "event", "parameter", "gets_event", "gets_bytes"),
    [
        (function(request=wps.ConnectEventRequest), None, CONNECT, "request", True, False),
        (function(request=wps.ConnectEventRequest), "request", CONNECT, "request", True, False),
        (function(request=wps.EventRequest), None, CONNECTED, "request", True, False),
        (function(request=Any), None, USER, "request", True, False),
        (function(request=object), None, USER, "request", True, False),
        (function("request"), None, USER, "request", True, False),
        (
            function("data", "request", request=wps.UserEventRequest),
            None,
            USER,
            "request",
            True,
            False,
        ),
        (function(Request=wps.UserEventRequest), None, USER, "Request", True, False),
        (function(request=str), None, USER, "request", False, False),
        (function(data=bytes), None, USER, "data", False, True),
        (function("other", "data"), None, USER, "data", False, False),
        (function("dataType"), None, USER, "dataType", False, False),
        (function(connectioncontext=str), None, CONNECTED, "connectioncontext", False, False),
        (function(reason=str), None, DISCONNECTED, "reason", False, False),
        (function(claims=str, query=str), "query", CONNECT, "query", False, False),
        (function(request=wps.EventRequest), None, SETTING, "request", True, False),
        (function(request=wps.ConnectEventRequest), None, SETTING, "request", True, False),
    ],
)
def test_triggers(
    user_function: UserFunction,
    arg_name: str | None,
    event: Event,
    parameter: str,
    gets_event: bool,
    gets_bytes: bool,
) -> None:
    """The parameter is found by its annotation, else by its name, and gets what it asks for."""
    assert parameters.trigger_parameter(user_function, arg_name, event) == parameter
    assert parameters.gets_event(user_function, parameter) is gets_event
    assert parameters.gets_bytes(user_function, parameter) is gets_bytes


@pytest.mark.parametrize(
    ("user_function", "arg_name", "event", "kind", "message"),
    [
        (
            function("x", request=str),
            "request",
            USER,
            apps.PARAMETER_MISSING,
            "no parameter 'request'",
        ),
        (function(request=str), "reqest", USER, apps.PARAMETER_MISSING, "Did you mean 'request'?"),
        (
            UserFunction(name="f", parameters=(), hints={}),
            None,
            USER,
            apps.PARAMETER_MISSING,
            "has no parameter 'request'. Add it, or correct arg_name.",
        ),
        (
            function("body", "actions"),
            "request",
            USER,
            apps.PARAMETER_MISSING,
            "It has 'body', 'actions'. Add it, or correct arg_name.",
        ),
        (
            function(event=wps.UserEventRequest),
            None,
            USER,
            apps.PARAMETER_NAME,
            "a parameter named 'request', not 'event'. Rename it to 'request'",
        ),
        (
            function(data=wps.UserEventRequest),
            None,
            USER,
            apps.PARAMETER_NAME,
            "not 'data'. Rename it to 'request'",
        ),
        (
            function("event"),
            None,
            USER,
            apps.PARAMETER_NAME,
            "passes None to a parameter named 'event' for 'message'. Rename it to 'request', ",
        ),
        (function(reason=str), None, USER, apps.PARAMETER_NAME, "named 'reason' for 'message'"),
        (function(data=str), None, CONNECT, apps.PARAMETER_NAME, "named 'data' for 'connect'"),
        (function(dataType=str), None, CONNECT, apps.PARAMETER_NAME, "named 'dataType'"),
        (function(claims=str), None, SETTING, apps.PARAMETER_NAME, "Rename it to 'request'."),
        (
            function(request=wps.UserEventRequest),
            None,
            CONNECT,
            apps.PARAMETER_TYPE,
            "annotated UserEventRequest, and the event 'connect' is a ConnectEventRequest",
        ),
        (
            function(request=dict),
            None,
            USER,
            apps.PARAMETER_TYPE,
            "cannot be annotated dict. Annotate it wps.UserEventRequest, or str.",
        ),
        (
            function(request=wps.UserEventRequest | None),
            None,
            USER,
            apps.PARAMETER_TYPE,
            "Annotate it wps.UserEventRequest",
        ),
        (
            function(data=dict[str, Any]),
            None,
            USER,
            apps.PARAMETER_TYPE,
            "'data' cannot be annotated dict[str, typing.Any]. Annotate it str or bytes.",
        ),
        (function(request=int), None, SETTING, apps.PARAMETER_TYPE, "wps.EventRequest, or str"),
    ],
)
def test_triggers_that_cannot_work(
    user_function: UserFunction, arg_name: str | None, event: Event, kind: RefusalKind, message: str
) -> None:
    """The error names the function, the parameter and the mend."""
    with pytest.raises(AppMistake, match=r"^Function 'f'") as raised:
        parameters.trigger_parameter(user_function, arg_name, event)
    assert message in str(raised.value)
    assert raised.value.refusal.kind is kind


@pytest.mark.parametrize(
    ("returns", "event"),
    [
        (wps.ConnectEventResponse | wps.EventErrorResponse | None, CONNECT),
        (wps.UserEventResponse | None, USER),
        (wps.EventResponse, USER),
        (dict[str, Any], CONNECT),
        (_NONE, CONNECT),
        (_NONE, CONNECTED),
        (Any, DISCONNECTED),
        (wps.ConnectEventResponse, SETTING),
    ],
)
def test_answers(returns: Any, event: Event) -> None:
    """What fits the event, or nothing."""
    parameters.check_answer(function(returns=returns), event)
    parameters.check_answer(function("request"), event)


@pytest.mark.parametrize(
    ("returns", "event", "message"),
    [
        (
            wps.UserEventResponse,
            CONNECT,
            "'connect'. Return wps.ConnectEventResponse, wps.EventErrorResponse or None.",
        ),
        (wps.ConnectEventResponse | None, USER, "Return wps.UserEventResponse, "),
        (str, USER, "returns str, which does not answer 'message'"),
        (wps.SendToAllAction, USER, "returns SendToAllAction"),
        (wps.UserEventResponse | str, USER, "returns str"),
        (wps.EventErrorResponse, CONNECTED, "nobody waits for the answer of 'connected'"),
        (dict[str, Any], DISCONNECTED, "Let it return None"),
    ],
)
def test_answers_that_do_not_fit(returns: Any, event: Event, message: str) -> None:
    """The error says what to return instead."""
    with pytest.raises(AppMistake, match="Function 'f' returns ") as raised:
        parameters.check_answer(function(returns=returns), event)
    assert message in str(raised.value)
    assert raised.value.refusal.kind is apps.RETURN_TYPE


CHECKS = [
    (parameters.check_connection_parameter, wps.WebPubSubConnection),
    (parameters.check_context_parameter, wps.WebPubSubContext),
    (parameters.check_output_parameter, func.Out[wps.Actions]),
]


@pytest.mark.parametrize(("check", "wanted"), CHECKS)
def test_inputs_and_outputs(check: Callable[[UserFunction, str], None], wanted: Any) -> None:
    """The documented class, or no annotation."""
    check(function(value=wanted), "value")
    check(function("value"), "value")


@pytest.mark.parametrize(("check", "wanted"), CHECKS)
@pytest.mark.parametrize(
    ("user_function", "arg_name", "kind", "message"),
    [
        (
            function(value=int),
            "value",
            apps.PARAMETER_TYPE,
            "cannot be annotated int. Annotate it ",
        ),
        (function("value"), "valeu", apps.PARAMETER_MISSING, "Did you mean 'value'?"),
        (function("a__b"), "a__b", apps.PARAMETER_NAME, "refuses a parameter named 'a__b'"),
        (function("é"), "é", apps.PARAMETER_NAME, "letters, digits and single underscores"),
    ],
)
def test_inputs_and_outputs_that_cannot_work(
    check: Callable[[UserFunction, str], None],
    wanted: Any,
    user_function: UserFunction,
    arg_name: str,
    kind: RefusalKind,
    message: str,
) -> None:
    """The error names the function, the parameter and the mend."""
    with pytest.raises(AppMistake, match="Function 'f'") as raised:
        check(user_function, arg_name)
    assert message in str(raised.value)
    assert raised.value.refusal.kind is kind


def test_text_inputs() -> None:
    """A str gets the host's JSON."""
    parameters.check_connection_parameter(function(connection=str), "connection")
    parameters.check_context_parameter(function(context=str), "context")
    parameters.check_output_parameter(function(actions=func.Out[str]), "actions")


@pytest.mark.parametrize("hint", [wps.Actions, func.Out, func.Out[list[wps.Action]]])
def test_outputs_the_worker_refuses(hint: Any) -> None:
    """Among them what reads well and does not work."""
    with pytest.raises(AppMistake, match="Annotate it func"):
        parameters.check_output_parameter(function(actions=hint), "actions")


@pytest.mark.parametrize("returns", [wps.Actions, wps.SendToAllAction, str, dict])
def test_returned_actions(returns: Any) -> None:
    """The output may be what the function returns."""
    parameters.check_output_parameter(function(returns=returns), "$return")
    parameters.check_output_parameter(function("request"), "$return")


@pytest.mark.parametrize("returns", [list[wps.Action], wps.Action | None, _NONE, int])
def test_returned_actions_the_worker_refuses(returns: Any) -> None:
    """It wants a class."""
    with pytest.raises(AppMistake, match="Annotate it '-> "):
        parameters.check_output_parameter(function(returns=returns), "$return")


@pytest.mark.parametrize(
    ("event", "annotation"),
    [
        (MQTT_CONNECT, wps.MqttConnectEventRequest),
        (MQTT_CONNECT, wps.ConnectEventRequest),
        (MQTT_CONNECT, wps.EventRequest),
        (MQTT_CONNECT, Any),
        (MQTT_CONNECTED, wps.MqttConnectedEventRequest),
        (MQTT_DISCONNECTED, wps.MqttDisconnectedEventRequest),
        (MQTT_SETTING, wps.MqttConnectEventRequest),
        (MQTT_USER, wps.UserEventRequest),
    ],
)
def test_events_of_mqtt_clients(event: Event, annotation: Any) -> None:
    """They have classes of their own where they differ; those for all clients do, too."""
    parameters.trigger_parameter(function(request=annotation), None, event)


@pytest.mark.parametrize(
    ("event", "annotation", "words"),
    [
        (CONNECT, wps.MqttConnectEventRequest, "Add client_protocols='mqtt', or annotate it wps.C"),
        (PLAIN_CONNECT, wps.MqttConnectEventRequest, "Add client_protocols='mqtt'"),
        (SETTING, wps.MqttConnectedEventRequest, "Add client_protocols='mqtt'"),
        (MQTT_CONNECTED, wps.MqttConnectEventRequest, "it wps.MqttConnectedEventRequest"),
        (MQTT_CONNECT, wps.UserEventRequest, "Annotate it wps.MqttConnectEventRequest"),
        (MQTT_USER, wps.MqttConnectEventRequest, "Annotate it wps.UserEventRequest"),
    ],
)
def test_events_that_are_not_of_mqtt_clients(event: Event, annotation: Any, words: str) -> None:
    """The error says how to have them."""
    with pytest.raises(AppMistake, match=words) as caught:
        parameters.trigger_parameter(function(request=annotation), None, event)
    assert caught.value.refusal.kind is apps.PARAMETER_TYPE


@pytest.mark.parametrize(
    "answer", [wps.MqttConnectEventResponse, wps.MqttConnectEventErrorResponse]
)
def test_answers_for_mqtt_clients_only(answer: Any) -> None:
    """Where MQTT clients may come; others would not understand them."""
    user_function = function("request", returns=answer)
    parameters.check_answer(user_function, CONNECT)
    parameters.check_answer(user_function, MQTT_CONNECT)
    with pytest.raises(AppMistake, match="no MQTT clients with client_protocols='webPubSub'"):
        parameters.check_answer(user_function, PLAIN_CONNECT)


def test_section_5_7_errors_that_refuse_no_mqtt_client() -> None:
    """Where only MQTT clients come; their messages have no errors of their own."""
    user_function = function(
        "request", returns=wps.MqttConnectEventResponse | wps.EventErrorResponse
    )
    with pytest.raises(AppMistake, match=r"Return wps\.MqttConnectEventResponse, wps\.MqttC"):
        parameters.check_answer(user_function, MQTT_CONNECT)
    parameters.check_answer(user_function, CONNECT)
    parameters.check_answer(function("request", returns=wps.EventErrorResponse), MQTT_USER)


@pytest.mark.parametrize("name", ["data", "states", "groups", "code", "mqtt"])
def test_outputs_called_like_members_of_answers(name: str) -> None:
    """The host would take an answer for actions."""
    with pytest.raises(AppMistake, match=f"the member '{name}' of an answer") as caught:
        parameters.check_output_names(function("request"), ["actions", name])
    assert caught.value.refusal.kind is apps.PARAMETER_NAME
    parameters.check_output_names(function("request"), ["actions", "$return", "Data"])


def test_functions_that_yield() -> None:
    """The host could make nothing of a generator. Specification: functions-python section 3.1."""

    def one(request: str) -> Any:
        yield request

    async def other(request: str) -> Any:
        yield request

    async def fine(request: str) -> None: ...

    for wrong in (one, other):
        with pytest.raises(AppMistake, match="has a 'yield'") as caught:
            parameters.check_returns(wrong)
        assert caught.value.refusal.kind is apps.RETURN_TYPE
    parameters.check_returns(fine)
