"""What a function returned, as the outcome of an event in this process.

Specification: bindings sections 5.2 to 5.6.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.webpubsub.bindings import STATES, connect_event, user_event
from webpubsub.host.extensions.webpubsub.answers import Awaiting, answer_of
from webpubsub.host.extensions.webpubsub.outcomes import outcome_of as outcome_of_answer
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.protocol.connection_states import decode_states, encode_states
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    UserEventAccepted,
)
from webpubsub.protocol.responses import (
    ConnectEventResponse,
    EventErrorResponse,
    UserEventResponse,
)

BUFFER = {"type": "Buffer", "data": "aGk="}


def outcome_of(event: Awaiting, value: Value) -> EventOutcome:
    """What the service makes of a returned value."""
    return outcome_of_answer(event, answer_of(event, value))


def written(answer: Any) -> JsonText:
    return JsonText(json.dumps(answer))


def connect(answer: Any, **members: Any) -> Any:
    return outcome_of(connect_event(**members), written(answer))


def reply(answer: Any, **members: Any) -> Any:
    return outcome_of(user_event(**members), written(answer))


@pytest.mark.parametrize("value", ["hi", '{"userId":"u"}', b"{}", 1, 0, 1.5, ""])
def test_only_objects_are_answers(value: Value) -> None:
    """Text, JSON text too, bytes and numbers are ignored, as on Azure."""
    assert outcome_of(connect_event(), value) == ConnectAccepted()
    assert outcome_of(user_event(), value) == UserEventAccepted()


def test_none_is_an_answer() -> None:
    """A function that returns nothing accepts the client, or handles the event without a reply."""
    assert outcome_of(connect_event(), None) == ConnectAccepted()
    assert outcome_of(user_event(), None) == UserEventAccepted()


@pytest.mark.parametrize("text", ["[]", "5", '"x"', "null", "{", "", "[" * 5000])
def test_json_that_is_no_object_fails_the_event(text: str) -> None:
    """A list or broken JSON is answered with status 500 and a reason."""
    for event in (connect_event(), user_event()):
        outcome = outcome_of(event, JsonText(text))
        assert isinstance(outcome, EventFailed)
        assert outcome.status == 500
        assert outcome.message != ""


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ConnectAccepted()),
        ({"userId": "ann"}, ConnectAccepted(user_id="ann")),
        ({"USERID": "ann"}, ConnectAccepted(user_id="ann")),
        ({"userId": ""}, ConnectAccepted(user_id="")),
        ({"userId": 7}, ConnectAccepted(user_id="7")),
        ({"userId": None, "groups": None, "roles": None}, ConnectAccepted()),
        ({"groups": ["a", "b"]}, ConnectAccepted(groups=("a", "b"))),
        ({"groups": []}, ConnectAccepted(groups=())),
        ({"roles": []}, ConnectAccepted(roles=())),
        ({"Roles": ["r"]}, ConnectAccepted(roles=("r",))),
        ({"subprotocol": "p1"}, ConnectAccepted(subprotocol="p1")),
        ({"data": "x", "other": {"a": 1}, "dataType": "xml"}, ConnectAccepted()),
        ({"code": "success", "userId": "ann"}, ConnectAccepted(user_id="ann")),
        ({"code": -1}, ConnectAccepted()),
        ({"Code": "unauthorized"}, ConnectAccepted()),
        ({"states": 5}, ConnectAccepted()),
        ({"States": {"a": 1}}, ConnectAccepted()),
        ({"mqtt": {"userProperties": None}}, ConnectAccepted()),
    ],
)
def test_connect_is_accepted(answer: Any, expected: ConnectAccepted) -> None:
    """Overrides are read in any letter case; everything else is dropped."""
    assert connect(answer) == expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"userId": []}, "'userId' must be a string, not an array"),
        ({"subprotocol": True}, "'subprotocol' must be a string, not true"),
        ({"groups": "a"}, "'groups' must be an array of strings, not 'a'"),
        ({"groups": [1]}, "'groups' must hold strings only"),
        ({"roles": {}}, "'roles' must be an array"),
        ({"mqtt": {"code": 0}}, "refuses MQTT clients"),
    ],
)
def test_a_wrong_connect_answer_fails(answer: Any, words: str) -> None:
    """A member of the wrong type is answered with status 500, and named."""
    outcome = connect(answer)
    assert isinstance(outcome, EventFailed)
    assert (outcome.status, words in outcome.message) == (500, True), outcome


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, None),
        ({"dataType": "text"}, None),
        ({"data": ""}, None),
        ({"data": {}}, None),
        ({"data": "", "dataType": "json"}, None),
        ({"data": "hi"}, Message(DataType.BINARY, b"hi")),
        ({"data": "hi", "dataType": "text"}, Message(DataType.TEXT, b"hi")),
        ({"DATA": "hi", "DATATYPE": "Text"}, Message(DataType.TEXT, b"hi")),
        ({"data": "hi", "dataType": 2}, Message(DataType.TEXT, b"hi")),
        ({"data": '{"a": 1}', "dataType": "json"}, Message(DataType.JSON, b'{"a": 1}')),
        ({"data": BUFFER, "dataType": "binary"}, Message(DataType.BINARY, b"hi")),
        ({"data": BUFFER, "dataType": "text"}, Message(DataType.TEXT, b"hi")),
        ({"data": {"type": "x", "data": []}}, None),
        (
            {"actionName": "sendToAll", "data": "hi", "dataType": "text"},
            Message(DataType.TEXT, b"hi"),
        ),
        ({"userId": "ann"}, None),
    ],
)
def test_a_user_event_is_replied_to(answer: Any, expected: Message | None) -> None:
    """Data without a type is binary, and empty data is no reply."""
    assert reply(answer) == UserEventAccepted(reply=expected)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"data": None}, "'data' must be a string, not null"),
        ({"data": 5}, "'data' must be a string, not 5"),
        ({"data": 0}, "'data' must be a string, not 0"),
        ({"data": False}, "'data' must be a string, not false"),
        ({"data": []}, "'data' must be a string, not an array"),
        ({"data": {"a": 1}}, "'data' must be a string, not an object"),
        ({"data": {"type": "chat", "text": "hi"}}, "is read as a Buffer"),
        ({"data": "x", "dataType": "xml"}, "'dataType' must be"),
        ({"dataType": None}, "'dataType' must be"),
        ({"data": "x", "dataType": "json"}, "is not JSON text"),
        ({"Code": "userError"}, "'Code' is not read"),
        ({"mqtt": {"code": 135}}, "refuses MQTT clients"),
    ],
)
def test_a_wrong_reply_fails(answer: Any, words: str) -> None:
    """Data that is neither text nor a Buffer is answered with status 500 and a reason."""
    outcome = reply(answer)
    assert isinstance(outcome, EventFailed)
    assert (outcome.status, words in outcome.message) == (500, True), outcome


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"code": "unauthorized", "errorMessage": "no"}, EventFailed(status=401, message="no")),
        ({"code": "UserError", "errormessage": "no"}, EventFailed(status=400, message="no")),
        ({"code": "serverError", "errorMessage": ""}, EventFailed(status=500)),
        ({"code": 0, "errorMessage": "no"}, EventFailed(status=401, message="no")),
        ({"code": "1", "errorMessage": "no"}, EventFailed(status=400, message="no")),
        ({"code": 404, "errorMessage": "no"}, EventFailed(status=500, message="no")),
        ({"code": 0, "errorMessage": "no", "userId": []}, EventFailed(status=401, message="no")),
    ],
)
def test_code_makes_an_answer_an_error(answer: Any, expected: EventFailed) -> None:
    """Words and numbers of the enumeration select the status; it is looked at before all else."""
    assert connect(answer) == expected
    assert reply(answer) == expected


@pytest.mark.parametrize(
    "answer",
    [
        {"code": "unauthorized"},
        {"code": "unauthorized", "errorMessage": None},
        {"code": "forbidden", "errorMessage": "no"},
        {"code": None, "errorMessage": "no"},
        {"code": True, "errorMessage": "no"},
        {"code": 0, "errorMessage": []},
    ],
)
def test_an_error_that_cannot_be_read_has_status_500(answer: Any) -> None:
    """Without a message, or with an unknown code, the client is refused as by a broken server."""
    for outcome in (connect(answer), reply(answer)):
        assert isinstance(outcome, EventFailed)
        assert outcome.status == 500


def test_capital_code_is_no_error() -> None:
    """It accepts a client that the application meant to refuse, and fails a message."""
    assert connect({"Code": "unauthorized"}) == ConnectAccepted()
    assert reply({"Code": "unauthorized"}).status == 500


@pytest.mark.parametrize(
    ("stored", "given", "expected"),
    [
        (None, {"a": 1}, {"a": 1}),
        (STATES, {"a": 2}, {"a": 2, "b": [2]}),
        (STATES, {"c": None}, {"a": 1, "b": [2], "c": None}),
        ("not a state", {"a": {"n": [1.5]}}, {"a": {"n": [1.5]}}),
    ],
)
def test_states_are_merged(stored: str | None, given: Any, expected: Any) -> None:
    """States of the answer extend and replace those of the connection, one by one."""
    for answer in (connect, reply):
        outcome = answer({"states": given}, connection_state=stored)
        assert decode_states(outcome.connection_state) == expected


@pytest.mark.parametrize("answer", [{}, {"states": {}}, {"states": None}, {"states": [1]}])
def test_states_stay_as_they_are(answer: Any) -> None:
    """An answer without states leaves those of the connection."""
    assert connect(answer, connection_state=STATES).connection_state is None
    assert reply(answer, connection_state=STATES).connection_state is None


def test_states_are_stored_as_compact_json() -> None:
    """What is stored does not depend on how the worker wrote the answer."""
    outcome = outcome_of(user_event(), JsonText('{"states": {"a": {"n" : [1, 2]}}}'))
    assert isinstance(outcome, UserEventAccepted)
    assert outcome.connection_state == encode_states({"a": {"n": [1, 2]}})


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = ("userId", "groups", "roles", "subprotocol", "states", "data", "dataType", "code", "Code")
ANSWERS = PLAIN | st.fixed_dictionaries(
    {}, optional=dict.fromkeys((*NAMES, "errorMessage", "mqtt"), PLAIN)
)


@given(ANSWERS)
def test_every_answer_has_an_outcome(answer: Any) -> None:
    """Whatever JSON a function returns, the event is accepted or failed, and nothing is raised."""
    assert isinstance(connect(answer), ConnectAccepted | EventFailed)
    assert isinstance(reply(answer), UserEventAccepted | EventFailed)


@given(st.text() | st.binary() | st.lists(st.integers(-(2**53), 2**53)))
def test_every_typed_reply_is_understood(data: Any) -> None:
    """What UserEventResponse accepts reaches the client as the bytes it stands for."""
    outcome = reply(UserEventResponse(data))
    expected = data if isinstance(data, bytes) else data.encode() if isinstance(data, str) else None
    assert isinstance(outcome, UserEventAccepted)
    payload = outcome.reply.data if outcome.reply else b""
    assert payload == expected if expected is not None else json.loads(payload) == data


def test_typed_responses_are_understood() -> None:
    """The response classes mean what they say."""
    assert connect(
        ConnectEventResponse(user_id="u", groups=["g"], roles=["r"], subprotocol="p")
    ) == ConnectAccepted(user_id="u", groups=("g",), roles=("r",), subprotocol="p")
    assert connect(EventErrorResponse("unauthorized")) == EventFailed(status=401)


@given(
    st.builds(UserEventResponse, st.text() | st.binary(), states=st.dictionaries(st.text(), PLAIN))
    | st.builds(EventErrorResponse, st.sampled_from(["unauthorized", "userError"]), st.text())
)
def test_a_response_as_an_object_means_what_its_text_means(response: Any) -> None:
    """In one process nothing is encoded to be decoded again, and nothing changes by that."""
    event = user_event(connection_state=STATES)
    try:
        by_text = outcome_of(event, written(response))
    except UnicodeEncodeError:
        return  # half of a surrogate pair, which is no JSON
    assert outcome_of(event, JsonValue(response)) == by_text


def test_a_response_that_was_spoilt_later_fails_the_event() -> None:
    """A value that is no JSON at all."""
    response = UserEventResponse("x")
    response["states"] = {"a": object()}
    assert isinstance(outcome_of(user_event(), JsonValue(response)), EventFailed)
