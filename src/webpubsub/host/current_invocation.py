"""Which invocation the running code belongs to, whatever task or thread it runs in."""

from contextvars import ContextVar

import msgspec


class CurrentInvocation(msgspec.Struct, frozen=True):
    """An invocation as its logs see it."""

    id: str
    function_name: str


#: None outside every invocation: at import, and in threads that a function started by itself.
current_invocation: ContextVar[CurrentInvocation | None] = ContextVar(
    "current_invocation", default=None
)
