"""The function app behind the service, as the page shows it."""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from webpubsub.host.function_report import FunctionReport
from webpubsub.host.host import FunctionHost
from webpubsub.host.metadata import Binding
from webpubsub.host.observation import ObservationPoint

_TRIGGER = "webpubsubtrigger"
_NOT_SHOWN = frozenset({"type", "name", "direction"})


class ShownBinding(msgspec.Struct, frozen=True):
    """A binding; ``what`` are its other properties in words."""

    type: str
    name: str
    direction: str
    what: str


class ShownFunction(msgspec.Struct, frozen=True):
    """A function; ``problem`` says why it does not run."""

    name: str
    file: str
    trigger: str
    bindings: list[ShownBinding]
    problem: str = ""
    disabled: bool = False


class AppView:
    """The app that ``host`` runs, and what happens in it passes ``point``.

    ``title`` is what it is called, ``url`` gives where its HTTP functions are.
    """

    def __init__(
        self, host: FunctionHost, point: ObservationPoint, title: str, url: Callable[[], str]
    ) -> None:
        self.point = point
        self._host = host
        self._title = title
        self._url = url

    def overview(self) -> dict[str, Any]:
        """What the overview says of it."""
        reports = self._host.functions
        return {
            "title": self._title,
            "url": self._url(),
            "state": self._host.state.name.lower(),
            "functions": len(reports),
            "broken": sum(report.error is not None for report in reports),
            "problem": self._host.last_error or "",
        }

    def functions(self) -> list[ShownFunction]:
        """All functions, by name."""
        return [_function(report) for report in self._host.functions]

    def functions_by_hub(self) -> dict[str, list[tuple[str, str]]]:
        """By hub, which events go to which function."""
        found: dict[str, list[tuple[str, str]]] = {}
        for report in self._host.functions:
            for hub, event in _events(report):
                found.setdefault(hub, []).append((event, f"function {report.name}"))
        return found


def _events(report: FunctionReport) -> Iterator[tuple[str, str]]:
    if report.disabled or report.error is not None:
        return
    for binding in report.metadata.bindings:
        if binding.kind == _TRIGGER:
            yield str(binding.get("hub", "")).lower(), str(binding.get("eventName", ""))


def _function(report: FunctionReport) -> ShownFunction:
    bindings = report.metadata.bindings
    return ShownFunction(
        name=report.name,
        file=report.metadata.script_file,
        trigger=next((one.type for one in bindings if one.is_trigger), ""),
        bindings=[_binding(one) for one in bindings],
        problem=report.error or "",
        disabled=report.disabled,
    )


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
