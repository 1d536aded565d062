"""How functions run.

Specification: functions-python section 22, checks 20 to 24.
And functions-python sections 8.1, 8.2, 8.5, 8.7 and 11.
"""

import asyncio
import json
import os
import time
from pathlib import Path

import pytest

from tests.acceptance.serving import HEAD, Served, asked, refusal, script, served, values, written
from webpubsub.cli.reloading import running
from webpubsub.composition.local_app import LocalApp, Place

CONTEXT = """
import json

@app.function_name("named")
@app.route("named")
def function(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    trace, retry = context.trace_context, context.retry_context
    return func.HttpResponse(json.dumps({
        "id": context.invocation_id,
        "name": context.function_name,
        "directory": context.function_directory,
        "trace": [trace.trace_parent, trace.trace_state, trace.attributes],
        "deprecated": [trace.Traceparent, trace.Tracestate, trace.Attributes],
        "retry": [retry.retry_count, retry.max_retry_count, retry.rpc_exception],
        "has exception": hasattr(retry, "exception"),
        "local": type(context.thread_local_storage).__name__,
    }))
"""


async def test_check_20_the_context(tmp_path: Path) -> None:
    """functions-python section 22, check 20."""
    folder = script(tmp_path / "right", CONTEXT)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with served(folder) as app:
        headers = {"traceparent": parent, "tracestate": "a=b"}
        first = json.loads((await app.ask("/api/named", headers=headers))[1])
        second = json.loads((await app.ask("/api/named"))[1])
    assert len(first.pop("id")) == 36 != second.pop("id")
    assert first == {
        "name": "named",
        "directory": str(folder),
        "trace": [parent, "a=b", {}],
        "deprecated": [parent, "a=b", {}],
        "retry": [0, 0, None],
        "has exception": False,
        "local": "_local",
    }
    wrong = script(tmp_path / "wrong", CONTEXT.replace("func.Context", "str"))
    assert "'context' is annotated str" in await refusal(wrong)


SLEEPS = """
import asyncio, time

@app.route("sync")
def sync(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(0.2)
    return func.HttpResponse()

@app.route("blocks")
async def blocks(req: func.HttpRequest) -> func.HttpResponse:
    time.sleep(0.5)
    return func.HttpResponse()

@app.route("quick")
async def quick(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse()
"""


async def seconds(app: Served, *paths: str) -> float:
    """How long requests at once take."""
    started = time.monotonic()
    answers = await asyncio.gather(*(app.ask(f"/api/{path}") for path in paths))
    assert {status for status, _ in answers} == {200}
    return time.monotonic() - started


async def test_check_21_what_runs_at_once(tmp_path: Path) -> None:
    """functions-python section 22, check 21."""
    async with served(script(tmp_path / "many", SLEEPS)) as app:
        assert await seconds(app, *["sync"] * 50) < 50 * 0.2 / 3
    one = {
        "function_app.py": HEAD + SLEEPS,
        "local.settings.json": values(PYTHON_THREADPOOL_THREAD_COUNT="1"),
    }
    async with served(written(tmp_path / "one", one)) as app:
        assert await seconds(app, *["sync"] * 4) > 4 * 0.2


async def test_check_21_what_blocks_the_others(tmp_path: Path) -> None:
    """functions-python section 22, check 21. In a process of its own, so that the test's own loop
    is not the one that stands still."""
    async with served(script(tmp_path, SLEEPS), workers=1) as app:
        blocking = asyncio.create_task(app.ask("/api/blocks"))
        await asyncio.sleep(0.1)
        assert await seconds(app, "quick") > 0.2
        assert (await blocking)[0] == 200


LONG = """
import asyncio

@app.route("long")
async def long(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.sleep(60)
    return func.HttpResponse("never")

@app.route("short")
async def short(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("served")
"""


async def test_check_22_a_function_that_takes_too_long(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """functions-python section 22, check 22."""
    async with served(script(tmp_path, LONG, functionTimeout="00:00:02")) as app:
        started = time.monotonic()
        assert await app.ask("/api/long") == (500, "")
        assert 2 <= time.monotonic() - started < 10
        assert "longer than 2 seconds" in caplog.text
        assert await app.ask("/api/short") == (200, "served")


COUNTING = """
import os
calls = 0

@app.route("count")
def count(req: func.HttpRequest) -> func.HttpResponse:
    global calls
    calls += 1
    return func.HttpResponse(f"VERSION {calls} {os.environ['WORD']}")
"""


async def test_check_23_an_app_that_is_edited(tmp_path: Path) -> None:
    """functions-python section 22, check 23."""

    def files(version: str, word: str) -> dict[str, str]:
        source = HEAD + COUNTING.replace("VERSION", version)
        return {"function_app.py": source, "local.settings.json": values(WORD=word)}

    folder, shown = written(tmp_path, files("one", "word")), asyncio.Event()
    local = LocalApp(Place(folder=folder, port=0, service_port=0))
    async with running(local, shown.set), asked(local) as app:
        shown.clear()
        assert await app.ask("/api/count") == (200, "one 1 word")
        (folder / "local.settings.json").write_text(values(WORD="other"), encoding="utf-8")
        await asyncio.sleep(0.6)
        assert not shown.is_set()
        assert await app.ask("/api/count") == (200, "one 2 word")
        (folder / "function_app.py").write_text(files("two", "")["function_app.py"], "utf-8")
        await asyncio.wait_for(shown.wait(), 10)
        assert await app.ask("/api/count") == (200, "two 1 word")


ENVIRONMENT = """
import json, os

SEEN = {name: value for name, value in os.environ.items()}

@app.route("seen")
def seen(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(SEEN))
"""


#: By these an app knows that it runs on Azure.
AZURE_ALONE = {"WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "WEBSITE_SKU", "CONTAINER_NAME"}


async def test_check_24_the_environment(tmp_path: Path) -> None:
    """functions-python section 22, check 24."""
    files = {
        "function_app.py": HEAD + ENVIRONMENT,
        "local.settings.json": values(ONE="from Values", TWO="from Values"),
    }
    folder = written(tmp_path, files)
    os.environ["ONE"] = "there before"
    for name in AZURE_ALONE:
        os.environ.pop(name, None)  # this may be a container of somebody's
    async with served(folder) as app:
        seen = json.loads((await app.ask("/api/seen"))[1])
        assert seen["WEBSITE_HOSTNAME"] == f"localhost:{app.app.http.port}"
    assert seen["AZURE_FUNCTIONS_ENVIRONMENT"] == "Development"
    assert (seen["ONE"], seen["TWO"]) == ("there before", "from Values")
    assert seen["AzureWebJobsScriptRoot"] == str(folder)
    assert not AZURE_ALONE & set(seen)
