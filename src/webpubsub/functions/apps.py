"""Apps and blueprints with the decorators of Web PubSub.

A decorated function is registered with the app and stays callable, as with the decorators of
azure-functions. Each decorator checks what it can and raises AppMistake while the app is imported.
"""

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast, overload

import azure.functions as func
from azure.functions.decorators.function_app import FunctionBuilder

from webpubsub.functions.arguments import (
    Event,
    check_connection,
    check_connections,
    check_hub,
    check_user_id,
    check_word,
    event_of,
)
from webpubsub.functions.bindings import (
    WebPubSubConnectionInput,
    WebPubSubContextInput,
    WebPubSubOutput,
    WebPubSubTrigger,
)
from webpubsub.functions.keywords import suggest_keywords
from webpubsub.functions.parameters import (
    RETURN,
    check_answer,
    check_connection_parameter,
    check_context_parameter,
    check_output_names,
    check_output_parameter,
    check_returns,
    gets_bytes,
    gets_event,
    trigger_parameter,
)
from webpubsub.functions.signatures import UserFunction

_F = TypeVar("_F", bound=Callable[..., Any])
_ClientProtocols = Literal["all", "webPubSub", "mqtt"]
_CLIENT_PROTOCOLS = ("all", "webPubSub", "mqtt")


class WebPubSubApi(func.DecoratorApi, ABC):
    """The decorators, for apps and blueprints alike."""

    @overload
    def web_pubsub_trigger(
        self,
        *,
        hub: str,
        event_type: Literal["system"],
        event_name: Literal["connect", "connected", "disconnected"],
        arg_name: str | None = None,
        connections: Sequence[str] | None = None,
        client_protocols: _ClientProtocols | None = None,
    ) -> Callable[[_F], _F]: ...

    @overload
    def web_pubsub_trigger(
        self,
        *,
        hub: str,
        event_type: Literal["user"],
        event_name: str,
        arg_name: str | None = None,
        connections: Sequence[str] | None = None,
        client_protocols: _ClientProtocols | None = None,
    ) -> Callable[[_F], _F]: ...

    @suggest_keywords
    def web_pubsub_trigger(
        self,
        *,
        hub: str,
        event_type: str,
        event_name: str,
        arg_name: str | None = None,
        connections: Sequence[str] | None = None,
        client_protocols: str | None = None,
    ) -> Callable[[_F], _F]:
        """Run the function for one event of a hub.

        A plain WebSocket client's messages are the user event ``message``; clients of the JSON and
        protobuf protocols choose their own names. ``arg_name`` is the parameter that gets the
        event, by default the one annotated with an event class. The host knows its value by its
        name: call it ``request``, or annotate it ``str`` or ``bytes`` and name it after a single
        member, such as ``data``. Annotated ``bytes``, ``data`` is the only way to see a binary
        message intact on Azure.

        ``client_protocols`` ``"mqtt"`` is for events of MQTT clients alone, which are annotated
        MqttConnectEventRequest and so on, ``"webPubSub"`` for those of all others. ``connections``
        are the settings with the connection strings of the services that may call,
        by default ``WebPubSubConnectionString``. ``hub``, a letter and up to 127 letters, digits or
        any of ``_ ` , . [ ]``, and ``event_name`` may be ``%SETTING%``.
        Return an event response, or None, from ``connect`` and user events; None from the others.
        Raises AppMistake. Specification: bindings sections 2.2, 4.1 and 5.
        """
        decorator = "web_pubsub_trigger"
        clients = check_word(decorator, "client_protocols", client_protocols, _CLIENT_PROTOCOLS)
        event = event_of(decorator, event_type, event_name, clients or "all")
        properties = {
            "hub": check_hub(decorator, hub, expressions=False),
            "connections": check_connections(decorator, connections),
            "client_protocols": clients,
        }

        def add(builder: FunctionBuilder, function: UserFunction) -> None:
            parameter = trigger_parameter(function, arg_name, event)
            if not _answers_elsewhere(builder):
                check_answer(function, event)
            builder.add_trigger(_trigger(function, parameter, event, properties))
            _check_outputs(builder, function)

        return self._bind(add)

    @suggest_keywords
    def web_pubsub_connection_input(
        self,
        *,
        arg_name: str,
        hub: str,
        user_id: str | None = None,
        connection: str | None = None,
        client_protocol: Literal["default", "mqtt"] | None = None,
    ) -> Callable[[_F], _F]:
        """Give the function what one client needs to connect, in the parameter ``arg_name``.

        Annotate it WebPubSubConnection, or str for the JSON text. ``user_id`` is whose connection
        it will be, anonymous by default; like ``hub`` it may hold ``{expressions}`` such as
        ``{query.user}`` and ``%SETTING%``. ``connection`` is the setting with the connection
        string, by default ``WebPubSubConnectionString``. ``client_protocol`` ``"mqtt"`` is for an
        MQTT client, which takes a service that has such clients. The token is valid for an hour and
        has neither roles nor groups, which an answer to ``connect`` can give. An expression without
        a value fails the call, which is then answered with status 500. Raises AppMistake.
        Specification: bindings sections 2.3 and 7.
        """
        decorator = "web_pubsub_connection_input"
        binding = WebPubSubConnectionInput(
            name=arg_name,
            hub=check_hub(decorator, hub, expressions=True),
            user_id=check_user_id(decorator, user_id),
            connection=check_connection(decorator, connection),
            client_protocol=check_word(
                decorator, "client_protocol", client_protocol, ("default", "mqtt")
            ),
        )

        def add(builder: FunctionBuilder, function: UserFunction) -> None:
            check_connection_parameter(function, arg_name)
            builder.add_binding(binding)

        return self._bind(add)

    @suggest_keywords
    def web_pubsub_context_input(
        self, *, arg_name: str, connections: Sequence[str] | None = None
    ) -> Callable[[_F], _F]:
        """Give an HTTP function the event that came as its request, in the parameter ``arg_name``.

        Annotate it WebPubSubContext, or str for the JSON text. The route must allow the methods
        POST and OPTIONS. ``connections`` are as on the trigger. Nothing of a request fails the
        call: what is wrong with one is in the context, with the response to give. Raises
        AppMistake. Specification: bindings sections 2.4 and 6.
        """
        binding = WebPubSubContextInput(
            name=arg_name, connections=check_connections("web_pubsub_context_input", connections)
        )

        def add(builder: FunctionBuilder, function: UserFunction) -> None:
            check_context_parameter(function, arg_name)
            builder.add_binding(binding)

        return self._bind(add)

    @suggest_keywords
    def web_pubsub_output(
        self, *, arg_name: str, hub: str, connection: str | None = None
    ) -> Callable[[_F], _F]:
        """Carry out the actions that the function sets on its parameter ``arg_name``.

        Annotate it ``func.Out[Actions]``: ``set`` takes one action or several, carried out in order
        once the function has returned; the last ``set`` counts. The first action that fails stops
        those after it, undoes none before it, and fails the call. ``arg_name`` may be ``$return``.
        ``hub`` may hold ``{expressions}`` and ``%SETTING%``; ``connection`` is the setting with the
        connection string, by default ``WebPubSubConnectionString``. Raises AppMistake.
        Specification: bindings sections 2.5 and 8.
        """
        decorator = "web_pubsub_output"
        binding = WebPubSubOutput(
            name=arg_name,
            hub=check_hub(decorator, hub, expressions=True),
            connection=check_connection(decorator, connection),
        )

        def add(builder: FunctionBuilder, function: UserFunction) -> None:
            check_output_parameter(function, arg_name)
            builder.add_binding(binding)
            _check_outputs(builder, function)

        return self._bind(add)

    def _bind(self, add: Callable[[FunctionBuilder, UserFunction], None]) -> Callable[[_F], _F]:
        """A decorator that adds something to a function, or to what decorators below have made.

        To a type checker the function stays what it is, for it can still be called.
        """

        def wrap(builder: FunctionBuilder) -> FunctionBuilder:
            user_function = _function_of(builder).get_user_function()
            check_returns(user_function)
            add(builder, UserFunction.of(user_function))
            return builder

        decorate = self._configure_function_builder(wrap)  # pyright: ignore[reportUnknownMemberType]
        return cast("Callable[[_F], _F]", decorate)


class WebPubSubApp(WebPubSubApi, func.FunctionApp):
    """A function app with the decorators of Web PubSub, and all of azure-functions' own.

    ``http_auth_level`` is who may call its HTTP functions, as with ``func.FunctionApp``. The
    decorators are keyword-only and raise TypeError for an argument they do not have.
    Specification: functions-python sections 2.1 and 16.
    """


class Blueprint(WebPubSubApi, func.Blueprint):
    """Functions in a module of their own, added to an app with its ``register_functions``.

    It has the same decorators as WebPubSubApp. Specification: functions-python section 2.2.
    """

    def __init__(self) -> None:
        # The one of azure-functions has no annotations, which strict type checkers hold against
        # whoever calls it.
        initialize = cast("Callable[[], None]", super().__init__)  # pyright: ignore[reportUnknownMemberType]
        initialize()


def _function_of(builder: FunctionBuilder) -> func.Function:
    """azure-functions has no public way from a builder to its function before it is built."""
    function: func.Function = builder._function  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    return function


def _check_outputs(builder: FunctionBuilder, function: UserFunction) -> None:
    """Once a trigger and its outputs have come together, in whichever order."""
    bindings = _function_of(builder).get_bindings()
    if any(isinstance(one, WebPubSubTrigger) for one in bindings):
        outputs = [str(one.name) for one in bindings if isinstance(one, WebPubSubOutput)]
        check_output_names(function, outputs)


def _answers_elsewhere(builder: FunctionBuilder) -> bool:
    """Whether what the function returns belongs to an output."""
    return any(binding.name == RETURN for binding in _function_of(builder).get_bindings())


def _trigger(
    function: UserFunction, parameter: str, event: Event, properties: Mapping[str, Any]
) -> WebPubSubTrigger:
    trigger = WebPubSubTrigger(
        name=parameter,
        event_type=event.kind,
        event_name=event.name,
        data_type=func.DataType.BINARY if gets_bytes(function, parameter) else None,
        **properties,
    )
    if not gets_event(function, parameter):
        trigger.pass_untouched()
    return trigger
