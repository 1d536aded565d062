"""Which function gets which event.

Specification: bindings sections 2.2 and 3.5.
"""

from collections.abc import Iterator

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.binding_traps import TRIGGER
from webpubsub.host.extensions.webpubsub.routes import TriggerKey, trigger_key
from webpubsub.protocol import traps


def _taken(app: AzureApp) -> Iterator[Seen]:
    functions: dict[TriggerKey, str] = {}
    for where, binding, report in app.bindings(TRIGGER):
        try:
            key = trigger_key(binding, app.default_hub)
        except BindingError:
            continue  # the function is in error
        first = functions.setdefault(key, report.name)
        if first != report.name:
            yield Seen(where, f"it asks for {key}, as '{first}' does")


RULES = (Rule.of_trap(traps.BINDING_DUPLICATE, _taken, explains=True),)
