"""Which services may deliver events: the origins a function knows, and the keys they sign with.

Specification: bindings sections 2.6, 3.3 and 3.6.
"""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

import msgspec

from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.events import ConnectionContext

_SEPARATORS = re.compile(r"[, ]+")
#: The signature of a connection is the same in all its events: those that are kept.
_MOST_SIGNATURES = 4096


class Access(msgspec.Struct, frozen=True):
    """One service: its host name without a port, and its key, or None where no signature can be
    checked, as with an identity in the place of a key."""

    host: str
    key: str | None = None

    def __repr__(self) -> str:
        return f"Access(host={self.host!r})"


class AccessList:
    """The services that may deliver: the key of each by its host. None is no list at all, so that
    everybody may."""

    def __init__(self, keys: Mapping[str, str | None] | None) -> None:
        self._keys = keys

    @classmethod
    def of(cls, accesses: Iterable[Access]) -> "AccessList":
        """The list of these services.

        Raises ValueError for two with the same host, because the origin of an event could not tell
        them apart.
        """
        keys: dict[str, str | None] = {}
        for access in accesses:
            if access.host in keys:
                raise ValueError(
                    f"two of its connections have the host '{access.host}'; name one of them, "
                    "which is enough for both keys of a resource"
                )
            keys[access.host] = access.key
        return cls(keys)

    @property
    def is_open(self) -> bool:
        """Whether anybody may deliver."""
        return self._keys is None

    def allows(self, hosts: Iterable[str]) -> bool:
        """Whether one of these host names, exactly as it is written, may deliver."""
        return self._keys is None or any(host in self._keys for host in hosts)

    def trusts(self, context: ConnectionContext) -> bool:
        """Whether an event comes from one of the services: the first of its origins that is known
        decides, and its signature must be of that service's key."""
        if self._keys is None:
            return True
        for origin in separated(context.origin or ""):
            if origin in self._keys:
                return _is_signed(context, self._keys[origin])
        return False


EVERYBODY = AccessList(None)


def separated(value: str) -> Sequence[str]:
    """The parts of a header's value between commas and blanks."""
    if "," not in value and " " not in value:
        return [value] if value else []
    return [part for part in _SEPARATORS.split(value) if part]


def _is_signed(context: ConnectionContext, key: str | None) -> bool:
    if key is None:
        return True
    wanted = _wanted(context.connection_id, key)
    given = [part.lower().encode() for part in separated(context.signature or "")]
    return any(hmac.compare_digest(part, wanted) for part in given)


@lru_cache(maxsize=_MOST_SIGNATURES)
def _wanted(connection_id: str, key: str) -> bytes:
    return signature(connection_id, (key,)).encode()
