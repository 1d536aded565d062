"""What the worker does with the values of our bindings."""

import json
from typing import Any

import pytest
from azure.functions.meta import Datum
from hypothesis import given
from hypothesis import strategies as st

import webpubsub as wps
from webpubsub.functions.converters import (
    CONVERTERS,
    ConnectionConverter,
    ContextConverter,
    OutputConverter,
    TriggerConverter,
    register_converters,
)
from webpubsub.host.python import converters as registry
from webpubsub.protocol.event_json import wire_value

EVENT = wps.UserEventRequest(
    connection_context=wps.ConnectionContext(
        event_type=wps.EventType.USER,
        event_name="message",
        hub="chat",
        connection_id="c1",
        origin="h",
        signature="s",
    ),
    message=wps.Message(wps.DataType.TEXT, b"hi"),
)
NOTHING = [None, Datum(None, None), Datum(None, "string")]


@pytest.mark.parametrize("kind", ["string", "json", "bytes"])
def test_the_text_of_azure_is_read(kind: str) -> None:
    """Whichever way it comes."""
    text = str(wire_value(EVENT, "request"))
    data = Datum(text.encode() if kind == "bytes" else text, kind)
    event: Any = TriggerConverter.decode(data, trigger_metadata={})
    assert (event.text(), event.hub, event.connection_id) == ("hi", "chat", "c1")


@pytest.mark.parametrize(
    ("data", "data_type", "warns"),
    [
        (b"\xff", wps.DataType.BINARY, True),
        (b"ascii", wps.DataType.BINARY, False),
        ("\ufffd".encode(), wps.DataType.TEXT, False),
    ],
)
def test_a_damaged_payload_is_told_of(
    data: bytes, data_type: wps.DataType, warns: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Once; Azure passes binary data on as text, what came through our own host is whole."""
    event = wps.UserEventRequest(
        connection_context=EVENT.connection_context, message=wps.Message(data_type, data)
    )
    TriggerConverter.decode(Datum(wire_value(event, "request"), "string"), trigger_metadata={})
    TriggerConverter.decode(Datum(wire_value(event, "request"), "string"), trigger_metadata={})
    assert ["data: bytes" in message for message in caplog.messages] == [True] * warns


@pytest.mark.parametrize("converter", [TriggerConverter, ConnectionConverter, ContextConverter])
@pytest.mark.parametrize("data", NOTHING)
def test_nothing_is_none(converter: Any, data: Datum | None) -> None:
    """No datum, and a datum without value."""
    assert converter.decode(data, trigger_metadata={}) is None


def test_connection_and_context_are_read() -> None:
    """From the JSON text of the host."""
    text = '{"baseUrl":"b","url":"u","accessToken":"t"}'
    connection: Any = ConnectionConverter.decode(Datum(text, "json"), trigger_metadata={})
    assert connection.url == "u"
    response = {"body": "", "status": 200, "headers": {}}
    context: Any = ContextConverter.decode(
        Datum(json.dumps({"response": response, "hasError": True}), "json"), trigger_metadata={}
    )
    assert context.has_error is True


@pytest.mark.parametrize(
    ("converter", "annotation", "accepted"),
    [
        (TriggerConverter, wps.UserEventRequest, True),
        (TriggerConverter, str, False),
        (ConnectionConverter, wps.WebPubSubConnection, True),
        (ConnectionConverter, wps.WebPubSubContext, False),
        (ContextConverter, wps.WebPubSubContext, True),
        (ContextConverter, dict, False),
    ],
)
def test_input_annotations(converter: Any, annotation: Any, accepted: bool) -> None:
    """The worker asks when it indexes the app."""
    assert converter.check_input_type_annotation(annotation) is accepted


@pytest.mark.parametrize(
    ("converter", "annotation", "accepted"),
    [
        (TriggerConverter, wps.ConnectEventResponse, True),
        (TriggerConverter, wps.UserEventResponse, True),
        (TriggerConverter, int, False),
        (OutputConverter, wps.Actions, True),
        (OutputConverter, int, False),
    ],
)
def test_output_annotations(converter: Any, annotation: Any, accepted: bool) -> None:
    """Here too."""
    assert converter.check_output_type_annotation(annotation) is accepted


def test_only_the_trigger_takes_what_a_function_returns() -> None:
    """Else an output written above the trigger would encode the answer."""
    implicit = {name for name, kind in CONVERTERS.items() if kind.has_implicit_output()}  # type: ignore[attr-defined]
    assert implicit == {"wps.trigger"}


@pytest.mark.parametrize(
    "answer",
    [
        wps.UserEventResponse("é", states={"a": [1, None]}),
        wps.ConnectEventResponse(user_id="u", groups=["g"]),
        wps.EventErrorResponse("unauthorized"),
        {"data": "plain"},
        {},
    ],
)
def test_answers_are_encoded(answer: dict[str, Any]) -> None:
    """As JSON, so that the host sees an object."""
    data = TriggerConverter.encode(answer, expected_type=None)
    assert data.type == "json"
    assert json.loads(data.value) == answer


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("text", "cannot answer an event with str, which the host would ignore"),
        ([], "with list"),
        (1, "with int"),
        (wps.SendToAllAction("hi"), "with SendToAllAction; set it on an output of actions"),
        ({"a": object()}, "cannot be written as JSON"),
    ],
)
def test_what_is_no_answer(answer: Any, message: str) -> None:
    """It fails here rather than being dropped by the host."""
    with pytest.raises(TypeError, match=message):
        TriggerConverter.encode(answer, expected_type=None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (wps.SendToAllAction("hi"), {"actionName": "sendToAll", "data": "hi", "dataType": "text"}),
        ([wps.CloseAllConnectionsAction()], [{"actionName": "closeAllConnections"}]),
        ((wps.CloseAllConnectionsAction(),), [{"actionName": "closeAllConnections"}]),
        ({"ActionName": "closeAllConnections"}, {"ActionName": "closeAllConnections"}),
        ([], []),
    ],
)
def test_actions_are_encoded(value: Any, expected: Any) -> None:
    """One or several, plain dictionaries too."""
    data = OutputConverter.encode(value, expected_type=None)
    assert data.type == "json"
    assert json.loads(data.value) == expected


def test_json_text_of_actions_passes() -> None:
    """As for an untyped output."""
    assert OutputConverter.encode("[]", expected_type=None) == Datum("[]", "string")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (wps.UserEventResponse("hi"), "UserEventResponse is not an action; return it"),
        ([wps.EventErrorResponse("userError")], "EventErrorResponse is not an action"),
        ({"from": "a"}, "without 'actionName' is not an action"),
        ([["a"]], "not list"),
        (b"data", "not bytes"),
        (7, "not int"),
        ({1: 2}, "without 'actionName'"),
    ],
)
def test_what_is_no_action(value: Any, message: str) -> None:
    """The error says how to send data."""
    with pytest.raises(TypeError, match=message):
        OutputConverter.encode(value, expected_type=None)


@pytest.mark.parametrize("converter", [TriggerConverter, OutputConverter])
def test_none_is_no_value(converter: Any) -> None:
    """The worker asks the converter of an answer for None too."""
    assert converter.encode(None, expected_type=None) == Datum(None, None)


@given(st.recursive(st.none() | st.booleans() | st.text(), st.lists))
def test_an_answer_reaches_the_host_unchanged(data: Any) -> None:
    """Whatever JSON its states hold."""
    answer = wps.UserEventResponse(states={"a": data})
    encoded = TriggerConverter.encode(answer, expected_type=None)
    assert json.loads(encoded.value)["states"] == {"a": data}


def test_registration_happens_once() -> None:
    """A name that is taken is left alone, and the public names are never touched."""
    before = {name: registry.converter_for(name) for name in CONVERTERS}
    assert None not in before.values()
    register_converters()
    assert {name: registry.converter_for(name) for name in CONVERTERS} == before
    for public in ("webPubSubTrigger", "webPubSubConnection", "webPubSubContext", "webPubSub"):
        assert registry.converter_for(public) is None
