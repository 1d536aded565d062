"""Which sessions of a hub an operation is about, and what is said of one that is not there.

Specification: rest-api section 5.6.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from webpubsub.protocol.filters import compile_filter
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import CONNECTION_UNKNOWN
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session

_NOBODY: frozenset[str] = frozenset()

#: How to carry out operations of each type; a refusal means that nothing was done.
Operations: TypeAlias = Mapping[type[HubOperation], Callable[[Register, Any], Refusal | None]]


def one(register: Register, connection_id: str) -> tuple[Session, ...]:
    """The session with this connection id, if it is there."""
    session = register.sessions.get(connection_id)
    return () if session is None else (session,)


def those(sessions: Mapping[str, Session], connection_ids: Iterable[str]) -> Sequence[Session]:
    """The sessions with these connection ids, as far as they are there."""
    return [sessions[one] for one in connection_ids if one in sessions]


def meant(
    sessions: Mapping[str, Session], excluded: frozenset[str] = _NOBODY, text: str | None = None
) -> Iterable[Session]:
    """All but those with these connection ids, if a filter means them. Raises FilterError at once,
    not when they are iterated over."""
    chosen = _all_but(sessions, excluded) if excluded else sessions.values()
    return filter(compile_filter(text), chosen) if text else chosen


def unknown(connection_id: str) -> Refusal:
    """There is no such connection."""
    return CONNECTION_UNKNOWN.refuse(
        f"the connection id '{connection_id}'", f"Connection `{connection_id}` is not found."
    )


def _all_but(sessions: Mapping[str, Session], excluded: frozenset[str]) -> Iterator[Session]:
    for connection_id, session in sessions.items():
        if connection_id not in excluded:
            yield session
