"""A user's function as the decorators see it."""

import inspect
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any

import msgspec


class UserFunction(msgspec.Struct, frozen=True, kw_only=True):
    """The name, the parameters in order, and the annotations that could be resolved."""

    name: str
    parameters: tuple[str, ...]
    hints: Mapping[str, Any]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> "UserFunction":
        """What there is to know of a function."""
        return cls(
            name=getattr(function, "__name__", repr(function)),
            parameters=tuple(signature_of(function).parameters),
            hints=resolved_hints(function),
        )


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """The parameters of a function, whose annotations nobody runs: from Python 3.14 on they are
    code until somebody asks, and may name what does not exist yet."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return inspect.signature(function, annotation_format=annotationlib.Format.STRING)
    return inspect.signature(function)


def resolved_hints(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Annotations by parameter name, and ``return``.

    An app is decorated while its module is still being imported, so an annotation may name what
    comes later in the file. Such an annotation is left out here; the worker judges it later.
    """
    try:
        return typing.get_type_hints(function)
    except Exception:  # an annotation is code of the user, and may raise anything
        hints: dict[str, Any] = {}
        for name, raw in _raw_annotations(function).items():
            hints |= _resolved(function, name, raw)
        return hints


def _resolved(function: Callable[..., Any], name: str, raw: Any) -> Mapping[str, Any]:
    """One annotation, resolved on a stand-in for the function that has no other."""
    stand_in = types.FunctionType((lambda: None).__code__, getattr(function, "__globals__", {}))
    stand_in.__annotations__ = {name: raw}
    try:
        return typing.get_type_hints(stand_in)
    except Exception:
        return {}


def _raw_annotations(function: Callable[..., Any]) -> Mapping[str, Any]:
    if sys.version_info >= (3, 14):
        import annotationlib

        try:
            return annotationlib.get_annotations(function, format=annotationlib.Format.FORWARDREF)
        except Exception:  # one that raises anything but NameError takes the others with it
            return {}
    return getattr(function, "__annotations__", {})
