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


def test_text_that_is_no_event() -> None:
    """The invocation fails with a reason."""
    main: Any = wps.typed_bindings(message)
    with pytest.raises(ValueError, match="connectionContext"):
        main(request="{}", actions=None, context=None)
