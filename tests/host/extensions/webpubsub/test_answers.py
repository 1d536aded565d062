"""What a returned value is as an answer; ``test_outcomes`` and ``test_webhook_answers`` have the
tables.

Specification: bindings sections 5.2, 5.7 and 5.8.
"""

from typing import Any

import msgspec
import pytest

from tests.host.extensions.webpubsub.bindings import connect_event, user_event
from webpubsub.host.extensions.webpubsub.answers import (
    NO_ANSWER,
    Awaiting,
    ConnectAnswer,
    FailedAnswer,
    UserAnswer,
    answer_of,
    answer_of_failure,
)
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import MqttConnectProperties
from webpubsub.protocol.responses import EventErrorResponse, UserEventResponse

FAILURE = FunctionFailure(type="ValueError", message="no", stack_trace="")


def test_an_object_answers_its_event() -> None:
    """From this process or another one, and unlike nothing at all."""
    for empty in (JsonText("{}"), JsonValue({})):
        assert answer_of(connect_event(), empty) == ConnectAnswer()
        assert answer_of(user_event(), empty) == UserAnswer(message=Message(DataType.BINARY, b""))
    assert answer_of(user_event(), None) is NO_ANSWER


@pytest.mark.parametrize("event", [connect_event(), user_event()])
def test_a_failure_is_internal(event: Awaiting) -> None:
    """An error that the function chose is not."""
    failed = answer_of_failure(event, FAILURE)
    assert failed == FailedAnswer(status=500, message="ValueError: no", internal=True)
    chosen = answer_of(event, JsonValue({"code": "serverError", "errorMessage": "no"}))
    assert chosen == FailedAnswer(status=500, message="no")


def test_an_mqtt_client_that_connects_is_told_of_a_failure_in_terms_of_mqtt() -> None:
    """Its messages fail like those of everybody."""
    mqtt = MqttConnectProperties(protocol_version=5)
    connecting = msgspec.structs.replace(connect_event(), mqtt=mqtt)
    assert answer_of_failure(connecting, FAILURE).mqtt is not None
    assert answer_of_failure(user_event(physical_connection_id="p"), FAILURE).mqtt is None


@pytest.mark.parametrize(("reason", "message"), [("full", "full"), (None, "")])
def test_section_5_7_the_reason_of_a_refusal_is_for_the_log_too(
    reason: str | None, message: str
) -> None:
    """Beside the body that tells the client."""
    value = JsonValue({"mqtt": {"code": 5, "reason": reason}})
    answer = answer_of(user_event(physical_connection_id="p"), value)
    assert isinstance(answer, FailedAnswer)
    assert (answer.status, answer.message, answer.internal) == (401, message, False)


@pytest.mark.parametrize(
    ("value", "is_shown"),
    [
        (JsonValue(UserEventResponse("hi")), False),
        (JsonValue(EventErrorResponse("userError", "no")), True),
        (JsonText("{}"), True),
        ("text", True),
        (None, False),
    ],
)
def test_what_is_looked_at(value: Value, is_shown: bool) -> None:
    """Errors, and whatever is not made of our responses, which have no trap."""
    shown: list[Any] = []
    answer_of(user_event(), value, lambda _, answer: shown.append(answer))
    assert bool(shown) is is_shown
