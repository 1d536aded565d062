"""The page on migration shows the same app twice: generic functions and typed ones do the same.

Specification: bindings sections 4 to 6 and 8.
"""

import json
import re
from pathlib import Path
from typing import Any

import azure.functions as func
import msgspec
import pytest

from tests.cli.processes import ROOT
from tests.host.extensions.webpubsub.bindings import (
    connect_event,
    connected_event,
    context,
    disconnected_event,
    http_request,
    invocation,
    user_event,
)
from tests.host.extensions.webpubsub.bindings import context_input as binding
from tests.host.extensions.webpubsub.webhook_requests import CONNECT_BODY, KEY, ORIGIN, request
from webpubsub.functions.contexts import context_from_json
from webpubsub.host.extensions.webpubsub import context_input
from webpubsub.host.extensions.webpubsub.accesses import Access, AccessList
from webpubsub.host.extensions.webpubsub.answers import answer_of
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.python.worker import PythonWorker
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.host.worker import Invocation
from webpubsub.protocol.action_json import operations_from_json
from webpubsub.protocol.actions import ACTIONS
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.connection_states import encode_states
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectEventRequest,
    EventType,
    UserEventRequest,
    connect_request,
)
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.mqtt_events import MqttConnectProperties
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


KNOWN = AccessList.of([Access(ORIGIN, KEY)])
STATES = encode_states({"seen": 4, "other": 1})


def anonymous(event: AnyEventRequest) -> AnyEventRequest:
    """The same event of a client without a user."""
    about = msgspec.structs.replace(event.connection_context, user_id=None)
    return msgspec.structs.replace(event, connection_context=about)


def mqtt_event(packet: MqttConnectProperties) -> ConnectEventRequest:
    """An MQTT client wants to connect."""
    about = context(EventType.SYSTEM, "connect", physical_connection_id="pc")
    return connect_request(packet, connection_context=about, subprotocols=("mqtt",))


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("connect", USER),
        ("connect", connect_event()),
        ("message", user_event(b'{"item": "tea"}', DataType.JSON)),
        ("message", user_event(b"tea")),
        ("binary", user_event(b"\x00\xff", DataType.BINARY, name="image")),
        ("states", user_event()),
        ("states", user_event(connection_state=STATES)),
        ("states", user_event(b"{}", DataType.JSON)),
        ("actions", connected_event()),
        ("disconnected", disconnected_event()),
        ("disconnected", anonymous(disconnected_event())),
        ("mqtt", mqtt_event(MqttConnectProperties(protocol_version=5, username="ann"))),
        ("mqtt", mqtt_event(MqttConnectProperties(protocol_version=5))),
        ("mqtt", mqtt_event(MqttConnectProperties(protocol_version=4))),
        ("each", user_event()),
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
    assert len(names) == 12
    assert set(re.findall(r"wps\.(\w+Action)\(", BLOCKS["typed_each.py"])) == {
        action.__name__ for action in ACTIONS.values()
    }


def test_the_traps_exist() -> None:
    """A code that is shown can be looked up."""
    shown = set(re.findall(r"\[(trap\.[a-z.-]+)\]", PAGE))
    assert len(shown) >= 8
    assert shown <= set(BY_CODE)


def namespace(block: str) -> dict[str, Any]:
    """What a block defines; decorated functions can be called."""
    defined: dict[str, Any] = {}
    exec(compile(BLOCKS[f"{block}.py"], block, "exec"), defined)
    return defined


def test_both_timers_do_the_same() -> None:
    """What they return are actions."""
    ticks = [namespace(f"{way}_tick")["tick"](None) for way in ("generic", "typed")]
    generic, typed = (operations_from_json(given, "chat") for given in ticks)
    assert generic == typed != []


@pytest.mark.parametrize(
    ("sent", "status", "body"),
    [
        (WebhookRequest(method="OPTIONS", headers=[("WebHook-Request-Origin", ORIGIN)]), 200, ""),
        (WebhookRequest(method="OPTIONS", headers=[("WebHook-Request-Origin", "x")]), 400, ""),
        (request(ce_type=None), 400, "Invalid Web PubSub upstream request missing required"),
        (request(ce_signature=None), 401, "Signature validation failed."),
        (request("connect", CONNECT_BODY), 200, '{"groups": ["everybody"]}'),
        (request(), 200, "HI"),
        (request("disconnected", {"reason": None}), 204, ""),
    ],
)
async def test_both_webhooks_answer_the_same(sent: WebhookRequest, status: int, body: str) -> None:
    """Status, headers and body, for events, preflights and errors."""
    called = msgspec.structs.replace(invocation(), trigger_value=http_request(sent))
    shown = await context_input.reader(binding(), lambda _: KNOWN)(called)
    assert isinstance(shown, JsonText)
    generic = namespace("generic_webhook")["events"](None, shown.text)
    typed = namespace("typed_webhook")["events"](None, context_from_json(shown.text))
    assert _http(generic) == _http(typed)
    assert (typed.status_code, typed.get_body().decode()[: len(body)]) == (status, body)


def _http(response: func.HttpResponse) -> tuple[Any, ...]:
    return response.status_code, response.mimetype, dict(response.headers), response.get_body()


def test_both_mains_answer_the_same() -> None:
    """A main is a function, whoever calls it."""
    generic, typed = namespace("generic_main")["main"], namespace("typed_main")["main"]
    assert generic(json.dumps({"data": "hi"})) == typed(user_event())
