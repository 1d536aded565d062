"""An event as other bindings, expressions and the worker see it.

Specification: bindings sections 4.1, 4.2 and 4.6.
And functions-python section 6.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.webpubsub.bindings import (
    EVERY_EVENT,
    STATES,
    connect_event,
    disconnected_event,
    user_event,
)
from webpubsub.host.expressions.resolution import ExpressionError, resolve_expressions
from webpubsub.host.extensions.webpubsub import event_value
from webpubsub.host.extensions.webpubsub.event_value import (
    EventBindingData,
    TriggerValue,
)
from webpubsub.host.values import JsonText
from webpubsub.protocol.event_json import wire_value
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType


def value_of(
    event: AnyEventRequest, parameter: str = "request", data_type: str | None = None
) -> TriggerValue:
    return TriggerValue(event=event, parameter=parameter, data_type=data_type)


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: type(event).__name__)
@pytest.mark.parametrize("parameter", ["request", "data", "reason", "dataType", "event"])
@pytest.mark.parametrize("data_type", [None, "string", "binary"])
def test_a_parameter_receives_what_its_name_selects(
    event: AnyEventRequest, parameter: str, data_type: str | None
) -> None:
    """The value for a generic function is that of the real worker for this name and data type."""
    expected = wire_value(event, parameter, data_type=data_type)
    assert value_of(event, parameter, data_type).wire == expected


@pytest.mark.parametrize(
    ("event", "parameter", "expression", "expected"),
    [
        (user_event(), "request", "{connectionContext.userId}", "u1"),
        (user_event(), "request", "{CONNECTIONCONTEXT.HUB}", "chat"),
        (user_event(), "event", "{connectionContext.connectionId}", "c1"),
        (user_event(), "request", "{connectionContext.eventType}", "User"),
        (user_event(connection_state=STATES), "request", "{connectionContext.states.a}", "1"),
        (user_event(user_id=None), "request", "{connectionContext.userId}", ""),
        (user_event(), "request", "{data}/{dataType}", "hi/Text"),
        (user_event(b'{"room":"r1"}'), "data", "{room}", "r1"),
        (user_event(b'{"n":1,"t":true}'), "data", "{n}{t}", "1True"),
        (user_event(b'{"CONNECTIONCONTEXT":"x"}'), "data", "{connectionContext}", "x"),
        (user_event(b'{"l":[1],"data":null}'), "data", "{data}", '{"l":[1],"data":null}'),
        (disconnected_event(), "request", "{reason}", "gone"),
        (connect_event(), "request", "{reason}", ""),
        (connect_event(), "request", "{dataType}", "Text"),
        (connect_event(), "request", "{headers.host}", ""),
        (user_event(connection_state="bm8="), "request", "{connectionContext.userId}", "u1"),
    ],
)
def test_what_expressions_see(
    event: AnyEventRequest, parameter: str, expression: str, expected: str
) -> None:
    """Members of the event, and of the value when it is the text of a JSON object."""
    data = EventBindingData(value_of(event, parameter))
    assert resolve_expressions(expression, data) == expected


@pytest.mark.parametrize(
    ("event", "parameter", "data_type", "expression"),
    [
        (user_event(b'{"room":"r1"}'), "request", None, "{room}"),
        (user_event(b'{"room":"r1"}'), "data", "binary", "{room}"),
        (user_event(b'{"room":null}'), "data", None, "{room}"),
        (user_event(b'{"room":["r"]}'), "data", None, "{room}"),
        (user_event(b'["room"]'), "data", None, "{room}"),
        (user_event(), "request", None, "{connectionContext.nothing}"),
    ],
)
def test_what_expressions_do_not_see(
    event: AnyEventRequest, parameter: str, data_type: str | None, expression: str
) -> None:
    """Only a text value brings members, and neither arrays nor nulls are among them."""
    data = EventBindingData(value_of(event, parameter, data_type))
    with pytest.raises(ExpressionError):
        resolve_expressions(expression, data)


def test_binding_data_is_a_mapping() -> None:
    """It can be listed and measured, and looks names up in any letter case."""
    data = EventBindingData(value_of(user_event()))
    assert len(data) == len(list(data)) == len({**data})
    assert data["Data"] == data["data"] == "hi"


def test_nothing_is_made_before_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handing on an event to a typed function writes and reads no JSON."""
    asked: list[str] = []

    def told(_event: Any, name: str, **_options: Any) -> None:
        asked.append(name)

    monkeypatch.setattr(event_value, "wire_value", told)
    data = EventBindingData(value_of(user_event()))
    assert asked == []
    len(data)
    assert asked


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (
            connect_event(),
            "Request ConnectionContext DataType Claims Query Subprotocols ClientCertificates",
        ),
        (disconnected_event(), "Request ConnectionContext DataType Reason"),
        (user_event(), "Request ConnectionContext Data DataType"),
    ],
)
def test_metadata_is_spelled_as_the_real_host_spells_it(event: AnyEventRequest, names: str) -> None:
    """Names of the extension are in Pascal case, and what is null is absent."""
    assert set(value_of(event).metadata()) - {"headers"} == set(names.split())


def test_metadata_holds_text_and_json() -> None:
    """Objects are JSON, everything else is text."""
    metadata = value_of(user_event(b'{"room":{"n":1},"k":2}'), "data").metadata()
    assert metadata["room"] == JsonText('{"n":1}')
    assert metadata["k"] == "2"
    assert metadata["Data"] == '{"room":{"n":1},"k":2}'
    context = metadata["ConnectionContext"]
    assert isinstance(context, JsonText)
    assert json.loads(context.text)["userId"] == "u1"


@given(st.binary(max_size=100), st.sampled_from(DataType), st.sampled_from(["data", "request"]))
def test_no_payload_is_an_error(payload: bytes, data_type: DataType, parameter: str) -> None:
    """Whatever a client sends, binding data and metadata can be made."""
    value = value_of(user_event(payload, data_type), parameter)
    assert "data" in EventBindingData(value)
    assert "Request" in value.metadata()


@given(st.text(max_size=60))
def test_no_connection_state_is_an_error(state: str) -> None:
    """Nor whatever another handler stored with the connection."""
    value = value_of(user_event(connection_state=state))
    assert EventBindingData(value)["data"] == "hi"
