"""Requests and responses in the terms of ASGI. Specification: functions-python section 2.5."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from tests.host.extensions.http.serving import http_function, serving
from webpubsub.host.extension import Invoke, TriggerCall
from webpubsub.host.extensions.http import bodies
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import HttpExchange, HttpReply, Receive, Send
from webpubsub.host.worker import FunctionFailure, InvocationResult

FAILED = FunctionFailure(type="E", message="m", stack_trace="")


def streaming(**trigger: Any) -> FunctionMetadata:
    """An HTTP function that streams."""
    return msgspec.structs.replace(http_function("f", **trigger), streams_http=True)


def replying(*messages: Mapping[str, Any]) -> Invoke:
    """A function whose response consists of these messages."""

    async def application(_scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    async def act(call: TriggerCall) -> InvocationResult:
        return InvocationResult(return_value=HttpReply(application))

    return act


class Reader:
    """A function that reads the body, and fails when that breaks off, as a framework does."""

    def __init__(self) -> None:
        self.scope: Mapping[str, Any] = {}
        self.messages: list[Mapping[str, Any]] = []

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        assert isinstance(call.value, HttpExchange)
        self.scope, self.messages = call.value.scope, []
        while not self.messages or self.messages[-1].get("more_body"):
            self.messages.append(await call.value.receive())
        if self.messages[-1]["type"] == "http.disconnect":
            return InvocationResult(failure=FAILED)
        return await replying(START, BODY)(call)


START = {"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"1"), (b"x-a", b"2")]}
BODY = {"type": "http.response.body", "body": b"whole"}


async def test_the_scope_is_that_of_the_request() -> None:
    """As a server of ASGI makes it; route values are its path parameters."""
    reader = Reader()
    async with serving((streaming(route="items/{id}"), reader)) as (session, extension):
        answer = await session.put("/api/items/%C3%A9?a=b%20c", data=b"body", headers={"X-Y": "h"})
        assert await answer.text() == "whole"
        assert answer.headers.getall("x-a") == ["1", "2"]
    scope = reader.scope
    members = ("type", "method", "path", "raw_path", "query_string", "path_params", "root_path")
    assert [scope[name] for name in members] == [
        "http",
        "PUT",
        "/api/items/é",
        b"/api/items/%C3%A9",
        b"a=b%20c",
        {"id": "é"},
        "",
    ]
    assert scope["http_version"] == "1.1"
    assert (b"x-y", b"h") in scope["headers"]
    assert scope["server"] == ("127.0.0.1", extension.port)
    assert b"".join(message["body"] for message in reader.messages) == b"body"


@pytest.mark.parametrize("status", [200, 204, 304])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_has_no_body(method: str, status: int) -> None:
    """Nothing is written where nothing may be, so that the connection goes on."""
    messages = ({**START, "status": status}, BODY)
    async with serving((streaming(), replying(*messages))) as (session, _):
        for _ in range(2):
            answer = await session.request(method, "/api/f")
            has_body = method == "GET" and status == 200
            assert (answer.status, await answer.read()) == (status, b"whole" if has_body else b"")


@pytest.mark.parametrize("messages", [(), (BODY,), ({"type": "http.response.debug"},)])
async def test_what_is_no_response(messages: tuple[Mapping[str, Any], ...]) -> None:
    """Nothing has been sent, so that the client gets an error."""
    async with serving((streaming(), replying(*messages))) as (session, _):
        answer = await session.get("/api/f")
        assert (answer.status, await answer.read()) == (500, b"")


async def test_a_body_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """In size and in time; the function has ended by then, and the client is told why."""
    monkeypatch.setattr(bodies, "PIECE_SECONDS", 0.1)
    async with serving((streaming(), Reader()), max_body_bytes=8) as (session, extension):
        assert (await session.post("/api/f", data=b"x" * 9)).status == 413
        reader, writer = await asyncio.open_connection("127.0.0.1", extension.port)
        writer.write(b"POST /api/f HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\nhalf")
        assert b" 408 " in await asyncio.wait_for(reader.readline(), 5)
        writer.close()
        await writer.wait_closed()
