"""Spans of user code in a worker process; the whole of it is seen with the command."""

import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from webpubsub.telemetry import worker


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[TracerProvider]:
    """The providers that were set."""
    found: list[TracerProvider] = []
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "console")
    monkeypatch.setattr(trace, "set_tracer_provider", found.append)
    monkeypatch.setattr(trace, "get_tracer_provider", trace.ProxyTracerProvider)
    return found


def test_they_are_exported(chosen: list[TracerProvider]) -> None:
    """Once the app has been imported."""
    worker.adopt()
    (provider,) = chosen
    provider.shutdown()


@pytest.mark.parametrize(
    ("module", "value"), [("opentelemetry.trace", None), ("webpubsub.telemetry.tracing", None)]
)
def test_nothing_is_done_for_nothing(
    module: str, value: object, chosen: list[TracerProvider], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for an app that makes none, nor without the packages."""
    if module == "opentelemetry.trace":
        monkeypatch.delitem(sys.modules, module)
    else:
        monkeypatch.setitem(sys.modules, module, value)
    worker.adopt()
    assert chosen == []
