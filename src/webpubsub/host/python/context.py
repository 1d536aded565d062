"""The ``context`` that a function may ask for.

Names and spelling are those of the real worker, deprecated ones included.
Specification: functions-python section 8.2.
"""

import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from webpubsub.host.current_invocation import THREAD_LOCAL
from webpubsub.host.worker import Invocation


class TraceContext(msgspec.Struct, frozen=True):
    """W3C trace context; ``attributes`` is what the host adds to it."""

    trace_parent: str
    trace_state: str
    attributes: Mapping[str, str]

    @property
    def Traceparent(self) -> str:  # noqa: N802 - the deprecated spelling, which apps still use
        """Same as ``trace_parent``."""
        return self.trace_parent

    @property
    def Tracestate(self) -> str:  # noqa: N802
        """Same as ``trace_state``."""
        return self.trace_state

    @property
    def Attributes(self) -> Mapping[str, str]:  # noqa: N802
        """Same as ``attributes``."""
        return self.attributes


class RetryContext(msgspec.Struct, frozen=True):
    """Which attempt this is. The real worker has ``rpc_exception`` where the documentation has
    ``exception``."""

    retry_count: int
    max_retry_count: int
    rpc_exception: Any = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an invocation knows of itself. A thread that a function starts sets ``invocation_id`` of
    ``thread_local_storage`` to have its logs attributed."""

    invocation_id: str
    function_name: str
    function_directory: str
    trace_context: TraceContext
    retry_context: RetryContext
    thread_local_storage: threading.local = THREAD_LOCAL


def context_of(invocation: Invocation, function_name: str, directory: str) -> Context:
    """The context of an invocation. ``directory`` is where the function's file is."""
    trace = invocation.trace_context
    return Context(
        invocation_id=invocation.id,
        function_name=function_name,
        function_directory=directory,
        trace_context=TraceContext(trace.trace_parent, trace.trace_state, {}),
        retry_context=RetryContext(invocation.retry_count, invocation.max_retry_count),
    )
