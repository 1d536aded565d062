"""What entries of a recording must have, as a file may have been edited."""

from collections.abc import Mapping
from typing import Any

import msgspec


class _Entry(msgspec.Struct):
    kind: str
    step: int | None = None
    cause: int | None = None


class _OfClient(_Entry, kw_only=True):
    client: str


class _Connect(_OfClient, kw_only=True):
    hub: str
    user: str | None
    claims: dict[str, list[str]]
    query: dict[str, list[str]]
    headers: dict[str, list[str]]
    subprotocols: list[str]


class _Request(_OfClient, kw_only=True):
    request: dict[str, Any]


class _Ended(_OfClient, kw_only=True):
    reason: str


class _Outcome(msgspec.Struct):
    type: str
    status: int = 500
    subprotocol: str | None = None


class _Answer(_OfClient, kw_only=True):
    event: str
    outcome: _Outcome


class _Error(msgspec.Struct):
    name: str
    message: str


class _Ack(_OfClient, kw_only=True):
    ackId: int  # noqa: N815
    error: _Error | None


class _Delivery(_Entry, kw_only=True):
    to: list[str]
    delivery: dict[str, Any]


class _Operation(_Entry, kw_only=True):
    operation: dict[str, Any]


_SHAPES: Mapping[str, type[_Entry]] = {
    "connect": _Connect,
    "request": _Request,
    "ended": _Ended,
    "answer": _Answer,
    "ack": _Ack,
    "delivery": _Delivery,
    "operation": _Operation,
}
#: What clients do, and so what can have a step.
_STEPS = ("connect", "request", "ended")


def check_entry(entry: Mapping[str, Any]) -> None:
    """Raises ValueError for what is no entry."""
    kind = entry.get("kind")
    msgspec.convert(entry, _SHAPES.get(kind, _Entry) if isinstance(kind, str) else _Entry)
    if entry.get("step") is not None and kind not in _STEPS:
        raise ValueError(f"an entry of the kind '{kind}' is no step of a client")
