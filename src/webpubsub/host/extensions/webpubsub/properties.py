"""Reading the properties of a binding, with errors that name the binding and the property.

Specification: bindings sections 2.1 and 2.6.
"""

from collections.abc import Sequence
from typing import Any

from webpubsub.host.expressions.resolution import ExpressionError, resolve_expressions
from webpubsub.host.extension import BindingError, InvocationContext
from webpubsub.host.metadata import Binding
from webpubsub.protocol.binding_json import shown, word
from webpubsub.protocol.names import is_hub_name


def wrong(binding: Binding, text: str) -> BindingError:
    """An error about a binding."""
    return BindingError(f"{binding.type} '{binding.name}': {text}")


def required(binding: Binding, name: str) -> Any:
    """A property that must be there. Raises BindingError."""
    value = binding.get(name)
    if value is None:
        raise wrong(binding, f"'{name}' is missing.{_misspelled(binding, name)}")
    return value


def optional_text(binding: Binding, name: str) -> str | None:
    """A text property, or None when absent. Raises BindingError for anything but text."""
    value = binding.get(name)
    if value is None or isinstance(value, str):
        return value
    raise wrong(binding, f"'{name}' must be a string, not {shown(value)}.")


def connection_names(binding: Binding) -> Sequence[str]:
    """The settings whose services may deliver events to a trigger or a context; none means the
    default connection.

    ``connections``, and without them the one ``connection``. Raises BindingError. Specification:
    bindings sections 2.2 and 2.4.
    """
    single = optional_text(binding, "connection")
    names = binding.get("connections")
    if names is not None and not isinstance(names, list):
        raise wrong(
            binding, f"'connections' must be an array of names of app settings, not {shown(names)}."
        )
    if not all(isinstance(name, str) and name.strip() for name in names or ()):
        raise wrong(
            binding, "'connections' must hold names of app settings, and none may be empty."
        )
    return names or ([single] if single else [])


def choice(binding: Binding, name: str, value: Any, known: Sequence[str]) -> str:
    """The word of an enumeration that ``value`` means, which may be its number. Raises
    BindingError."""
    try:
        return word(value, known)
    except ValueError as error:
        raise wrong(binding, f"'{name}' {error}") from None


def check_direction(binding: Binding, direction: str) -> None:
    """Raises BindingError for a binding that goes the other way."""
    if binding.direction != direction:
        raise wrong(binding, f"'direction' must be '{direction}', not '{binding.direction}'.")


def checked_hub(binding: Binding, hub: str | None) -> str:
    """A hub's name in lower case. Raises BindingError."""
    if hub is None:
        raise wrong(
            binding,
            "'hub' is missing, and there is no hub for the whole app. Add 'hub' to the binding, or "
            "the app setting 'WebPubSubHub', or 'extensions.webPubSub.hub' in host.json."
            + _misspelled(binding, "hub"),
        )
    if not is_hub_name(hub):
        raise wrong(
            binding,
            f"{hub!r} is no name of a hub. A hub's name is a letter, then up to 127 letters, "
            "digits or any of _ ` , . [ ]",
        )
    return hub.lower()


def resolved(binding: Binding, text: str, context: InvocationContext) -> str:
    """Text with its ``{expressions}`` replaced for one invocation. Raises BindingError."""
    try:
        return resolve_expressions(text, context.binding_data)
    except ExpressionError as error:
        raise wrong(binding, str(error)) from None


def has_expressions(text: str | None) -> bool:
    """Whether text is only known once the function is called."""
    return text is not None and ("{" in text or "}" in text)


def _misspelled(binding: Binding, name: str) -> str:
    """A hint when a property is there in another spelling, as ``event_type`` for ``eventType``."""
    for seen in binding.raw:
        folded = seen.replace("_", "").replace("-", "").lower()
        if folded == name.lower() != seen.lower():
            return f" '{seen}' is not read; write '{name}'."
    return ""
