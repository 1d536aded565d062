"""Whether a function that a worker reported can run in this host.

What is wrong with one function is told as one line and harms no other.
Specification: functions-python sections 2.1, 3.5 and 9.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from webpubsub.host.expressions.resolution import ExpressionError, resolve_settings
from webpubsub.host.metadata import (
    CARDINALITIES,
    DATA_TYPES,
    DIRECTIONS,
    Binding,
    FunctionMetadata,
)
from webpubsub.protocol.binding_json import word
from webpubsub.protocol.spelling import MISTYPED, did_you_mean

_FUNCTION_NAME = re.compile(r"[a-z][a-z0-9_\-]{0,127}", re.IGNORECASE)
_BINDING_NAME = re.compile(r"(?!.*__)[a-zA-Z_][a-zA-Z0-9_]{0,127}|\$return")
_RESERVED_NAME = "host"


class InvalidFunction(Exception):
    """A function is in error; the text says what is wrong and how to mend it."""


def with_settings(
    function: FunctionMetadata,
    replaced: Mapping[str, Collection[str]],
    lookup: Callable[[str], str | None],
) -> FunctionMetadata:
    """The function with ``%NAME%`` replaced in the properties that ``replaced`` has for the type of
    a binding, both in lower case; all others stay as they are written. Raises InvalidFunction.

    Specification: bindings section 2.1.
    """
    bindings = tuple(
        _resolved(one, replaced.get(one.kind, ()), lookup) for one in function.bindings
    )
    return msgspec.structs.replace(function, bindings=bindings)


def _resolved(
    binding: Binding, replaced: Collection[str], lookup: Callable[[str], str | None]
) -> Binding:
    def value_of(name: str, value: Any) -> Any:
        if name.lower() not in replaced or not isinstance(value, str):
            return value
        try:
            return resolve_settings(value, lookup)
        except ExpressionError as error:
            raise InvalidFunction(f"Binding '{binding.name}', '{name}': {error}") from None

    return Binding({name: value_of(name, value) for name, value in binding.raw.items()})


def check_function(function: FunctionMetadata, known_types: Iterable[str]) -> None:
    """Check names, types and the one trigger. Raises InvalidFunction.

    ``known_types`` are the binding types that the host's extensions serve, as apps write them.
    """
    check_function_name(function.name)
    _check_binding_names(function.bindings)
    _check_types(function.bindings, {name.lower(): name for name in known_types})
    _check_words(function.bindings)
    _check_trigger(function.bindings)


def check_function_name(name: str) -> None:
    """Check a function's name. Raises InvalidFunction."""
    if _FUNCTION_NAME.fullmatch(name) is None or name.lower() == _RESERVED_NAME:
        raise InvalidFunction(
            f"'{name}' is not a valid function name. Use a letter, then up to 127 letters, digits, "
            f"'_' and '-', and not '{_RESERVED_NAME}'."
        )


def _check_binding_names(bindings: Iterable[Binding]) -> None:
    seen: set[str] = set()
    for binding in bindings:
        if _BINDING_NAME.fullmatch(binding.name) is None:
            raise InvalidFunction(
                f"'{binding.name}' is not a valid binding name. Use a letter, then letters, digits "
                "and single '_', or '$return'."
            )
        if binding.name.lower() in seen:
            raise InvalidFunction(
                f"More than one binding is called '{binding.name}'. Give each a name of its own; "
                "letter case does not tell them apart."
            )
        seen.add(binding.name.lower())


def _check_types(bindings: Iterable[Binding], known: Mapping[str, str]) -> None:
    for binding in bindings:
        if not binding.type:
            raise InvalidFunction(f"Binding '{binding.name}' has no type. Add its 'type'.")
        if binding.kind not in known:
            names = ", ".join(name for _, name in sorted(known.items())) or "none"
            meant = did_you_mean(binding.type, known.values(), closeness=MISTYPED)
            raise InvalidFunction(
                f"Binding '{binding.name}' has the type '{binding.type}', which this host does not "
                f"have.{meant} Known types: {names}."
            )


_WORDS = {"direction": DIRECTIONS, "dataType": DATA_TYPES, "cardinality": CARDINALITIES}


def _check_words(bindings: Iterable[Binding]) -> None:
    for binding in bindings:
        for name, known in _WORDS.items():
            value = binding.get(name)
            try:
                word(value or known[0], known)
            except ValueError as error:
                raise InvalidFunction(f"Binding '{binding.name}': '{name}' {error}") from None


def _check_trigger(bindings: Iterable[Binding]) -> None:
    triggers = [binding.type for binding in bindings if binding.is_trigger]
    if not triggers:
        raise InvalidFunction(
            "It has no trigger. Add a binding whose type ends in 'Trigger', such as httpTrigger."
        )
    if len(triggers) > 1:
        raise InvalidFunction(
            f"It has {len(triggers)} triggers ({', '.join(triggers)}), and needs exactly one. "
            "Divide it into functions with one trigger each."
        )
