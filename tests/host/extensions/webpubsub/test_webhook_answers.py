"""What a service elsewhere is answered.

Specification: bindings sections 5.2 to 5.7.
"""

import json
from typing import Any

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import STATES, connect_event, user_event
from webpubsub.host.extensions.webpubsub.answers import Awaiting, answer_of
from webpubsub.host.extensions.webpubsub.webhook_answers import webhook_answer_of
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.protocol.cloud_events.answers import outcome_of as service_reads
from webpubsub.protocol.cloud_events.wire import WebhookAnswer
from webpubsub.protocol.mqtt_events import MqttConnectProperties
from webpubsub.protocol.outcomes import ConnectAccepted, UserEventAccepted

EMPTY = WebhookAnswer(status=200)
JSON = "application/json"
TEXT = "text/plain"
BINARY = "application/octet-stream"
MESSAGE = "text/plain; charset=utf-8"
BUFFER = {"type": "Buffer", "data": "aGk="}
EVENTS = [connect_event(), user_event()]


def mqtt_connect(version: int = 5) -> Awaiting:
    return msgspec.structs.replace(
        connect_event(physical_connection_id="pc"),
        mqtt=MqttConnectProperties(protocol_version=version),
    )


def answered(event: Awaiting, value: Value) -> WebhookAnswer:
    return webhook_answer_of(event, answer_of(event, value))


def shown(answer: WebhookAnswer) -> tuple[int, str | None, str]:
    """Status, content type and body."""
    headers = dict(answer.headers)
    return answer.status, headers.get("Content-Type"), answer.body.decode()


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("value", [None, "hi", '{"userId":"u"}', b"{}", 5, 1.5])
def test_section_5_2_what_is_no_answer(event: Awaiting, value: Value) -> None:
    """200 with nothing, and no Content-Type."""
    assert answered(event, value) == EMPTY


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("value", [JsonText("[]"), JsonValue([]), JsonText("5"), JsonText("null")])
def test_section_5_2_json_that_is_no_object(event: Awaiting, value: Value) -> None:
    """500 with the sentence of the official extension."""
    assert shown(answered(event, value)) == (500, MESSAGE, "Response should be a JObject.")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        ({}, '{"userId":null,"groups":null,"subprotocol":null,"roles":null}'),
        ({"userId": "u"}, '{"userId":"u","groups":null,"subprotocol":null,"roles":null}'),
        (
            {"ROLES": ["r"], "Groups": [], "x": 1, "subprotocol": "p"},
            '{"userId":null,"groups":[],"subprotocol":"p","roles":["r"]}',
        ),
        ({"Code": 0}, '{"userId":null,"groups":null,"subprotocol":null,"roles":null}'),
        ({"code": -1}, '{"userId":null,"groups":null,"subprotocol":null,"roles":null}'),
    ],
)
def test_section_5_3_connect(answer: Any, body: str) -> None:
    """Always four members in this order, and no charset."""
    made = answered(connect_event(), JsonValue(answer))
    assert shown(made) == (200, JSON, body)
    assert len(made.headers) == 1


def test_section_5_3_a_wrong_member() -> None:
    """Of the wrong type."""
    status, content_type, body = shown(answered(connect_event(), JsonValue({"groups": "a"})))
    assert (status, content_type) == (500, MESSAGE)
    assert "'groups'" in body


@pytest.mark.parametrize(
    ("answer", "content_type", "body"),
    [
        ({"data": "hi", "dataType": "text"}, TEXT, "hi"),
        ({"data": "{}", "dataType": 1}, JSON, "{}"),
        ({"data": "hi", "DataType": "BINARY"}, BINARY, "hi"),
        ({"data": "hi"}, BINARY, "hi"),
        ({"data": BUFFER, "dataType": "text"}, TEXT, "hi"),
        ({}, BINARY, ""),
        ({"dataType": "text"}, TEXT, ""),
        ({"data": {}, "dataType": "json"}, JSON, ""),
        ({"data": "é", "dataType": "text"}, TEXT, "é"),
    ],
)
def test_section_5_4_user_events(answer: Any, content_type: str, body: str) -> None:
    """Binary unless the answer says otherwise; an empty body has a type all the same."""
    assert shown(answered(user_event(), JsonValue(answer))) == (200, content_type, body)


@pytest.mark.parametrize(
    "answer", [{"data": 5}, {"data": None}, {"data": {"a": 1}}, {"data": "x", "dataType": "xml"}]
)
def test_section_5_4_a_wrong_reply(answer: Any) -> None:
    """500 with the reason."""
    status, content_type, body = shown(answered(user_event(), JsonValue(answer)))
    assert (status, content_type, bool(body)) == (500, MESSAGE, True)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("unauthorized", 401),
        ("Unauthorized", 401),
        (0, 401),
        ("0", 401),
        ("userError", 400),
        (1, 400),
        ("serverError", 500),
        (2, 500),
        (404, 500),
        ("404", 500),
        (-2, 500),
    ],
)
def test_section_5_5_errors(event: Awaiting, code: Any, status: int) -> None:
    """The message is the body, which has a charset here."""
    answer = {"code": code, "errorMessage": "no", "states": {"a": 1}}
    made = answered(event, JsonValue(answer))
    assert shown(made) == (status, MESSAGE, "no")
    assert len(made.headers) == 1


def test_section_5_5_a_message_that_is_no_text() -> None:
    """Half of a surrogate pair, which no byte stands for."""
    answer = {"code": 0, "errorMessage": "no \ud800"}
    assert shown(answered(user_event(), JsonValue(answer))) == (401, MESSAGE, "no ?")


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "answer",
    [
        {"code": "unauthorized"},
        {"code": 1, "errorMessage": None},
        {"code": "forbidden", "errorMessage": "no"},
        {"code": None, "errorMessage": "no"},
    ],
)
def test_section_5_5_errors_that_are_none(event: Awaiting, answer: Any) -> None:
    """Without a message, or with a code that is not known, every one is a 500."""
    assert shown(answered(event, JsonValue(answer)))[:2] == (500, MESSAGE)


@pytest.mark.parametrize(
    ("stored", "answer", "header"),
    [
        (None, {}, None),
        (None, {"states": {}}, None),
        (None, {"states": {"a": "c"}}, "eyJhIjoiSW1NaSJ9"),
        ("eyJhIjoiSW1NaSJ9", {}, "eyJhIjoiSW1NaSJ9"),
        ("eyJhIjoiSW1NaSJ9", {"states": 5}, "eyJhIjoiSW1NaSJ9"),
        ("eyJhIjoiSW1NaSJ9", {"States": {"a": 1}}, "eyJhIjoiSW1NaSJ9"),
    ],
)
def test_section_5_6_the_states_come_back(
    stored: str | None, answer: Any, header: str | None
) -> None:
    """Whenever there are any, with every answer that is an object."""
    for event in (connect_event(connection_state=stored), user_event(connection_state=stored)):
        headers = dict(answered(event, JsonValue(answer)).headers)
        assert headers.get("ce-connectionState") == header


def test_section_5_6_no_answer_has_no_states() -> None:
    """The service leaves them as they are."""
    assert answered(user_event(connection_state=STATES), None) == EMPTY


def test_section_5_7_an_mqtt_client_is_accepted() -> None:
    """With the properties of its CONNACK first."""
    answer = {
        "mqtt": {"userProperties": [{"name": "a", "value": "b"}]},
        "userId": "userId",
        "groups": ["group1", "group2"],
        "subprotocol": "mqtt",
        "roles": ["webpubsub.joinLeaveGroup"],
    }
    text = msgspec.json.encode(answer).decode()
    assert shown(answered(mqtt_connect(), JsonValue(answer))) == (200, JSON, text)


def test_section_5_7_what_an_mqtt_client_is_told_without_properties() -> None:
    """Its subprotocol is that of MQTT unless another one is given."""
    body = (
        '{"mqtt":{"userProperties":null},"userId":null,"groups":null,"subprotocol":"mqtt",'
        '"roles":null}'
    )
    assert shown(answered(mqtt_connect(), JsonValue({}))) == (200, JSON, body)
    given = answered(mqtt_connect(), JsonValue({"subprotocol": "other"}))
    assert given.body.decode() == body.replace('"mqtt",', '"other",')


def test_section_5_7_an_mqtt_client_is_refused() -> None:
    """With exactly these members."""
    refusal = {"code": 135, "reason": "r", "userProperties": [{"name": "a", "value": "b"}]}
    answer = {"mqtt": refusal, "errorMessage": "no", "userId": "u"}
    text = msgspec.json.encode({"mqtt": refusal}).decode()
    assert shown(answered(mqtt_connect(), JsonValue(answer))) == (401, JSON, text)


MQTT_EVENTS = [mqtt_connect(), user_event(physical_connection_id="pc")]


@pytest.mark.parametrize("event", MQTT_EVENTS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"mqtt": {"code": 5}}, (401, '{"mqtt":{"code":5,"reason":null,"userProperties":null}}')),
        (
            {"code": "userError", "mqtt": {"code": 136, "reason": "r"}, "errorMessage": "no"},
            (500, '{"mqtt":{"code":136,"reason":"r","userProperties":null}}'),
        ),
        (
            {"code": -1, "mqtt": {"code": 133}},
            (400, '{"mqtt":{"code":133,"reason":null,"userProperties":null}}'),
        ),
    ],
)
def test_section_5_7_errors_of_mqtt_clients(
    event: Awaiting, answer: Any, expected: tuple[int, str]
) -> None:
    """Whatever else is in an answer, and for their messages, too."""
    assert shown(answered(event, JsonValue(answer))) == (expected[0], JSON, expected[1])


@pytest.mark.parametrize("event", MQTT_EVENTS)
@pytest.mark.parametrize(
    "answer",
    [
        {"code": "unauthorized", "errorMessage": "no"},
        {"code": 1, "errorMessage": "no", "mqtt": {"userProperties": None}},
        {"mqtt": {"code": 0}},
        {"mqtt": {"code": 128}},
        {"mqtt": {"code": None}},
    ],
)
def test_section_5_7_errors_that_an_mqtt_client_is_not_told(event: Awaiting, answer: Any) -> None:
    """Those of every other client, and codes that refuse nobody: 500, and a text about it."""
    assert shown(answered(event, JsonValue(answer)))[:2] == (500, MESSAGE)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"mqtt": {"code": 133}, "errorMessage": "no"}, 401),
        ({"mqtt": {"code": 133}, "errorMessage": "no", "code": 1}, 400),
        ({"mqtt": {"code": 133}, "errorMessage": "no", "code": -1}, 500),
        ({"mqtt": {"code": 0}, "errorMessage": "no"}, 401),
        ({"mqtt": {"code": 133}}, 500),
    ],
)
def test_section_5_7_errors_of_mqtt_for_other_clients(
    event: Awaiting, answer: Any, status: int
) -> None:
    """They are errors without a code of their own, whose first word is unauthorized."""
    assert shown(answered(event, JsonValue(answer)))[:2] == (status, MESSAGE)


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("mqtt", [None, 5, {}, {"Code": 133}, {"userProperties": []}])
def test_section_5_7_an_mqtt_member_that_is_no_error(event: Awaiting, mqtt: Any) -> None:
    """Without a code in small letters."""
    assert answered(event, JsonValue({"mqtt": mqtt})).status == 200


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize(
    "answer",
    [
        {"userId": "u", "groups": ["g"], "roles": [], "states": {"a": 1}},
        {"data": "hi", "dataType": "text", "states": {"a": 1}},
        {"data": BUFFER},
        {},
    ],
)
def test_our_own_service_reads_what_is_meant(event: Awaiting, answer: Any) -> None:
    """The other end of the wire."""
    read = service_reads(event, answered(event, JsonText(json.dumps(answer))))
    assert isinstance(read, ConnectAccepted | UserEventAccepted)
    assert (read.connection_state is None) is ("states" not in answer)
