"""Which function answers a request.

The first function by name whose template and methods fit wins, however specific the others are; a
method that does not fit is no match. Specification: functions-python section 5.2.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from webpubsub.host.extension import BindingError, Invoke
from webpubsub.host.extensions.http.templates import (
    RouteTemplate,
    fold,
)
from webpubsub.host.keys.authority import Level
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.protocol.spelling import did_you_mean, listed

_logger = logging.getLogger(__name__)

#: Paths that begin so belong to the host.
RESERVED = ("admin", "runtime")
_WEB_APP = "/{*route}"
_USUAL_LEVELS = ("anonymous", "function", "admin")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What an HTTP trigger listens to, and whom. ``methods`` are upper-case; none means all of
    them."""

    template: RouteTemplate
    methods: tuple[str, ...]
    level: Level

    @classmethod
    def of(cls, function: FunctionMetadata, trigger: Binding, prefix: str) -> "Route":
        """The route of a function below a prefix. Raises BindingError."""
        level = _level(function, trigger.get("authLevel"))
        own = _own_route(function, trigger.get("route"))
        text = "/".join(part for part in (prefix, own) if part)
        try:
            template = RouteTemplate.parse(text)
        except ValueError as error:
            raise BindingError(
                f"the route '{own}' of function '{function.name}' is invalid: {error}."
            ) from None
        methods = _methods(function, trigger.get("methods"))
        return cls(template=template, methods=methods, level=level)

    def conflicts_with(self, other: "Route") -> bool:
        """Whether both have the same template and a method in common."""
        same = fold(self.template.text.strip("/")) == fold(other.template.text.strip("/"))
        return same and (
            not (self.methods and other.methods) or bool(set(self.methods) & set(other.methods))
        )


class RoutedFunction(NamedTuple):
    """A function that answers requests."""

    function: FunctionMetadata
    route: Route
    invoke: Invoke
    disabled: bool = False


class Match(NamedTuple):
    """The function for a request, at which route it is, and what the path says."""

    function: FunctionMetadata
    route: Route
    invoke: Invoke
    route_params: dict[str, str]
    disabled: bool


class RouteTable:
    """The routes of an app."""

    def __init__(self) -> None:
        self._entries: list[RoutedFunction] = []
        #: Whether the answers of some of them may be sent while they are made.
        self.has_streams = False

    @property
    def functions(self) -> list[FunctionMetadata]:
        """Those that have a route, in the order in which they are asked."""
        return [entry.function for entry in self._entries]

    def add(self, function: FunctionMetadata, route: Route, invoke: Invoke) -> None:
        """Take on a route. Raises BindingError when another function has it."""
        for other in self._entries:
            if not other.disabled and route.conflicts_with(other.route):
                raise BindingError(
                    f"the route '{route.template.text}' of function '{function.name}' is taken by "
                    f"function '{other.function.name}'. Give one of them another route or other "
                    "methods."
                )
        self._take(RoutedFunction(function, route, invoke))

    def add_disabled(self, function: FunctionMetadata, route: Route, invoke: Invoke) -> None:
        """Take on the route of a disabled function, which any other function may have too. On Azure
        it hides the route of one that comes later by name, which is told."""
        self._take(RoutedFunction(function, route, invoke, disabled=True))

    def _take(self, entry: RoutedFunction) -> None:
        for other in self._entries:
            if entry.disabled != other.disabled and entry.route.conflicts_with(other.route):
                _tell_of_hidden(*sorted((entry, other), key=lambda one: one.function.name.upper()))
        self.has_streams = self.has_streams or entry.function.streams_http
        self._entries.append(entry)
        self._entries.sort(key=lambda entry: (entry.disabled, entry.function.name.upper()))

    def find(self, method: str, path: Sequence[str]) -> Match | None:
        """The function for a method and a path given as decoded segments, or None."""
        method = method.upper()
        for function, route, invoke, disabled in self._entries:
            if route.methods and method not in route.methods:
                continue
            values = route.template.match(path)
            if values is not None:
                return Match(function, route, invoke, values, disabled)
        return None


def _tell_of_hidden(first: RoutedFunction, second: RoutedFunction) -> None:
    if first.disabled:
        _logger.warning(
            "Function '%s' answers 404 on Azure: the disabled function '%s' has its route and "
            "comes before it by name. Give the disabled one another route, or remove it.",
            second.function.name,
            first.function.name,
        )


def is_reserved(path: Sequence[str]) -> bool:
    """Whether a path, given as decoded segments, belongs to the host itself."""
    return bool(path) and fold(path[0]) in RESERVED


def is_of_web_app(route: object) -> bool:
    """Whether a route is the one that ``AsgiFunctionApp`` and ``WsgiFunctionApp`` give to their one
    function, with a slash in front. Specification: functions-python section 2.4."""
    return route == _WEB_APP


def _own_route(function: FunctionMetadata, route: Any) -> str:
    if route is not None and not isinstance(route, str):
        raise BindingError(
            f"the route of function '{function.name}' is {route!r}, and must be a string."
        )
    text = route or ""
    if not text.strip():
        return function.name
    if is_of_web_app(text):
        return text.removeprefix("/")
    if text.strip("/").lower().startswith(RESERVED):
        raise BindingError(
            f"the route '{text}' of function '{function.name}' begins like the host's own routes "
            f"({' and '.join(RESERVED)}). Choose another."
        )
    if text.startswith("/"):
        raise BindingError(
            f"the route '{text}' of function '{function.name}' starts with '/'. Write "
            f"'{text.lstrip('/')}': the host puts its prefix and a slash in front."
        )
    return text


def _methods(function: FunctionMetadata, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, Sequence) or isinstance(value, str) or not all(map(_is_token, value)):
        raise BindingError(
            f"methods of function '{function.name}' is {value!r}, and must be an array of HTTP "
            'methods, such as ["get", "post"].'
        )
    return tuple(method.upper() for method in value)


def _is_token(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.replace("-", "").isalpha()


def _level(function: FunctionMetadata, value: Any) -> Level:
    """A function that says nothing listens to those who have a key."""
    if value is None:
        return Level.FUNCTION
    try:
        return Level(str(value).lower())
    except ValueError:
        raise BindingError(
            f"authLevel of function '{function.name}' is {value!r}, and must be "
            f"{listed(_USUAL_LEVELS)}.{did_you_mean(str(value), _USUAL_LEVELS)}"
        ) from None
