"""The HTTP extension with a few functions, and a client."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from webpubsub.host.control import HostState
from webpubsub.host.errors import HostError
from webpubsub.host.extension import BindingError, Invoke, TriggerCall
from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.admin.context import Administration
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.host.values import HttpRequestData, HttpResponseData, Value
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


class Recorder:
    """A function that keeps what it was called with and answers the body it got."""

    def __init__(self) -> None:
        self.calls: list[TriggerCall] = []

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        self.calls.append(call)
        assert isinstance(call.value, HttpRequestData)
        response = HttpResponseData(status=200, headers=(), body=call.value.body)
        return InvocationResult(return_value=response)

    @property
    def request(self) -> HttpRequestData:
        value = self.calls[-1].value
        assert isinstance(value, HttpRequestData)
        return value


class FakeHost:
    """A host that does what a test tells it, and remembers what it was asked for."""

    def __init__(self, *functions: FunctionReport) -> None:
        self.functions = functions
        self.state = HostState.RUNNING
        self.last_error: str | None = None
        self.running_invocations = 0
        self.is_draining = False
        self.calls: list[tuple[str, str]] = []
        self.restarts = 0

    def begin_call(self, name: str, text: str) -> bool:
        if text == "wrong":
            raise BindingError("the text says nothing")
        self.calls.append((name, text))
        return not any(one.disabled for one in self.functions if one.name == name)

    async def drain(self) -> None:
        self.is_draining = True

    async def restart(self) -> None:
        self.restarts += 1
        if self.last_error is not None:
            raise HostError(self.last_error)


@asynccontextmanager
async def serving(
    *functions: tuple[FunctionMetadata, Invoke],
    config: HostConfig | None = None,
    http: Mapping[str, Any] | None = None,
    host: FakeHost | None = None,
    disabled: Sequence[tuple[FunctionMetadata, Invoke]] = (),
    **options: Any,
) -> AsyncIterator[tuple[ClientSession, HttpExtension]]:
    """An extension that serves these functions, and a client at its address."""
    listener = Listener("127.0.0.1", 0)
    running = host or FakeHost()
    extension = HttpExtension(
        config or config_of(**(http or {})),
        listener=listener,
        administration=Administration(lambda: running, running.restart),
        **options,
    )
    for metadata, act in functions:
        extension.attach(metadata, act)
    for metadata, act in disabled:
        extension.attach_disabled(metadata, act)
    await extension.start()
    extension.open()
    try:
        async with ClientSession(f"http://127.0.0.1:{extension.port}") as session:
            yield session, extension
    finally:
        await extension.stop()


async def raw(extension: HttpExtension, request: bytes, until: bytes = b"") -> bytes:
    """What answers these bytes, which need not be HTTP, until these other bytes, or until the
    connection ends."""
    reader, writer = await asyncio.open_connection("127.0.0.1", extension.port)
    writer.write(request)
    answer = await (reader.readuntil(until) if until else reader.read())
    writer.close()
    await writer.wait_closed()
    return answer
