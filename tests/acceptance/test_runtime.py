"""How functions run.

Specification: functions-python section 22, checks 20 to 24.
And functions-python sections 8.1, 8.2, 8.5, 8.7 and 11.
"""

import asyncio
import json
import threading
from pathlib import Path

import pytest

from tests.acceptance.serving import HEAD, Served, asked, refusal, script, served, values, written
from tests.service.wire import until
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


AT_ONCE = """
import pathlib, threading, time

FIFTY = threading.Barrier(50)
BEGUN = pathlib.Path(__file__).with_name("begun")
running, most, blocked = 0, 0, False

@app.route("meet")
def meet(req: func.HttpRequest) -> func.HttpResponse:
    FIFTY.wait(30)
    return func.HttpResponse()

@app.route("count")
def count(req: func.HttpRequest) -> func.HttpResponse:
    global running, most
    running += 1
    most = max(most, running)
    time.sleep(0.02)
    running -= 1
    return func.HttpResponse(str(most))

@app.route("blocks")
async def blocks(req: func.HttpRequest) -> func.HttpResponse:
    global blocked
    BEGUN.touch()
    time.sleep(0.3)
    blocked = True
    return func.HttpResponse()

@app.route("quick")
async def quick(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(str(blocked))
"""


async def all_of(app: Served, path: str, times: int) -> set[tuple[int, str]]:
    """What requests at once are answered."""
    return set(await asyncio.gather(*(app.ask(path) for _ in range(times))))


async def test_check_21_what_runs_at_once(tmp_path: Path) -> None:
    """functions-python section 22, check 21. Fifty that wait for each other all go on; with
    one thread they follow each other."""
    async with served(script(tmp_path / "many", AT_ONCE)) as app:
        assert await all_of(app, "/api/meet", 50) == {(200, "")}
    one = {
        "function_app.py": HEAD + AT_ONCE,
        "local.settings.json": values(PYTHON_THREADPOOL_THREAD_COUNT="1"),
    }
    async with served(written(tmp_path / "one", one)) as app:
        assert await all_of(app, "/api/count", 8) == {(200, "1")}


async def test_check_21_what_blocks_the_others(tmp_path: Path) -> None:
    """functions-python section 22, check 21. In a process of its own, so that the test's own loop
    is not the one that stands still."""
    folder = script(tmp_path, AT_ONCE)
    async with served(folder, workers=1) as app:
        blocking = asyncio.create_task(app.ask("/api/blocks"))
        await until((folder / "begun").exists)
        assert await app.ask("/api/quick") == (200, "True")
        assert (await blocking)[0] == 200


LONG = """
import asyncio, threading
FREE = threading.Event()

@app.route("long")
async def long(req: func.HttpRequest) -> func.HttpResponse:
    try:
        await asyncio.sleep(60)
    finally:
        print("it was cancelled")

@app.route("stuck")
def stuck(req: func.HttpRequest) -> func.HttpResponse:
    FREE.wait(60)
    return func.HttpResponse("late")

@app.route("short")
async def short(req: func.HttpRequest) -> func.HttpResponse:
    FREE.set()
    return func.HttpResponse("served")
"""


async def test_check_22_functions_that_take_too_long(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """functions-python section 22, check 22. On the event loop they are cancelled; a thread cannot
    be stopped, which is told."""
    async with served(script(tmp_path, LONG, functionTimeout="00:00:01")) as app:
        answers = await asyncio.gather(app.ask("/api/long"), app.ask("/api/stuck"))
        assert set(answers) == {(500, "")}
        assert await app.ask("/api/short") == (200, "served")
    await until(lambda: not any(one.name.startswith("function") for one in threading.enumerate()))
    assert "it was cancelled" in capsys.readouterr().out
    assert caplog.text.count("took longer than 1 seconds") == 2
    assert "Function 'stuck' runs on in its thread, which cannot be stopped" in caplog.text


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


async def test_check_24_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """functions-python section 22, check 24."""
    files = {
        "function_app.py": HEAD + ENVIRONMENT,
        "local.settings.json": values(ONE="from Values", TWO="from Values"),
    }
    folder = written(tmp_path, files)
    monkeypatch.setenv("ONE", "there before")
    for name in AZURE_ALONE:
        monkeypatch.delenv(name, raising=False)  # this may be a container of somebody's
    async with served(folder) as app:
        seen = json.loads((await app.ask("/api/seen"))[1])
        assert seen["WEBSITE_HOSTNAME"] == f"localhost:{app.app.http.port}"
    assert seen["AZURE_FUNCTIONS_ENVIRONMENT"] == "Development"
    assert (seen["ONE"], seen["TWO"]) == ("there before", "from Values")
    assert seen["AzureWebJobsScriptRoot"] == str(folder)
    assert not AZURE_ALONE & set(seen)
