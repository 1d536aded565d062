"""A worker in a process of its own, a real one.

Specification: functions-python sections 8.3, 8.4 and 8.5.
"""

import asyncio
import io
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.service.wire import until
from webpubsub.host.current_invocation import current_invocation
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import JsonText, Value
from webpubsub.host.worker import AppError, Invocation, InvocationResult, WorkerLost
from webpubsub.host.workers.process_worker import ProcessWorker

APP = """
import asyncio, logging, os, time
import azure.functions as func

logging.warning("imported")
app = func.FunctionApp()

def named(function):
    function = app.function_name(function.__name__)(function)
    return app.generic_trigger(arg_name="item", type="someTrigger")(function)

@named
def same(item): return item

@named
def pid(item): return os.getpid()

@named
async def forever(item):
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        logging.warning("cancelled")
        raise

@named
def logs(item, context):
    logging.warning("in %s", context.invocation_id)
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("mine").exception("caught")
    logging.getLogger("mine").debug("not shown")
    print("printed")

@named
def broken_text(item):
    logging.warning("half \\ud800")
    return "half \\ud800"

@named
def fails(item): raise ValueError("half \\ud800")

@named
def leaves(item): os._exit(7)

@named
def retries(item, context):
    return f"{context.retry_context.retry_count} {context.trace_context.trace_parent}"
"""


class Running:
    """The worker, and what it said of itself."""

    def __init__(self) -> None:
        self.endings: asyncio.Queue[Awaitable[str]] = asyncio.Queue()
        self.worker = ProcessWorker(
            lost=lambda _, ending: self.endings.put_nowait(ending), spent=lambda _: None
        )
        self.functions: dict[str, FunctionMetadata] = {}

    async def call(self, name: str, value: Value = None) -> InvocationResult:
        """Call a function."""
        invocation = Invocation(
            id=f"id of {name}",
            function_id=self.functions[name].id,
            inputs=[("item", value)],
            retry_count=2,
        )
        return await self.worker.invoke(invocation)


@asynccontextmanager
async def running(folder: Path, source: str = APP) -> AsyncIterator[Running]:
    (folder / "function_app.py").write_text(source, encoding="utf-8")
    setup = Running()
    try:
        async with asyncio.timeout(60):
            for function in await setup.worker.index(folder):
                await setup.worker.load(function)
                setup.functions[function.name] = function
            yield setup
    finally:
        await setup.worker.stop()


async def test_functions_run_elsewhere(tmp_path: Path) -> None:
    """Values go and come as they are, and each invocation is told all that belongs to it."""
    async with running(tmp_path) as app:
        assert (await app.call("pid")).return_value == app.worker.pid != os.getpid()
        for value in ("text", b"\xff", None):
            assert (await app.call("same", value)).return_value == value
        assert (await app.call("same", JsonText("{}"))).return_value == "{}"
        assert (await app.call("retries")).return_value == "2 "
        assert app.worker.served == 6
        assert app.worker.busy == 0


async def test_logs_arrive_before_the_result_with_their_invocation(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Those of imports have none. What is printed goes where our own output goes."""
    seen: list[tuple[str, str, str]] = []

    class Watcher(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            invocation = current_invocation.get()
            seen.append(
                (record.name, record.getMessage(), invocation.function_name if invocation else "")
            )

    watcher = Watcher()
    logging.getLogger().addHandler(watcher)
    try:
        async with running(tmp_path) as app:
            assert ("root", "imported", "") in seen
            assert (await app.call("logs")).failure is None
            assert ("root", "in id of logs", "logs") in seen
            (caught,) = [text for name, text, owner in seen if (name, owner) == ("mine", "logs")]
            assert caught.startswith("caught\nTraceback")
            assert caught.endswith("ZeroDivisionError: division by zero")
            assert capfd.readouterr().out.endswith("printed\n")
    finally:
        logging.getLogger().removeHandler(watcher)


async def test_what_is_printed_goes_to_a_stream_in_the_place_of_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it does in this process, with the invocation, and before the result."""
    seen: list[tuple[str, str]] = []

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            invocation = current_invocation.get()
            seen.append((text, invocation.function_name if invocation else ""))
            return len(text)

    monkeypatch.setattr(sys, "stdout", Stream())
    async with running(tmp_path, APP + "print('at import')\n") as app:
        assert seen == [("at import\n", "")]
        await app.call("logs")
        assert seen[1:] == [("printed\n", "logs")]


async def test_pending_calls_fail_at_once_when_the_process_dies(tmp_path: Path) -> None:
    """However it dies; how is told once. Later calls fail too."""
    async with running(tmp_path) as app:
        pending = [asyncio.ensure_future(app.call("forever")) for _ in range(3)]
        await app.call("same")
        assert app.worker.pid is not None
        os.kill(app.worker.pid, signal.SIGKILL)
        for task in pending:
            with pytest.raises(WorkerLost, match="has died"):
                await task
        assert await app.endings.get_nowait() == "signal SIGKILL"
        with pytest.raises(WorkerLost):
            await app.call("same")
    async with running(tmp_path) as app:
        with pytest.raises(WorkerLost):
            await app.call("leaves")
        assert await app.endings.get_nowait() == "exit code 7"
        assert app.endings.empty()


async def test_a_cancelled_call_ends_there_too(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An async function is cancelled in its process."""
    async with running(tmp_path) as app:
        task = asyncio.ensure_future(app.call("forever"))
        await app.call("same")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: not app.worker.busy)
        assert "cancelled" in caplog.messages
        task = asyncio.ensure_future(app.call("forever"))
        await asyncio.sleep(0)
        task.cancel()  # before the process has heard of the call
        await until(lambda: not app.worker.busy)


async def test_text_that_cannot_travel_is_a_failure_of_its_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """In every direction, and nothing else is harmed."""
    async with running(tmp_path) as app:
        returned = (await app.call("broken_text")).failure
        assert returned is not None
        assert returned.type == "UnicodeEncodeError"
        assert "half \\ud800" in caplog.messages
        raised = (await app.call("fails")).failure
        assert raised is not None
        assert (raised.type, raised.message) == ("ValueError", "half \\ud800")
        with pytest.raises(UnicodeEncodeError):
            await app.call("same", "half \ud800")
        assert (await app.call("same", "whole")).return_value == "whole"
        assert app.worker.busy == 0


@pytest.mark.parametrize(
    ("source", "reason", "traceback"),
    [
        ("1 / 0", "division by zero", "function_app.py"),
        ("import os; os._exit(3)", "ended while it imported the app: exit code 3", None),
    ],
)
async def test_a_broken_app_is_told_as_in_this_process(
    tmp_path: Path, source: str, reason: str, traceback: str | None
) -> None:
    """With the user's own traceback where there is one."""
    with pytest.raises(AppError, match=reason) as failure:
        async with running(tmp_path, source):
            pass
    assert (traceback or "") in (failure.value.traceback or "")


async def test_stopping_cancels_what_runs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Which may clean up, and nothing is written about it."""
    async with running(tmp_path) as app:
        pending = asyncio.ensure_future(app.call("forever"))
        await app.call("same")
    assert "cancelled" in caplog.messages
    failure = (await pending).failure
    assert failure is not None
    assert failure.message == "the worker process was ended"
    assert capfd.readouterr().err == ""


async def test_stopping_runs_what_was_registered_for_the_end(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A process that is asked to end does so orderly. Section 8.7."""
    source = APP + "import atexit\natexit.register(print, 'the end')\n"
    async with running(tmp_path, source) as app:
        pass
    await app.worker.stop()
    assert capfd.readouterr().out.endswith("the end\n")
    assert app.endings.empty()
