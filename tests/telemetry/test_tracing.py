"""A message as one trace, from the frame of its sender over user code to the recipients."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from tests.cli.apps import write_app
from tests.cli.edges import started
from tests.telemetry.exported import Exported, attributes
from webpubsub.composition.local_app import LocalApp
from webpubsub.protocol.trace_context import SpanContext, current_span
from webpubsub.service.observation import HandshakeAbandoned, HandshakeBegan, ObservationPoint
from webpubsub.telemetry.tracing import Tracing, processors_for

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
APP = """
import logging
import azure.functions as func
import webpubsub as wps
from opentelemetry import trace

app = wps.WebPubSubApp()

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub="room")
def message(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> None:
    logging.info("current %032x", trace.get_current_span().get_span_context().trace_id)
    if request.text() == "fail":
        raise ValueError("as asked")
    actions.set([wps.SendToAllAction(data="done")])
"""


@pytest.fixture
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment of the process."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@asynccontextmanager
async def traced(
    folder: Path, exported: Exported, workers: int = 0
) -> AsyncIterator[tuple[LocalApp, aiohttp.ClientWebSocketResponse]]:
    """An app that is traced, and a client of it."""
    async with started(write_app(folder, APP), workers) as app, aiohttp.ClientSession() as http:
        access = await app.service.client.client_access("room", user_id="ann")
        exported.tracing.watch_service(app.service.point)
        exported.tracing.watch_host(app.point)
        protocols = ("json.webpubsub.azure.v1",)
        try:
            async with http.ws_connect(access.url, protocols=protocols) as client:
                await client.receive_json(timeout=10)
                yield app, client
        finally:
            exported.tracing.look_away()


def event(data: str) -> dict[str, object]:
    return {
        "type": "event",
        "event": "message",
        "dataType": "text",
        "data": data,
        "metadata": {"traceparent": PARENT},
        "ackId": 1,
    }


@pytest.mark.usefixtures("_own_environment")
@pytest.mark.parametrize("workers", [0, 1], ids=["in-process", "worker"])
async def test_one_message_is_one_trace(
    tmp_path: Path, workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    """From the client, over the function, to its action; and the function sees it at once."""
    exported = Exported()
    caplog.set_level("INFO")
    async with traced(tmp_path, exported, workers) as (_, client):
        await client.send_json(event("hello"))
        await client.receive_json(timeout=10)
        await client.receive_json(timeout=10)
    action = exported.named("SendToAll room")
    assert exported.way_up(action) == [
        "SendToAll room",
        "message",
        "message room",
        "SendEvent room",
    ]
    assert action.context.trace_id == int(TRACE_ID, 16)
    receive = exported.named("SendEvent room")
    assert receive.parent is not None
    assert receive.parent.span_id == int(PARENT[36:52], 16)
    assert attributes(receive)["messaging.message.body.size"] == 5
    assert attributes(exported.named("message"))["faas.trigger"] == "pubsub"
    assert attributes(exported.named("message room"))["user.id"] == "ann"
    handshake = exported.named("GET /client/hubs/{hub}")
    assert attributes(handshake)["http.response.status_code"] == 101
    assert f"current {TRACE_ID}" in caplog.text


@pytest.mark.usefixtures("_own_environment")
async def test_a_function_that_fails(tmp_path: Path) -> None:
    """Its span says how, and so does that of the event."""
    exported = Exported()
    async with traced(tmp_path, exported) as (_, client):
        await client.send_json(event("fail"))
        await client.receive_json(timeout=10)
    invocation = exported.named("message")
    assert attributes(invocation)["error.type"] == "ValueError"
    (exception,) = invocation.events
    assert "as asked" in str(dict(exception.attributes or {})["exception.stacktrace"])
    assert attributes(exported.named("message room"))["error.type"] == "500"


@pytest.mark.usefixtures("_own_environment")
async def test_calls_of_the_rest_api(tmp_path: Path) -> None:
    """One that is answered, and one that is refused and says why."""
    exported = Exported()
    async with traced(tmp_path, exported) as (app, _), aiohttp.ClientSession() as http:
        await http.head(f"{app.service.endpoint}/api/health")
        await http.post(f"{app.service.endpoint}/api/hubs/room/:send")
    good = exported.named("HEAD /api/health")
    refused = exported.named("POST /api/hubs/{hub}/:send")
    assert attributes(good)["http.response.status_code"] == 200
    assert attributes(refused)["webpubsub.refusal.code"] == "rest.token.missing"
    assert attributes(refused)["messaging.destination.name"] == "room"


@pytest.mark.parametrize(
    ("sampler", "sender", "kept"),
    [
        ("always_off", None, False),
        ("always_off", True, False),
        ("always_on", False, True),
        ("parentbased_always_on", None, True),
        ("parentbased_always_on", False, False),
        ("parentbased_always_off", True, True),
        ("parentbased_always_off", None, False),
    ],
)
def test_sampling_is_the_sdks(
    sampler: str, sender: bool | None, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent to others says what the SDK has decided, and that is what is exported."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", sampler)
    point, exported = ObservationPoint(), Exported()
    exported.tracing.watch_service(point)
    parent = None if sender is None else SpanContext("a" * 32, "b" * 16, sampled=sender)
    with point.trace(parent):
        span = current_span.get()
        assert point.observer is not None
        point.observer(HandshakeBegan("/client"))
        point.observer(HandshakeAbandoned("/client"))
    assert span is not None
    assert span.sampled == kept
    assert len(exported.spans) == kept


@pytest.mark.parametrize(("name", "shown"), [(None, "webpubsub"), ("chat", "chat")])
def test_the_name_of_the_process(
    name: str | None, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the environment's, if there is one."""
    if name is not None:
        monkeypatch.setenv("OTEL_SERVICE_NAME", name)
    assert Exported().tracing.provider.resource.attributes["service.name"] == shown


def test_user_spans_are_exported_unless_the_app_has_its_own_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An app that has set a provider keeps it."""
    chosen: list[object] = []
    monkeypatch.setattr(trace, "set_tracer_provider", chosen.append)
    tracing = Exported().tracing
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    tracing.adopt_user_spans()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: Exported().tracing.provider)
    tracing.adopt_user_spans()
    assert chosen == [tracing.provider]


async def test_exporters_by_name() -> None:
    """Each has a batch of its own, and is shut down in time."""
    processors = processors_for(["otlp", "console"])
    assert [type(one) for one in processors] == [BatchSpanProcessor] * 2
    await asyncio.to_thread(Tracing(processors).stop)
