"""The official engine of Azure Functions, driven in this process as its worker drives it.

It wants messages of the host's protocol; what it reads of them are a few attributes, so plain
objects do. Functions are invoked through its entry for hosts without protobuf.
"""

import importlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

#: A value with its kind on the wire, in a form that can be compared.
Comparable: TypeAlias = tuple[str, Any] | None
#: How often a function is tried again, and after how many seconds at least and at most.
Retry: TypeAlias = tuple[int, float, float] | None


class Answer(SimpleNamespace):
    """What came of an invocation; ``error`` is the text of an exception, or None."""

    error: str | None
    value: Comparable
    outputs: Mapping[str, Comparable]


class _BindingInfo(SimpleNamespace):
    """A binding as the protocol describes it, with the numbers of its enumerations."""

    out = 1
    inout = 2
    undefined = 0


class _RetryOptions(SimpleNamespace):
    """A retry policy as the protocol describes it, which knows its strategies by their names."""

    def __init__(self, *, retry_strategy: str, **members: Any) -> None:
        if retry_strategy not in _INTERVALS:
            raise ValueError(f"unknown enum label {retry_strategy!r}")
        super().__init__(retry_strategy=retry_strategy, **members)


#: The intervals that each strategy has.
_INTERVALS = {
    "fixed_delay": ("delay_interval", "delay_interval"),
    "exponential_backoff": ("minimum_interval", "maximum_interval"),
}
PROTOS = SimpleNamespace(
    BindingInfo=_BindingInfo,
    RpcFunctionMetadata=SimpleNamespace,
    RpcRetryOptions=_RetryOptions,
)
_DIRECTIONS = {"in": 0, "out": 1, "inout": 2}


class OfficialEngine:
    """Either model of apps: ``azure_functions_runtime``, or ``azure_functions_runtime_v1``."""

    def __init__(self, package: str) -> None:
        self._meta = importlib.import_module(f"{package}.bindings.meta")
        self._events = importlib.import_module(f"{package}.handle_event")
        self._loader = importlib.import_module(f"{package}.loader")
        self._native = importlib.import_module(f"{package}.native_invocation")
        self._datum = importlib.import_module(f"{package}.bindings.datumdef").Datum
        self._threads = importlib.import_module(f"{package}.utils.threadpool")
        #: The id of each function by its name.
        self.ids: dict[str, str] = {}
        #: The retry policy of each function of an app with decorators.
        self.retries: dict[str, Retry] = {}

    def start(self) -> None:
        """As the worker does before it indexes."""
        self._threads.start_threadpool_executor()
        self._meta.load_binding_registry()

    def stop(self) -> None:
        """Let go of its threads, and of the folders it imports from."""
        self._threads.stop_threadpool_executor()
        getattr(self._loader, "_submodule_dirs", []).clear()

    def index(self, folder: Path) -> Mapping[str, list[dict[str, Any]]]:
        """The raw bindings of each function of an app with decorators."""
        functions = self._loader.index_function_app(str(folder / "function_app.py"))
        found, _ = self._loader.process_indexed_function(
            PROTOS, self._events._functions, functions, str(folder)
        )
        self.ids = {function.name: function.function_id for function in found}
        self.retries = {function.name: _retry(function.retry_options) for function in found}
        return {function.name: list(map(json.loads, function.raw_bindings)) for function in found}

    def load_folder(self, folder: Path, script: str, entry_point: str = "main") -> None:
        """One function of an app with ``function.json`` files; the host says which script."""
        self._loader.install()
        document = json.loads((folder / "function.json").read_text(encoding="utf-8"))
        function = self._loader.load_function(folder.name, str(folder), script, entry_point)
        bindings = {
            binding["name"]: _BindingInfo(
                type=binding["type"], direction=_DIRECTIONS[binding["direction"]], data_type=0
            )
            for binding in document["bindings"]
        }
        metadata = SimpleNamespace(name=folder.name, directory=str(folder), bindings=bindings)
        self.ids[folder.name] = folder.name
        self._events._functions.add_function(folder.name, function, metadata, PROTOS)

    async def invoke(
        self, name: str, inputs: Sequence[tuple[str, Comparable]], *context: Any
    ) -> Answer:
        """Call a function with values as they are on the wire; ``context`` is the trace (parent,
        state) and the retries (so far, at most)."""
        wire = [(key, self._to_datum(item)) for key, item in inputs]
        _, value, outputs, error, _ = await self._native.invocation_request_native(
            "invocation", self.ids[name], wire, {}, *context
        )
        try:
            values = {key: self._comparable(item) for key, item in outputs}
            return Answer(error=error, value=self._comparable(value), outputs=values)
        except TypeError as problem:  # the worker writes JSON last, and that is a failure, too
            return Answer(error=repr(problem), value=None, outputs={})

    def _to_datum(self, value: Comparable) -> Any:
        if value is None:
            return None
        kind, content = value
        if kind == "http":
            content = {key: self._member(item) for key, item in content.items()}
        return self._datum(content, kind)

    def _member(self, item: Any) -> Any:
        if isinstance(item, Mapping):
            return {key: self._member(inner) for key, inner in item.items()}
        return self._datum(item, "bytes" if isinstance(item, bytes) else "string")

    def _comparable(self, datum: Any) -> Comparable:
        if datum is None or datum.type is None:
            return None
        if datum.type in ("json", "dict", "list"):
            text = datum.value if datum.type == "json" else json.dumps(datum.value)
            return ("json", json.loads(text))
        if datum.type in ("int", "bool"):
            return ("int", int(datum.value))
        if datum.type == "http":
            return ("http", _response(datum.value))
        return (datum.type, datum.value)


def _response(members: Mapping[str, Any]) -> tuple[int, bytes, list[tuple[str, str]]]:
    """Cookies travel apart from the other headers, and become some."""
    headers = [(name, header.value) for name, header in members["headers"].items()]
    cookies = [
        ("set-cookie", cookie.OutputString())
        for jar in members.get("cookies") or ()
        for cookie in jar.values()
    ]
    return int(members["status_code"].value), members["body"].value, headers + cookies


def _retry(options: Any) -> Retry:
    if options is None:
        return None
    first, longest = (getattr(options, name) for name in _INTERVALS[options.retry_strategy])
    return options.max_retry_count, first.total_seconds(), longest.total_seconds()
