"""Which acks a connection has had, and what failed ones say.

Only successes are remembered, so a client may repeat a request that failed under the same id.
Specification: client-protocols sections 5.5 and 5.6.
"""

from collections.abc import Iterable

from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.refusals import Refusal

#: How many successes are remembered unless it is set otherwise (client-protocols section 10).
CACHE_SIZE = 1000

INTERNAL_SERVER_ERROR = AckError("InternalServerError", "Internal server error")


def duplicate(ack_id: int) -> AckError:
    """The request with this id has succeeded before, and was not carried out again."""
    return AckError("Duplicate", f"Message with ack-id: {ack_id} has been processed")


def forbidden(verb: str, group: str) -> AckError:
    """The client may not do this with the group; ``verb`` is such as ``join`` or ``send
    to``."""
    return AckError("Forbidden", f"The client does not have permission to {verb} group '{group}'.")


def refused(refusal: Refusal) -> AckError:
    """The hub does not do this. What is no mistake of the client shows as a fault of ours."""
    name = refusal.kind.ack_error
    return INTERNAL_SERVER_ERROR if name is None else AckError(name, refusal.wire_message)


class AckCache:
    """The ids of the most recent successes, ``size`` of them; the oldest is forgotten first."""

    __slots__ = ("_ids", "_size")

    def __init__(self, ids: Iterable[int] = (), size: int = CACHE_SIZE) -> None:
        self._size = size
        # A client that never asks for acks, as most simple ones, costs no dictionary.
        self._ids: dict[int, None] | None = dict.fromkeys(ids) or None

    def __contains__(self, ack_id: int) -> bool:
        return self._ids is not None and ack_id in self._ids

    def add(self, ack_id: int) -> None:
        """Remember a success."""
        if self._ids is None:
            self._ids = {}
        self._ids[ack_id] = None
        if len(self._ids) > self._size:
            del self._ids[next(iter(self._ids))]

    def snapshot(self) -> tuple[int, ...]:
        """The ids, oldest first."""
        return tuple(self._ids or ())

    @classmethod
    def restore(cls, ids: tuple[int, ...], size: int = CACHE_SIZE) -> "AckCache":
        """A cache that is in every respect the one the snapshot was taken of."""
        return cls(ids, size)
