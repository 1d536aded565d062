"""The typed bindings beside the generic ones of the library.

What only the official engine can say is in ``tests/functions/test_official_engine.py``, which needs
Python 3.13. Specification: functions-python section 22, checks 25 to 29.
"""

import inspect
import json
import typing
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.functions.meta import get_binding_registry

from tests.acceptance.serving import served, written
from tests.lazy_annotations import LAZY, defined
from webpubsub.functions.converters import register_converters

TYPED_HEAD = """
import azure.functions as func
import webpubsub as wps
app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
"""
TYPED = """
@app.web_pubsub_trigger(hub="h", event_type="user", event_name="typed")
@app.web_pubsub_output(arg_name="actions", hub="h")
def typed(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> wps.UserEventResponse:
    actions.set([wps.SendToAllAction("to all")])
    return wps.UserEventResponse(f"typed {request.text()}")
"""
GENERIC = """
@app.generic_trigger(
    arg_name="request", type="webPubSubTrigger", hub="h", eventType="user", eventName="generic")
def generic(request):
    return {"data": f"{type(request) is str} {isinstance(request, str)}", "dataType": "text"}
"""


def typed_script(folder: Path, source: str) -> Path:
    """An app with our decorators."""
    return written(folder, {"function_app.py": TYPED_HEAD + source})


async def test_check_25_public_types_reach_the_host(tmp_path: Path) -> None:
    """functions-python section 22, check 25. That the official engine says the same of the same app
    is seen in tests/functions/test_official_engine.py (test_metadata, test_results)."""
    async with served(typed_script(tmp_path, TYPED + GENERIC)) as app:
        raw = {
            report.name: [dict(binding.raw) for binding in report.metadata.bindings]
            for report in app.app.host.functions
        }
    user = {"direction": "IN", "type": "webPubSubTrigger", "name": "request", "hub": "h"}
    actions = {"direction": "OUT", "type": "webPubSub", "name": "actions", "hub": "h"}
    assert raw == {
        "typed": [actions, {**user, "eventType": "user", "eventName": "typed"}],
        "generic": [{**user, "eventType": "user", "eventName": "generic"}],
    }


OPTED_IN = """
@wps.typed_bindings
def main(request: wps.UserEventRequest) -> wps.UserEventResponse:
    return wps.UserEventResponse(f"wrapped {request.text()}")
"""


@pytest.mark.parametrize("more", ["", TYPED, OPTED_IN], ids=["imported", "typed", "wrapped"])
async def test_check_26_generic_functions_are_left_alone(tmp_path: Path, more: str) -> None:
    """functions-python section 22, check 26. No converter is registered under a public name, with
    whatever use of the package: a generic function gets the very ``str`` that it would get."""
    async with (
        served(typed_script(tmp_path, GENERIC + more)) as app,
        app.client("h", ["json.webpubsub.azure.v1"]) as client,
    ):
        await client.receive_json(timeout=5)
        await client.send_json(
            {"type": "event", "event": "generic", "dataType": "text", "data": ""}
        )
        assert (await client.receive_json(timeout=5))["data"] == "True True"


GENERIC_OUTPUT = '@app.generic_output_binding(arg_name="actions", type="webPubSub", hub="h")\n'
TYPED_TRIGGER = '@app.web_pubsub_trigger(hub="h", event_type="user", event_name="message")\n'
ANSWER = """\
def message(request: wps.UserEventRequest, actions: func.Out[str]) -> wps.UserEventResponse:
    actions.set(wps.SendToAllAction("to all"))
    return wps.UserEventResponse("typed answer", states={"n": 1})
"""


@pytest.mark.parametrize(
    "decorators",
    [GENERIC_OUTPUT + TYPED_TRIGGER, TYPED_TRIGGER + GENERIC_OUTPUT],
    ids=["above", "below"],
)
async def test_check_27_a_typed_response_beside_a_generic_output(
    tmp_path: Path, decorators: str
) -> None:
    """functions-python section 22, check 27. In the official engine: test_results of
    tests/functions/test_official_engine.py, with the function ``mixed``."""
    folder = typed_script(tmp_path, decorators + ANSWER)
    async with served(folder) as app, app.client("h") as client:
        await client.send_str("hello")
        assert await client.receive_str(timeout=5) == "to all"
        assert await client.receive_str(timeout=5) == "typed answer"


def test_check_28_a_name_that_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """functions-python section 22, check 28."""
    get_registry: Callable[[], Any] = get_binding_registry
    registry = get_registry()
    taken = type("SomebodyElse", (), {})
    monkeypatch.setitem(registry._bindings, "wps.trigger", taken)
    register_converters()
    assert registry.get("wps.trigger") is taken


WRAPPED = """
import webpubsub as wps

@wps.typed_bindings
def main(request: wps.UserEventRequest) -> Answer:
    return Answer(f"answer to {request.text()}")

class Answer(wps.UserEventResponse): ...
"""


async def test_check_29_a_wrapped_function_keeps_its_annotations(tmp_path: Path) -> None:
    """functions-python section 22, check 29. Those of the app are made when somebody asks, as on
    Python 3.14; the worker, which asks, is told that the function takes text. In the official
    engine: test_function_json of tests/functions/test_official_engine.py."""
    trigger = {"type": "webPubSubTrigger", "direction": "in", "name": "request", "hub": "h"}
    document = {"bindings": [{**trigger, "eventType": "user", "eventName": "message"}]}
    files = {"f/function.json": json.dumps(document), "f/__init__.py": LAZY + WRAPPED}
    async with served(written(tmp_path, files)) as app, app.client("h") as client:
        await client.send_str("hello")
        assert await client.receive_str(timeout=5) == "answer to hello"


def test_check_29_whoever_asks_for_annotations() -> None:
    """functions-python section 22, check 29. What was put in their place does not depend on who
    asks, and how; nothing makes the others again."""
    main = defined(WRAPPED, "main")
    assert main.__annotations__ == {"request": str}
    assert typing.get_type_hints(main) == {"request": str}
    assert inspect.get_annotations(main, eval_str=True) == {"request": str}
    assert getattr(main, "__annotate__", None) is None
