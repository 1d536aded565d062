"""What one session may hold. Specification: client-protocols section 10."""

import msgspec

from webpubsub.protocol.acks import CACHE_SIZE
from webpubsub.protocol.group_states import GroupStateLimits
from webpubsub.protocol.invocations import MAX_PENDING
from webpubsub.protocol.permissions import PermissionLimits
from webpubsub.protocol.streams import MAX_OPEN

_MEBIBYTE = 1_048_576


class BufferLimits(msgspec.Struct, frozen=True):
    """What may be kept for one client: messages, and bytes of their payloads once encoded."""

    messages: int = 1000
    bytes: int = 16 * _MEBIBYTE


class SessionLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything that a client can make a session hold.

    ``groups`` None is any number of them; ``acks`` is how many successes are remembered,
    ``invocations`` how many may be pending, and ``streams`` how many may be open.
    """

    permissions: PermissionLimits = PermissionLimits()
    buffer: BufferLimits = BufferLimits()
    acks: int = CACHE_SIZE
    groups: int | None = None
    invocations: int = MAX_PENDING
    group_states: GroupStateLimits = GroupStateLimits()
    streams: int = MAX_OPEN

    def allow_groups(self, number: int) -> bool:
        """Whether a session may be in so many groups."""
        return self.groups is None or number <= self.groups


DEFAULT_LIMITS = SessionLimits()
