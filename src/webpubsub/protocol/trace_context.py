"""The trace a request belongs to (W3C Trace Context, level 1)."""

import re
from collections.abc import Iterable

TRACE_PARENT = "traceparent"
TRACE_STATE = "tracestate"

_MAX_STATE_LENGTH = 512
_PARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_STATE = re.compile(r"[\t\x20-\x7e]+")


def trace_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers that let the next one along the way take part in the trace of these.

    They go on unchanged, as they do through everything that records no span of its own. Without a
    valid ``traceparent``, or with two of them, there is no trace, and a ``tracestate`` that is
    longer than 512 characters is left behind.
    """
    found: dict[str, list[str]] = {TRACE_PARENT: [], TRACE_STATE: []}
    for name, value in headers:
        if name.lower() in found:
            found[name.lower()].append(value.strip())
    parents = found[TRACE_PARENT]
    if len(parents) != 1 or not _PARENT.fullmatch(parents[0]):
        return []
    state = ",".join(value for value in found[TRACE_STATE] if value)
    passed = [(TRACE_PARENT, parents[0])]
    if len(state) <= _MAX_STATE_LENGTH and _STATE.fullmatch(state):
        passed.append((TRACE_STATE, state))
    return passed
