"""How an extension brings binding types into the host.

The host asks each extension about the bindings whose type it lists, in any letter case. An
extension that has triggers starts and stops with the app; one that has inputs reads values before a
call, one that has outputs writes them after it, before the trigger is answered.

Every generation of an app has extensions of its own, which know its functions and its host.json.
What outlives a generation (a listener, the entry for events, the turns of timers) is given to them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import Value
from webpubsub.host.worker import InvocationResult, TraceContext

#: Why a function is called that somebody asks for by HTTP or by the administration.
MANUAL_REASON = "This function was programmatically called via the host APIs."


class BindingError(Exception):
    """A binding is wrong, so its function is in error; the text names what was seen and what was
    wanted."""


class InvocationContext(msgspec.Struct, kw_only=True):
    """What one invocation knows while its bindings are resolved.

    ``binding_data`` is what ``{expressions}`` see: names match case-insensitively, values are text
    or nested mappings. ``trigger_value`` is the trigger's value as the extension made it, for
    inputs that look at it (webPubSubContext reads the HTTP request).
    """

    invocation_id: str
    function: FunctionMetadata
    trigger_value: Value
    binding_data: Mapping[str, Any]


class TriggerCall(msgspec.Struct, frozen=True, kw_only=True):
    """What a trigger passes to the host to have its function called. ``details`` is what else the
    log says of the reason."""

    value: Value
    binding_data: Mapping[str, Any] = msgspec.field(default_factory=dict)
    trigger_metadata: Callable[[], Mapping[str, Value]] = dict
    reason: str = MANUAL_REASON
    details: str = ""
    trace_context: TraceContext = TraceContext()


class Invoke(Protocol):
    """Calls one function: inputs are resolved, user code runs, outputs are written, then this
    returns.

    Never raises for a failure of the function or of its bindings: that is
    ``InvocationResult.failure``.
    """

    async def __call__(self, call: TriggerCall) -> InvocationResult: ...


class Extension(Protocol):
    """Base of all extensions."""

    @property
    def binding_types(self) -> Mapping[str, frozenset[str]]:
        """The binding types it serves, as apps write them, each with the lower-case properties in
        which ``%SETTING%`` is replaced."""
        ...

    def check(self, function: FunctionMetadata, binding: Binding) -> None:
        """Validate one binding when the app is indexed. Raises BindingError."""
        ...


class TriggerExtension(Extension, Protocol):
    """An extension with triggers."""

    def attach(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a function, before ``start``. Raises BindingError, such as for a route that is
        taken."""
        ...

    async def start(self) -> None:
        """Get ready to call functions. Raises HostError when that cannot be done."""
        ...

    def open(self) -> None:
        """Begin to call functions, in place of the generation before. Never fails and never waits,
        so that all extensions of an app change over in one turn of the loop."""
        ...

    async def drain(self) -> None:
        """Call no functions on its own account; who calls is still answered."""
        ...

    async def stop(self) -> None:
        """Stop calling functions; pending calls are left to their callers. What the next generation
        has taken over goes on."""
        ...


class DisabledTriggers(TriggerExtension, Protocol):
    """An extension that answers for disabled functions too."""

    def attach_disabled(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a disabled function. Raises BindingError."""
        ...


class ManualTriggers(TriggerExtension, Protocol):
    """An extension whose functions the administration can call with a text of its own."""

    def manual_call(self, function: FunctionMetadata, text: str) -> TriggerCall:
        """The call for a text. Raises BindingError for one that says nothing to the trigger."""
        ...


class Read(Protocol):
    """Gives the value of an input for one invocation. Raises BindingError, which fails the
    invocation."""

    async def __call__(self, context: InvocationContext) -> Value: ...


class InputExtension(Extension, Protocol):
    """An extension with input bindings."""

    def reader(self, binding: Binding) -> Read:
        """What reads a binding for every invocation. Raises BindingError."""
        ...


class OutputExtension(Extension, Protocol):
    """An extension with output bindings."""

    async def write(self, binding: Binding, value: Value, context: InvocationContext) -> None:
        """Carry out an output. Raises BindingError, which fails the invocation."""
        ...
