"""From a request to an answer, asked by a real client.

Specification: functions-python sections 5 and 8.4.
"""

from collections.abc import AsyncIterator

import msgspec
import pytest

from tests.host.extensions.http.serving import (
    Recorder,
    config_of,
    http_function,
    raw,
    returning,
    serving,
)
from tests.host.extensions.http.talking import asked
from webpubsub.host.extension import TriggerCall
from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.cors import CorsPolicy
from webpubsub.host.values import HttpResponseData
from webpubsub.host.worker import FunctionFailure, InvocationResult, TraceContext
from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest


async def test_a_request_reaches_its_function() -> None:
    """The function sees method, address, headers, query, route values and body."""
    echo = Recorder()
    async with serving((http_function("f", route="items/{id:int}"), echo)) as (session, _):
        answer = await session.post("/api/items/7?a=1&b=", data=b"body", headers={"X-A": "1"})
        assert (answer.status, await answer.read()) == (200, b"body")
    request = echo.request
    assert (request.method, request.body) == ("POST", b"body")
    assert request.url.startswith("http://127.0.0.1:")
    assert request.url.endswith("/api/items/7?a=1&b=")
    assert (request.query, request.route_params) == ({"a": "1"}, {"id": "7"})
    assert request.headers["x-a"] == "1"


async def test_expressions_and_traces_come_with_the_call() -> None:
    """Binding data and the W3C trace context are those of the request."""
    echo = Recorder()
    async with serving((http_function("f"), echo)) as (session, _):
        await session.get("/api/f?user=ada", headers={"traceparent": "00-a", "tracestate": "b"})
    assert echo.calls[0].binding_data["query"] == {"user": "ada"}
    assert echo.calls[0].trace_context == TraceContext("00-a", "b")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/api/read", 200),
        ("GET", "/API/Read/", 200),
        ("POST", "/api/read", 404),
        ("HEAD", "/api/read", 404),
        ("HEAD", "/api/any", 200),
        ("GET", "/api/none", 404),
        ("GET", "/read", 404),
        ("GET", "/admin/host/ping", 200),
        ("GET", "/ADMIN/host/ping", 200),
        ("GET", "/admin/host/status", 200),
        ("GET", "/admin/unknown", 404),
        ("GET", "/runtime/webhooks/webpubsub", 404),
    ],
)
async def test_a_request_is_answered_or_not_found(method: str, path: str, status: int) -> None:
    """A wrong method is not found, as an unknown path is."""
    functions = (
        (http_function("read", methods=["get"]), returning("x")),
        (http_function("any"), returning("x")),
    )
    async with serving(*functions) as (session, _), session.request(method, path) as answer:
        assert answer.status == status


async def test_a_catch_all_at_the_root_leaves_the_host_its_paths() -> None:
    """With no prefix and no start page a function has every path but the host's own."""
    everything = (http_function("all", route="{*rest}"), returning("mine"))
    http = {"routePrefix": ""}
    async with serving(everything, http=http, start_page=False) as (session, _):
        assert await (await session.get("/")).text() == "mine"
        assert await (await session.get("/api/x")).text() == "mine"
        assert (await session.get("/runtime/x")).status == 404
        assert (await session.get("/admin/host/ping")).status == 200


async def test_a_response_goes_out_as_it_was_returned() -> None:
    """Status, repeated headers and the body arrive; framing is the listener's own."""
    response = HttpResponseData(
        status=418,
        headers=(
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Content-Length", "99"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "upgrade"),
            ("content-type", "text/html"),
        ),
        body=b"tea",
    )
    async with serving((http_function("f"), returning(response))) as (session, _):
        answer = await session.get("/api/f")
        assert (answer.status, await answer.read()) == (418, b"tea")
        assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
        assert (answer.headers["Content-Type"], answer.headers["Content-Length"]) == (
            "text/html",
            "3",
        )
        assert not {"Transfer-Encoding", "Connection"} & answer.headers.keys()


async def test_a_head_request_gets_the_headers_alone() -> None:
    """The length is that of the body, which stays here; the connection lives on."""
    async with serving((http_function("f"), returning("hello"))) as (session, _):
        for _ in range(2):
            answer = await session.head("/api/f")
            assert (answer.headers["Content-Length"], await answer.read()) == ("5", b"")


async def test_a_failure_answers_500_with_an_empty_body() -> None:
    """The client learns nothing of the exception."""

    async def fail(call: TriggerCall) -> InvocationResult:
        failure = FunctionFailure(type="ValueError", message="secret", stack_trace="secret")
        return InvocationResult(failure=failure)

    async with serving((http_function("f"), fail)) as (session, _):
        answer = await session.get("/api/f")
        assert (answer.status, await answer.read()) == (500, b"")


async def test_an_impossible_response_is_logged_and_answers_500(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log names the function and what is wrong."""
    response = HttpResponseData(status=5, headers=(), body=b"")
    async with serving((http_function("f"), returning(response))) as (session, _):
        assert (await session.get("/api/f")).status == 500
    assert "Function 'f' answered no response: the status" in caplog.text


async def test_a_chunked_body_is_not_seen_unless_host_json_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """As in the real host the body is empty; unlike there the log says why."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    echo = Recorder()
    async with serving((http_function("f"), echo)) as (session, _):
        await session.post("/api/f", data=chunks())
    assert echo.request.body == b""
    assert "enableChunkedRequestBinding" in caplog.text


async def test_a_compressed_body_is_handed_over_as_it_is() -> None:
    """The host does not unpack what a function may want packed."""
    echo = Recorder()
    async with serving((http_function("f"), echo)) as (session, _):
        await session.post("/api/f", data=b"packed", headers={"Content-Encoding": "gzip"})
    assert echo.request.body == b"packed"


async def test_bytes_that_are_no_text_never_reach_a_function() -> None:
    """A header outside UTF-8 is text without surrogates, which every encoder takes."""
    echo = Recorder()
    async with serving((http_function("f"), echo)) as (_, extension):
        await raw(
            extension,
            b"GET /api/f HTTP/1.1\r\nHost: h\xe9\r\nX-A: \xe9\r\nConnection: close\r\n\r\n",
        )
    assert echo.request.headers["x-a"] == "�"
    assert echo.request.url == "http://h�/api/f"


async def test_what_is_no_http_is_a_mistake_of_the_client(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is answered with 400 and logged in one line, and the function is not called."""
    echo = Recorder()
    request = b"POST /api/f HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    async with serving((http_function("f"), echo)) as (_, extension):
        answer = await raw(extension, request)
    assert answer.partition(b"\r\n")[0].endswith(b" 400 Bad Request")
    assert echo.calls == []
    assert [(r.levelname, r.exc_info) for r in caplog.records] == [("WARNING", None)]


async def test_requests_beyond_the_limit_are_turned_away() -> None:
    """The answer is the one that scale controllers know."""
    config = config_of(maxOutstandingRequests=0)
    async with serving((http_function("f"), returning("x")), config=config) as (session, _):
        answer = await session.get("/api/f")
        assert (answer.status, answer.headers["X-FUNCTION-SCALEOUT"]) == (429, "1")


async def test_policy_and_custom_headers_are_on_every_answer() -> None:
    """Functions, refusals and preflight answers carry the headers of the CORS policy, and what a
    function says for itself stays."""
    cors = CorsPolicy.parse("http://page.example")
    config = config_of(customHeaders={"X-Content-Type-Options": "nosniff"})
    origin = {"Origin": "http://page.example"}

    async def webhook(request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(status=200)

    own = (("Vary", "Accept"), ("Access-Control-Allow-Origin", "http://own.example"))
    async with serving(
        (http_function("f"), returning("x")),
        (http_function("own"), returning(HttpResponseData(status=200, headers=own, body=b""))),
        config=config,
        cors=cors,
        webhooks={"thing": webhook},
    ) as (session, _):
        for path in ("/api/f", "/api/none", "/runtime/webhooks/thing", "/admin/host/ping", "/"):
            answer = await session.get(path, headers=origin)
            assert answer.headers["Access-Control-Allow-Origin"] == "http://page.example"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
        answer = await session.get("/api/own", headers=origin)
        assert answer.headers["Access-Control-Allow-Origin"] == "http://own.example"
        assert answer.headers.getall("Vary") == ["Accept", "Origin"]
        asked = {**origin, "Access-Control-Request-Method": "PUT"}
        for path in ("/api/f", "/runtime/webhooks/thing"):
            answer = await session.options(path, headers=asked)
            assert (answer.status, answer.headers["Access-Control-Allow-Methods"]) == (204, "PUT")


async def test_only_functions_that_stream_need_the_connection() -> None:
    """Requests for all others are taken whole, and so is what is nobody's."""
    streams = msgspec.structs.replace(http_function("s", route="s/{id}"), streams_http=True)
    whole = (http_function("w"), returning("x"))

    def takes(extension: HttpExtension, target: str) -> bool:
        return extension.takes(asked(target))

    async with serving(whole) as (_, extension):
        assert takes(extension, "/api/w")
    async with serving(whole, (streams, returning("x"))) as (_, extension):
        assert not takes(extension, "/api/s/1")
        assert all(takes(extension, target) for target in ("/api/w", "/api/s", "/", "/admin/x"))
