"""Traces, when the environment asks for them; nothing is imported for them otherwise."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from webpubsub.cli.console import warn
from webpubsub.telemetry.environment import TelemetryError, wanted_exporters

if TYPE_CHECKING:
    from webpubsub.host.observation import ObservationPoint as HostPoint
    from webpubsub.service.observation import ObservationPoint as ServicePoint
    from webpubsub.telemetry.tracing import Tracing

_MISSING = (
    "OpenTelemetry's environment variables ask for traces, which need more packages: "
    "pip install 'webpubsub[telemetry]'. There are none now"
)


@asynccontextmanager
async def traced(
    service: "ServicePoint", host: "HostPoint | None" = None
) -> "AsyncIterator[Tracing | None]":
    """Trace what passes these points meanwhile, if the environment asks for it."""
    tracing = _tracing()
    if tracing is None:
        yield None
        return
    tracing.watch_service(service)
    if host is not None:
        tracing.watch_host(host)
    try:
        yield tracing
    finally:
        tracing.look_away()
        await asyncio.to_thread(tracing.stop)


def _tracing() -> "Tracing | None":
    try:
        exporters = wanted_exporters(os.environ)
    except TelemetryError as problem:
        warn(str(problem))
        return None
    if not exporters:
        return None
    try:
        from webpubsub.telemetry.tracing import Tracing, processors_for
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("opentelemetry"):
            raise
        warn(_MISSING)
        return None
    return Tracing(processors_for(exporters))
