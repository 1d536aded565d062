"""The page on migration shows the same app twice: generic functions and typed ones do the same.

Specification: bindings sections 4, 5 and 8.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cli.processes import ROOT
from tests.host.extensions.webpubsub.bindings import (
    connect_event,
    connected_event,
    context,
    user_event,
)
from webpubsub.host.extensions.webpubsub.answers import answer_of
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.python.worker import PythonWorker
from webpubsub.host.values import JsonValue, Value
from webpubsub.host.worker import Invocation
from webpubsub.protocol.action_json import operations_from_json
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectEventRequest,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.traps import BY_CODE

PAGE = (ROOT / "docs/how-to/migrate-from-generic-bindings.md").read_text(encoding="utf-8")
BLOCKS = dict(re.findall(r"^```python (\S+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))


async def run(block: str, event: AnyEventRequest, folder: Path) -> tuple[Any, Any]:
    """What the app in a block answers to an event, and what it asks the service to do."""
    app = folder / block
    app.mkdir()
    (app / "function_app.py").write_text(BLOCKS[f"{block}.py"], encoding="utf-8")
    worker = PythonWorker()
    (function,) = await worker.index(app)
    try:
        await worker.load(function)
        trigger = function.trigger
        value = TriggerValue(event=event, parameter=trigger.name, data_type=trigger.data_type)
        inputs = [(trigger.name, value)]
        result = await worker.invoke(
            Invocation(id="1", function_id=function.id, inputs=inputs, trigger_metadata=dict)
        )
    finally:
        await worker.stop()
    assert result.failure is None
    actions = [_operations(given) for given in result.outputs.values()]
    if isinstance(event, ConnectEventRequest | UserEventRequest):
        return answer_of(event, result.return_value), actions
    return result.return_value, actions


def _operations(value: Value) -> Any:
    given: Any = value.value if isinstance(value, JsonValue) else value
    return operations_from_json(given, "chat")


USER = ConnectEventRequest(
    connection_context=context(EventType.SYSTEM, "connect"), query={"user": ["ann"]}
)


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("connect", USER),
        ("connect", connect_event()),
        ("message", user_event(b'{"item": "tea"}', DataType.JSON)),
        ("message", user_event(b"tea")),
        ("binary", user_event(b"\x00\xff", DataType.BINARY, name="image")),
        ("actions", connected_event()),
    ],
)
async def test_both_do_the_same(name: str, event: AnyEventRequest, tmp_path: Path) -> None:
    """The same answer, byte by byte but for blanks in JSON, and the same operations."""
    generic = await run(f"generic_{name}", event, tmp_path)
    typed = await run(f"typed_{name}", event, tmp_path)
    assert _compact(generic) == _compact(typed)


def _compact(done: tuple[Any, Any]) -> str:
    return re.sub(r"(?<=[:,]) ", "", repr(done))


def test_every_block_has_its_counterpart() -> None:
    """Nothing is shown one way only."""
    names = {name.partition("_")[2] for name in BLOCKS}
    assert set(BLOCKS) == {f"{way}_{name}" for way in ("generic", "typed") for name in names}
    assert len(names) == 7


def test_the_traps_exist() -> None:
    """A code that is shown can be looked up."""
    shown = set(re.findall(r"\[(trap\.[a-z.-]+)\]", PAGE))
    assert len(shown) >= 8
    assert shown <= set(BY_CODE)


def test_both_mains_answer_the_same() -> None:
    """A main is a function, whoever calls it."""
    event = user_event()
    text = json.dumps({"data": "hi"})
    generic: dict[str, Any] = {}
    typed: dict[str, Any] = {}
    exec(BLOCKS["generic_main.py"], generic)
    exec(BLOCKS["typed_main.py"], typed)
    assert generic["main"](text) == typed["main"](event)
