"""HTTP functions with the requests and responses of FastAPI, in processes of their own.

What the two ends of an exchange do is tested with the other end, in
tests/host/workers/test_relay.py.
Specification: functions-python section 2.5.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.serving import script, served
from tests.host.python.test_web_framework import APP
from tests.service.wire import until

MORE = """
import os

@app.route("dies")
async def dies(req: Request) -> StreamingResponse:
    async def pieces():
        yield str(os.getpid())
        await asyncio.sleep(60)
    return StreamingResponse(pieces())

@app.route("looks", methods=["POST"])
async def looks(req: Request) -> JSONResponse:
    gone = [await req.is_disconnected() for _ in range(3)]
    return JSONResponse({"gone": gone, "body": len(await req.body()), "client": req.client.host})
"""


async def test_fastapi_in_processes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Bodies stream both ways, and what fails or leaves is seen as in the process of the host."""
    heard = asyncio.Event()

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one "
        await asyncio.wait_for(heard.wait(), 5)
        yield b"two"

    async with served(script(tmp_path, APP + MORE), workers=1) as app:
        async with app.session.post("/api/echo", data=pieces()) as answer:
            assert (answer.headers["X-Own"], answer.content_type) == ("1", "text/x-echo")
            assert await answer.content.readany() == b"ONE "
            heard.set()
            assert await answer.content.read() == b"TWO"
        big = b"x" * 900_000
        assert (await app.ask("/api/echo", "POST", data=big))[1] == "X" * 900_000
        status, text = await app.ask("/api/looks", "POST", data=big)
        assert status == 200
        assert json.loads(text) == {"gone": [False] * 3, "body": 900_000, "client": "127.0.0.1"}
        status, text = await app.ask("/api/items/a%20b?q=1", "PUT", headers={"X-Y": "h"})
        assert (status, json.loads(text)["params"]) == (201, {"id": "a b"})
        assert await app.ask("/api/sync", "HEAD") == (200, "")
        assert await app.ask("/api/value/model") == (200, '{"x":1}')
        assert await app.ask("/api/raises") == (500, "")
        assert "for the log" in caplog.text
        async with app.session.get("/api/breaks") as answer:
            assert answer.status == 200
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
        assert "Function 'breaks' failed while its response was sent" in caplog.text
        assert "ValueError: in the middle" in caplog.text
        async with app.session.get("/api/endless") as answer:
            assert await answer.content.readany() == b"first"
            answer.close()
        await until(lambda: "the client has left" in caplog.text)
        async with app.session.get("/api/dies") as answer:
            os.kill(int(await answer.content.readany()), signal.SIGKILL)
            with pytest.raises(aiohttp.ClientPayloadError):
                await asyncio.wait_for(answer.read(), 5)
        async with app.client("h") as client:
            await client.send_str("hello")
            assert await client.receive_str(timeout=30) == "heard"


async def test_a_body_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the client's fault there, too."""
    monkeypatch.setenv("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", "10")
    async with served(script(tmp_path, APP), workers=1) as app:
        path = "/api/items/1?q=1"
        assert (await app.ask(path, "PUT", data=b"x" * 11, headers={"X-Y": "h"}))[0] == 413
