"""Every refusal in one table, by its code.

Each module of this package is named here, so that reading this page shows what the table holds;
a test fails when a module is forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType

import msgspec

from webpubsub.protocol.refusals import (
    apps,
    clients,
    deliveries,
    functions,
    handshake,
    hub,
    rest,
    tokens,
    webhooks,
    websockets,
)
from webpubsub.protocol.refusals.kinds import RefusalKind


class Edge(msgspec.Struct, frozen=True):
    """A place where something is refused, and its refusals in the order they are written in.

    ``otherwise`` says how those show that have neither a status nor a close code nor an ack error.
    """

    title: str
    kinds: Sequence[RefusalKind]
    otherwise: str = ""

    def shown(self, kind: RefusalKind) -> str:
        """How the other side sees a refusal of this edge."""
        if kind.http_status is not None:
            return f"HTTP status {kind.http_status}"
        if kind.close_code is not None:
            return f"WebSocket close code {kind.close_code}"
        if kind.ack_error is not None:
            return f"ack error {kind.ack_error}"
        return self.otherwise


def _edge(title: str, module: ModuleType, otherwise: str = "") -> Edge:
    kinds = (value for value in vars(module).values() if isinstance(value, RefusalKind))
    return Edge(title, tuple(kinds), otherwise)


#: From the first thing a developer can get wrong to the last.
EDGES: Sequence[Edge] = (
    _edge("An app is imported", apps, "an error when the app starts"),
    _edge("A function is called over HTTP", functions),
    _edge("A client connects", handshake, "the HTTP status of the handler's answer"),
    _edge("An access token is checked", tokens),
    _edge("A client sends a message", clients),
    _edge("A WebSocket is closed", websockets, "a connection that ends without a close frame"),
    _edge("The REST API is called", rest),
    _edge("An event goes to a webhook", webhooks, "the status of the webhook's answer"),
    _edge("An event comes to a function app", deliveries),
    _edge("A hub carries something out", hub),
)

#: All kinds by code.
KINDS: Mapping[str, RefusalKind] = {kind.code: kind for edge in EDGES for kind in edge.kinds}


_SHOWN = {kind.code: edge.shown(kind) for edge in EDGES for kind in edge.kinds}


def shown(kind: RefusalKind) -> str:
    """How the other side sees a refusal."""
    return _SHOWN[kind.code]


def starting_with(part: str) -> Sequence[RefusalKind]:
    """The kinds whose codes begin with whole words, as ``handshake.token``."""
    return [kind for code, kind in KINDS.items() if code.startswith(f"{part.lower()}.")]


def shown_as(number: int) -> Sequence[RefusalKind]:
    """The kinds that a client sees as this HTTP status or WebSocket close code."""
    return [kind for kind in KINDS.values() if number in (kind.http_status, kind.close_code)]


def near(code: str, others: Iterable[str] = ()) -> Sequence[str]:
    """Up to three codes, of refusals or of these others, that may have been meant, the closest
    first."""
    from difflib import get_close_matches  # only ever needed on the way to an error

    return get_close_matches(code.lower(), (*KINDS, *others), n=3)
