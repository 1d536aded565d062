"""Which sessions of a hub an operation is about, and what is said of one that is not there.

Specification: rest-api section 5.6.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, TypeAlias

from webpubsub.protocol.filters import compile_filter
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import CONNECTION_UNKNOWN
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session

#: How to carry out operations of each type; a refusal means that nothing was done.
Operations: TypeAlias = Mapping[type[HubOperation], Callable[[Register, Any], Refusal | None]]


def one(register: Register, connection_id: str) -> tuple[Session, ...]:
    """The session with this connection id, if it is there."""
    session = register.sessions.get(connection_id)
    return () if session is None else (session,)


def all_but(sessions: Mapping[str, Session], excluded: Container[str]) -> Iterable[Session]:
    """All but those with these connection ids."""
    return [one for one in sessions.values() if one.connection_id not in excluded]


def meant(sessions: Mapping[str, Session], text: str | None) -> Iterable[Session]:
    """Those that a filter means, or all. Raises FilterError at once, not when they are iterated
    over."""
    chosen = sessions.values()
    return filter(compile_filter(text), chosen) if text else chosen


def unknown(connection_id: str) -> Refusal:
    """There is no such connection."""
    return CONNECTION_UNKNOWN.refuse(
        f"the connection id '{connection_id}'", f"Connection `{connection_id}` is not found."
    )
