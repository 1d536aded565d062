"""The same app gives the same results in our worker and in the official engine.

Ours hands a typed function the event itself, the official one hands our converters the JSON text of
the host; what the function makes of it must not differ.
"""

import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

import webpubsub as wps
from tests.parity.both import comparable, on_the_wire
from tests.parity.official_engine import Answer, OfficialEngine
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.python import PythonWorker
from webpubsub.host.values import HttpRequestData, JsonText, Value
from webpubsub.host.worker import Invocation

APPS = Path(__file__).parent / "apps"
TYPED = APPS / "typed"
FOLDERS = APPS / "folders"

pytestmark = pytest.mark.conformance

Input = tuple[str, Value]


def event(
    name: str, data: Any = b"hi", data_type: wps.DataType = wps.DataType.TEXT
) -> TriggerValue:
    """A user event for a parameter ``request``."""
    return TriggerValue(
        event=wps.UserEventRequest(
            connection_context=context(wps.EventType.USER, name),
            message=wps.Message(data_type, data),
        ),
        parameter="request",
    )


def context(event_type: wps.EventType, name: str, **members: Any) -> wps.ConnectionContext:
    """The context of an event as the service makes it."""
    given = {"user_id": "u", "origin": "localhost", "signature": "sha256=00", **members}
    return wps.ConnectionContext(
        event_type=event_type, event_name=name, hub="chat", connection_id="c1", **given
    )


def connect(user_id: str | None) -> TriggerValue:
    """Somebody wants to connect."""
    return TriggerValue(
        event=wps.ConnectEventRequest(
            connection_context=context(wps.EventType.SYSTEM, "connect", user_id=user_id),
            claims={"sub": ["u"], "role": ["a", "b"]},
            subprotocols=("p1", "p2"),
        ),
        parameter="request",
    )


def disconnected(reason: str | None) -> TriggerValue:
    """A connection has ended."""
    return TriggerValue(
        event=wps.DisconnectedEventRequest(
            connection_context=context(wps.EventType.SYSTEM, "disconnected"), reason=reason
        ),
        parameter="request",
    )


CONNECTED = TriggerValue(
    event=wps.ConnectedEventRequest(connection_context=context(wps.EventType.SYSTEM, "connected")),
    parameter="request",
)
COUNTED = TriggerValue(
    event=wps.UserEventRequest(
        connection_context=context(
            wps.EventType.USER, "message", connection_state="eyJuIjoiTkE9PSJ9"
        ),
        message=wps.Message(wps.DataType.JSON, b'{"a": [1]}'),
    ),
    parameter="request",
)
BLOB = TriggerValue(
    event=event("blob", b"\xff\x00", wps.DataType.BINARY).event,
    parameter="data",
    data_type="binary",
)
HTTP: Input = (
    "req",
    HttpRequestData(
        method="GET", url="http://h/api", headers={"a": "b"}, query={}, route_params={}, body=b""
    ),
)
CONNECTION: Input = ("connection", JsonText('{"baseUrl":"b","url":"u","accessToken":"t"}'))


def webhook(**members: Any) -> list[Input]:
    """What an HTTP function with a context gets."""
    response = {"body": "", "status": 200, "headers": {}}
    text = json.dumps({"response": response, "hasError": False, "isPreflight": False, **members})
    return [HTTP, ("event", JsonText(text))]


TIMER = '{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":true}'
CASES: list[tuple[str, list[Input]]] = [
    ("connect", [("request", connect(None))]),
    ("connect", [("request", connect("attacker"))]),
    ("connect", [("request", connect("u"))]),
    ("connected", [("request", CONNECTED)]),
    ("disconnected", [("request", disconnected("bye"))]),
    ("disconnected", [("request", disconnected(None))]),
    ("message", [("request", event("message"))]),
    ("message", [("request", COUNTED)]),
    ("broken", [("request", event("broken", "é".encode()))]),
    ("wrong", [("request", event("wrong"))]),
    ("text", [("request", event("text"))]),
    ("mixed", [("request", event("mixed"))]),
    ("generic", [("request", event("generic"))]),
    ("blob", [("data", BLOB)]),
    ("negotiate", [HTTP, CONNECTION]),
    ("negotiate", [HTTP, ("connection", JsonText("{}"))]),
    ("raw", [HTTP, CONNECTION]),
    ("webhook", webhook(request=json.loads(str(event("message").wire)))),
    ("webhook", webhook(hasError=True, response={"body": "no", "status": 401, "headers": {}})),
    ("tick", [("timer", JsonText(TIMER))]),
]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, Path], OfficialEngine]]:
    """Makes engines whose apps are importable, and forgets the modules of their apps."""
    engines: list[OfficialEngine] = []
    before = set(sys.modules)

    def start(package: str, folder: Path) -> OfficialEngine:
        monkeypatch.syspath_prepend(folder)
        monkeypatch.chdir(folder)
        official = OfficialEngine(package)
        official.start()
        engines.append(official)
        return official

    yield start
    for official in engines:
        official.stop()
    for name in set(sys.modules) - before:
        if name.partition(".")[0] in ("function_app", "__app__"):
            del sys.modules[name]


@pytest.fixture
async def worker() -> AsyncIterator[PythonWorker]:
    """Ours."""
    ours = PythonWorker(threads=1)
    yield ours
    await ours.stop()


async def invoke(worker: PythonWorker, function_id: str, inputs: Sequence[Input]) -> Answer:
    """Call a function in our worker."""
    result = await worker.invoke(
        Invocation(id="invocation", function_id=function_id, inputs=inputs)
    )
    return Answer(
        error=result.failure.message if result.failure else None,
        value=comparable(result.return_value),
        outputs={name: comparable(value) for name, value in result.outputs.items()},
    )


async def test_metadata(
    engine: Callable[[str, Path], OfficialEngine], worker: PythonWorker
) -> None:
    """Both tell the host the same, and in the public types alone."""
    official = engine("azure_functions_runtime", TYPED).index(TYPED)
    ours = {
        function.name: [dict(binding.raw) for binding in function.bindings]
        for function in await worker.index(TYPED)
    }
    assert ours == official
    assert {name for name, _ in CASES} == set(official)
    assert "wps." not in json.dumps(official)


async def test_results(engine: Callable[[str, Path], OfficialEngine], worker: PythonWorker) -> None:
    """Every function answers the same to the same, failures included."""
    official = engine("azure_functions_runtime", TYPED)
    official.index(TYPED)
    functions = {function.name: function for function in await worker.index(TYPED)}
    for function in functions.values():
        await worker.load(function)
    for name, inputs in CASES:
        ours = await invoke(worker, functions[name].id, inputs)
        wire = [(key, on_the_wire(value)) for key, value in inputs]
        theirs = await official.invoke(name, wire)
        assert (name, ours.value, ours.outputs) == (name, theirs.value, theirs.outputs)
        assert (ours.error is None) == (theirs.error is None), (name, ours.error, theirs.error)
        assert ours.error is None or ours.error in str(theirs.error)


async def test_what_the_results_are(
    engine: Callable[[str, Path], OfficialEngine],
) -> None:
    """Agreeing is not enough: the values are those of the documentation."""
    official = engine("azure_functions_runtime", TYPED)
    official.index(TYPED)
    answer = await official.invoke("message", [("request", on_the_wire(COUNTED))])
    reply = {"data": "message 5", "dataType": "text", "states": {"n": 5}}
    assert answer.value == ("json", reply)
    sent = {"actionName": "sendToGroup", "group": "g", "data": '{"a":[1]}', "dataType": "json"}
    assert answer.outputs == {
        "above": ("json", [sent]),
        "below": ("string", '{"actionName": "closeAllConnections"}'),
    }


async def test_function_json(
    engine: Callable[[str, Path], OfficialEngine], worker: PythonWorker
) -> None:
    """A wrapped ``main`` is loaded and called by both, and lives in its own folder."""
    official = engine("azure_functions_runtime_v1", FOLDERS)
    official.load_folder(FOLDERS / "echo", str(FOLDERS / "echo" / "__init__.py"))
    (function,) = await worker.index(FOLDERS)
    await worker.load(function)
    inputs = [("request", event("message"))]
    ours = await invoke(worker, function.id, inputs)
    theirs = await official.invoke("echo", [("request", on_the_wire(inputs[0][1]))])
    assert ours == theirs
    assert theirs.value == ("json", {"data": "echo: hi", "dataType": "text"})
    assert theirs.outputs["actions"] == ("json", [wps.SendToAllAction("hi")])
