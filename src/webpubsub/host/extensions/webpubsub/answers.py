"""What a function returned, as the answer to an event.

Only JSON objects are understood, as on Azure: a str is ignored even when it holds JSON. Errors in
an answer fail the event, because the client waits for it. An answer is what both edges start from:
``outcomes`` for a service in this process, ``webhook_answers`` for one elsewhere. Specification:
bindings section 5.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.host.extensions.webpubsub import mqtt_answers
from webpubsub.host.extensions.webpubsub.answer_traps import Look, unseen
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol import binding_json
from webpubsub.protocol.binding_json import ERROR_CODES, FIRST_ERROR_CODE, shown
from webpubsub.protocol.events import ConnectEventRequest, UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import MqttUserProperty
from webpubsub.protocol.responses import EventErrorResponse

_STATUSES = {"unauthorized": 401, "userError": 400, "serverError": 500}
#: The members that are read.
_NAMES = frozenset(
    {
        *("userId", "groups", "roles", "subprotocol", "mqtt"),
        *("data", "dataType", "states", "code", "errorMessage"),
    }
)
_SPELLINGS = {name.lower(): name for name in _NAMES}

#: The events that have an answer.
Awaiting: TypeAlias = ConnectEventRequest | UserEventRequest
AWAITING = (ConnectEventRequest, UserEventRequest)


class NoAnswer(msgspec.Struct, frozen=True):
    """Nothing, or nothing that is understood: the event has been handled."""


class ConnectAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A client is accepted.

    ``states`` are those the function gave, as JSON, None when it gave none; ``user_properties`` are
    for the CONNACK of an MQTT client.
    """

    user_id: str | None = None
    groups: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    subprotocol: str | None = None
    states: Mapping[str, bytes] | None = None
    user_properties: tuple[MqttUserProperty, ...] | None = None


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A user event is handled; a ``message`` without data is no reply."""

    message: Message
    states: Mapping[str, bytes] | None = None


class FailedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A client or its message is refused, or the function failed, which is ``internal`` and nobody
    else's business. ``mqtt`` is the JSON body by which an MQTT client is told."""

    status: int
    message: str
    mqtt: bytes | None = None
    internal: bool = False


Answer: TypeAlias = NoAnswer | ConnectAnswer | UserAnswer | FailedAnswer

NO_ANSWER = NoAnswer()


def answer_of(event: Awaiting, value: Value, look: Look = unseen) -> Answer:
    """The answer that a returned value is. Never raises: a value that cannot be an answer fails the
    event with status 500 and the reason. ``look`` is shown errors, and what is not made of our own
    responses.
    Specification: bindings sections 5.2 to 5.7."""
    if value is None:
        return NO_ANSWER
    try:
        if isinstance(value, JsonValue):
            if isinstance(value.value, EventErrorResponse):
                look(event, value.value)
            return _read(event, value.value)
        if not isinstance(value, JsonText):
            look(event, value)
            return NO_ANSWER
        answer = binding_json.parse(value.text)
        look(event, answer)
        return _read(event, answer)
    except (TypeError, ValueError) as error:
        return FailedAnswer(status=500, message=str(error))


def answer_of_failure(event: Awaiting, failure: FunctionFailure) -> FailedAnswer:
    """The answer of a function that raised, could not be called or took too long. Specification:
    bindings section 5.8."""
    mqtt = None
    if isinstance(event, ConnectEventRequest) and event.mqtt is not None:
        mqtt = mqtt_answers.failure(event.mqtt)
    return FailedAnswer(
        status=500, message=f"{failure.type}: {failure.message}", mqtt=mqtt, internal=True
    )


def _read(event: Awaiting, answer: Any) -> Answer:
    if not isinstance(answer, dict):
        raise ValueError("Response should be a JObject.")
    if "code" in answer or "mqtt" in answer:
        error = _error(event, answer)
        if error is not None:
            return error
    if isinstance(event, ConnectEventRequest):
        return _connect(event, answer)
    return _user_event(answer)


def _error(event: Awaiting, answer: Mapping[str, Any]) -> FailedAnswer | None:
    """An object with ``code``, its own or that of ``mqtt``, is an error whatever else it holds; the
    name's letter case counts. The kind of client decides which of the two is read."""
    member = answer.get("mqtt")
    mqtt = member if isinstance(member, dict) and "code" in member else None
    is_error = "code" in answer and _code(answer["code"]) != "success"
    if not is_error and mqtt is None:
        return None
    if event.connection_context.is_mqtt:
        if mqtt is None:
            raise ValueError("'code' refuses no MQTT client without 'mqtt' and a code in it.")
        status, body = mqtt_answers.refusal(mqtt)
        return FailedAnswer(status=status, message=str(mqtt.get("reason") or ""), mqtt=body)
    code = _code(answer.get("code", "unauthorized"))
    message = _text(_spelled(answer), "errorMessage")
    if message is None:
        raise ValueError(
            f"'code' is '{code}' and 'errorMessage' is missing."
            if is_error
            else "'mqtt.code' refuses MQTT clients, and this client is not one."
        )
    return FailedAnswer(status=_STATUSES.get(code, 500), message=message)


def _code(value: Any) -> str:
    """Numbers without a name are server errors, as is an answer of an application's own with a
    ``code``; a number may be text."""
    try:
        return binding_json.word(value, ERROR_CODES, FIRST_ERROR_CODE)
    except ValueError as error:
        if binding_json.integer(value) is not None:
            return "serverError"
        raise ValueError(f"'code' {error}") from None


def _connect(event: ConnectEventRequest, answer: Mapping[str, Any]) -> ConnectAnswer:
    members = _spelled(answer)
    return ConnectAnswer(
        user_id=_text(members, "userId"),
        groups=_texts(members, "groups"),
        roles=_texts(members, "roles"),
        subprotocol=_text(members, "subprotocol"),
        states=_states(answer),
        user_properties=None
        if event.mqtt is None
        else mqtt_answers.user_properties(members.get("mqtt")),
    )


def _user_event(answer: Mapping[str, Any]) -> UserAnswer:
    """Data is binary unless the answer says otherwise."""
    members = _spelled(answer)
    if "code" in members and "code" not in answer:
        raise ValueError("'Code' is not read; write 'code' to fail the event.")
    message = _message(_data_type(members), members.get("data", ""))
    return UserAnswer(message=message, states=_states(answer) if "states" in answer else None)


def _data_type(members: Mapping[str, Any]) -> DataType:
    if "dataType" not in members:
        return DataType.BINARY
    try:
        return binding_json.data_type(members["dataType"])
    except ValueError as error:
        raise ValueError(f"'dataType' {error}") from None


def _message(kind: DataType, data: Any) -> Message:
    if data in ("", {}):
        return Message(kind, b"")
    try:
        return binding_json.message(kind, data)
    except ValueError as error:
        raise ValueError(f"'data' {error}") from None


def _states(answer: Mapping[str, Any]) -> Mapping[str, bytes] | None:
    """Anything but an object is no states; the name's letter case counts."""
    states = answer.get("states")
    if not isinstance(states, dict) or not states:
        return None
    return {name: msgspec.json.encode(value) for name, value in states.items()}


def _spelled(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members by their names as documented, whatever their letter case."""
    if _NAMES.issuperset(answer):
        return answer
    return {_SPELLINGS.get(name.lower(), name): value for name, value in answer.items()}


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name)
    if value is None or isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    raise ValueError(f"'{name}' must be a string, not {shown(value)}.")


def _texts(members: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"'{name}' must be an array of strings, not {shown(value)}.")
    if not all(isinstance(item, str) for item in value):
        raise ValueError(f"'{name}' must hold strings only.")
    return tuple(value)
