"""What is refused when a function app is imported. Specification: bindings sections 2 to 5,
functions-python section 3."""

from webpubsub.protocol.refusals.kinds import RefusalKind

HUB_INVALID = RefusalKind(
    code="app.hub.invalid",
    checked="the hub of a trigger, input or output",
    wanted="a letter, then up to 127 letters, digits or any of _ ` , . [ ], or %SETTING%",
    remedy="Name a hub, or write '%SETTING%' to take its name from an app setting.",
)

EVENT_TYPE_UNKNOWN = RefusalKind(
    code="app.event.type",
    checked="the event_type of a trigger",
    wanted="'system' or 'user'",
    remedy="Use 'system' for the life of a connection, 'user' for what clients send.",
)

EVENT_NAME_UNKNOWN = RefusalKind(
    code="app.event.name",
    checked="the event_name of a trigger",
    wanted="'connect', 'connected' or 'disconnected' for system events, and for user events a name "
    "that clients can send",
    remedy="Messages of plain WebSocket clients are the user event 'message'.",
)

EVENT_PAIR_WRONG = RefusalKind(
    code="app.event.pair",
    checked="event_type together with event_name",
    wanted="a name that belongs to the type",
    remedy="Change the type or the name.",
)

CONNECTION_INVALID = RefusalKind(
    code="app.connection.invalid",
    checked="the connection of a trigger, input or output",
    wanted="the name of an app setting",
    remedy="Put the connection string into an app setting, and write the name of that setting.",
)

OPTION_INVALID = RefusalKind(
    code="app.option.invalid",
    checked="an argument of a decorator",
    wanted="one of the documented words",
    remedy="Use one of them.",
)

PARAMETER_MISSING = RefusalKind(
    code="app.parameter.missing",
    checked="arg_name and the parameters of the function",
    wanted="a parameter of that name",
    remedy="Add the parameter, or correct arg_name.",
)

PARAMETER_NAME = RefusalKind(
    code="app.parameter.name",
    checked="the name of a bound parameter",
    wanted="a name that the host has a value for",
    remedy="Rename the parameter: a trigger's parameter is called 'request'.",
)

PARAMETER_TYPE = RefusalKind(
    code="app.parameter.type",
    checked="the annotation of a bound parameter",
    wanted="a type that fits the binding",
    remedy="Change the annotation.",
)

RETURN_TYPE = RefusalKind(
    code="app.return.type",
    checked="the return annotation of a function",
    wanted="an answer that fits the event",
    remedy="Change what the function returns.",
)
