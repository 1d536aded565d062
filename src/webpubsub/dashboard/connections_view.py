"""Who is connected to a hub, and in what state."""

from collections.abc import Iterator
from typing import Any

import msgspec

from webpubsub.dashboard.answers import encoded
from webpubsub.protocol.connection_states import decode_states
from webpubsub.protocol.permissions import Rule
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.service import Service
from webpubsub.service.sessions.session import Session

_MOST_SHOWN_GROUPS = 500
_MOST_GROUPS = 50
_SHOWN_STATE = 2000


class ShownConnection(msgspec.Struct, frozen=True, rename="camel"):
    """A connection. ``queued`` waits because the client reads too slowly; ``buffered`` waits for a
    reliable client to acknowledge, and is None for all others."""

    id: str
    user: str
    protocol: str
    phase: str
    groups: list[str]
    permissions: list[str]
    queued: int
    buffered: int | None
    state: str
    events: int


class ShownGroup(msgspec.Struct, frozen=True):
    """A group and how many are in it."""

    name: str
    connections: int


def connections(
    service: Service, hub_name: str, search: str = "", limit: int = 200
) -> dict[str, Any]:
    """The first of those connections of a hub whose id, user or groups hold a text, how many of
    them there are, and the groups of the hub."""
    hub = next((hub for hub in service.hubs if hub.name == hub_name.lower()), None)
    if hub is None:
        return {"total": 0, "connections": [], "groups": []}
    found = list(_found(hub, search.lower()))
    return {
        "total": len(found),
        "connections": [_connection(session) for session in found[:limit]],
        "groups": [
            ShownGroup(name, len(hub.members(name)))
            for name in list(hub.groups)[:_MOST_SHOWN_GROUPS]
        ],
    }


def _found(hub: Hub, search: str) -> Iterator[Session]:
    for session in hub.sessions.values():
        names = (session.connection_id, session.user_id or "", *session.groups)
        if not search or any(search in name.lower() for name in names):
            yield session


def _connection(session: Session) -> ShownConnection:
    attachment = session.attachment
    return ShownConnection(
        id=session.connection_id,
        user=session.user_id or "",
        protocol=session.subprotocol or "simple",
        phase=session.phase.value,
        groups=list(session.groups)[:_MOST_GROUPS],
        permissions=[
            f"{permission}: {_rule(rule)}"
            for permission, rule in session.permissions.snapshot().rules.items()
        ],
        queued=0 if attachment is None else attachment.outbox.waiting,
        buffered=None if session.buffer is None else len(session.buffer),
        state=_state(session),
        events=session.last_event_id,
    )


def _state(session: Session) -> str:
    """In the convention of the SDKs it is JSON; whatever else it is, is shown as it is."""
    text = session.connection_state or ""
    states = decode_states(text)
    return (encoded(states).decode() if states else text)[:_SHOWN_STATE]


def _rule(rule: Rule) -> str:
    parts = ["every group"] if rule.everything else [*rule.patterns, *sorted(rule.granted)]
    denied = sorted(rule.denied)
    text = ", ".join(parts[:_MOST_GROUPS]) or "no group"
    return f"{text}, but not {', '.join(denied[:_MOST_GROUPS])}" if denied else text
