"""Traps in answers of generic functions.

Specification: bindings sections 5.2 to 5.7.
"""

from typing import Any

import pytest

from tests.host.extensions.webpubsub.bindings import STATES, connect_event, user_event
from webpubsub.host.extensions.webpubsub.answer_traps import look
from webpubsub.protocol import traps
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.traps import Trap

CONNECT, USER, STATED = connect_event(), user_event(), user_event(connection_state=STATES)
MQTT = connect_event(physical_connection_id="pc")
TEXT = {"data": "hi", "dataType": "text"}


def told(event: AnyEventRequest, answer: Any, *outputs: str) -> list[tuple[Trap, str]]:
    """What is told of an answer."""
    found: list[tuple[Trap, str]] = []
    look(lambda *trap: found.append(trap), outputs)(event, answer)
    return found


@pytest.mark.parametrize(
    ("event", "answer", "expected"),
    [
        (USER, "hi", [traps.ANSWER_TEXT]),
        (CONNECT, '{"userId": "ann"}', [traps.ANSWER_TEXT]),
        (USER, b"hi", [traps.ANSWER_TYPE]),
        (USER, 5, [traps.ANSWER_TYPE]),
        (USER, 1.5, [traps.ANSWER_TYPE]),
        (USER, [TEXT], [traps.ANSWER_LIST]),
        (CONNECT, {"user_id": "ann"}, [traps.ANSWER_MEMBER]),
        (CONNECT, TEXT, [traps.ANSWER_MEMBER]),
        (CONNECT, {"data": 5}, [traps.ANSWER_MEMBER]),
        (USER, {"data": "hi", "data_type": "text"}, [traps.ANSWER_MEMBER, traps.REPLY_DATA_TYPE]),
        (USER, {"data": "hi"}, [traps.REPLY_DATA_TYPE]),
        (USER, {"Data": 5, "DataType": "text"}, [traps.DATA_OBJECT]),
        (USER, {"data": None, "dataType": "text"}, [traps.DATA_OBJECT]),
        (USER, {"data": {"type": "chat"}, "dataType": "json"}, [traps.DATA_BUFFER]),
        (USER, {"data": "hi", "dataType": "json"}, [traps.DATA_JSON]),
        (USER, {"data": "hi", "dataType": "no"}, []),
        (USER, {"code": 404, "data": "x"}, [traps.ERROR_CODE]),
        (USER, {"code": "userError", "data": "x"}, [traps.ERROR_CODE]),
        (USER, {"code": "room-1", "errorMessage": "x"}, [traps.ERROR_CODE]),
        (CONNECT, {"code": "unauthorized"}, [traps.ERROR_MESSAGE]),
        (USER, {"code": 0, "errorMessage": None}, [traps.ERROR_MESSAGE]),
        (CONNECT, {"Code": "unauthorized", "errorMessage": "x"}, [traps.ERROR_SPELLING]),
        (MQTT, {"code": "unauthorized", "errorMessage": "x"}, [traps.ERROR_MQTT]),
        (MQTT, {"code": 5, "errorMessage": "x"}, [traps.ERROR_CODE]),
        (USER, {"States": {"a": 1}}, [traps.STATES_SPELLING]),
        (USER, {"states": "a"}, [traps.STATES_SHAPE]),
        (CONNECT, {"states": [1]}, [traps.STATES_SHAPE]),
        (USER, {"states": {"a": None}}, [traps.STATES_KEPT]),
        (STATED, {"states": {}}, [traps.STATES_KEPT]),
        (STATED, {"states": None}, [traps.STATES_KEPT]),
    ],
)
def test_traps_of_answers(event: AnyEventRequest, answer: Any, expected: list[Trap]) -> None:
    """What was meant is guessed by nobody: it is only told."""
    assert [trap for trap, _ in told(event, answer)] == expected


@pytest.mark.parametrize(
    ("event", "answer"),
    [
        (CONNECT, {}),
        (CONNECT, {"UserId": "a", "groups": ["g"], "roles": None, "subprotocol": "p"}),
        (CONNECT, {"states": {"a": 1}, "mqtt": {"userProperties": None}}),
        (CONNECT, {"code": "success", "userId": "a"}),
        (CONNECT, {"code": "Unauthorized", "ErrorMessage": "x"}),
        (MQTT, {"code": "success"}),
        (MQTT, {"code": "unauthorized", "mqtt": {"code": 135}}),
        (MQTT, {"mqtt": {"code": 135}}),
        (USER, {"data": "hi", "dataType": None}),
        (USER, {}),
        (USER, TEXT),
        (USER, {"data": "", "states": {}}),
        (USER, {"data": {}}),
        (USER, {"data": '{"a": 1}', "dataType": "JSON"}),
        (USER, {"data": {"type": "Buffer", "data": "aGk="}, "dataType": "binary"}),
        (USER, {"dataType": "text"}),
        (STATED, {"states": {"a": 2}}),
    ],
)
def test_what_is_meant_as_it_is(event: AnyEventRequest, answer: Any) -> None:
    """Nobody is warned who did everything right."""
    assert told(event, answer) == []


def test_members_that_are_outputs() -> None:
    """Only without a ``$return``, and in the letter case of the output."""
    ((trap, seen),) = told(USER, {**TEXT, "actions": []}, "actions")
    assert trap is traps.ANSWER_OUTPUT
    assert "'actions'" in seen
    assert [trap for trap, _ in told(USER, TEXT, "data")] == [traps.ANSWER_OUTPUT]
    assert [trap for trap, _ in told(USER, {"Actions": []}, "actions")] == [traps.ANSWER_MEMBER]
    assert told(USER, TEXT, "data", "$return") == []
    assert told(USER, {**TEXT, "actionName": "sendToAll"}, "$return") == []


def test_what_was_probably_meant_is_told() -> None:
    """And nothing of what is in an answer."""
    ((_, seen),) = told(CONNECT, {"user_id": "secret"})
    assert seen == "answered with 'user_id'. Did you mean 'userId'?"
