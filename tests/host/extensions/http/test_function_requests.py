"""Requests as functions and binding expressions see them.

Specification: functions-python sections 5.1 and 9, bindings section 7.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.extensions.http.talking import asked
from webpubsub.host.expressions.resolution import ExpressionError, resolve_expressions
from webpubsub.host.extensions.http.function_requests import (
    HttpBindingData,
    body_members,
    joined,
    query_of,
    request_data,
)
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.values import HttpRequestData


def _request(target: str = "/api/f", headers: Mapping[str, str] | None = None) -> Request:
    return asked(target, [*(headers or {}).items()])


def _data(
    target: str = "/api/f", *, body: bytes = b"", route: Mapping[str, str] | None = None
) -> HttpBindingData:
    request = _request(target, {"X-Ms-Name": "ada"})
    query = query_of(request)
    return HttpBindingData(request_data(request, query, route or {}, body), query, "negotiate")


def _shown(request: Request) -> HttpRequestData:
    return request_data(request, query_of(request), {}, b"")


@pytest.mark.parametrize(
    "target", ["/api/f", "/api/f?a=1&b=%20", "/api/a%20b%2Fc?x=y+z", "/api/f?", "/"]
)
def test_the_url_is_what_the_client_sent(target: str) -> None:
    """Scheme, Host header, path and query make it up, with their escapes."""
    data = _shown(_request(target))
    assert data.url == f"http://h:7071{target.removesuffix('?')}"


@pytest.mark.parametrize(
    ("query", "for_functions", "for_expressions"),
    [
        ("a=1&b=2", {"a": "1", "b": "2"}, {"a": "1", "b": "2"}),
        ("a=1&A=2&a=3", {"a": "1,2,3"}, {"a": "1,2,3"}),
        ("a=&b=x&c", {"b": "x"}, {"a": "", "b": "x", "c": ""}),
        ("a=x+y%26z", {"a": "x y&z"}, {"a": "x y&z"}),
        ("", {}, {}),
    ],
)
def test_the_query_is_read_as_the_real_host_reads_it(
    query: str, for_functions: Mapping[str, str], for_expressions: Mapping[str, str]
) -> None:
    """Repeated keys are joined; keys with an empty value are hidden from functions alone."""
    request = _request(f"/api/f?{query}")
    assert _shown(request).query == for_functions
    assert query_of(request) == for_expressions


def test_headers_are_lower_case_and_joined() -> None:
    """A repeated header is one value with commas, and an empty one is kept."""
    pairs = [("x-a", "1"), ("x-b", ""), ("x-a", "2")]
    assert joined(iter(pairs)) == {"x-a": "1,2", "x-b": ""}
    assert _shown(_request(headers={"X-A": ""})).headers["x-a"] == ""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("{query.name}", "grace"),
        ("{Query.NAME}", "grace"),
        ("{query.empty}", ""),
        ("{headers.x-ms-name}", "ada"),
        ("{id}", "route"),
        ("{name}", "grace"),
        ("{only}", "1"),
        ("{flag}", "True"),
        ("{nested.deep}", "x"),
        ("{sys.methodname}", "negotiate"),
    ],
)
def test_expressions_see_body_query_route_and_system(expression: str, value: str) -> None:
    """Route values go before the query, the query before the members of a JSON body."""
    body = (
        b'{"id":"body","name":"body","only":1,"flag":true,"nested":{"deep":"x"},'
        b'"headers":{"x-ms-name":"forged"},"Query":{"name":"forged"},"sys":{"methodname":"x"}}'
    )
    data = _data(
        "/api/f?name=grace&id=query&empty=&HEADERS=forged", body=body, route={"Id": "route"}
    )
    assert resolve_expressions(expression, data) == value


@pytest.mark.parametrize("key", ["code", "Code"])
@pytest.mark.parametrize("name", ["code", "list", "missing", "query.missing", "headers.missing"])
def test_keys_arrays_and_unknown_names_are_no_data(name: str, key: str) -> None:
    """The key of a function and arrays of the body are not to be had."""
    with pytest.raises(ExpressionError):
        resolve_expressions(f"{{{name}}}", _data(f"/api/f?{key}=secret", body=b'{"list":[1]}'))


@pytest.mark.parametrize(
    "body",
    [b"", b"text", b"[1]", b"5", b'{"a":', b"\xff", b'{"a":"\xff"}', b'{"a":' * 5000, b"null"],
)
def test_a_body_that_is_no_object_has_no_members(body: bytes) -> None:
    """Such a body is no error: the function may want it as it is."""
    assert body_members(body) == {}


@given(st.binary())
def test_any_body_is_read(body: bytes) -> None:
    """Reading the members of a body never raises."""
    assert isinstance(body_members(body), Mapping)


@given(st.dictionaries(st.sampled_from("abCD"), st.text()))
def test_binding_data_is_a_mapping_like_any_other(route: dict[str, Any]) -> None:
    """Its length, its names and its members agree."""
    data = HttpBindingData(
        HttpRequestData(method="GET", url="", headers={}, query={}, route_params=route, body=b""),
        {},
        "f",
    )
    assert len(data) == len(list(data)) == len(route) + 3
    assert all(data[name] == value for name, value in route.items())
