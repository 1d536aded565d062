"""What the host knows of a function: the raw JSON of its bindings and nothing else.

The raw binding JSON is the only metadata, as on Azure: a worker's private type names never reach
the host (functions-python section 16).
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec

from webpubsub.protocol.binding_json import word

#: The words of the real host, in the order of their numbers.
DIRECTIONS = ("in", "out", "inout")
DATA_TYPES = ("string", "binary", "stream")
CARDINALITIES = ("one", "many")


class Binding(msgspec.Struct, frozen=True, dict=True):
    """One entry of a function's ``bindings``. Property names match case-insensitively, as in the
    real host."""

    raw: Mapping[str, Any]

    @cached_property
    def _properties(self) -> Mapping[str, Any]:
        return {key.lower(): value for key, value in self.raw.items()}

    def get(self, property_name: str, default: Any = None) -> Any:
        """A property by name in any letter case, or ``default`` when absent."""
        return self._properties.get(property_name.lower(), default)

    @cached_property
    def type(self) -> str:
        """The type as the app spells it."""
        return str(self.get("type", ""))

    @cached_property
    def kind(self) -> str:
        """The type for comparisons: lower-case."""
        return self.type.lower()

    @cached_property
    def name(self) -> str:
        """The name of the parameter it is bound to, or ``$return``."""
        return str(self.get("name", ""))

    @cached_property
    def direction(self) -> str:
        """``in``, ``out`` or ``inout``."""
        return _word(self.get("direction") or "in", DIRECTIONS)

    @cached_property
    def data_type(self) -> str | None:
        """``string``, ``binary`` or ``stream``, or None when the app does not say."""
        value = self.get("dataType")
        return _word(value, DATA_TYPES) if value is not None else None

    @cached_property
    def is_trigger(self) -> bool:
        """Whether the type ends in ``trigger``, which is all that makes a trigger."""
        return self.kind.endswith("trigger")


def _word(value: Any, known: Sequence[str]) -> str:
    """What is no word of them is left to ``check_function``."""
    try:
        return word(value, known)
    except ValueError:
        return str(value)


class FunctionMetadata(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A function as its worker reported it. ``id`` is chosen by the worker and means nothing to the
    host. With ``streams_http`` it is given an HTTP request before its body, and answers with what
    sends the response."""

    id: str
    name: str
    bindings: tuple[Binding, ...]
    script_file: str = ""
    entry_point: str = ""
    disabled: bool = False
    retry: Mapping[str, Any] | None = None
    streams_http: bool = False

    @cached_property
    def trigger(self) -> Binding:
        """The trigger binding. Raises ValueError when there is not exactly one."""
        triggers = [binding for binding in self.bindings if binding.is_trigger]
        if len(triggers) != 1:
            raise ValueError(
                f"function '{self.name}' has {len(triggers)} triggers, and needs exactly one"
            )
        return triggers[0]

    @cached_property
    def inputs(self) -> tuple[Binding, ...]:
        """The input bindings, without the trigger."""
        return tuple(b for b in self.bindings if b.direction == "in" and not b.is_trigger)

    @cached_property
    def outputs(self) -> tuple[Binding, ...]:
        """The output bindings, ``$return`` included."""
        return tuple(b for b in self.bindings if b.direction == "out")
