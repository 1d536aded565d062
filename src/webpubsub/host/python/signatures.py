"""Whether a Python function fits its bindings, decided as the official engine decides.

The messages are ours: each names the function, the parameter, what was expected and the mend.
Specification: functions-python sections 3.1 to 3.4 and 15.2.
"""

import inspect
import types
import typing
from collections import abc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Generic, Union, get_args, get_origin

import msgspec

from webpubsub.functions.signatures import signature_of
from webpubsub.host.python.converters import (
    GENERIC,
    accepts_input,
    accepts_output,
    converter_for,
    has_implicit_output,
)
from webpubsub.host.python.web_framework import WebFramework

_RETURN = "$return"
_ABSENT = object()


class SignatureError(Exception):
    """A function does not fit its bindings."""


class BoundBinding(msgspec.Struct, frozen=True, kw_only=True):
    """A binding as the worker sees it: ``type`` is the one whose converter is looked up."""

    name: str
    type: str
    direction: str


class Conversion(msgspec.Struct, frozen=True):
    """How one argument or the return value is converted: by which type's converter, and the
    annotation, None when there is none."""

    binding_type: str
    annotation: Any


class LoadedFunction(msgspec.Struct, frozen=True, kw_only=True):
    """A user's function, ready to be called. ``answer`` None means that it must return None;
    ``framework`` brings its HTTP requests and takes its responses."""

    call: Callable[..., Any]
    name: str
    directory: str
    is_async: bool
    wants_context: bool
    inputs: Mapping[str, Conversion]
    outputs: Mapping[str, Conversion]
    answer: Conversion | None
    framework: WebFramework | None = None


def check_signature(
    function: Callable[..., Any],
    name: str,
    bindings: Sequence[BoundBinding],
    directory: str | None = None,
    framework: WebFramework | None = None,
) -> LoadedFunction:
    """The function with its conversions. ``directory`` is where its file is unless given;
    ``framework`` is the one that the app has chosen.

    Raises SignatureError.
    """
    parameters = list(_parameters(function, name))
    annotations = _annotations(function, name)
    _check_directions(bindings, name)
    bound = {binding.name: binding for binding in bindings if binding.name != _RETURN}
    wants_context = "context" in parameters and "context" not in bound
    if wants_context:
        _check_context(annotations.get("context", _ABSENT), name)
        parameters.remove("context")
    _check_names(parameters, bound, name)
    checked = {
        parameter: _checked(bound[parameter], annotations.get(parameter, _ABSENT), name, framework)
        for parameter in parameters
    }
    return LoadedFunction(
        call=function,
        name=name,
        directory=directory or _directory(function, name),
        is_async=inspect.iscoroutinefunction(function),
        wants_context=wants_context,
        inputs={key: value for key, value in checked.items() if bound[key].direction != "out"},
        outputs={key: value for key, value in checked.items() if bound[key].direction == "out"},
        answer=_checked_return(bindings, annotations, name, framework),
        framework=_framework_of(bindings, framework),
    )


def _framework_of(
    bindings: Sequence[BoundBinding], framework: WebFramework | None
) -> WebFramework | None:
    is_served = framework and any(framework.takes(binding.type) for binding in bindings)
    return framework if is_served else None


def _parameters(function: Callable[..., Any], name: str) -> Mapping[str, inspect.Parameter]:
    try:
        return signature_of(function).parameters
    except Exception as error:  # from Python 3.14 on it may run annotations
        raise SignatureError(f"Function '{name}' has no readable signature: {error}.") from None


def _annotations(function: Callable[..., Any], name: str) -> Mapping[str, Any]:
    try:
        return typing.get_type_hints(function)
    except Exception as error:  # an annotation is code of the user, and may raise anything
        raise SignatureError(
            f"Function '{name}' has an annotation that cannot be resolved: {error}. "
            "Import the name it uses, outside 'if TYPE_CHECKING'."
        ) from None


def _directory(function: Callable[..., Any], name: str) -> str:
    try:
        return str(Path(inspect.getfile(function)).parent)
    except TypeError:
        raise SignatureError(
            f"Function '{name}' is a {type(function).__name__}, and must be a function. "
            "Decorate a function made with 'def' or 'async def'."
        ) from None


def _check_directions(bindings: Sequence[BoundBinding], name: str) -> None:
    for binding in bindings:
        if binding.direction == "inout":
            raise SignatureError(
                f"Function '{name}': binding '{binding.name}' has direction inout, which Python "
                "functions do not support. Use one input and one output binding."
            )
        if binding.name == _RETURN and binding.direction != "out":
            raise SignatureError(
                f"Function '{name}': binding '$return' has direction {binding.direction}, and "
                "must have direction out."
            )


def _check_context(annotation: Any, name: str) -> None:
    """Any class of that name passes, as it does for the official engine."""
    if annotation is _ABSENT:
        return
    if not isinstance(annotation, type) or annotation.__name__ != "Context":
        raise SignatureError(
            f"Function '{name}': parameter 'context' is annotated {_shown(annotation)}, and is "
            "expected to be azure.functions.Context. Change the annotation, or rename the "
            "parameter if it belongs to a binding."
        )


def _check_names(parameters: Sequence[str], bound: Mapping[str, BoundBinding], name: str) -> None:
    unbound = [parameter for parameter in parameters if parameter not in bound]
    if unbound:
        raise SignatureError(
            f"Function '{name}': {_list(unbound)} declared in Python but not in the bindings. "
            f"Add a binding whose name is '{unbound[0]}', or remove the parameter; default values "
            "do not help."
        )
    missing = [binding for binding in bound if binding not in parameters]
    if missing:
        raise SignatureError(
            f"Function '{name}': {_list(missing)} declared as a binding but not in Python. "
            f"Add a parameter '{missing[0]}' to the function, or remove the binding."
        )


def _list(names: Sequence[str]) -> str:
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"parameter {quoted} is" if len(names) == 1 else f"parameters {quoted} are"


def _checked(
    binding: BoundBinding, annotation: Any, name: str, framework: WebFramework | None
) -> Conversion:
    if annotation is _ABSENT:
        return Conversion(binding.type, None)
    where = f"Function '{name}': parameter '{binding.name}' ({binding.type}, {binding.direction})"
    is_out = _is_out(annotation)
    inner = _out_argument(annotation, where) if is_out else annotation
    if not isinstance(inner, type) and not _is_generic(inner):
        raise SignatureError(
            f"{where} has the non-type annotation {_shown(annotation)}. "
            f"{_advice(binding, framework)}"
        )
    _check_direction(binding, annotation, is_out, where)
    shortcut = inner in (str, bytes) and not has_implicit_output(binding.type)
    if shortcut and framework is not None and framework.takes(binding.type):
        return Conversion(binding.type, inner)  # the request comes whatever the annotation says
    binding_type = GENERIC if shortcut else binding.type
    accepted = _accepted_output if is_out else _accepted_input
    if not accepted(binding_type, inner, framework):
        raise SignatureError(
            f"{where} cannot be annotated {_shown(annotation)}. {_advice(binding, framework)}"
        )
    return Conversion(binding_type, inner)


def _check_direction(binding: BoundBinding, annotation: Any, is_out: bool, where: str) -> None:
    if binding.direction == "out" and not is_out:
        raise SignatureError(
            f"{where} is an output, but is annotated {_shown(annotation)}. "
            f"Annotate it func.Out[...]."
        )
    if binding.direction != "out" and is_out:
        raise SignatureError(
            f"{where} is an input, but is annotated {_shown(annotation)}. "
            "Remove func.Out, or make it an output binding."
        )


def _is_out(annotation: Any) -> bool:
    """Any class called Out counts, as it does for the official engine."""
    candidate = get_origin(annotation) or annotation
    return isinstance(candidate, type) and candidate.__name__ == "Out"


def _out_argument(annotation: Any, where: str) -> Any:
    arguments = get_args(annotation)
    if len(arguments) != 1:
        raise SignatureError(
            f"{where} is annotated {_shown(annotation)} without saying of what. "
            "Write func.Out[str]."
        )
    return arguments[0]


def _is_generic(annotation: Any) -> bool:
    """The official engine's notion: ``List[str]`` is generic; ``list[str]``, unions, tuples and
    callables are not."""
    if isinstance(annotation, type):
        return issubclass(annotation, Generic)
    if isinstance(annotation, types.GenericAlias | types.UnionType):
        return False
    return get_origin(annotation) not in (None, Union, tuple, ClassVar, abc.Callable)


def _accepted_input(binding_type: str, annotation: Any, framework: WebFramework | None) -> bool:
    chosen = framework.accepts_input(binding_type, annotation) if framework else None
    return _accepted(accepts_input, binding_type, annotation) if chosen is None else chosen


def _accepted_output(binding_type: str, annotation: Any, framework: WebFramework | None) -> bool:
    chosen = framework.accepts_output(binding_type, annotation) if framework else None
    return _accepted(accepts_output, binding_type, annotation) if chosen is None else chosen


def _accepted(accepts: Callable[[str, Any], bool], binding_type: str, annotation: Any) -> bool:
    """A converter that stumbles over what is not a class, or has nothing for this direction, has
    refused it."""
    try:
        return accepts(binding_type, annotation)
    except (AttributeError, TypeError):
        return False


def _advice(binding: BoundBinding, framework: WebFramework | None) -> str:
    if framework is not None and framework.takes(binding.type):
        return (
            f"Use {framework.package}.Request: the app imports that package, which is then for all "
            "of its HTTP functions."
        )
    if converter_for(binding.type) is not None:
        return "Use the type that this binding is documented with, or no annotation."
    if binding.direction == "out":
        return "Use func.Out[str], func.Out[bytes], or no annotation."
    return "Use str, bytes, or no annotation."


def _checked_return(
    bindings: Sequence[BoundBinding],
    annotations: Mapping[str, Any],
    name: str,
    framework: WebFramework | None,
) -> Conversion | None:
    """``$return`` converts the result; without it, the last binding with an implicit output."""
    annotation = annotations.get("return", _ABSENT)
    expected = None if annotation is _ABSENT else annotation
    explicit = next((binding for binding in bindings if binding.name == _RETURN), None)
    if explicit is not None:
        if annotation is not _ABSENT:
            _check_return_annotation(explicit, annotation, name, framework)
        return Conversion(explicit.type, expected)
    implicit = [binding for binding in bindings if has_implicit_output(binding.type)]
    return Conversion(implicit[-1].type, expected) if implicit else None


def _check_return_annotation(
    binding: BoundBinding, annotation: Any, name: str, framework: WebFramework | None
) -> None:
    where = f"Function '{name}': the return annotation {_shown(annotation)}"
    if _is_out(annotation):
        raise SignatureError(f"{where} must not be func.Out. Use the type of the value itself.")
    if not isinstance(annotation, type):
        raise SignatureError(f"{where} is not a type. Use one class, or no annotation.")
    if not _accepted_output(binding.type, annotation, framework):
        wanted = _wanted_return(binding, framework)
        raise SignatureError(
            f"{where} does not fit the '$return' binding of type '{binding.type}'. "
            f"Use {wanted}, or no annotation."
        )


def _wanted_return(binding: BoundBinding, framework: WebFramework | None) -> str:
    if binding.type != "http":
        return "str or bytes"
    return f"a response of {framework.package}" if framework else "func.HttpResponse or str"


def _shown(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else repr(annotation)
