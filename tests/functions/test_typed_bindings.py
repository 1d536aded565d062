"""Typed functions in apps with ``function.json`` files."""

import inspect
import typing
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

import webpubsub as wps
from webpubsub.protocol.event_json import wire_value

EVENT = wps.UserEventRequest(
    connection_context=wps.ConnectionContext(
        event_type=wps.EventType.USER, event_name="message", hub="chat", connection_id="c1"
    ),
    message=wps.Message(wps.DataType.TEXT, b"hi"),
)
TEXT = str(wire_value(EVENT, "request"))


def message(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions], context: func.Context
) -> wps.UserEventResponse:
    """Echoes."""
    return wps.UserEventResponse(request.text())


async def negotiate(
    req: func.HttpRequest, connection: wps.WebPubSubConnection, event: wps.WebPubSubContext
) -> str:
    """Shows what it got."""
    return f"{connection.url} {event.has_error}"


@pytest.mark.parametrize("request_", [EVENT, TEXT, TEXT.encode()])
def test_text_becomes_an_event(request_: Any) -> None:
    """What the host passes is converted, what a test passes stays; by keyword or by position."""
    main: Any = wps.typed_bindings(message)
    assert main(request=request_, actions=None, context=None) == wps.UserEventResponse("hi")
    assert main(request_, None, None) == wps.UserEventResponse("hi")


async def test_other_inputs_of_a_coroutine() -> None:
    """Connections and contexts likewise; the wrapper is a coroutine function too."""
    main: Any = wps.typed_bindings(negotiate)
    assert inspect.iscoroutinefunction(main)
    response = '{"response": {}, "hasError": true}'
    text = '{"baseUrl": "b", "url": "u", "accessToken": "t"}'
    assert await main(req=None, connection=text, event=response) == "u True"


def test_nothing_stays_nothing() -> None:
    """An input without value is None."""

    @wps.typed_bindings
    def main(request: wps.UserEventRequest) -> bool:
        return request is None

    assert main(request=None) is True  # type: ignore[arg-type]


def test_what_the_worker_sees() -> None:
    """Text where it converts nothing, the rest as it was, and the same parameters."""
    main = wps.typed_bindings(message)
    assert list(inspect.signature(main).parameters) == ["request", "actions", "context"]
    assert typing.get_type_hints(main) == {
        "request": str,
        "actions": func.Out[str],
        "context": func.Context,
        "return": wps.UserEventResponse,
    }
    assert main.__name__ == "message"


def test_the_wrapper_is_in_the_functions_file() -> None:
    """The worker takes the directory of the function from there."""
    assert Path(inspect.getfile(wps.typed_bindings(message))) == Path(__file__)


def test_an_event_must_be_called_request() -> None:
    """The host passes None to any other name."""

    def main(event: wps.UserEventRequest) -> None:
        """Listens."""

    with pytest.raises(wps.AppMistake, match="Rename it to 'request', in function"):
        wps.typed_bindings(main)


def connect_answered(request: wps.ConnectEventRequest) -> wps.UserEventResponse | None:
    """Answers another event."""


def thing_answered(request: wps.MqttConnectEventRequest) -> wps.UserEventResponse:
    """Answers another event of MQTT clients."""
    return wps.UserEventResponse()


def message_answered(request: wps.UserEventRequest) -> wps.ConnectEventResponse:
    """Answers another event."""
    return wps.ConnectEventResponse()


def connected_answered(request: wps.ConnectedEventRequest) -> wps.EventErrorResponse:
    """Answers an event without an answer."""
    return wps.EventErrorResponse("userError")


def listed(request: wps.UserEventRequest, actions: func.Out[list[wps.Action]]) -> None:
    """Has an output that the worker refuses."""


def plain(timer: func.TimerRequest, actions: wps.Actions) -> None:
    """Has no output at all."""


def generator(request: wps.UserEventRequest) -> Any:
    """Gives what nobody takes."""
    yield wps.UserEventResponse()


@pytest.mark.parametrize(
    ("main", "words"),
    [
        (connect_answered, "does not answer 'connect'. Return wps.ConnectEventResponse,"),
        (thing_answered, "does not answer 'connect'. Return wps.ConnectEventResponse,"),
        (message_answered, "does not answer 'a user event'. Return wps.UserEventResponse,"),
        (connected_answered, "nobody waits for the answer of 'connected'"),
        (listed, r"'actions' cannot be annotated .* Annotate it func.Out\[wps.Actions\]."),
        (plain, "'actions' cannot be annotated Actions. Annotate it func.Out"),
        (generator, "has a 'yield'"),
    ],
)
def test_what_cannot_work(main: Any, words: str) -> None:
    """It is refused when the app is imported, as with decorators."""
    with pytest.raises(wps.AppMistake, match=words):
        wps.typed_bindings(main)


def test_what_may_be_meant_for_an_output() -> None:
    """``function.json`` may say that what is returned is an output."""

    def main(request: wps.UserEventRequest) -> str:
        return request.text()

    def tick(timer: func.TimerRequest) -> wps.Actions:
        return [wps.SendToAllAction("tick")]

    def no_outputs(req: func.HttpRequest, out: func.Out[bytes]) -> str:
        return ""

    for function in (main, tick, no_outputs):
        assert wps.typed_bindings(function).__name__ == function.__name__


def test_text_that_is_no_event() -> None:
    """The invocation fails with a reason."""
    main: Any = wps.typed_bindings(message)
    with pytest.raises(ValueError, match="connectionContext"):
        main(request="{}", actions=None, context=None)
