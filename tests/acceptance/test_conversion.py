"""What functions receive and what becomes of what they return.

Specification: functions-python section 22, checks 8 to 13.
And functions-python sections 4.2, 4.3, 4.4, 4.5 and 6.
"""

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.serving import HTTP_IN, Served, function_json, script, served, written
from tests.service.wire import until

JSON_CLIENTS = "json.webpubsub.azure.v1"


def tell(name: str, parameter: str, annotation: str = "", more: str = "") -> str:
    """A function for user events of its name that answers with what its parameter is."""
    return f"""
@app.generic_trigger(
    arg_name="{parameter}", type="webPubSubTrigger", hub="h", eventType="user", eventName="{name}"
    {more})
def {name}({parameter}{annotation}):
    seen = repr(({parameter} is None, type({parameter}).__name__, {parameter}))
    return {{"data": seen, "dataType": "text"}}
"""


async def told(app: Served, name: str, data: Any = "hi", data_type: str = "text") -> Any:
    """What a function of ``tell`` answers a client."""
    async with app.client("h", [JSON_CLIENTS]) as client:
        await client.receive_json(timeout=5)
        event = {"type": "event", "event": name, "dataType": data_type, "data": data}
        await client.send_json(event)
        answer = await client.receive_json(timeout=5)
        return ast.literal_eval(answer["data"])


async def test_check_8_what_a_trigger_gives(tmp_path: Path) -> None:
    """functions-python section 22, check 8."""
    source = "".join(
        (
            tell("plain", "data"),
            tell("as_bytes", "data", ": bytes"),
            tell("as_string", "data", ": str", ', dataType="string"'),
            tell("as_binary", "data", ": str", ', dataType="binary"'),
            tell("nothing", "reason", ": str"),
        )
    )
    async with served(script(tmp_path, source)) as app:
        for name in ("plain", "as_bytes", "as_string"):
            assert await told(app, name) == (False, "str", "hi")
            is_none, kind, text = await told(app, name, {"a": [1]}, "json")
            assert (is_none, kind, json.loads(text)) == (False, "str", {"a": [1]})
        assert await told(app, "as_binary", "AP8=", "binary") == (False, "bytes", b"\x00\xff")
        assert await told(app, "nothing") == (True, "NoneType", None)


#: What a function returns, and what leaves the host when nothing but its type decides.
RETURNED = {
    "'text'": (200, b"text"),
    "b'\\x00\\xff'": (200, b"\x00\xff"),
    "bytearray(b'a')": (200, b"a"),
    "{'a': [1, None]}": (200, b'{"a": [1, null]}'),
    "[1, 'b']": (200, b'[1, "b"]'),
    "7": (200, b"7"),
    "True": (200, b"1"),
    "1.5": (200, b"1.5"),
    "None": (204, b""),
    "set()": (500, b""),
    "(1, 2)": (500, b""),
    "{'a': object()}": (500, b""),
}


async def test_check_9_what_a_function_returns(tmp_path: Path) -> None:
    """functions-python section 22, check 9."""
    output = {"type": "webPubSub", "direction": "out", "name": "actions", "hub": "h"}
    files = {}
    for number, expression in enumerate(RETURNED):
        files[f"f{number}/__init__.py"] = f"def main(req, actions):\n    return {expression}\n"
        files[f"f{number}/function.json"] = function_json(HTTP_IN, output)
    async with served(written(tmp_path, files)) as app:
        for number, expected in enumerate(RETURNED.values()):
            async with app.session.get(f"/api/f{number}") as answer:
                assert (answer.status, await answer.read()) == expected


OUTPUTS = """
import json

def to_all(text):
    return {"actionName": "sendToAll", "data": text, "dataType": "text"}

def sends(function):
    named = app.function_name(function.__name__)
    route = app.route(function.__name__)
    output = app.generic_output_binding(arg_name="actions", type="webPubSub", hub="h")
    return named(route(output(function)))

@sends
def two(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
    actions.set([to_all("one"), to_all("two")])
    return func.HttpResponse()

@sends
def last(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
    actions.set(to_all("lost"))
    actions.set(json.dumps(to_all("last")))
    return func.HttpResponse()

@sends
def never(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
    return func.HttpResponse()

@sends
def fails(req: func.HttpRequest, actions: func.Out[str]) -> func.HttpResponse:
    actions.set(to_all("never seen"))
    raise ValueError("after set")
"""


async def test_check_10_outputs(tmp_path: Path) -> None:
    """functions-python section 22, check 10."""
    async with served(script(tmp_path, OUTPUTS)) as app, app.client("h") as client:
        for name, status in {"never": 200, "fails": 500, "last": 200, "two": 200}.items():
            assert await app.ask(f"/api/{name}") == (status, "")
        seen = [await client.receive_str(timeout=5) for _ in range(3)]
        assert seen[0] == "last"
        assert sorted(seen[1:]) == ["one", "two"]


NAMED = """
@app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName="message")
@app.generic_output_binding(arg_name="actions", type="webPubSub", hub="h")
def message(request: str, actions: func.Out[str]):
    actions.set({"actionName": "sendToAll", "data": "overridden", "dataType": "text"})
    return {"actions": [{"actionName": "sendToAll", "data": "returned", "dataType": "text"}],
            "data": "answer", "dataType": "text"}
"""


async def test_check_11_an_output_in_what_is_returned(tmp_path: Path) -> None:
    """functions-python section 22, check 11."""
    async with served(script(tmp_path, NAMED)) as app, app.client("h") as client:
        await client.send_str("hello")
        assert await client.receive_str(timeout=5) == "returned"
        assert await client.receive_str(timeout=5) == "answer"


TIMERS = """
timer = dict(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)

@app.timer_trigger(**timer)
def alone(timer: func.TimerRequest):
    return "something"

@app.timer_trigger(**timer)
@app.generic_output_binding(arg_name="actions", type="webPubSub", hub="h")
def beside_an_output(timer: func.TimerRequest, actions: func.Out[str]):
    return "something"
"""


async def test_check_12_what_a_timer_may_return(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """functions-python section 22, check 12."""
    caplog.set_level("INFO")
    async with served(script(tmp_path, TIMERS)):
        await until(lambda: caplog.text.count("Executed 'Functions.") == 2)
    assert "Executed 'Functions.alone' (Failed" in caplog.text
    assert "without a $return binding returned a non-None value" in caplog.text
    assert "Executed 'Functions.beside_an_output' (Succeeded" in caplog.text


async def test_check_13_the_name_of_a_parameter(tmp_path: Path) -> None:
    """functions-python section 22, check 13."""
    source = tell("unknown", "foo") + tell("known", "connectionContext")
    async with served(script(tmp_path, source)) as app:
        assert await told(app, "unknown") == (True, "NoneType", None)
        is_none, kind, text = await told(app, "known")
        assert (is_none, kind) == (False, "str")
        assert json.loads(text)["userId"] == "alice"
