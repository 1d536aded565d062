"""Apps and blueprints: what their decorators make of a function."""

import json
from collections.abc import Callable
from typing import Any

import azure.functions as func
import pytest

import webpubsub as wps
from webpubsub.functions.converters import CONVERTERS


def indexed(app: func.FunctionApp) -> tuple[list[dict[str, Any]], list[str | None]]:
    """Of the only function: what the host is shown, and by which types the worker finds
    converters."""
    (function,) = app.get_functions()
    shown = [json.loads(text) for text in function.get_raw_bindings()]
    return shown, [binding.type for binding in function.get_bindings()]


def bindings(app: func.FunctionApp) -> list[dict[str, Any]]:
    """What the host is shown of the only function."""
    return indexed(app)[0]


def worker_types(app: func.FunctionApp) -> list[str | None]:
    """What the worker looks converters up by."""
    return indexed(app)[1]


MESSAGE = {"hub": "chat", "event_type": "user", "event_name": "message"}


def event(text: str = "hi") -> wps.UserEventRequest:
    """A message of a client."""
    return wps.UserEventRequest(
        connection_context=wps.ConnectionContext(
            event_type=wps.EventType.USER, event_name="message", hub="chat", connection_id="c1"
        ),
        message=wps.Message(wps.DataType.TEXT, text.encode()),
    )


class Out(func.Out[Any]):
    """Keeps what a function sets."""

    def set(self, val: Any) -> None:
        self.value = val

    def get(self) -> Any:
        return self.value


def test_a_typed_trigger_with_an_output() -> None:
    """The host sees public types, the worker private ones; the function stays callable."""
    app = wps.WebPubSubApp()

    @app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")
    @app.web_pubsub_output(arg_name="actions", hub="chat")
    def message(
        request: wps.UserEventRequest, actions: func.Out[wps.Actions]
    ) -> wps.UserEventResponse:
        actions.set([wps.SendToAllAction(request.text())])
        return wps.UserEventResponse("done")

    shown, types = indexed(app)
    assert types == ["wps.output", "wps.trigger"]
    assert shown == [
        {"direction": "OUT", "type": "webPubSub", "name": "actions", "hub": "chat"},
        {
            "direction": "IN",
            "type": "webPubSubTrigger",
            "name": "request",
            "hub": "chat",
            "eventType": "user",
            "eventName": "message",
        },
    ]
    out = Out()
    assert message(event("hello"), out) == {"data": "done", "dataType": "text"}
    assert out.value == [{"actionName": "sendToAll", "data": "hello", "dataType": "text"}]


async def test_an_async_function_stays_one() -> None:
    """Called directly, it is awaited."""
    app = wps.WebPubSubApp()

    @app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")
    async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
        return wps.UserEventResponse(request.text())

    assert await message(event()) == {"data": "hi", "dataType": "text"}


@pytest.mark.parametrize(
    ("annotation", "worker_type", "data_type"),
    [(str, "webPubSubTrigger", None), (bytes, "webPubSubTrigger", "BINARY")],
)
def test_a_trigger_for_text(annotation: Any, worker_type: str, data_type: str | None) -> None:
    """It is generic to the worker; bytes are asked of the host."""
    app = wps.WebPubSubApp()

    def message(data: Any) -> None:
        """Takes one member of the event."""

    message.__annotations__["data"] = annotation
    app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")(message)
    (trigger,), types = indexed(app)
    assert types == [worker_type]
    assert (trigger["name"], trigger.get("dataType")) == ("data", data_type)


def test_all_properties_of_a_trigger() -> None:
    """Those of the official extension, in its spelling."""
    app = wps.WebPubSubApp()

    @app.web_pubsub_trigger(
        hub="%HUB%",
        event_type="system",
        event_name="connect",
        arg_name="request",
        connections=["A", "B"],
        client_protocols="webPubSub",
    )
    def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse | None:
        """Lets everybody in."""

    (trigger,) = bindings(app)
    assert trigger == {
        "direction": "IN",
        "type": "webPubSubTrigger",
        "name": "request",
        "hub": "%HUB%",
        "eventType": "system",
        "eventName": "connect",
        "connections": ["A", "B"],
        "clientProtocols": "webPubSub",
    }


def test_an_http_function_with_a_connection() -> None:
    """Beside the decorators of azure-functions."""
    app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)

    @app.route("negotiate")
    @app.web_pubsub_connection_input(
        arg_name="connection",
        hub="{query.hub}",
        user_id="{query.user}",
        connection="Setting",
        client_protocol="default",
    )
    def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> str:
        return connection.url

    assert bindings(app)[0] == {
        "direction": "IN",
        "type": "webPubSubConnection",
        "name": "connection",
        "hub": "{query.hub}",
        "userId": "{query.user}",
        "connection": "Setting",
        "clientProtocol": "default",
    }
    connection = wps.WebPubSubConnection(base_url="b", url="u", access_token="t")
    assert negotiate(func.HttpRequest("GET", "/", body=b""), connection) == "u"


def test_an_http_function_with_a_context() -> None:
    """For apps that answer webhooks by themselves."""
    app = wps.WebPubSubApp()

    @app.route("webhook")
    @app.web_pubsub_context_input(arg_name="context_", connections=["A"])
    def webhook(req: func.HttpRequest, context_: wps.WebPubSubContext) -> func.HttpResponse:
        return context_.response.to_http_response()

    assert bindings(app)[0] == {
        "direction": "IN",
        "type": "webPubSubContext",
        "name": "context_",
        "connections": ["A"],
    }
    assert webhook(None, wps.WebPubSubContext()).status_code == 200


def test_returned_actions() -> None:
    """An output may be what the function returns, for triggers that have no answer of their own."""
    app = wps.WebPubSubApp()

    @app.timer_trigger(schedule="* * * * * *", arg_name="timer")
    @app.web_pubsub_output(arg_name="$return", hub="chat")
    def tick(timer: func.TimerRequest) -> wps.Actions:
        return wps.SendToAllAction("tick")

    assert bindings(app)[0] == {
        "direction": "OUT",
        "type": "webPubSub",
        "name": "$return",
        "hub": "chat",
    }


def test_returned_actions_of_an_event() -> None:
    """What belongs to an output is not judged as an answer."""
    app = wps.WebPubSubApp()

    @app.web_pubsub_trigger(hub="chat", event_type="system", event_name="connected")
    @app.web_pubsub_output(arg_name="$return", hub="chat")
    def connected(request: wps.ConnectedEventRequest) -> wps.Actions:
        return wps.SendToAllAction("hello")

    assert worker_types(app) == ["wps.output", "wps.trigger"]


def test_blueprints() -> None:
    """Functions of another module, in an app of either kind."""
    blueprint = wps.Blueprint()

    @blueprint.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")
    def message(request: wps.UserEventRequest) -> None:
        """Listens."""

    for app in (wps.WebPubSubApp(), func.FunctionApp()):
        app.register_functions(blueprint)
        assert bindings(app)[0]["name"] == "request"


def test_generic_bindings_are_left_alone() -> None:
    """Those of the same process, in the same app even."""
    app = wps.WebPubSubApp()

    @app.generic_trigger(arg_name="request", type="webPubSubTrigger", hub="h")
    def message(request: str) -> None:
        """As before."""

    assert worker_types(app) == ["webPubSubTrigger"]
    assert "webPubSubTrigger" not in CONVERTERS


APP = wps.WebPubSubApp()


@pytest.mark.parametrize(
    ("decorator", "arguments", "message"),
    [
        (APP.web_pubsub_trigger, MESSAGE | {"event_name": "*"}, "no wildcards"),
        (APP.web_pubsub_trigger, MESSAGE | {"event_type": "usr"}, "Did you mean 'user'?"),
        (APP.web_pubsub_trigger, MESSAGE | {"hub": "my-hub"}, "no hub named 'my-hub'"),
        (APP.web_pubsub_trigger, MESSAGE | {"hub": "{h}"}, "cannot depend on the event"),
        (APP.web_pubsub_trigger, MESSAGE | {"connections": "A"}, "must be a list"),
        (APP.web_pubsub_trigger, MESSAGE | {"client_protocols": "MQTT"}, "mean 'mqtt'?"),
        (
            APP.web_pubsub_connection_input,
            {"arg_name": "c", "hub": "my-hub"},
            "web_pubsub_connection_input: the service has no hub",
        ),
        (
            APP.web_pubsub_connection_input,
            {"arg_name": "c", "hub": "h", "connection": "Endpoint=https://x;AccessKey=y"},
            "not the string itself",
        ),
        (
            APP.web_pubsub_connection_input,
            {"arg_name": "c", "hub": "h", "client_protocol": "mqt"},
            "mean 'mqtt'?",
        ),
        (
            APP.web_pubsub_context_input,
            {"arg_name": "c", "connections": [""]},
            "web_pubsub_context_input: connection must be",
        ),
        (APP.web_pubsub_output, {"arg_name": "a", "hub": ""}, "no hub named ''"),
        (
            APP.web_pubsub_output,
            {"arg_name": "a", "hub": "h", "connection": ""},
            "must be the name",
        ),
    ],
)
def test_arguments_are_checked_at_import(
    decorator: Callable[..., Any], arguments: dict[str, Any], message: str
) -> None:
    """Before there is a function at all."""
    with pytest.raises(wps.AppMistake) as raised:
        decorator(**arguments)
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("decorator", "suggestion"),
    [
        (APP.web_pubsub_trigger, "eventName"),
        (APP.web_pubsub_connection_input, "userId"),
        (APP.web_pubsub_context_input, "argName"),
        (APP.web_pubsub_output, "conection"),
    ],
)
def test_unknown_arguments(decorator: Callable[..., Any], suggestion: str) -> None:
    """Each decorator knows what was meant."""
    with pytest.raises(TypeError, match=rf"has no argument '{suggestion}'. Did you mean '"):
        decorator(**{suggestion: "x"})


def test_functions_are_checked_at_import() -> None:
    """Every decorator looks at the function it is put on."""
    app: Any = wps.WebPubSubApp()

    def wrong(event: wps.UserEventRequest, value: int) -> None:
        """Fits nothing."""

    for decorate in (
        app.web_pubsub_trigger(**MESSAGE),
        app.web_pubsub_connection_input(arg_name="value", hub="h"),
        app.web_pubsub_context_input(arg_name="value"),
        app.web_pubsub_output(arg_name="value", hub="h"),
    ):
        with pytest.raises(wps.AppMistake, match=r"^Function 'wrong': "):
            decorate(wrong)


def test_answers_are_checked_at_import() -> None:
    """The return annotation too."""
    app = wps.WebPubSubApp()
    decorate = app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message")
    with pytest.raises(wps.AppMistake, match="returns ConnectEventResponse, which does not answer"):

        @decorate
        def message(request: wps.UserEventRequest) -> wps.ConnectEventResponse:
            return wps.ConnectEventResponse()


@pytest.mark.parametrize("trigger_last", [True, False])
def test_an_output_is_not_called_like_a_member_of_an_answer(trigger_last: bool) -> None:
    """Whichever of the decorators comes first."""
    app = wps.WebPubSubApp()
    decorators = [
        app.web_pubsub_output(arg_name="data", hub="chat"),
        app.web_pubsub_trigger(hub="chat", event_type="user", event_name="message"),
    ]

    def message(request: wps.UserEventRequest, data: func.Out[wps.Actions]) -> None: ...

    first, second = decorators if trigger_last else reversed(decorators)
    decorated = first(message)
    with pytest.raises(wps.AppMistake, match="the member 'data' of an answer"):
        second(decorated)


def test_a_timer_may_call_its_output_so() -> None:
    """Nobody answers an event there."""
    app = wps.WebPubSubApp()

    @app.timer_trigger(schedule="0 * * * * *", arg_name="timer")
    @app.web_pubsub_output(arg_name="data", hub="chat")
    def tick(timer: func.TimerRequest, data: func.Out[wps.Actions]) -> None: ...

    assert len(app.get_functions()) == 1
