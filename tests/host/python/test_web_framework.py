"""HTTP functions with the requests and responses of FastAPI, through the whole host.

Specification: functions-python section 2.5.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.serving import HEAD, refusal, script, served, written
from tests.service.wire import until
from webpubsub.host.python.web_framework import forget_framework, imported_framework
from webpubsub.host.values import HttpRequestData

IMPORT = """
from azurefunctions.extensions.http.fastapi import (
    JSONResponse, PlainTextResponse, Request, Response, StreamingResponse)
"""
APP = (
    IMPORT
    + """
import asyncio, logging
from pydantic import BaseModel

class Point(BaseModel):
    x: int

def answers(name):
    return lambda function: app.function_name(name)(app.route(name)(function))

left = []

@app.route("echo", methods=["POST"])
async def echo(req: Request) -> StreamingResponse:
    async def pieces():
        async for piece in req.stream():
            if piece:
                yield piece.upper()
    return StreamingResponse(pieces(), media_type="text/x-echo", headers={"X-Own": "1"})

@app.route("items/{id}")
async def item(req: Request) -> JSONResponse:
    return JSONResponse({
        "params": req.path_params, "query": req.query_params["q"], "url": str(req.url),
        "method": req.method, "header": req.headers["x-y"], "body": (await req.body()).decode(),
    }, status_code=201)

@app.route("sync")
def sync(req: Request) -> StreamingResponse:
    return StreamingResponse(iter(["a", "b"]))

VALUES = {"text": "t", "dict": {"a": [1]}, "list": [1], "true": True, "int": 7, "float": 1.5,
          "model": Point(x=1), "none": None}

@app.route("value/{name}")
async def value(req: Request):
    return VALUES[req.path_params["name"]]

@app.route("raises")
async def raises(req: Request) -> Response:
    raise ValueError("for the log")

@app.route("breaks")
async def breaks(req: Request) -> StreamingResponse:
    async def pieces():
        yield "begun"
        await asyncio.sleep(0.05)
        raise ValueError("in the middle")
    return StreamingResponse(pieces())

for kind in (str, bytes):
    @answers(f"as_{kind.__name__}")
    def whatever(req: kind) -> Response:
        return PlainTextResponse(f"{type(req).__module__} {req.method}")

@app.route("endless")
async def endless(req: Request) -> StreamingResponse:
    async def pieces():
        try:
            yield "first"
            await asyncio.sleep(60)
        finally:
            logging.warning("the client has left")
    return StreamingResponse(pieces())

@app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName="message")
def message(request: str):
    return {"data": "heard", "dataType": "text"}
"""
)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other apps of this process have not chosen it, and have settings of their own; the official
    engine may run in it, too, and takes what was ever imported as chosen."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    yield
    forget_framework()
    if base := sys.modules.get("azurefunctions.extensions.base"):
        base.ModuleTrackerMeta._module = None


async def test_bodies_stream_both_ways(tmp_path: Path) -> None:
    """What the client sends is answered before it sends the rest, without any length."""
    heard = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        await asyncio.wait_for(heard.wait(), 5)
        yield b"two"

    async with served(script(tmp_path, APP)) as app:
        async with app.session.post("/api/echo", data=pieces()) as answer:
            assert answer.headers["X-Own"] == "1"
            assert answer.content_type == "text/x-echo"
            assert await answer.content.readany() == b"ONE "
            heard.set()
            assert await answer.content.read() == b"TWO"
        big = b"x" * 900_000
        assert (await app.ask("/api/echo", "POST", data=big))[1] == "X" * 900_000


async def test_what_a_request_says(tmp_path: Path) -> None:
    """Route parameters are its path parameters."""
    async with served(script(tmp_path, APP)) as app:
        path = "/api/items/a%20b?q=1"
        status, text = await app.ask(path, "PUT", data="body", headers={"X-Y": "h"})
        assert status == 201
        assert json.loads(text) == {
            "params": {"id": "a b"},
            "query": "1",
            "url": f"http://127.0.0.1:{app.app.http.port}/api/items/a b?q=1",  # as FastAPI has it
            "method": "PUT",
            "header": "h",
            "body": "body",
        }
        assert await app.ask("/api/sync") == (200, "ab")
        assert await app.ask("/api/sync", "HEAD") == (200, "")


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("text", 200, '"t"'),
        ("dict", 200, '{"a":[1]}'),
        ("list", 200, "[1]"),
        ("true", 200, "true"),
        ("int", 200, "7"),
        ("float", 200, "1.5"),
        ("model", 200, '{"x":1}'),
        ("none", 500, ""),
    ],
)
async def test_values_that_are_no_responses(
    tmp_path: Path, name: str, status: int, text: str
) -> None:
    """They become JSON, as FastAPI makes it; None is nothing to answer with."""
    async with served(script(tmp_path, APP)) as app:
        assert await app.ask(f"/api/value/{name}") == (status, text)


async def test_text_is_no_way_around_it(tmp_path: Path) -> None:
    """A parameter that is annotated ``str`` or ``bytes`` is given the request too, as by the
    official engine."""
    async with served(script(tmp_path, APP)) as app:
        for kind in ("str", "bytes"):
            assert await app.ask(f"/api/as_{kind}") == (200, "starlette.requests GET")


async def test_failures(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One before the response is 500; one in the middle cuts it off, so that nobody takes it for
    whole. The log tells of both."""
    async with served(script(tmp_path, APP)) as app:
        assert await app.ask("/api/raises") == (500, "")
        assert "for the log" in caplog.text
        async with app.session.get("/api/breaks") as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
        assert "Function 'breaks' failed while its response was sent" in caplog.text
        assert "in the middle" in caplog.text


async def test_a_client_that_leaves(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What makes its response ends at once, and may clean up."""
    async with served(script(tmp_path, APP)) as app:
        async with app.session.get("/api/endless") as answer:
            assert await answer.content.readany() == b"first"
            answer.close()
        await until(lambda: "the client has left" in caplog.text)


async def test_a_body_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the client's fault, and no failure of the host."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "10")
    async with served(script(tmp_path, APP)) as app:
        headers = {"X-Y": "h"}
        path = "/api/items/1?q=1"
        assert (await app.ask(path, "PUT", data=b"x" * 11, headers=headers))[0] == 413


async def test_other_functions_are_as_they_were(tmp_path: Path) -> None:
    """Events are, and CORS and the headers of host.json are for streams too."""
    http = {"http": {"customHeaders": {"X-Custom": "c"}}}
    folder = script(tmp_path, APP, extensions=http)
    async with served(folder, cors="https://a.example") as app, app.client("h") as client:
        await client.send_str("hello")
        assert await client.receive_str(timeout=5) == "heard"
        origin = {"Origin": "https://a.example"}
        async with app.session.get("/api/sync", headers=origin) as answer:
            assert answer.headers["X-Custom"] == "c"
            assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"


OLD = """
@app.route("old")
def old(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("old")
"""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (OLD, "'old': parameter 'req' .* cannot be annotated HttpRequest.*fastapi.Request"),
        (OLD.replace("func.HttpRequest", "Request"), "'old': the return annotation HttpResponse"),
    ],
)
async def test_a_function_of_the_other_kind(tmp_path: Path, source: str, reason: str) -> None:
    """All HTTP functions of an app are of one kind; the message says which package decides it."""
    assert re.search(reason, await refusal(script(tmp_path, IMPORT + source)))


async def test_it_is_chosen_anew_by_each_reading(tmp_path: Path) -> None:
    """An app that imports the package no more has functions as before, also in this process."""
    folder = script(tmp_path, APP)
    async with served(folder) as app:
        assert await app.ask("/api/sync") == (200, "ab")
        written(tmp_path, {"function_app.py": HEAD + OLD})
        await app.app.reload()
        assert await app.ask("/api/old") == (200, "old")
        written(tmp_path, {"function_app.py": HEAD + APP})
        await app.app.reload()
        assert await app.ask("/api/sync") == (200, "ab")


def test_without_the_package() -> None:
    """Nothing is chosen, and nothing is imported to find that out."""
    forget_framework()
    assert imported_framework() is None
    request = HttpRequestData(method="GET", url="", headers={}, query={}, route_params={}, body=b"")
    __import__("azurefunctions.extensions.http.fastapi")
    framework = imported_framework()
    assert framework is not None
    with pytest.raises(TypeError, match="call the function by HTTP"):
        framework.decode(request, None)
    forget_framework()
    assert "azurefunctions.extensions.http.fastapi" not in sys.modules
