"""What a command says, as JSON lines. Specification: functions-python section 13.1."""

import io
import json
import logging
import sys
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.apps import ECHO, write_app
from tests.cli.processes import Command, StartedApp, free_port
from webpubsub.cli.json_output import JsonFormatter, JsonLines
from webpubsub.protocol.observation import Scope
from webpubsub.protocol.trace_context import SpanContext

FORMATTER = JsonFormatter(lambda record: f"of {record.name}")


def test_a_record_is_one_object() -> None:
    """Whatever its message holds, with the exception if there is one."""
    try:
        raise ValueError("no")
    except ValueError:
        error = sys.exc_info()
    record = logging.LogRecord("x", logging.WARNING, "", 0, "two\nlines %d", (5,), error)
    line = FORMATTER.format(record)
    assert "\n" not in line
    document = json.loads(line)
    assert document["exception"].endswith("ValueError: no")
    assert document["time"].endswith("Z")
    assert (document["level"], document["category"], document["message"]) == (
        "Warning",
        "of x",
        "two\nlines 5",
    )


def test_whereabouts_are_members() -> None:
    """The client that a record is about, and the trace that it is made in."""
    record = logging.LogRecord("x", logging.WARNING, "", 0, "why", None, None)
    record.hub, record.connection_id = "chat", "c1"
    with Scope(SpanContext("a" * 32, "b" * 16)):
        document = json.loads(FORMATTER.format(record))
    assert (document["hub"], document["connectionId"]) == ("chat", "c1")
    assert (document["traceId"], document["spanId"]) == ("a" * 32, "b" * 16)


@given(st.lists(st.text()))
def test_whatever_is_printed_becomes_whole_lines(texts: list[str]) -> None:
    """However it is cut into pieces."""
    stream = io.StringIO()
    lines = JsonLines(stream, FORMATTER)
    for text in texts:
        lines.write(text)
    expected = [line.strip() for line in "".join(texts).split("\n")[:-1] if line.strip()]
    written = [json.loads(line)["message"] for line in stream.getvalue().split("\n")[:-1]]
    assert written == expected


async def test_an_app_says_everything_as_json(tmp_path: Path) -> None:
    """What it lists, what is logged of invocations, and what functions print."""
    folder = write_app(
        tmp_path / "app", ECHO.replace("    return func", '    print("here")\n    return func')
    )
    with StartedApp(folder, options=("--json-output",)) as app:
        app.wait_until_ready()
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{app.url}/negotiate?user=a") as answer,
        ):
            assert answer.status == 200
        app.wait_for("Executed 'Functions.negotiate'")
        assert app.interrupt() == 0
    said = [json.loads(line) for line in app.output.splitlines()]
    categories = {one["message"]: one["category"] for one in said}
    assert categories["here"] == "Function.negotiate.User"
    assert any(one.startswith("negotiate: [GET] http://") for one in categories)
    (executed,) = (one for one in said if one["message"].startswith("Executed 'Func"))
    assert (executed["category"], executed["level"]) == ("Function.negotiate", "Information")


NASTY = """
import asyncio, atexit, logging, os, subprocess, sys, threading, warnings
import azure.functions as func

print("at import")
print("at import, to the error stream", file=sys.stderr)
warnings.warn("at import, a warning")
atexit.register(print, "at exit")
atexit.register(os.write, 1, b"last\\n" * 2000)

class Bad:
    def __del__(self):
        raise ValueError("nobody can catch it")

async def fail():
    raise RuntimeError("nobody asks for it")

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route("nasty")
async def nasty(req: func.HttpRequest) -> func.HttpResponse:
    print("printed", "\\udcff")
    sys.stdout.buffer.write(b"bytes\\n")
    sys.stdout.flush()
    os.write(1, b"raw\\n")
    subprocess.run([sys.executable, "-c", "print('of a child')"])
    subprocess.run([sys.executable, "-c", "print('of another')"], stdout=sys.stdout)
    thread = threading.Thread(target=lambda: 1 // 0, name="failing")
    thread.start()
    thread.join()
    asyncio.create_task(fail())
    asyncio.get_running_loop().call_exception_handler({"message": "the loop complains"})
    Bad()
    warnings.warn("a warning")
    asyncio.sleep(0)  # and nobody waits
    sys.__stdout__.write("past it\\n")
    sys.__stdout__.flush()
    print("no end", end="")
    return func.HttpResponse("done")

@app.route("broken")
def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("two\\nlines")
"""
SAID = (
    "at import", "at import, to the error stream", "UserWarning: at import, a warning", "at exit",
    "printed \\udcff", "bytes", "raw", "of a child", "of another", "Exception in thread failing",
    "RuntimeError: nobody asks for it", "the loop complains", "Bad.__del__",
    "UserWarning: a warning", "coroutine 'sleep' was never awaited", "past it", "no end",
    "ValueError: two",
)  # fmt: skip


@pytest.mark.parametrize("workers", ["0", "2"], ids=["in process", "workers"])
async def test_whatever_an_app_does_everything_is_json(tmp_path: Path, workers: str) -> None:
    """Whoever writes, and by whichever way: functions, threads, child processes, Python itself, and
    what runs at the very end."""
    folder = write_app(tmp_path / "app", NASTY)
    with StartedApp(folder, options=("--json-output", "--workers", workers)) as app:
        app.wait_until_ready()
        async with aiohttp.ClientSession() as session:
            for path, status in (("broken", 500), ("nasty", 200)):
                async with session.get(f"{app.url}/{path}") as answer:
                    assert answer.status == status
        app.wait_for("Executed 'Functions.nasty'")
        assert app.interrupt() == 0
    said = [json.loads(line) for line in app.output.splitlines()]
    records = [f"{one['message']}\n{one.get('exception', '')}" for one in said]
    text = "\n".join(records)
    # A worker's text travels as UTF-8, and names what cannot.
    assert [one for one in SAID if one not in text.replace("\udcff", r"\udcff")] == []
    # A failure is one record with its traceback.
    assert any("thread failing" in one and "ZeroDivisionError" in one for one in records)
    levels = {one["message"]: one["level"] for one in said}
    assert levels["at import, to the error stream"] == "Warning"
    assert sum(one == "last\n" for one in records) >= 2000
    printed = next(one for one in said if one["message"].startswith("printed"))
    assert (printed["category"], printed["function"]) == ("Function.nasty.User", "nasty")


async def test_what_is_wrong_at_the_start_is_json(tmp_path: Path) -> None:
    """Nothing is said before."""
    with Command("start", tmp_path, "--json-output") as command:
        assert command.wait() == 1
    (said,) = (json.loads(line) for line in command.output.splitlines())
    assert said["message"].startswith("error: ")
    assert said["level"] == "Warning"


def test_a_service_says_everything_as_json() -> None:
    """Its endpoint too."""
    with Command("service", "--json-output", "--port", str(free_port())) as service:
        service.wait_for("Events of clients have no handler")
        assert service.interrupt() == 0
    said = [json.loads(line) for line in service.output.splitlines()]
    assert said[0]["message"].startswith("Web PubSub service: http://")
    assert {one["category"] for one in said} == {"Service"}
