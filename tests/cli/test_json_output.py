"""What a command says, as JSON lines. Specification: functions-python section 13.1."""

import io
import json
import logging
import sys
from pathlib import Path

import aiohttp
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


def test_a_service_says_everything_as_json() -> None:
    """Its endpoint too."""
    with Command("service", "--json-output", "--port", str(free_port())) as service:
        service.wait_for("Events of clients have no handler")
        assert service.interrupt() == 0
    said = [json.loads(line) for line in service.output.splitlines()]
    assert said[0]["message"].startswith("Web PubSub service: http://")
    assert {one["category"] for one in said} == {"Service"}
