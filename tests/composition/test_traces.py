"""One message from the frame of its sender to every recipient, as one trace: with the app and its
service in one process, with functions in another one, and over the webhook.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.cli.apps import write_app, write_settings
from tests.cli.edges import started
from webpubsub.composition.local_app import LocalApp
from webpubsub.host import observation as host
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.service import observation as service
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    HubSettings,
    UserEvents,
)
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

APP = """
import json
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp()

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub="room")
def message(
    request: wps.UserEventRequest, actions: func.Out[wps.Actions], context: func.Context
) -> None:
    actions.set([wps.SendToAllAction(data=context.trace_context.trace_parent)])
"""
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE_ID}-00f067aa0ba902b7-01"
KEY = "a-key-of-the-service-that-is-long-enough"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An app's settings go into the environment of the process."""
    monkeypatch.setattr(os, "environ", dict(os.environ))


Seen = list[host.Sighting | service.Sighting]


@asynccontextmanager
async def together(folder: Path, workers: int = 0) -> AsyncIterator[tuple[LocalApp, Service]]:
    write_app(folder, APP)
    async with started(folder, workers) as app:
        yield app, app.service


@asynccontextmanager
async def apart(folder: Path) -> AsyncIterator[tuple[LocalApp, Service]]:
    write_app(folder, APP)
    async with Service(ServiceSettings(port=0, access_keys=(KEY,))) as elsewhere:
        write_settings(folder, WebPubSubConnectionString=elsewhere.connection_string)
        async with started(folder) as app:
            events = EventFilter(user_events=UserEvents(every=True))
            handler = EventHandlerSettings(url_template=app.webhook_url, events=events)
            elsewhere.hub_settings.replace({"room": HubSettings(event_handlers=(handler,))})
            yield app, elsewhere


@pytest.mark.parametrize("edge", ["in-process", "worker", "webhook"])
async def test_one_message_is_one_trace(tmp_path: Path, edge: str) -> None:
    """From what the client says to what is delivered, and the function sees it too."""
    where = apart(tmp_path) if edge == "webhook" else together(tmp_path, int(edge == "worker"))
    async with where as (app, running), aiohttp.ClientSession() as http:
        seen: Seen = []
        access = await running.client.client_access("room")
        protocols = ("json.webpubsub.azure.v1",)
        async with http.ws_connect(access.url, protocols=protocols) as client:
            await client.receive_json(timeout=10)
            running.point.attach(seen.append)
            look_away = app.point.attach(seen.append)
            await client.send_json(
                {
                    "type": "event",
                    "event": "message",
                    "dataType": "text",
                    "data": "hello",
                    "metadata": {"traceparent": PARENT},
                    "ackId": 1,
                }
            )
            said = await client.receive_json(timeout=10)
            await client.receive_json(timeout=10)
            look_away()
    assert spans_up_from(seen, service.Delivered)[-1] == PARENT[36:52]
    (invocation,) = (one.span for one in seen if isinstance(one.item, host.InvocationBegan))
    assert invocation is not None
    assert said["data"] == invocation.trace_parent
    assert [type(one.item).__name__ for one in along(seen)] == [*EXPECTED[edge]]


def along(seen: Seen) -> Seen:
    """What belongs to the trace, in order."""
    return [one for one in seen if one.span is not None and one.span.trace_id == TRACE_ID]


def spans_up_from(seen: Seen, kind: type[service.Observed]) -> list[str]:
    """The spans from the one in which something passed up to the client's own."""
    spans = {one.span.span_id: one.span for one in seen if one.span is not None}
    (span,) = (one.span for one in along(seen) if isinstance(one.item, kind))
    found: list[str] = []
    while span is not None:
        found.append(span.span_id)
        parent: SpanContext | None = spans.get(span.parent_id or "")
        if parent is None:
            return [*found, span.parent_id or ""]
        span = parent
    return found


_CARRIED_OUT = ("OperationApplied", "ActionCarriedOut")
_IN_PROCESS = (
    "RequestReceived",
    "RequestHandled",
    "EventRaised",
    "InvocationBegan",
    "Delivered",
    *_CARRIED_OUT,
    "InvocationEnded",
    "EventAnswered",
    "AckSent",
)
EXPECTED = {
    "in-process": _IN_PROCESS,
    "worker": _IN_PROCESS,
    "webhook": (
        "RequestReceived",
        "RequestHandled",
        "EventRaised",
        "WebhookCalled",
        "ValidationAsked",
        "HttpReceived",
        "DeliveryReceived",
        "DeliveryAnswered",
        "HttpAnswered",
        "ValidationAnswered",
        "HttpReceived",
        "DeliveryReceived",
        "InvocationBegan",
        "RestCalled",
        "Delivered",
        "OperationApplied",
        "RestAnswered",
        "ActionCarriedOut",
        "InvocationEnded",
        "DeliveryAnswered",
        "HttpAnswered",
        "WebhookAnswered",
        "EventAnswered",
        "AckSent",
    ),
}
