"""The function app behind the service, as the page shows it."""

from collections.abc import Iterator
from typing import Any

import msgspec

from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.host import FunctionHost
from webpubsub.host.metadata import Binding
from webpubsub.host.observation import ObservationPoint

_TRIGGER, _HTTP, _CONNECTION = "webpubsubtrigger", "httptrigger", "webpubsubconnection"
_PARAMETER = "{"
_NOT_SHOWN = frozenset({"type", "name", "direction"})


class ShownBinding(msgspec.Struct, frozen=True):
    """A binding; ``what`` are its other properties in words."""

    type: str
    name: str
    direction: str
    what: str


class ShownFunction(msgspec.Struct, frozen=True):
    """A function; ``problem`` says why it does not run. ``url`` is where an HTTP function is, with
    its parameters in braces, and ``methods`` are all that it takes, none for every one."""

    name: str
    file: str
    trigger: str
    bindings: list[ShownBinding]
    problem: str = ""
    disabled: bool = False
    url: str = ""
    methods: tuple[str, ...] = ()


class AppView:
    """The app that ``host`` runs, called ``title``, and what happens in it passes ``point``."""

    def __init__(self, host: FunctionHost, point: ObservationPoint, title: str) -> None:
        self.point = point
        self._host = host
        self._title = title

    def overview(self) -> dict[str, Any]:
        """What the overview says of it."""
        reports = self._host.functions
        return {
            "title": self._title,
            "pages": [one.url for one in self.functions() if _is_page(one)],
            "state": self._host.state.name.lower(),
            "functions": len(reports),
            "broken": sum(report.error is not None for report in reports),
            "problem": self._host.last_error or "",
        }

    def functions(self) -> list[ShownFunction]:
        """All functions, by name."""
        return [self._function(report) for report in self._host.functions]

    def functions_by_hub(self) -> dict[str, list[tuple[str, str]]]:
        """By hub, which events go to which function."""
        found: dict[str, list[tuple[str, str]]] = {}
        for report in self._host.functions:
            for hub, event in _events(report):
                found.setdefault(hub, []).append((event, f"function {report.name}"))
        return found

    def _function(self, report: FunctionReport) -> ShownFunction:
        bindings = report.metadata.bindings
        trigger = next((one for one in bindings if one.is_trigger), None)
        shown = ShownFunction(
            name=report.name,
            file=report.metadata.script_file,
            trigger="" if trigger is None else trigger.type,
            bindings=[_binding(one) for one in bindings],
            problem=report.error or "",
            disabled=report.disabled,
        )
        if trigger is None or trigger.kind != _HTTP or report.disabled or report.error is not None:
            return shown
        http = self._host.app.extension(HttpExtension)
        url, methods = http.url_of(report.metadata), http.methods_of(report.metadata)
        return msgspec.structs.replace(shown, url=url, methods=methods)


def _is_page(function: ShownFunction) -> bool:
    """Whether somebody may want to open it in a browser: those that hand out connections are for
    programs."""
    takes_get = not function.methods or "GET" in function.methods
    if not function.url or _PARAMETER in function.url or not takes_get:
        return False
    return all(one.type.lower() != _CONNECTION for one in function.bindings)


def _events(report: FunctionReport) -> Iterator[tuple[str, str]]:
    if report.disabled or report.error is not None:
        return
    for binding in report.metadata.bindings:
        if binding.kind == _TRIGGER:
            yield str(binding.get("hub", "")).lower(), str(binding.get("eventName", ""))


def _binding(binding: Binding) -> ShownBinding:
    others = {key: v for key, v in binding.raw.items() if key.lower() not in _NOT_SHOWN}
    return ShownBinding(
        type=binding.type,
        name=binding.name,
        direction=binding.direction,
        what=", ".join(f"{key} {_words(value)}" for key, value in others.items() if value),
    )


def _words(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
