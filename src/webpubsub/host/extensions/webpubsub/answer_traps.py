"""Traps in what a function returned as the answer to an event.

Answers made of our response classes have none of these but that of errors for MQTT clients, and
are not looked at otherwise. Specification: bindings sections 5.2 to 5.7.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, TypeAlias

from webpubsub.protocol import binding_json, traps
from webpubsub.protocol.binding_json import ERROR_CODES, FIRST_ERROR_CODE
from webpubsub.protocol.data_traps import tell_of_data
from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.protocol.traps import Tell, Trap

#: Looks at one answer to an event.
Look: TypeAlias = Callable[[AnyEventRequest, Any], None]

#: Names of members can come from clients, too.
_MOST_SHAPES = 256

_ABSENT: Any = object()
_ERROR = ("code", "errorMessage", "states")
_CONNECT = ("userId", "groups", "subprotocol", "roles", "mqtt", *_ERROR)
_USER = ("data", "dataType", "mqtt", *_ERROR)
#: Members whose letter case counts.
_EXACT = {"code": traps.ERROR_SPELLING, "states": traps.STATES_SPELLING}


def unseen(_event: AnyEventRequest, _answer: Any) -> None:
    """Where nobody looks."""


def look(tell: Tell, outputs: Sequence[str]) -> Look:
    """What looks at the answers of a function with these outputs. With an output ``$return`` an
    answer is actions, too, whose members mean something and go to no other output."""
    return partial(_look, tell, tuple(outputs))


def _look(tell: Tell, outputs: tuple[str, ...], event: AnyEventRequest, answer: Any) -> None:
    if isinstance(answer, dict):
        connecting = isinstance(event, ConnectEventRequest)
        for trap, seen in _of_members(tuple(answer), connecting, outputs):
            tell(trap, seen)
        if "code" in answer:
            _tell_of_error(event, answer, tell)
            return
        _tell_of_states(event, answer, tell)
        if not connecting:
            _tell_of_reply(answer, tell)
    elif isinstance(answer, list):
        tell(traps.ANSWER_LIST, "answered with a list")
    elif isinstance(answer, str):
        tell(traps.ANSWER_TEXT, "answered with a str")
    else:
        tell(traps.ANSWER_TYPE, f"answered with {type(answer).__name__}")


@lru_cache(_MOST_SHAPES)
def _of_members(
    names: tuple[str, ...], connecting: bool, outputs: tuple[str, ...]
) -> Sequence[tuple[Trap, str]]:
    """Traps in the names of members; remembered, because the answers of a function are alike."""
    is_returned = "$return" in outputs
    known = _CONNECT if connecting else _USER
    read = {name.lower(): name for name in known}
    found: list[tuple[Trap, str]] = []
    unknown: list[str] = []
    for name in names:
        meant = read.get(name.lower())
        if name in outputs and not is_returned:
            found.append((traps.ANSWER_OUTPUT, f"answered with '{name}', which is an output of it"))
        elif meant is None:
            unknown.append(name)
        elif meant in _EXACT and name != meant:
            found.append((_EXACT[meant], f"answered with '{name}'"))
    if unknown and not is_returned:
        suggestions = "".join(did_you_mean(name, known) for name in unknown)
        seen = f"answered with {listed(unknown)}.{suggestions}".rstrip(".")
        found.append((traps.ANSWER_MEMBER, seen))
    return found


def _tell_of_error(event: AnyEventRequest, answer: Mapping[str, Any], tell: Tell) -> None:
    try:
        code = binding_json.word(answer["code"], ERROR_CODES, FIRST_ERROR_CODE)
    except ValueError:
        code = ""
    if not code or (code != "success" and _member(answer, "data") is not None):
        tell(traps.ERROR_CODE, f"answered with a 'code' that is {_code(code)}")
    elif code == "success":
        return
    elif event.connection_context.is_mqtt:
        if "mqtt" not in answer:
            tell(traps.ERROR_MQTT, f"answered an MQTT client with the 'code' '{code}'")
    elif _member(answer, "errorMessage") is None:
        tell(traps.ERROR_MESSAGE, f"answered with the 'code' '{code}' and no 'errorMessage'")


def _code(code: str) -> str:
    return f"'{code}' beside 'data'" if code else f"none of {listed(ERROR_CODES)}"


def _tell_of_states(event: AnyEventRequest, answer: Mapping[str, Any], tell: Tell) -> None:
    if "states" not in answer:
        return
    states = answer["states"]
    if not states:
        if event.connection_context.connection_state:
            tell(traps.STATES_KEPT, "answered with no states for a connection that has some")
    elif not isinstance(states, dict):
        tell(traps.STATES_SHAPE, "answered with 'states' that are no object")
    elif None in states.values():
        tell(traps.STATES_KEPT, "answered with a state that is null")


def _tell_of_reply(answer: Mapping[str, Any], tell: Tell) -> None:
    data = _member(answer, "data", "")
    if data in ("", {}):
        return
    kind = _member(answer, "dataType", _ABSENT)
    if kind is _ABSENT:
        tell(traps.REPLY_DATA_TYPE, "replied with 'data' and no 'dataType'")
    if kind != DataType.TEXT or not isinstance(data, str):
        tell_of_data(_data_type(kind), data, tell)


def _data_type(kind: Any) -> DataType:
    """One that does not exist fails the event, and is told there."""
    try:
        return DataType.BINARY if kind is _ABSENT else binding_json.data_type(kind)
    except ValueError:
        return DataType.BINARY


def _member(answer: Mapping[str, Any], wanted: str, default: Any = None) -> Any:
    """A member in any letter case, most often in the documented one."""
    if wanted in answer:
        return answer[wanted]
    return next((answer[name] for name in answer if name.lower() == wanted.lower()), default)
