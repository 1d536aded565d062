"""What Azure takes without a word and a developer did not mean.

Nothing here changes what an app does: our host does as Azure does and says so, once for each
function. A trap is data, like a refusal, so that the log, ``explain`` and the reference say the
same of it. Specification: bindings sections 2 to 8, 10 and 14.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from webpubsub.protocol.refusals.kinds import one_line

#: Members of an answer have names of any length.
_MOST_SEEN = 300


class Trap(msgspec.Struct, frozen=True, kw_only=True):
    """One way of being surprised.

    ``code`` is stable and dotted, such as ``trap.answer.text``. ``situation`` is what an app does,
    ``azure`` what comes of it there, after the words "On Azure", and ``remedy`` how to mend it:
    with typed bindings, and without.
    """

    code: str
    situation: str
    azure: str
    remedy: str

    def describe(self, function: str, seen: str) -> str:
        """One line for a log. ``seen`` goes on after the name of the function; it holds nothing
        that clients sent."""
        seen = one_line(seen[:_MOST_SEEN])
        end = "" if seen.endswith("?") else "."
        return (
            f"{self.code}: function '{function}' {seen}{end} On Azure {self.azure}. {self.remedy}"
        )


#: Told of a trap, and of what was seen.
Tell: TypeAlias = Callable[[Trap, str], None]


def untold(_trap: Trap, _seen: str) -> None:
    """Where nobody listens."""


BINDING_NAME = Trap(
    code="trap.binding.name",
    situation="A binding has a name with an underscore.",
    azure="older hosts refuse the name, and the function does not start",
    remedy="Call the parameter by letters and digits alone, such as 'request' or 'actions'.",
)

BINDING_PROPERTY = Trap(
    code="trap.binding.property",
    situation="A generic binding has a property that does not exist, such as user_id for userId.",
    azure="it is ignored, as if it had not been written",
    remedy="Correct its name; generic bindings take the names of function.json. The decorators of "
    "WebPubSubApp refuse a name that does not exist.",
)

BINDING_CONNECTION = Trap(
    code="trap.binding.connection",
    situation="A trigger or context names its 'connection' in the singular.",
    azure="extensions before 1.10.2 ignore it, and events are checked against the default "
    "connection, or not at all when there is none",
    remedy="Write 'connections' with a list of names, as the typed decorators do.",
)

BINDING_SETTING = Trap(
    code="trap.binding.setting",
    situation="A binding writes the name of its connection as %SETTING%.",
    azure="it is not replaced there, no connection has that name, and the function does not start",
    remedy="Write the name of the setting without percent signs. %SETTING% is replaced in 'hub', "
    "'eventName' and 'userId' alone.",
)

BINDING_DUPLICATE = Trap(
    code="trap.binding.duplicate",
    situation="Two functions ask for the same event of the same hub and kind of client.",
    azure="the one that starts first gets all events, and the other none",
    remedy="Give one of them another event, or join them.",
)

BINDING_CONTEXT_ALONE = Trap(
    code="trap.binding.context-alone",
    situation="webPubSubContext is the only Web PubSub binding of an app.",
    azure="extension bundles do not load the Web PubSub extension for it, and the function does "
    "not start",
    remedy="Add a function with another Web PubSub binding, such as an output, or take the events "
    "with a trigger.",
)

BINDING_CONTEXT_ROUTE = Trap(
    code="trap.binding.context-route",
    situation="webPubSubContext is on a function without an HTTP trigger, or whose route does not "
    "allow both OPTIONS and POST.",
    azure="there is no event in it, or the service is never allowed to send one",
    remedy="Put it on a route with methods=['OPTIONS', 'POST'].",
)

BINDING_RETURN = Trap(
    code="trap.binding.return",
    situation="A trigger whose answer is waited for has the output '$return' of type webPubSub.",
    azure="what it returns is taken twice: as an action, and as the answer to the client",
    remedy="Give the output a name, set actions on that parameter, and return the answer.",
)

BINDING_OUTPUTS = Trap(
    code="trap.binding.outputs",
    situation="A function has several outputs of type webPubSub for one hub.",
    azure="they are carried out at the same time, so that there is no order between their actions",
    remedy="Set a list of actions, which are carried out one after another, on one output.",
)

EVENT_NAME = Trap(
    code="trap.event.name",
    situation="The parameter of a trigger has a name that selects nothing of the event.",
    azure="it receives None, and no error says so",
    remedy="Call it 'request', which has everything; the typed decorators refuse other names.",
)

EVENT_BINARY = Trap(
    code="trap.event.binary",
    situation="A binary message that is no text comes in a parameter other than 'data: bytes'.",
    azure="what is not UTF-8 is replaced, and cannot be got back",
    remedy="Call the parameter 'data' with the data type binary, or 'data: bytes' with the typed "
    "decorators; here alone 'request: wps.UserEventRequest' has it intact, too.",
)

EVENT_PROTOBUF = Trap(
    code="trap.event.protobuf",
    situation="A client sends a protobuf message to a service in the process of the host.",
    azure="the webhook answers it with 400, and no function is called",
    remedy="Let clients send text, JSON or binary data, such as the bytes of the protobuf message.",
)

ANSWER_TEXT = Trap(
    code="trap.answer.text",
    situation="A function answers an event with a str, such as what json.dumps gives.",
    azure="it is ignored, and the event is answered with nothing",
    remedy="Return the dict itself, or wps.UserEventResponse or wps.ConnectEventResponse.",
)

ANSWER_TYPE = Trap(
    code="trap.answer.type",
    situation="A function answers an event with bytes, a number or a boolean.",
    azure="it is ignored, and the event is answered with nothing",
    remedy="Return a dict such as {'data': 'hi', 'dataType': 'text'}, or wps.UserEventResponse; "
    "bytes go into it, too.",
)

ANSWER_LIST = Trap(
    code="trap.answer.list",
    situation="A function answers an event with a list.",
    azure="the event fails with status 500",
    remedy="Return one dict or one response of webpubsub; actions belong to an output.",
)

ANSWER_UNREAD = Trap(
    code="trap.answer.unread",
    situation="A function for connected or disconnected returns something.",
    azure="nobody reads it",
    remedy="Return None, and use an output to send something.",
)

ANSWER_OUTPUT = Trap(
    code="trap.answer.output",
    situation="An answer has a member called like an output of the function.",
    azure="the member is carried out as the actions of that output, in place of what was set",
    remedy="Set actions on the output and leave that member out of the answer; or give the output "
    "a name that no answer has.",
)

ANSWER_MEMBER = Trap(
    code="trap.answer.member",
    situation="An answer has a member that means nothing, such as user_id for userId.",
    azure="it is dropped",
    remedy="Correct its name; wps.ConnectEventResponse and wps.UserEventResponse refuse a name "
    "that does not exist.",
)

ANSWER_RAISES = Trap(
    code="trap.answer.raises",
    situation="A function for connect or a user event raises.",
    azure="the client waits until the service gives up; here it is told at once",
    remedy="Catch what can be expected, and return {'code': 'userError', 'errorMessage': '...'} or "
    "wps.EventErrorResponse('userError', '...').",
)

REPLY_DATA_TYPE = Trap(
    code="trap.reply.data-type",
    situation="A reply has data and no dataType.",
    azure="it goes out as binary",
    remedy="Add 'dataType': 'text' or 'json', or return wps.UserEventResponse, which takes it from "
    "the data.",
)

DATA_OBJECT = Trap(
    code="trap.data.object",
    situation="The data of a reply or an action is not a str.",
    azure="the reply fails with status 500, and an action fails the whole call",
    remedy="Write it as JSON text with json.dumps, or give it to wps.UserEventResponse or "
    "wps.SendToAllAction as it is.",
)

DATA_BUFFER = Trap(
    code="trap.data.buffer",
    situation="The data of a reply or an action is an object with a type, such as a chat message.",
    azure="it is taken for a Buffer whatever its type says: its 'data' is decoded and sent, and "
    "without one it fails",
    remedy="Write the object as JSON text with json.dumps, or give it to wps.UserEventResponse or "
    "wps.SendToAllAction as it is.",
)

DATA_GUID = Trap(
    code="trap.data.guid",
    situation="The data of a Buffer has the form of a GUID.",
    azure="its sixteen bytes are sent, and not what base64 would give",
    remedy="Send text as 'text', and bytes in base64, or as bytes with wps.UserEventResponse or "
    "wps.SendToAllAction.",
)

DATA_JSON = Trap(
    code="trap.data.json",
    situation="The data of a reply or an action is marked as json, and is not JSON text.",
    azure="it is passed on as it is, and the service refuses it or clients cannot read it",
    remedy="Write the value as JSON text with json.dumps, also when it is a str, or pass the value "
    "itself to wps.UserEventResponse or wps.SendToAllAction.",
)

DATA_DATE = Trap(
    code="trap.data.date",
    situation="Actions are set as JSON text, and a string in it has the form of a date and time.",
    azure="it becomes a date: as 'data' it fails the call, and elsewhere it is spelled in another "
    "way",
    remedy="Set the dict or list itself, without json.dumps, or actions such as "
    "wps.SendToAllAction.",
)

ERROR_MESSAGE = Trap(
    code="trap.error.message",
    situation="An error has no errorMessage.",
    azure="its status is 500 whatever its code says",
    remedy="Add 'errorMessage', or return wps.EventErrorResponse, which always has one.",
)

ERROR_CODE = Trap(
    code="trap.error.code",
    situation="An answer has a member 'code' that may have been meant as data.",
    azure="any answer with a 'code' is an error, and the event fails",
    remedy="Give that member another name, or put it into 'data'.",
)

ERROR_SPELLING = Trap(
    code="trap.error.spelling",
    situation="An answer has 'Code' or 'CODE' in the place of 'code'.",
    azure="it is no error: connect accepts the client, and a user event fails with status 500",
    remedy="Write 'code' in small letters, or return wps.EventErrorResponse.",
)

ERROR_MQTT = Trap(
    code="trap.error.mqtt",
    situation="An MQTT client is refused with 'code', as other clients are.",
    azure="its status is 500 whatever its code says",
    remedy="Return {'mqtt': {'code': 135, 'reason': '...'}}, or wps.MqttConnectEventErrorResponse, "
    "when connection_context.is_mqtt.",
)

STATES_SPELLING = Trap(
    code="trap.states.spelling",
    situation="An answer has 'States' in the place of 'states'.",
    azure="it is dropped, and no state is stored",
    remedy="Write 'states' in small letters, or return a response of webpubsub with states=....",
)

STATES_SHAPE = Trap(
    code="trap.states.shape",
    situation="The states of an answer are not an object.",
    azure="they are taken for none",
    remedy="Give a dict of names and JSON values; the responses of webpubsub refuse anything else.",
)

STATES_KEPT = Trap(
    code="trap.states.kept",
    situation="An answer tries to remove a state, with null or without any.",
    azure="states are only ever added: null is stored as a value, and those not named stay",
    remedy="Store a value that means nothing to the app, and look for it.",
)

#: All traps, by what they are about.
TRAPS: Mapping[str, Sequence[Trap]] = {
    "A binding is described": (
        BINDING_NAME,
        BINDING_PROPERTY,
        BINDING_CONNECTION,
        BINDING_SETTING,
        BINDING_DUPLICATE,
        BINDING_CONTEXT_ALONE,
        BINDING_CONTEXT_ROUTE,
        BINDING_RETURN,
        BINDING_OUTPUTS,
    ),
    "An event is received": (EVENT_NAME, EVENT_BINARY, EVENT_PROTOBUF),
    "An event is answered": (
        ANSWER_TEXT,
        ANSWER_TYPE,
        ANSWER_LIST,
        ANSWER_UNREAD,
        ANSWER_OUTPUT,
        ANSWER_MEMBER,
        ANSWER_RAISES,
        REPLY_DATA_TYPE,
        ERROR_MESSAGE,
        ERROR_CODE,
        ERROR_SPELLING,
        ERROR_MQTT,
        STATES_SPELLING,
        STATES_SHAPE,
        STATES_KEPT,
    ),
    "Data is sent, or an action carried out": (
        DATA_OBJECT,
        DATA_BUFFER,
        DATA_GUID,
        DATA_JSON,
        DATA_DATE,
    ),
}

#: The same by code.
BY_CODE: Mapping[str, Trap] = {trap.code: trap for traps in TRAPS.values() for trap in traps}


def starting_with(part: str) -> Sequence[Trap]:
    """The traps whose codes begin with whole words, as ``trap.answer``."""
    return [trap for code, trap in BY_CODE.items() if code.startswith(f"{part.lower()}.")]
