"""What a function returned, as the answer to an event.

Only JSON objects are understood, as on Azure: a str is ignored even when it holds JSON. Errors in
an answer fail the event, because the client waits for it. Specification: bindings section 5.
"""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import msgspec

from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.protocol import binding_json
from webpubsub.protocol.binding_json import shown
from webpubsub.protocol.connection_states import decode_raw_states, encode_raw_states
from webpubsub.protocol.events import ConnectEventRequest, ConnectionContext, UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    UserEventAccepted,
)

#: Error codes by their number in the official enumeration, which counts from -1.
_CODES = ("success", "unauthorized", "userError", "serverError")
_FIRST_CODE = -1
_STATUSES = {"unauthorized": 401, "userError": 400, "serverError": 500}
_CONNECT_ACCEPTED = ConnectAccepted()
_USER_EVENT_ACCEPTED = UserEventAccepted()

_T = TypeVar("_T")

_logger = logging.getLogger(__name__)


def outcome_of(event: ConnectEventRequest | UserEventRequest, value: Value) -> EventOutcome:
    """The answer that a returned value is. Never raises: a value that cannot be an answer fails the
    event with status 500 and the reason. Specification: bindings sections 5.2 to 5.6."""
    if value is None:
        return _without_overrides(event)
    if not isinstance(value, JsonText | JsonValue):
        _warn_of_ignored(event.connection_context, value)
        return _without_overrides(event)
    try:
        read = value.value if isinstance(value, JsonValue) else binding_json.parse(value.text)
        return _read(event, read)
    except (TypeError, ValueError) as error:
        return EventFailed(status=500, message=f"the function's answer: {error}")


def _without_overrides(event: ConnectEventRequest | UserEventRequest) -> EventOutcome:
    return _CONNECT_ACCEPTED if isinstance(event, ConnectEventRequest) else _USER_EVENT_ACCEPTED


def _warn_of_ignored(context: ConnectionContext, value: Value) -> None:
    _logger.warning(
        "The function for '%s' of hub '%s' returned %s, which is ignored as on Azure: return a "
        "response object or a dict, and never JSON text.",
        context.event_name,
        context.hub,
        type(value).__name__,
    )


def _read(event: ConnectEventRequest | UserEventRequest, answer: Any) -> EventOutcome:
    if not isinstance(answer, dict):
        raise ValueError(f"Response should be a JObject, which is a dict, and is {shown(answer)}.")
    error = _error(answer)
    if error is not None:
        return error
    if isinstance(event, ConnectEventRequest):
        return _connect(event, answer)
    return _user_event(event, answer)


def _error(answer: Mapping[str, Any]) -> EventFailed | None:
    """An object with ``code`` is an error, whatever else it holds; the name's letter case
    counts."""
    mqtt = answer.get("mqtt")
    if isinstance(mqtt, dict) and "code" in mqtt:
        raise ValueError("'mqtt.code' refuses MQTT clients, and this client is not one.")
    if "code" not in answer:
        return None
    code = _code(answer["code"])
    if code == "success":
        return None
    message = _text(_folded(answer), "errorMessage")
    if message is None:
        raise ValueError(f"'code' is '{code}' and 'errorMessage' is missing.")
    return EventFailed(status=_STATUSES[code], message=message)


def _code(value: Any) -> str:
    """Numbers without a name are server errors, as is an answer of an application's own with a
    ``code``."""
    try:
        return binding_json.word(value, _CODES, _FIRST_CODE)
    except ValueError as error:
        if type(value) is int:
            return "serverError"
        raise ValueError(f"'code' {error}") from None


def _connect(event: ConnectEventRequest, answer: Mapping[str, Any]) -> ConnectAccepted:
    members = _folded(answer)
    if "code" in members and "code" not in answer:
        _logger.warning(
            "The answer to 'connect' of hub '%s' has a member 'Code', which is not read: the "
            "client is accepted. Write 'code'.",
            event.connection_context.hub,
        )
    return ConnectAccepted(
        user_id=_text(members, "userId"),
        groups=_texts(members, "groups"),
        roles=_texts(members, "roles"),
        subprotocol=_text(members, "subprotocol"),
        connection_state=_merged_states(event.connection_context, answer),
    )


def _user_event(event: UserEventRequest, answer: Mapping[str, Any]) -> UserEventAccepted:
    members = _folded(answer)
    if "code" in members and "code" not in answer:
        raise ValueError("'Code' is not read; write 'code' to fail the event.")
    return UserEventAccepted(
        reply=_reply(members),
        connection_state=_merged_states(event.connection_context, answer),
    )


def _reply(members: Mapping[str, Any]) -> Message | None:
    """The message for the client; empty data is no message. Data is binary unless the answer says
    otherwise."""
    kind = DataType.BINARY
    if "datatype" in members:
        kind = _about("dataType", binding_json.data_type, members["datatype"])
    data = members.get("data", "")
    if data in ("", {}):
        return None
    message = _about("data", partial(binding_json.message, kind), data)
    return message if message.data else None


def _merged_states(context: ConnectionContext, answer: Mapping[str, Any]) -> str | None:
    """The states of the connection with those of the answer over them, or None when the answer has
    none, which leaves them as they are. A state cannot be removed."""
    states = answer.get("states")
    if not isinstance(states, dict) or not states:
        return None
    merged: dict[str, bytes | msgspec.Raw] = dict(decode_raw_states(context.connection_state))
    merged.update((name, msgspec.json.encode(value)) for name, value in states.items())
    return encode_raw_states(merged)


def _folded(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {name.lower(): value for name, value in answer.items()}


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name.lower())
    if value is None or isinstance(value, str):
        return value
    if type(value) is int:
        return str(value)
    raise ValueError(f"'{name}' must be a string, not {shown(value)}.")


def _texts(members: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = members.get(name.lower())
    if value is None:
        return None
    if not isinstance(value, list):
        raise ValueError(f"'{name}' must be an array of strings, not {shown(value)}.")
    if not all(isinstance(item, str) for item in value):
        raise ValueError(f"'{name}' must hold strings only.")
    return tuple(value)


def _about(name: str, read: Callable[[Any], _T], value: Any) -> _T:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"'{name}' {error}") from None
