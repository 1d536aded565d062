"""Traces, when the environment asks for them."""

import asyncio
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.cli.apps import write_app
from tests.cli.processes import StartedApp
from webpubsub.cli import traces
from webpubsub.cli.traces import traced
from webpubsub.host.observation import ObservationPoint as HostPoint
from webpubsub.service.observation import ObservationPoint as ServicePoint

APP = """
import azure.functions as func
from opentelemetry import trace

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
tracer = trace.get_tracer("mine")

@app.route("work")
def work(req: func.HttpRequest) -> func.HttpResponse:
    with tracer.start_as_current_span("of my own"):
        return func.HttpResponse("done")
"""


async def test_nothing_is_traced_unless_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nobody looks, either."""
    monkeypatch.delenv("OTEL_TRACES_EXPORTER", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    point = ServicePoint()
    async with traced(point) as tracing:
        assert tracing is None
        assert point.observer is None


async def test_both_points_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the end, and not longer."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    service, host = ServicePoint(), HostPoint()
    async with traced(service, host) as tracing:
        assert tracing is not None
        assert None not in (service.observer, host.observer)
    assert service.observer is None
    assert host.observer is None


@pytest.mark.parametrize(
    ("exporter", "missing", "words"),
    [
        ("zipkin", False, "'zipkin' is no exporter here"),
        ("otlp", True, "pip install 'webpubsub[telemetry]'"),
    ],
)
async def test_what_cannot_be_had_is_said(
    exporter: str,
    missing: bool,
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And everything else works."""
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", exporter)
    if missing:
        for name in [one for one in sys.modules if one.startswith("webpubsub.telemetry.tracing")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    async with traced(ServicePoint()) as tracing:
        assert tracing is None
    written = capsys.readouterr()
    assert words in " ".join((written.out + written.err).split())
    assert traces.__doc__


@pytest.mark.parametrize("workers", ["0", "1"], ids=["in process", "worker"])
async def test_spans_of_an_app_are_part_of_the_trace(tmp_path: Path, workers: str) -> None:
    """As a user sees it: the console shows both, and the inner one names the outer one."""
    folder = write_app(tmp_path / "app", APP)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    traced_app = StartedApp(
        folder, env={"OTEL_TRACES_EXPORTER": "console"}, options=("--workers", workers)
    )
    with traced_app as app:
        app.wait_until_ready()
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{app.port}/api/work"
            async with http.get(url, headers={"traceparent": parent}) as answer:
                assert await answer.text() == "done"
        assert await asyncio.to_thread(app.interrupt) == 0
    assert '"name": "of my own"' in app.output
    own = app.output.partition('"name": "of my own"')[2].partition("resource")[0]
    assert f"0x{'a' * 32}" in own
    assert '"parent_id": "0x' in own
