"""Traps that can be seen in a binding before anything is called.

Specification: bindings sections 2.1, 2.2, 2.4, 2.9, 4.1, 5.2 and 5.9.
"""

from collections.abc import Mapping, Sequence

from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.protocol import traps
from webpubsub.protocol.event_json import PARAMETER_NAMES, SYSTEM_EVENTS
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.protocol.traps import Tell

TRIGGER = "webpubsubtrigger"
CONNECTION = "webpubsubconnection"
CONTEXT = "webpubsubcontext"
OUTPUT = "webpubsub"

_RETURN = "$return"
#: With these a service asks for permission, and sends events.
_EVENT_METHODS = ("OPTIONS", "POST")
#: What the host itself reads of every binding.
_COMMON = ("type", "direction", "name", "dataType", "cardinality", "properties")
#: What the extension reads besides, in any letter case.
_PROPERTIES: Mapping[str, tuple[str, ...]] = {
    TRIGGER: ("hub", "eventType", "eventName", "connections", "connection", "clientProtocols"),
    CONNECTION: ("hub", "userId", "connection", "clientProtocol"),
    CONTEXT: ("connections", "connection"),
    OUTPUT: ("hub", "connection"),
}


def tell_of_binding(function: FunctionMetadata, binding: Binding, tell: Tell) -> None:
    """Tell of the traps in one binding of a function."""
    if "_" in binding.name:
        tell(traps.BINDING_NAME, f"has a binding called '{binding.name}'")
    _tell_of_properties(binding, tell)
    if binding.kind in (TRIGGER, CONTEXT) and binding.get("connection"):
        tell(traps.BINDING_CONNECTION, f"has the 'connection' '{binding.get('connection')}'")
    if names := [name for name in _connections(binding) if "%" in name]:
        tell(traps.BINDING_SETTING, f"names a connection {listed(names)}")
    if binding.kind == CONTEXT:
        _tell_of_route(function, tell)
    if binding.kind == OUTPUT:
        _tell_of_outputs(function, binding, tell)
    if binding.kind == TRIGGER:
        _tell_of_parameter(binding, tell)
        _tell_of_return(function, binding, tell)


def _connections(binding: Binding) -> Sequence[str]:
    """All names that are written, whether the type of the binding has them or not."""
    several = binding.get("connections")
    names = [binding.get("connection"), *(several if isinstance(several, list) else ())]
    return [name for name in names if isinstance(name, str)]


def _tell_of_properties(binding: Binding, tell: Tell) -> None:
    known = (*_COMMON, *_PROPERTIES[binding.kind])
    read = {name.lower() for name in known}
    unknown = [name for name in binding.raw if name.lower() not in read]
    if unknown:
        suggestions = "".join(did_you_mean(name, known) for name in unknown)
        seen = f"has {listed(unknown)} in its {binding.type} binding '{binding.name}'"
        tell(traps.BINDING_PROPERTY, f"{seen}.{suggestions}".removesuffix("."))


def _tell_of_parameter(binding: Binding, tell: Tell) -> None:
    known = _parameter_names(binding)
    if binding.name.lower() not in {name.lower() for name in known}:
        seen = f"takes its event in '{binding.name}', which is none of {listed(known)}"
        tell(traps.EVENT_NAME, seen)


def _tell_of_return(function: FunctionMetadata, binding: Binding, tell: Tell) -> None:
    returned = any(one.kind == OUTPUT and one.name == _RETURN for one in function.outputs)
    if returned and str(binding.get("eventName")).lower() not in ("connected", "disconnected"):
        tell(traps.BINDING_RETURN, "returns actions, and its event is answered with them")


def _tell_of_outputs(function: FunctionMetadata, binding: Binding, tell: Tell) -> None:
    outputs = (one for one in function.outputs if one.kind == OUTPUT)
    names = [one.name for one in outputs if _service(one) == _service(binding)]
    if len(names) > 1:
        seen = " and ".join(f"'{name}'" for name in names)
        tell(traps.BINDING_OUTPUTS, f"has the outputs {seen} for one hub")


def _service(binding: Binding) -> tuple[str, str]:
    """The connection and the hub that actions go to."""
    return str(binding.get("connection") or ""), str(binding.get("hub") or "").lower()


def _tell_of_route(function: FunctionMetadata, tell: Tell) -> None:
    trigger = next((one for one in function.bindings if one.is_trigger), None)
    if trigger is None or trigger.kind != "httptrigger":
        tell(traps.BINDING_CONTEXT_ROUTE, "has a webPubSubContext and no HTTP trigger")
        return
    methods = {str(method).upper() for method in trigger.get("methods") or _EVENT_METHODS}
    if missing := [method for method in _EVENT_METHODS if method not in methods]:
        tell(traps.BINDING_CONTEXT_ROUTE, f"does not allow {' and '.join(missing)}")


def _parameter_names(binding: Binding) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*PARAMETER_NAMES[_event(binding)], "dataType")))


def _event(binding: Binding) -> type[AnyEventRequest]:
    if str(binding.get("eventType")).lower() in ("user", "1"):
        return UserEventRequest
    return SYSTEM_EVENTS.get(str(binding.get("eventName")).lower(), UserEventRequest)
