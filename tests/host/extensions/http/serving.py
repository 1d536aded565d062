"""The HTTP extension with a few functions, and a client."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.seam import Invoke, TriggerCall
from webpubsub.host.host_config import HostConfig
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import Value
from webpubsub.host.worker import InvocationResult


def http_function(name: str, **trigger: Any) -> FunctionMetadata:
    """An HTTP function whose trigger has these properties."""
    bindings = (
        Binding({"type": "httpTrigger", "name": "req", "direction": "in", **trigger}),
        Binding({"type": "http", "name": "$return", "direction": "out"}),
    )
    return FunctionMetadata(id=name, name=name, bindings=bindings)


def config_of(**http: Any) -> HostConfig:
    """A host.json with these settings of HTTP."""
    return HostConfig.from_document({"version": "2.0", "extensions": {"http": http}})


def returning(value: Value) -> Invoke:
    """A function that returns this."""

    async def act(call: TriggerCall) -> InvocationResult:
        return InvocationResult(return_value=value)

    return act


@asynccontextmanager
async def serving(
    *functions: tuple[FunctionMetadata, Invoke],
    config: HostConfig | None = None,
    http: Mapping[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[tuple[ClientSession, HttpExtension]]:
    """An extension that serves these functions, and a client at its address."""
    listener = Listener("127.0.0.1", 0)
    extension = HttpExtension(config or config_of(**(http or {})), listener=listener, **options)
    for metadata, act in functions:
        extension.attach(metadata, act)
    await extension.start()
    extension.open()
    try:
        async with ClientSession(f"http://127.0.0.1:{extension.port}") as session:
            yield session, extension
    finally:
        await extension.stop()
