"""The trace a request belongs to (W3C Trace Context, level 1), and where one is in it.

A trace is a tree of spans: steps with a beginning and an end, each known by an id. What is sent to
others names the span that it is sent from.
"""

import re
from collections.abc import Iterable, Mapping
from contextvars import ContextVar

import msgspec

TRACE_PARENT = "traceparent"
TRACE_STATE = "tracestate"

_LENGTHS = (len(TRACE_PARENT), len(TRACE_STATE))
_MAX_STATE_LENGTH = 512
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_STATE = re.compile(r"[\t\x20-\x7e]+")


class SpanContext(msgspec.Struct, frozen=True):
    """One span of a trace, by ids in lower-case hexadecimal.

    ``parent_id`` is the span that it is part of, None for the first of a trace. ``sampled`` says
    whether it is kept; ``state`` is the text of ``tracestate``.
    """

    trace_id: str
    span_id: str
    parent_id: str | None = None
    sampled: bool = True
    state: str = ""

    @property
    def trace_parent(self) -> str:
        """The value of ``traceparent`` for what is sent from within this span."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers for what is sent from within this span."""
        state = [(TRACE_STATE, self.state)] if self.state else []
        return [(TRACE_PARENT, self.trace_parent), *state]

    def child(self, span_id: str, *, sampled: bool | None = None) -> "SpanContext":
        """A span that is part of this one, kept as this one is unless told otherwise."""
        kept = self.sampled if sampled is None else sampled
        return SpanContext(self.trace_id, span_id, self.span_id, kept, self.state)


#: The span of the running code, whatever task or thread it runs in; None while nobody looks.
current_span: ContextVar[SpanContext | None] = ContextVar("current_span", default=None)


def trace_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that let the next one along the way take part in the trace of these.

    They go on unchanged, as they do through everything that records no span of its own. Without a
    valid ``traceparent``, or with two of them, there is no trace, and a ``tracestate`` that is
    longer than 512 characters is left behind.
    """
    found: dict[str, list[str]] = {TRACE_PARENT: [], TRACE_STATE: []}
    for name, value in headers:
        if len(name) in _LENGTHS and name.lower() in found:
            found[name.lower()].append(value.strip())
    parents = found[TRACE_PARENT]
    if len(parents) != 1 or not _PARENT.fullmatch(parents[0]):
        return []
    state = ",".join(value for value in found[TRACE_STATE] if value)
    passed = [(TRACE_PARENT, parents[0])]
    if len(state) <= _MAX_STATE_LENGTH and _STATE.fullmatch(state):
        passed.append((TRACE_STATE, state))
    return passed


def sender_span(headers: Iterable[tuple[str, str]]) -> SpanContext | None:
    """The span that headers were sent from, None without a valid one."""
    passed = dict(trace_headers(headers))
    if not passed:
        return None
    _, trace_id, span_id, flags = passed[TRACE_PARENT].split("-")
    return SpanContext(
        trace_id, span_id, sampled=bool(int(flags, 16) & 1), state=passed.get(TRACE_STATE, "")
    )


def metadata_span(metadata: Mapping[str, str] | None) -> SpanContext | None:
    """The span that a client has sent a message from, if it says so in the message's metadata."""
    return sender_span(metadata.items()) if metadata else None
