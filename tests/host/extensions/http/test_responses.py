"""From what a function returned to an HTTP response.

Specification: functions-python section 5.1.
"""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.http.responses import (
    FAILED,
    NO_CONTENT,
    response_from,
    response_of,
)
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import HttpRequestData, HttpResponseData, JsonText, Value
from webpubsub.host.worker import FunctionFailure, InvocationResult

_TEXT = ("content-type", "text/plain; charset=utf-8")
_JSON = ("content-type", "application/json; charset=utf-8")
_REQUEST = HttpRequestData(method="GET", url="", headers={}, query={}, route_params={}, body=b"")


def _function(*outputs: str) -> FunctionMetadata:
    bindings = [Binding({"type": "httpTrigger", "name": "req", "direction": "in"})]
    bindings += [Binding({"type": "http", "name": name, "direction": "out"}) for name in outputs]
    return FunctionMetadata(id="f", name="f", bindings=tuple(bindings))


def _response(status: int, body: bytes, *headers: tuple[str, str]) -> HttpResponseData:
    return HttpResponseData(status=status, headers=headers, body=body)


@pytest.mark.parametrize(
    ("value", "response"),
    [
        (
            _response(201, b"x", ("X", "1"), ("X", "2")),
            _response(201, b"x", ("X", "1"), ("X", "2")),
        ),
        ("hello", _response(200, b"hello", _TEXT)),
        ("", _response(200, b"", _TEXT)),
        ("{not json", _response(200, b"{not json", _TEXT)),
        ("NaN", _response(200, b"NaN", _TEXT)),
        ("[" * 100_000, _response(200, b"[" * 100_000, _TEXT)),
        ("true", _response(200, b"True", _TEXT)),
        ("null", _response(200, b"", _TEXT)),
        ('"quoted"', _response(200, b"quoted", _TEXT)),
        ("1.50", _response(200, b"1.5", _TEXT)),
        ('{"a":[1]}', _response(200, b'{\n  "a": [\n    1\n  ]\n}', _TEXT)),
        ('{"body":"x","status":201}', _response(201, b"x", _TEXT)),
        ('{"Body":"x","StatusCode":"404"}', _response(404, b"x", _TEXT)),
        ('{"body":"x","statusCode":201,"status":500}', _response(201, b"x", _TEXT)),
        ('{"body":null}', _response(200, b"", _TEXT)),
        ('{"body":{"a":"\\ud800"}}', _response(200, b'{"a":"?"}', _JSON)),
        ('{"body":"\\ud800"}', _response(200, b"?", _TEXT)),
        ('"\\ud800"', _response(200, b"?", _TEXT)),
        ('{"body":{"a":"\\u00e9"}}', _response(200, '{"a":"é"}'.encode(), _JSON)),
        (
            '{"body":"<p>","headers":{"Content-Type":"text/html","x-n":5}}',
            _response(200, b"<p>", ("Content-Type", "text/html"), ("x-n", "5")),
        ),
        (JsonText('{"body":"x","status":201}'), _response(201, b"x", _TEXT)),
        (JsonText('{"a":1}'), _response(200, b'{"a":1}', _JSON)),
        (b"\x00", _response(200, b"\x00", ("content-type", "application/octet-stream"))),
        ('{"a":"\u00e9"}', _response(200, '{\n  "a": "\u00e9"\n}'.encode(), _TEXT)),
        (
            '{"body":"","headers":{"x-b":true}}',
            _response(200, b"", _TEXT, ("x-b", "true")),
        ),
        (5, _response(200, b"5", _TEXT)),
        (1.5, _response(200, b"1.5", _TEXT)),
        (None, NO_CONTENT),
    ],
)
def test_a_value_is_answered_as_by_the_real_host(value: Value, response: HttpResponseData) -> None:
    """Status, headers and body follow from the value alone."""
    assert response_from(value) == response


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (_response(101, b""), "from 200 to 999"),
        (_response(1000, b""), "from 200 to 999"),
        (_response(200, b"", ("a b", "1")), "name of a header"),
        (_response(200, b"", ("a", "1\r\nSet-Cookie: x")), "control character"),
        (_response(200, b"", ("a", "1\rSet-Cookie: x")), "control character"),
        (_response(200, b"", ("a", "1\x1b")), "'a' of an HTTP response holds a control character"),
        ('{"body":"","status":"many"}', "'many'"),
        ('{"body":"","status":true}', "must be a number"),
        ('{"body":"","headers":["a"]}', "must be an object"),
        ('{"body":"","headers":{"a":"\\u0000"}}', "control character"),
        (_REQUEST, "return an HttpResponse"),
    ],
)
def test_what_cannot_be_sent_is_refused_with_its_reason(value: Value, message: str) -> None:
    """No such value reaches the connection, where it would break the response."""
    with pytest.raises(BindingError, match=message):
        response_from(value)


@pytest.mark.parametrize(
    ("function", "result", "body"),
    [
        (_function("$return"), InvocationResult(return_value="r", outputs={"res": "o"}), b"r"),
        (_function("res"), InvocationResult(return_value="r", outputs={"res": "o"}), b"o"),
        (_function(), InvocationResult(return_value="r"), b"r"),
    ],
)
def test_the_http_output_is_the_answer(
    function: FunctionMetadata, result: InvocationResult, body: bytes
) -> None:
    """A named output goes before the return value, which answers when there is none."""
    assert response_of(function, result).body == body


@pytest.mark.parametrize("function", [_function("res"), _function()])
def test_nothing_is_answered_with_no_content(function: FunctionMetadata) -> None:
    """A function that sets no output and returns nothing answers 204."""
    assert response_of(function, InvocationResult()) == NO_CONTENT == _response(204, b"")


def test_a_failure_tells_the_client_nothing() -> None:
    """The answer is 500 with an empty body, whatever the error says."""
    failure = FunctionFailure(type="ValueError", message="secret", stack_trace="secret")
    assert response_of(_function("$return"), InvocationResult(failure=failure)) == FAILED
    assert _response(500, b"") == FAILED


_DOCUMENTS: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
)


@given(_DOCUMENTS.filter(lambda d: isinstance(d, dict | list)))
def test_json_text_stays_the_same_document(document: Any) -> None:
    """Being laid out anew changes no document that is not the description of a response."""
    response = response_from(json.dumps({"document": document}))
    assert json.loads(response.body) == json.loads(json.dumps({"document": document}).encode())


@given(st.text() | _DOCUMENTS.map(json.dumps) | _DOCUMENTS.map(lambda d: json.dumps({"body": d})))
def test_any_text_is_a_response(text: str) -> None:
    """No text that a function returns is an error unless it describes an impossible response."""
    assert response_from(text).status == 200
