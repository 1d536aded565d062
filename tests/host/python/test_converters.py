"""Values to arguments and back, as the tables of functions-python section 4 say."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, cast

import azure.functions as func
import pytest
from azure.functions.meta import Datum, InConverter, OutConverter
from hypothesis import given
from hypothesis import strategies as st

import webpubsub as wps
from webpubsub.host.python import converters
from webpubsub.host.python.converters import decoder_for, encoder_for
from webpubsub.host.values import (
    EventValue,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.protocol.events import AnyEventRequest

GENERIC_TYPE = "noSuchType"
REQUEST = HttpRequestData(
    method="POST",
    url="http://localhost/api/x?a=1",
    headers={"content-type": "text/plain"},
    query={"a": "1"},
    route_params={"id": "7"},
    body=b"hello",
)


class Text(str):
    """A str of the user's own."""

    __slots__ = ()

    def __str__(self) -> str:
        return "something else"


class WireEvent(EventValue, frozen=True, kw_only=True):
    """An event that a generic function sees as a given value."""

    text: str | bytes | None

    @property
    def wire(self) -> str | bytes | None:
        return self.text


EVENT = cast("AnyEventRequest", object())


def decode_generic(value: Value) -> Any:
    return decoder_for(GENERIC_TYPE)(value, dict)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        (JsonText('{ "a": 1 }'), '{ "a": 1 }'),
        (b"\x00", b"\x00"),
        (None, None),
        (WireEvent(event=EVENT, text="t"), "t"),
        (WireEvent(event=EVENT, text=b"b"), b"b"),
        (WireEvent(event=EVENT, text=None), None),
    ],
)
def test_generic_input(value: Value, expected: object) -> None:
    """Text, JSON text and bytes arrive as they are; JSON is never parsed. Section 4.3."""
    assert decode_generic(value) == expected
    assert type(decode_generic(value)) is type(expected)


@pytest.mark.parametrize(
    ("value", "error"),
    [(REQUEST, ValueError), (1, NotImplementedError), (1.5, NotImplementedError)],
)
def test_generic_input_of_another_kind_fails(value: Value, error: type[Exception]) -> None:
    """HTTP requests and numbers do not reach a generic parameter. Section 4.3."""
    with pytest.raises(error):
        decode_generic(value)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (None, None),
        ("text", "text"),
        (Text("own"), "own"),
        (b"b", b"b"),
        (bytearray(b"b"), b"b"),
        ({"a": [1]}, JsonText('{"a": [1]}')),
        ([], JsonText("[]")),
        (7, 7),
        (HTTPStatus.OK, 200),
        (-(2**63), -(2**63)),
        (True, 1),
        (1.5, 1.5),
    ],
)
def test_generic_output(result: object, expected: Value) -> None:
    """Each kind of answer becomes the value of the table, of exactly that type. Section 4.4."""
    value = encoder_for(GENERIC_TYPE, None)(result)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("result", "error"),
    [
        (set(), TypeError),
        ((1,), TypeError),
        (object(), TypeError),
        ({"a": set()}, TypeError),
        (2**63, ValueError),
    ],
)
def test_what_cannot_be_encoded(result: object, error: type[Exception]) -> None:
    """Sets, tuples, objects and numbers beyond 64 bits fail. Section 4.4."""
    with pytest.raises(error):
        encoder_for(GENERIC_TYPE, None)(result)


def test_the_message_names_binding_and_type() -> None:
    """The user is told which type could not be encoded for which binding."""
    with pytest.raises(TypeError, match=r"unable to encode outgoing .*noSuchType.*set"):
        encoder_for(GENERIC_TYPE, None)(set())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.lists(JSON) | st.dictionaries(st.text(), JSON))
def test_json_answers_keep_their_content(answer: Any) -> None:
    """A dict or list is JSON text of the same content."""
    value = encoder_for(GENERIC_TYPE, None)(answer)
    assert isinstance(value, JsonText)
    assert json.loads(value.text) == answer


@given(st.text() | st.binary())
def test_text_and_bytes_come_through_unchanged(value: str | bytes) -> None:
    """What one generic function returns, another receives."""
    assert decode_generic(encoder_for(GENERIC_TYPE, None)(value)) == value


def test_an_http_request_is_complete() -> None:
    """The function sees method, URL, headers in any case, query, route values and body."""
    request = decoder_for("httpTrigger")(REQUEST, dict)
    assert isinstance(request, func.HttpRequest)
    assert (request.method, request.url) == (REQUEST.method, REQUEST.url)
    assert request.headers["Content-Type"] == "text/plain"
    assert (dict(request.params), dict(request.route_params)) == ({"a": "1"}, {"id": "7"})
    assert request.get_body() == b"hello"


@pytest.mark.parametrize(
    ("body", "sent"), [("tëxt", "tëxt".encode()), (b"\xff", b"\xff"), (None, b"")]
)
def test_an_http_response_is_complete(body: str | bytes | None, sent: bytes) -> None:
    """Status, headers and body are those of the response."""
    response = func.HttpResponse(body, status_code=201, headers={"x-a": "1"}, mimetype="text/plain")
    value = encoder_for("http", None)(response)
    assert isinstance(value, HttpResponseData)
    assert (value.status, value.body) == (201, sent)
    assert ("x-a", "1") in value.headers


class OwnResponse(func.HttpResponse):
    """A response of the user's own, which the official converter is given."""


@pytest.mark.parametrize("charset", [None, "latin-1"])
@pytest.mark.parametrize("mimetype", [None, "text/html", "application/json"])
@pytest.mark.parametrize("status", [None, 404, HTTPStatus.CREATED])
@pytest.mark.parametrize(
    "headers",
    [
        None,
        {"X-One": "1", "x-two": "2"},
        {"Content-Type": "image/png", "A": "é"},
        {"content-type": "text/plain"},
        {"Set-Cookie": "a=1; Path=/", "B": "2"},
    ],
)
def test_a_response_is_what_the_official_converter_makes_of_it(
    headers: Mapping[str, str] | None,
    status: int | None,
    mimetype: str | None,
    charset: str | None,
) -> None:
    """Whichever way it takes, twice the same."""
    encode = encoder_for("http", func.HttpResponse)
    wanted, seen = (
        make(
            "\N{LATIN SMALL LETTER E WITH ACUTE}",
            status_code=status,
            headers=headers,
            mimetype=mimetype,
            charset=charset,
        )
        for make in (OwnResponse, func.HttpResponse)
    )
    for _ in range(2):
        assert encode(seen) == encode(wanted)


def test_a_header_that_is_repeated_has_its_last_value() -> None:
    """As the official converter takes them, cookies aside."""
    response = func.HttpResponse("x", headers={"a": "1", "b": "2"})
    response.headers.add("a", "3")
    encoded = encoder_for("http", func.HttpResponse)(response)
    assert isinstance(encoded, HttpResponseData)
    assert encoded.headers[:2] == (("a", "3"), ("b", "2"))


def test_cookies_are_headers_of_their_own() -> None:
    """Each cookie of a response is one Set-Cookie header."""
    response = func.HttpResponse("x", headers={"Set-Cookie": "c=3; HttpOnly"})
    answer = encoder_for("http", func.HttpResponse)(response)
    assert isinstance(answer, HttpResponseData)
    assert ("set-cookie", "c=3; HttpOnly") in answer.headers
    cookies = SimpleCookie("a=1")
    cookies["b"] = "2"
    cookies["b"]["path"] = "/"
    headers = converters._set_cookie_headers([cookies])
    assert headers == [("set-cookie", "a=1"), ("set-cookie", "b=2; Path=/")]


@pytest.mark.parametrize(("result", "expected"), [("x", "x"), (None, None)])
def test_an_http_answer_may_be_text(result: str | None, expected: Value) -> None:
    """A str stays text, for the HTTP extension to make a response of. Section 5.1."""
    if result is None:
        with pytest.raises(TypeError):
            encoder_for("http", None)(result)
    else:
        assert encoder_for("http", None)(result) == expected


class Recording(InConverter, OutConverter, binding=None, trigger=None):
    """Tells what it was given, and encodes what it is told to."""

    @classmethod
    def check_input_type_annotation(cls, pytype: type) -> bool:
        return pytype is int

    @classmethod
    def check_output_type_annotation(cls, pytype: type) -> bool:
        return pytype is float

    @classmethod
    def has_implicit_output(cls) -> bool:
        return True

    @classmethod
    def decode(cls, data: Datum | None, *, trigger_metadata: Mapping[str, Any]) -> Any:
        if data is not None and data.value == "unknown kind":
            raise NotImplementedError
        return data, trigger_metadata

    @classmethod
    def encode(cls, obj: Any, *, expected_type: Any) -> Datum:
        if obj is None:
            raise NotImplementedError
        kind, value = obj
        return Datum(value, kind)


class RecordingTrigger(Recording, binding=None, trigger="yes"):
    """The same with trigger support."""


@pytest.fixture(autouse=True)
def registered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The converters above are registered for the test alone."""
    bindings = dict(converters._REGISTRY._bindings)
    bindings |= {"test.input": Recording, "test.trigger": RecordingTrigger}
    bindings |= {"wps.trigger": RecordingTrigger}
    monkeypatch.setattr(converters._REGISTRY, "_bindings", bindings)


def test_a_typed_function_takes_an_event_as_it_is() -> None:
    """Nothing is made of it on the way, and no converter is asked."""
    assert decoder_for("wps.trigger")(WireEvent(event=EVENT, text="t"), dict) is EVENT


def test_the_typed_trigger_takes_other_values_too() -> None:
    """What is no event is decoded as by any other converter."""
    data, _ = decoder_for("wps.trigger")("text", dict)
    assert (data.type, data.value) == ("string", "text")


@pytest.mark.parametrize(
    ("binding_type", "expected"),
    [("test.input", {}), ("test.trigger", {"Sys": Datum("{}", "json")})],
)
def test_only_triggers_see_metadata(binding_type: str, expected: Mapping[str, Any]) -> None:
    """Trigger metadata is made for a converter with trigger support, and for no other."""
    asked: list[int] = []

    def metadata() -> Mapping[str, Value]:
        asked.append(1)
        return {"Sys": JsonText("{}")}

    data, seen = decoder_for(binding_type)(b"x", metadata)
    assert (data, seen, len(asked)) == (Datum(b"x", "bytes"), expected, len(expected))


def test_no_value_is_no_datum() -> None:
    """A converter is given None for a value that is unset. Section 15.1."""
    assert decoder_for("test.input")(None, dict)[0] is None


def test_a_converter_that_takes_no_such_data_is_named() -> None:
    """The invocation fails with the binding type and the kind of data."""
    with pytest.raises(TypeError, match=r"test\.input.*'string'"):
        decoder_for("test.input")("unknown kind", dict)


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("string", "s", "s"),
        ("bytes", b"b", b"b"),
        ("json", "[1]", JsonText("[1]")),
        ("dict", {"a": 1}, JsonText('{"a": 1}')),
        ("list", [1], JsonText("[1]")),
        ("int", 3, 3),
        ("bool", True, 1),
        ("double", 1.0, 1.0),
        (None, None, None),
    ],
)
def test_what_a_converter_may_encode(kind: str | None, value: object, expected: Value) -> None:
    """The kinds of section 15.1, each as its value."""
    encoded = encoder_for("test.input", None)((kind, value))
    assert encoded == expected
    assert type(encoded) is type(expected)


@pytest.mark.parametrize(
    ("answer", "error"), [(("tube", 1), NotImplementedError), (None, TypeError)]
)
def test_what_a_converter_may_not_encode(answer: object, error: type[Exception]) -> None:
    """An unknown kind and a refusal fail the invocation."""
    with pytest.raises(error):
        encoder_for("test.input", None)(answer)


@pytest.mark.parametrize(
    ("binding_type", "expected"),
    [
        (GENERIC_TYPE, True),
        ("webPubSubTrigger", True),
        ("test.input", True),
        ("durableClient", False),
        ("timerTrigger", False),
        ("httpTrigger", False),
    ],
)
def test_implicit_outputs(binding_type: str, expected: bool) -> None:
    """Unregistered types have one; a registered type says so itself. Section 4.4."""
    assert converters.has_implicit_output(binding_type) is expected


def test_a_durable_client_that_nobody_converts(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has none where the library does not know its type, either. Section 4.4."""
    monkeypatch.setattr(converters, "converter_for", lambda _type: None)
    assert not converters.has_implicit_output("durableClient")
    assert converters.has_implicit_output("activityTrigger")


@pytest.mark.parametrize(
    ("binding_type", "annotation", "as_input", "as_output"),
    [
        (GENERIC_TYPE, str, True, True),
        (GENERIC_TYPE, bytes, True, True),
        (GENERIC_TYPE, bytearray, False, True),
        (GENERIC_TYPE, Text, True, True),
        (GENERIC_TYPE, dict, False, False),
        ("test.input", int, True, False),
        ("test.input", float, False, True),
    ],
)
def test_annotations(binding_type: str, annotation: type, as_input: bool, as_output: bool) -> None:
    """Generic bindings take str and bytes; others what their converter takes."""
    assert converters.accepts_input(binding_type, annotation) is as_input
    assert converters.accepts_output(binding_type, annotation) is as_output


@pytest.mark.parametrize(
    ("binding_type", "result", "passed_on"),
    [
        ("wps.trigger", wps.UserEventResponse("x"), True),
        ("wps.trigger", ("json", "{}"), False),
        ("wps.output", wps.SendToAllAction("x"), True),
        ("wps.output", [wps.SendToAllAction("x")], True),
        ("wps.output", [{"actionName": "sendToAll", "data": "x"}], False),
    ],
)
def test_responses_and_actions_go_on_as_they_are(
    binding_type: str, result: Any, passed_on: bool
) -> None:
    """What was checked when it was made is not encoded; everything else goes by its converter."""
    value = encoder_for(binding_type, None)(result)
    assert isinstance(value, JsonValue if passed_on else JsonText)
    assert not isinstance(value, JsonValue) or value.value is result
