"""Python functions, run in the host's process.

Specification: functions-python sections 4.4, 8.2, 8.3, 8.4 and 8.7.
"""

import asyncio
import logging
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.host.python.apps import OUTPUT, TRIGGER, function_json, write, write_app
from webpubsub.host.current_invocation import current_invocation
from webpubsub.host.logs.console_log import category_of
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.python import PythonWorker
from webpubsub.host.values import JsonText, Value
from webpubsub.host.worker import (
    AppError,
    FunctionLoadError,
    Invocation,
    InvocationResult,
    WorkerLost,
)

BOTH_KINDS = pytest.mark.parametrize("kind", ["def", "async def"])


class App:
    """An app of one function in its worker."""

    def __init__(self, worker: PythonWorker, functions: dict[str, FunctionMetadata]) -> None:
        self.worker = worker
        self.functions = functions

    async def call(self, value: Value = "in", name: str = "fn") -> InvocationResult:
        return await self.worker.invoke(
            Invocation(id="id-1", function_id=self.functions[name].id, inputs=[("request", value)])
        )


Start = Callable[..., Awaitable[App]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    """Starts an app with decorators in a worker that is stopped after the test."""
    workers: list[PythonWorker] = []

    async def start_app(source: str, **options: Any) -> App:
        worker = PythonWorker(**options)
        workers.append(worker)
        functions = await worker.index(write_app(tmp_path, source))
        for function in functions:
            await worker.load(function)
        return App(worker, {function.name: function for function in functions})

    yield start_app
    for worker in workers:
        await worker.stop()


@BOTH_KINDS
async def test_a_call_has_an_answer_and_outputs(start: Start, kind: str) -> None:
    """The argument is the input; what is returned and set comes back apart. Section 4.4."""
    app = await start(
        f"""
{TRIGGER}{OUTPUT}{kind} fn(request: str, out: func.Out[str]):
    out.set("first")
    out.set([request])
    return {{"got": request}}
"""
    )
    assert await app.call("hello") == InvocationResult(
        return_value=JsonText('{"got": "hello"}'), outputs={"out": JsonText('["hello"]')}
    )


async def test_outputs_that_are_not_set_are_absent(start: Start) -> None:
    """None is not set. Section 4.4."""
    app = await start(f"{TRIGGER}{OUTPUT}def fn(request, out): out.set(None)")
    assert await app.call() == InvocationResult()


@BOTH_KINDS
@pytest.mark.parametrize(
    ("body", "failure_type"),
    [
        ("raise KeyError('k')", "KeyError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("raise StopIteration", "RuntimeError"),
        ("raise asyncio.CancelledError", "CancelledError"),
        ("out.set('x'); return set()", "TypeError"),
        ("out.set(object())", "TypeError"),
    ],
)
async def test_a_failure_is_a_result_without_outputs(
    start: Start, kind: str, body: str, failure_type: str
) -> None:
    """Whatever user code raises fails the invocation alone. Section 8.4."""
    app = await start(f"import asyncio\n{TRIGGER}{OUTPUT}{kind} fn(request, out):\n    {body}\n")
    result = await app.call()
    assert result.failure is not None
    assert (result.failure.type, result.outputs) == (failure_type, {})


@BOTH_KINDS
async def test_a_stack_trace_begins_with_the_users_code(start: Start, kind: str) -> None:
    """For both kinds of functions the first frame is not ours."""
    app = await start(f"{TRIGGER}{kind} fn(request):\n    raise ValueError('why')\n")
    failure = (await app.call()).failure
    assert failure is not None
    assert failure.message == "why"
    assert 'function_app.py", line' in failure.stack_trace.splitlines()[1]


async def test_a_value_without_an_implicit_return_is_refused(start: Start) -> None:
    """A plain timer function must return None. Section 4.4."""
    timer = '@app.timer_trigger(arg_name="request", schedule="0 * * * * *")\n'
    app = await start(f"{timer}def fn(request: str): return request or None")
    failure = (await app.call()).failure
    assert failure is not None
    assert "without a $return binding returned a non-None value" in failure.message
    assert await app.call("") == InvocationResult()


async def test_the_context_is_that_of_the_invocation(start: Start) -> None:
    """A function that asks for it sees its own name and id. Section 8.2."""
    app = await start(
        f"{TRIGGER}def fn(request, context: func.Context):\n"
        "    return [context.function_name, context.invocation_id, context.function_directory]\n"
    )
    expected = f'["fn", "id-1", "{Path.cwd()}"]'
    assert (await app.call()).return_value == JsonText(expected)


@BOTH_KINDS
async def test_code_knows_which_invocation_it_belongs_to(start: Start, kind: str) -> None:
    """In the loop, in a thread, and no longer afterwards."""
    app = await start(
        f"""
from webpubsub.host.logs.console_log import category_of
from webpubsub.host.current_invocation import current_invocation
{TRIGGER}{kind} fn(request):
    current = current_invocation.get()
    return [current.id, current.function_name]
"""
    )
    assert (await app.call()).return_value == JsonText('["id-1", "fn"]')
    assert current_invocation.get() is None


async def test_async_functions_run_on_the_loop_and_others_do_not(start: Start) -> None:
    """Section 8.1."""
    app = await start(
        f"""
import threading
{TRIGGER}async def on_loop(request): return threading.current_thread().name
{TRIGGER}def in_thread(request): return threading.current_thread().name
"""
    )
    here = threading.current_thread().name
    assert (await app.call(name="on_loop")).return_value == here
    assert (await app.call(name="in_thread")).return_value != here


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({}, 8),
        ({"threads": 1}, 1),
        ({"environment": {"PYTHON_THREADPOOL_THREAD_COUNT": "1"}}, 1),
    ],
)
async def test_threads_run_at_once_as_many_as_allowed(
    start: Start, options: dict[str, Any], allowed: int
) -> None:
    """Many by default, one where the setting says so. Section 8.1."""
    app = await start(
        f"""
import threading, time
MET, INSIDE, MOST = threading.Barrier({allowed}), [], []
{TRIGGER}def fn(request):
    INSIDE.append(1)
    MET.wait(10)
    time.sleep(0.01)
    MOST.append(len(INSIDE))
    INSIDE.pop()
""",
        **options,
    )
    results = await asyncio.gather(*(app.call() for _ in range(8)))
    assert results == [InvocationResult()] * 8
    assert max(sys.modules["function_app"].MOST) == allowed


async def test_cancelling_reaches_an_async_function(start: Start) -> None:
    """Its task is cancelled, and it may clean up."""
    app = await start(
        f"""
import asyncio
BEGUN, ENDED = asyncio.Event(), []
{TRIGGER}async def fn(request):
    BEGUN.set()
    try:
        await asyncio.sleep(30)
    finally:
        ENDED.append(1)
"""
    )
    task = asyncio.ensure_future(app.call())
    await sys.modules["function_app"].BEGUN.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sys.modules["function_app"].ENDED == [1]


async def test_a_stopped_worker_is_lost(start: Start) -> None:
    """Calls that wait for a thread fail at once, and so do later ones."""
    app = await start(
        f"""
import threading
BEGUN, GO = threading.Event(), threading.Event()
{TRIGGER}def fn(request):
    BEGUN.set()
    GO.wait(10)
""",
        threads=1,
    )
    module = sys.modules["function_app"]
    calls = [asyncio.ensure_future(app.call()) for _ in range(3)]
    assert await asyncio.to_thread(module.BEGUN.wait, 10)
    await app.worker.stop()
    module.GO.set()
    first, *others = await asyncio.gather(*calls, return_exceptions=True)
    assert first == InvocationResult()
    assert [type(other) for other in others] == [WorkerLost, WorkerLost]
    with pytest.raises(WorkerLost):
        await app.call()


async def test_stopping_twice_does_nothing(start: Start) -> None:
    """As a host does that fails to start."""
    app = await start("pass")
    await app.worker.stop()
    await app.worker.stop()


async def test_indexing_again_starts_fresh(tmp_path: Path) -> None:
    """State of modules is not kept from one worker to the next. Section 8.7."""
    source = f"COUNT = []\n{TRIGGER}def fn(request):\n    COUNT.append(1)\n    return len(COUNT)\n"
    answers = []
    for _ in range(2):
        worker = PythonWorker()
        (function,) = await worker.index(write_app(tmp_path, source))
        await worker.load(function)
        answers.append((await App(worker, {"fn": function}).call()).return_value)
        await worker.stop()
    assert answers == [1, 1]


async def test_a_broken_app_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither the working directory nor a module is kept."""
    before = (Path.cwd(), list(sys.path))
    with pytest.raises(AppError):
        await PythonWorker().index(write_app(tmp_path, "1 / 0"))
    assert (Path.cwd(), list(sys.path)) == before
    assert "function_app" not in sys.modules


async def test_a_folder_without_functions_is_no_app(tmp_path: Path) -> None:
    """The message says what was looked for."""
    with pytest.raises(AppError, match=r"function_app\.py.*function\.json"):
        await PythonWorker().index(tmp_path)


async def test_folders_are_indexed_where_there_is_no_script(tmp_path: Path) -> None:
    """And not where there is one: a mixed app has the script's functions only. Section 2.1."""
    files = {
        "v1/function.json": function_json(),
        "v1/__init__.py": "def main(request): return 'v1'",
    }
    write(tmp_path, files)
    worker = PythonWorker()
    (function,) = await worker.index(tmp_path)
    await worker.load(function)
    assert (await App(worker, {"v1": function}).call(name="v1")).return_value == "v1"
    await worker.stop()
    write_app(tmp_path, f"{TRIGGER}def v2(request): ...")
    worker = PythonWorker()
    assert [item.name for item in await worker.index(tmp_path)] == ["v2"]
    await worker.stop()


async def test_the_script_can_be_named(tmp_path: Path) -> None:
    """By the setting of the environment. Section 2.1."""
    write_app(tmp_path, f"{TRIGGER}def fn(request): ...")
    (tmp_path / "function_app.py").rename(tmp_path / "main_app.py")
    worker = PythonWorker(environment={"PYTHON_SCRIPT_FILE_NAME": "main_app.py"})
    assert [item.name for item in await worker.index(tmp_path)] == ["fn"]
    await worker.stop()


async def test_only_functions_of_the_app_can_be_loaded(start: Start) -> None:
    """Another one is not known."""
    app = await start("pass")
    with pytest.raises(FunctionLoadError, match="'x'"):
        await app.worker.load(FunctionMetadata(id="x", name="x", bindings=()))


async def test_what_a_function_prints_is_flushed(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is seen when the function has returned, and not when a buffer is full; all that functions
    print in one turn of the loop is seen at once. Section 8.3."""
    app = await start(f"{TRIGGER}async def fn(request): print(request)")
    flushed: list[int] = []
    monkeypatch.setattr(sys.stdout, "flush", lambda: flushed.append(1))
    for _ in range(2):
        await asyncio.gather(app.call(), app.call())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert flushed == [1, 1]


async def test_logging_of_functions_passes(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    """Records of user code reach the root logger, from threads too."""
    caplog.set_level(logging.INFO)
    app = await start(f"import logging\n{TRIGGER}def fn(request): logging.info('of the user')")
    await app.call()
    assert "of the user" in caplog.messages


@pytest.mark.parametrize(
    ("seconds", "again", "told"), [(0.6, True, True), (0.6, False, False), (0, True, False)]
)
async def test_a_long_import_under_clients_is_told(
    start: Start, caplog: pytest.LogCaptureFixture, seconds: float, again: bool, told: bool
) -> None:
    """An app that is read again keeps those waiting who use it; the first time nobody does.

    Specification: functions-python section 8.7.
    """
    slow = f"import time; time.sleep({seconds})\n"
    if again:
        await start("")
    await start(slow)
    assert ("seconds to import" in caplog.text) is told


class _Categories(logging.Handler):
    """Keeps the category of each record by its message, as it is where the record is made."""

    def __init__(self) -> None:
        super().__init__()
        self.of: dict[str, str] = {}

    def emit(self, record: logging.LogRecord) -> None:
        self.of[record.getMessage()] = category_of(record)


ON_THE_LOOP = f"""
import asyncio, signal, sqlite3
LOOP = asyncio.get_running_loop()
TASK = asyncio.create_task(asyncio.sleep(0, "done"))
STORE = sqlite3.connect(":memory:")
signal.signal(signal.SIGUSR1, signal.SIG_DFL)
{TRIGGER}async def fn(request: str) -> str:
    stored = STORE.execute("select 'stored'").fetchone()
    STORE.close()
    return " ".join([await TASK, *stored, str(LOOP is asyncio.get_running_loop())])
"""


async def test_code_outside_of_functions_has_the_loop_whenever_it_runs(start: Start) -> None:
    """As on Azure, when the app is read again as at first: it may begin tasks, take signals, and
    make what only its own thread may use. Section 8.7."""
    first = await start(ON_THE_LOOP)
    second = await start(ON_THE_LOOP)
    for app in (first, second):
        assert (await app.call()).return_value == "done stored True"


@BOTH_KINDS
async def test_a_thread_says_whose_it_is(start: Start, kind: str) -> None:
    """By the id of the invocation in the context; one that does not is nobody's. Sections 8.2 and
    8.3."""
    app = await start(
        f"""
import logging, threading
{TRIGGER}{kind} fn(request, context):
    def work(message):
        if message == "named":
            context.thread_local_storage.invocation_id = context.invocation_id
        logging.warning(message)
    for message in ("named", "unnamed"):
        thread = threading.Thread(target=work, args=(message,))
        thread.start()
        thread.join()
"""
    )
    categories = _Categories()
    logging.getLogger().addHandler(categories)
    try:
        assert (await app.call()).failure is None
    finally:
        logging.getLogger().removeHandler(categories)
    assert categories.of == {"named": "Function.fn.User", "unnamed": "Function.User"}
