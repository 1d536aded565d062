"""One line for one entry of the record."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.lines.of_host import HOST_LINES
from webpubsub.dashboard.lines.of_service import SERVICE_LINES
from webpubsub.dashboard.recorder import Entry
from webpubsub.dashboard.recording_rate import NotRecorded

Make: TypeAlias = Callable[[Any], dict[str, Any]]


class Line(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True, kw_only=True):
    """One item. ``kind`` is what the list is filtered by, ``outcome`` is ``ok``, ``refused`` or
    ``failed`` where there is one. Two lines with the same ``span`` and a ``phase`` are the
    beginning and the end of something, which is part of the span ``parent``. ``clock`` is for
    durations, in seconds. ``to`` names the first of several ``recipients``, each by connection and
    user."""

    id: int
    at: float
    clock: float
    flow: str
    span: str
    parent: str = ""
    kind: str
    title: str
    hub: str = ""
    connection: str = ""
    user: str = ""
    group: str = ""
    name: str = ""
    text: str = ""
    size: int = 0
    outcome: str = ""
    code: str = ""
    phase: str = ""
    seconds: float | None = None
    recipients: int | None = None
    to: list[tuple[str, str]] = []


def _away(item: NotRecorded) -> dict[str, Any]:
    return {
        "kind": "gap",
        "title": f"Not recorded for {item.seconds:.2f} s",
        "text": "too much happened while no page was open",
    }


_MAKERS: Mapping[type[Any], Make] = {**SERVICE_LINES, **HOST_LINES, NotRecorded: _away}


def in_words(item: Any) -> dict[str, Any]:
    """What a line says of an item, by the names of its parts."""
    return _MAKERS[type(item)](item)


def line(entry: Entry, users: ConnectionUsers) -> Line:
    """The line of an entry."""
    made = in_words(entry.item)
    connection = made.get("connection", "")
    if connection and not made.get("user"):
        made["user"] = users.user_of(connection) or ""
    if "to" in made:
        made["to"] = [(one, users.user_of(one) or "") for one in made["to"]]
    return Line(
        id=entry.id,
        at=entry.sighting.at,
        clock=entry.sighting.monotonic,
        flow=entry.flow or f"alone {entry.id}",
        span=entry.span,
        parent=entry.parent,
        **made,
    )
