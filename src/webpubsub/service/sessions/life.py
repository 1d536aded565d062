"""The life of a session, as a table.

It is *connecting* until the connect event has been answered, *attached* while a WebSocket carries
it, *detached* while a reliable client may still come back for it, *claimed* once the client is back
but a request that the old transport brought is still being handled, and *ended* for good. A
detached session is the same thing without a transport, so it stays in its groups and receives
messages. Only one client at a time can claim a session, which settles races between recoveries.
Nothing leaves *ended*, and only the transition into it lets ``disconnected`` be raised, so that
event is raised once.
"""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    """Where a session is in its life."""

    CONNECTING = "connecting"
    ATTACHED = "attached"
    DETACHED = "detached"
    CLAIMED = "claimed"
    ENDED = "ended"


class Change(StrEnum):
    """What moves a session along."""

    ATTACH = "attach"
    DETACH = "detach"
    CLAIM = "claim"
    RELEASE = "release"
    END = "end"


LIFE: Mapping[tuple[Phase, Change], Phase] = {
    (Phase.CONNECTING, Change.ATTACH): Phase.ATTACHED,
    (Phase.CONNECTING, Change.END): Phase.ENDED,
    (Phase.ATTACHED, Change.DETACH): Phase.DETACHED,
    (Phase.ATTACHED, Change.END): Phase.ENDED,
    (Phase.DETACHED, Change.CLAIM): Phase.CLAIMED,
    (Phase.DETACHED, Change.END): Phase.ENDED,
    (Phase.CLAIMED, Change.ATTACH): Phase.ATTACHED,
    (Phase.CLAIMED, Change.RELEASE): Phase.DETACHED,
    (Phase.CLAIMED, Change.END): Phase.ENDED,
}
