"""Which acks a connection has had, and what failed ones say.

Only successes are remembered, so a client may repeat a request that failed under the same id.
Specification: client-protocols sections 5.5 and 5.6.
"""

from collections.abc import Iterable

from webpubsub.protocol.clients.codec import AckError

CACHE_SIZE = 1000

INTERNAL_SERVER_ERROR = AckError("InternalServerError", "Internal server error")


def duplicate(ack_id: int) -> AckError:
    """The request with this id has succeeded before, and was not carried out again."""
    return AckError("Duplicate", f"Message with ack-id: {ack_id} has been processed")


def forbidden(verb: str, group: str) -> AckError:
    """The client may not do this with the group; ``verb`` is ``join``, ``leave`` or ``send to``."""
    return AckError("Forbidden", f"The client does not have permission to {verb} group '{group}'.")


class AckCache:
    """The ids of the 1000 most recent successes; the oldest is forgotten first."""

    __slots__ = ("_ids",)

    def __init__(self, ids: Iterable[int] = ()) -> None:
        # A client that never asks for acks, as most simple ones, costs no dictionary.
        self._ids: dict[int, None] | None = dict.fromkeys(ids) or None

    def __contains__(self, ack_id: int) -> bool:
        return self._ids is not None and ack_id in self._ids

    def add(self, ack_id: int) -> None:
        """Remember a success."""
        if self._ids is None:
            self._ids = {}
        self._ids[ack_id] = None
        if len(self._ids) > CACHE_SIZE:
            del self._ids[next(iter(self._ids))]

    def snapshot(self) -> tuple[int, ...]:
        """The ids, oldest first."""
        return tuple(self._ids or ())

    @classmethod
    def restore(cls, ids: tuple[int, ...]) -> "AckCache":
        """A cache that is in every respect the one the snapshot was taken of."""
        return cls(ids)
