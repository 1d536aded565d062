"""Our worker and the official engine of Azure Functions, side by side on one app.

Both are indexed on the same folder and called with the same values; what comes of it is made
comparable, failures included.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tests.parity.official_engine import Answer, Comparable, OfficialEngine, Retry
from webpubsub.host.extensions.webpubsub.event_value import TriggerValue
from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.python import PythonWorker
from webpubsub.host.settings.retry_policy import RetryPolicy
from webpubsub.host.values import (
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.host.worker import AppError, FunctionLoadError, Invocation, TraceContext

Input = tuple[str, Value]
#: The raw bindings of each function, or the text of why there is none.
Indexed = Mapping[str, list[dict[str, Any]]] | str

TRACE = TraceContext(trace_parent="00-1-2-01", trace_state="a=b")
RETRY_COUNT, MAX_RETRY_COUNT = 1, 3


class Pair(NamedTuple):
    """What we did and what they did."""

    ours: Any
    theirs: Any


class Both:
    """One app in both; ``index`` or ``load`` comes first."""

    def __init__(self, folder: Path, official: OfficialEngine) -> None:
        self._folder = folder
        self._official = official
        self._worker = PythonWorker(threads=2)
        self.functions: dict[str, FunctionMetadata] = {}

    async def stop(self) -> None:
        """Let go of both."""
        await self._worker.stop()
        self._official.stop()
        self._forget_modules()

    async def index(self) -> Pair:
        """An app with decorators, which is whole or nothing."""
        theirs = self._index_theirs()
        self._forget_modules()
        try:
            ours: Indexed = await self._index_ours()
        except AppError as error:
            ours = str(error)
        return Pair(ours, theirs)

    def _forget_modules(self) -> None:
        """Each imports the app for itself, as in processes of their own."""
        for name, module in list(sys.modules.items()):
            file = str(vars(module).get("__file__") or "")
            if name == "__app__" or file.startswith(f"{self._folder}{os.sep}"):
                del sys.modules[name]

    def _index_theirs(self) -> Indexed:
        try:
            return self._official.index(self._folder)
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"

    async def _index_ours(self) -> Indexed:
        for function in await self._worker.index(self._folder):
            self.functions[function.name] = function
            await self._worker.load(function)
        return {
            name: [dict(binding.raw) for binding in function.bindings]
            for name, function in self.functions.items()
        }

    async def load(self) -> Mapping[str, Pair]:
        """An app of folders: why each function cannot be loaded, None where it can."""
        functions = await self._worker.index(self._folder)
        self.functions = {function.name: function for function in functions}
        ours = {function.name: await self._load_ours(function) for function in functions}
        self._forget_modules()
        theirs = {function.name: self._load_theirs(function) for function in functions}
        return {name: Pair(ours[name], theirs[name]) for name in ours}

    async def _load_ours(self, function: FunctionMetadata) -> str | None:
        try:
            await self._worker.load(function)
        except FunctionLoadError as error:
            return str(error)
        return None

    def _load_theirs(self, function: FunctionMetadata) -> str | None:
        folder = self._folder / function.name
        try:
            self._official.load_folder(folder, function.script_file, function.entry_point)
        except (Exception, SystemExit) as error:
            return f"{type(error).__name__}: {error}"
        return None

    def ids(self) -> Pair:
        """The id of each function."""
        ours = {name: function.id for name, function in self.functions.items()}
        return Pair(ours, self._official.ids)

    def retries(self) -> Pair:
        """The retry policy of each function."""
        ours = {name: _retry(function) for name, function in self.functions.items()}
        return Pair(ours, self._official.retries)

    async def invoke(self, name: str, inputs: Sequence[Input]) -> Pair:
        """Call a function in both."""
        result = await self._worker.invoke(
            Invocation(
                id="invocation",
                function_id=self.functions[name].id,
                inputs=inputs,
                trace_context=TRACE,
                retry_count=RETRY_COUNT,
                max_retry_count=MAX_RETRY_COUNT,
            )
        )
        ours = Answer(
            error=result.failure and f"{result.failure.type}: {result.failure.message}",
            value=comparable(result.return_value),
            outputs={key: comparable(value) for key, value in result.outputs.items()},
        )
        wire = [(key, on_the_wire(value)) for key, value in inputs]
        context = (TRACE.trace_parent, TRACE.trace_state, RETRY_COUNT, MAX_RETRY_COUNT)
        return Pair(ours, await self._official.invoke(name, wire, *context))


def _retry(function: FunctionMetadata) -> Retry:
    if function.retry is None:
        return None
    policy = RetryPolicy.parse(function.retry)
    return policy.max_retries, policy.first, policy.longest


def comparable(value: Value) -> Comparable:
    """A value of ours as the official engine's are compared."""
    if value is None:
        return None
    if isinstance(value, JsonValue):
        return "json", json.loads(json.dumps(value.value))
    if isinstance(value, JsonText):
        return "json", json.loads(value.text)
    if isinstance(value, HttpResponseData):
        return "http", (value.status, value.body, list(value.headers))
    if isinstance(value, int):
        return "int", int(value)
    if isinstance(value, float):
        return "double", value
    return "string" if isinstance(value, str) else "bytes", value


def on_the_wire(value: Value) -> Comparable:
    """A value as the real host sends it."""
    if isinstance(value, TriggerValue):
        return on_the_wire(value.wire)
    if isinstance(value, JsonText):
        return "json", value.text
    if isinstance(value, HttpRequestData):
        members = {"headers": value.headers, "query": value.query, "params": value.route_params}
        return "http", {"method": value.method, "url": value.url, "body": value.body, **members}
    return comparable(value)
