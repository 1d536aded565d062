"""Bindings: what they are called, of which type and hub they are, and what nobody reads of them.

Specification: bindings sections 2.1 to 2.5, functions-python section 3.5.
"""

from collections.abc import Iterator

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.bundles import OTHER_TYPES
from webpubsub.host.azure.rule import Rule, Seen
from webpubsub.host.extensions.webpubsub.binding_traps import (
    CONNECTION,
    CONTEXT,
    OUTPUT,
    TRIGGER,
    tell_of_binding,
)
from webpubsub.host.extensions.webpubsub.properties import has_expressions
from webpubsub.protocol import traps
from webpubsub.protocol.names import is_hub_name
from webpubsub.protocol.spelling import MISTYPED, did_you_mean
from webpubsub.protocol.traps import Trap

_KNOWN_TYPES = OTHER_TYPES | {
    "httptrigger": "httpTrigger",
    "http": "http",
    "timertrigger": "timerTrigger",
    TRIGGER: "webPubSubTrigger",
    CONNECTION: "webPubSubConnection",
    CONTEXT: "webPubSubContext",
    OUTPUT: "webPubSub",
}


def _with_underscores(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.bindings():
        if "_" in binding.name and "__" not in binding.name:
            yield Seen(where, f"the binding '{binding.name}'")


def _with_double_underscores(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.bindings():
        if "__" in binding.name:
            yield Seen(where, f"the binding '{binding.name}'")


def _of_unknown_type(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.bindings():
        if binding.kind not in _KNOWN_TYPES:
            meant = did_you_mean(binding.type, _KNOWN_TYPES.values(), closeness=MISTYPED)
            yield Seen(where, f"the type '{binding.type}' of '{binding.name}'.{meant}")


def _of_impossible_hub(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.bindings(TRIGGER, CONNECTION, OUTPUT):
        hub = binding.get("hub") or app.default_hub
        if hub is None:
            yield Seen(where, f"{binding.type} '{binding.name}' names no hub")
        elif not (_is_known_later(hub) or is_hub_name(hub)):
            yield Seen(where, f"the hub {hub!r} of {binding.type} '{binding.name}'")


def _is_known_later(hub: object) -> bool:
    return not isinstance(hub, str) or "%" in hub or has_expressions(hub)


def _with_percent_in_route(app: AzureApp) -> Iterator[Seen]:
    for where, binding, _ in app.bindings("httptrigger"):
        if "%" in str(binding.get("route")):
            yield Seen(where, f"the route '{binding.get('route')}'")


def _trapped(trap: Trap, *, explains: bool = False) -> Rule:
    """The rule for a trap that one binding shows."""

    def find(app: AzureApp) -> Iterator[Seen]:
        for where, binding, report in app.bindings(TRIGGER, CONNECTION, CONTEXT, OUTPUT):
            told: list[tuple[Trap, str]] = []
            tell_of_binding(report.metadata, binding, lambda *one, told=told: told.append(one))
            yield from (Seen(where, f"it {what}") for one, what in told if one is trap)

    return Rule.of_trap(trap, find, explains=explains)


RULES = (
    Rule.of_trap(traps.BINDING_NAME, _with_underscores),
    Rule(
        code="binding.name.double-underscore",
        happens="Every version of the host refuses the name, and the function does not start.",
        mend="Call the parameter by letters and digits alone, such as 'request' or 'actions'.",
        find=_with_double_underscores,
        explains=True,
    ),
    Rule(
        code="binding.type.unknown",
        happens="No extension has the type, and the function does not start.",
        mend="Correct the type.",
        find=_of_unknown_type,
        explains=True,
    ),
    Rule(
        code="binding.hub.invalid",
        happens="The function does not start, or the service refuses each of its requests.",
        mend="Name a hub: a letter, then up to 127 letters, digits or any of _ ` , . [ ]. One for "
        "the whole app is the setting WebPubSubHub, or extensions.webPubSub.hub of host.json.",
        find=_of_impossible_hub,
        explains=True,
    ),
    Rule(
        code="binding.route.percent",
        happens="The route is taken as it is written: no setting takes the place of '%NAME%', and "
        "paths are compared after their escapes are decoded, so that '%20' fits no space.",
        mend="Write the characters themselves, and the whole route in the code. What all routes "
        "begin with is extensions.http.routePrefix of host.json, which a setting can lie over.",
        find=_with_percent_in_route,
    ),
    _trapped(traps.BINDING_PROPERTY),
    _trapped(traps.BINDING_CONNECTION),
    _trapped(traps.BINDING_SETTING, explains=True),
    _trapped(traps.BINDING_CONTEXT_ROUTE),
    _trapped(traps.BINDING_RETURN),
    _trapped(traps.EVENT_NAME),
)
