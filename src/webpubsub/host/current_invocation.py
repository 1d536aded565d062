"""Which invocation the running code belongs to, whatever task or thread it runs in.

A thread that a function starts by itself belongs to none, until it says by the id to which.
Specification: functions-python sections 8.2 and 8.3.
"""

import threading
from contextvars import ContextVar
from typing import Final
from weakref import WeakValueDictionary

import msgspec


class CurrentInvocation(msgspec.Struct, frozen=True, weakref=True):
    """An invocation as its logs see it."""

    id: str
    function_name: str


#: None outside every invocation: at import, and in threads that a function started by itself.
current_invocation: ContextVar[CurrentInvocation | None] = ContextVar(
    "current_invocation", default=None
)

#: Where such a thread sets ``invocation_id``.
THREAD_LOCAL: Final = threading.local()
#: The invocations that threads may name, as long as they run.
_nameable: WeakValueDictionary[str, CurrentInvocation] = WeakValueDictionary()


def let_threads_name_it() -> None:
    """Let threads say that they belong to the invocation that runs here."""
    running = current_invocation.get()
    if running is not None:
        _nameable[running.id] = running


def invocation_here() -> CurrentInvocation | None:
    """The invocation that what runs here belongs to, None for none."""
    running = current_invocation.get()
    if running is not None:
        return running
    named = getattr(THREAD_LOCAL, "invocation_id", None)
    return _nameable.get(named) if isinstance(named, str) else None
