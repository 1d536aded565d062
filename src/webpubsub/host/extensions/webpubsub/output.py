"""The ``webPubSub`` output: actions, carried out one after another.

Specification: bindings sections 2.5, 8.1 and 8.5.
"""

from typing import Any

from webpubsub.host.extension import BindingError, InvocationContext
from webpubsub.host.extensions.webpubsub.connection_input import binding_hub
from webpubsub.host.extensions.webpubsub.observed_client import Performer
from webpubsub.host.extensions.webpubsub.properties import (
    check_direction,
    checked_hub,
    has_expressions,
    resolved,
    wrong,
)
from webpubsub.host.metadata import Binding
from webpubsub.host.values import JsonText, JsonValue, Value
from webpubsub.protocol.action_json import iter_operations
from webpubsub.protocol.data_traps import tell_of_dates
from webpubsub.protocol.seams import ServiceRefused
from webpubsub.protocol.traps import Tell, untold


def check(binding: Binding, default_hub: str | None) -> None:
    """Raises BindingError."""
    check_direction(binding, "out")
    hub = binding_hub(binding, default_hub)
    if not has_expressions(hub):
        checked_hub(binding, hub)


async def write(
    binding: Binding,
    value: Value,
    context: InvocationContext,
    client: Performer,
    default_hub: str | None,
    tell: Tell = untold,
) -> None:
    """Carry out the actions, each after the service has accepted the one before it.

    The first that fails stops the rest and undoes nothing. ``tell`` is told of data that is not
    sent as it looks. Raises BindingError with the number of the action.
    """
    if value is None:
        return
    if isinstance(value, str):
        tell_of_dates(value, tell)
    actions = _actions(binding, value)
    hub = binding_hub(binding, default_hub)
    hub = checked_hub(binding, None if hub is None else resolved(binding, hub, context))
    done = 0
    try:
        for operation in iter_operations(actions, hub, tell):
            await client.perform(operation)
            done += 1
    except ValueError as error:
        raise wrong(binding, str(error)) from None
    except ServiceRefused as refused:
        raise _refused(binding, done + 1, refused) from None


def _actions(binding: Binding, value: Value) -> Any:
    """Actions as objects, or the text of their JSON."""
    if isinstance(value, JsonValue):
        return value.value
    if isinstance(value, JsonText):
        return value.text
    if isinstance(value, str):
        return value
    raise wrong(
        binding,
        f"an output takes actions or their JSON text, not {type(value).__name__}; set an action, a "
        "list of actions, or a str made by json.dumps.",
    )


def _refused(binding: Binding, number: int, refused: ServiceRefused) -> BindingError:
    answer = " ".join(filter(None, (f"status {refused.status}", refused.code)))
    return wrong(binding, f"the service refused action {number} ({answer}): {refused}")
