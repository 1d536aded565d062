"""The settings of the service, with the documented values as defaults."""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlsplit

import msgspec

from webpubsub.protocol.group_states import GroupStateLimits
from webpubsub.protocol.permissions import PermissionLimits
from webpubsub.service.session_limits import BufferLimits, SessionLimits

#: The access key of a service that nobody configured; known to everybody, hence only for
#: development. Specification: rest-api section 2.
DEVELOPMENT_KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"

_MINIMUM_KEY_BYTES = 32
_MEBIBYTE = 1_048_576


class Range(NamedTuple):
    """The numbers that a setting may be; without ``most``, as large as you like."""

    least: float
    most: float | None = None
    unit: str = ""

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and self.least <= value <= (self.most or math.inf)

    def __str__(self) -> str:
        return (
            f"{self.least:g} {'or more' if self.most is None else f'to {self.most:g}'}{self.unit}"
        )


_DAY = 86_400
_COUNT, _SECONDS = Range(1), Range(0, _DAY, " seconds")
#: What the numbers among the settings may be.
RANGES: Mapping[str, Range] = {
    "port": Range(0, 65_535),
    "max_connections": Range(0),
    "max_groups": Range(0),
    "max_permission_groups": Range(0),
    "max_permission_patterns": Range(0),
    "max_remembered_acks": _COUNT,
    "max_pending_invocations": _COUNT,
    "max_group_states": Range(0),
    "max_group_state_subscriptions": Range(0),
    "max_open_streams": _COUNT,
    "max_message_bytes": _COUNT,
    "max_queued_messages": Range(0),
    "max_queued_bytes": _COUNT,
    "max_buffered_messages": _COUNT,
    "max_buffered_bytes": _COUNT,
    "max_waiting_bytes": _COUNT,
    "max_head_bytes": Range(1024),
    "ping_interval": Range(1, 120, " seconds"),
    "max_missed_pings": _COUNT,
    "recovery_window": _SECONDS,
    "head_timeout": _SECONDS,
    "event_timeout": _SECONDS,
    "close_timeout": _SECONDS,
    "stop_timeout": _SECONDS,
    "python_client_ack_delay": _SECONDS,
}


class ServiceSettings(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """How the service listens, whom it trusts and how much it holds. Times are in seconds.

    ``port`` 0 lets the system choose. ``access_keys`` is the primary key, then the secondary one if
    there are two; tokens signed with any of them are accepted. ``public_endpoint`` is the URL under
    which clients and applications reach the service when that is not the address it listens on, as
    behind a proxy.

    Raises ValueError when a value is out of range; the text never contains a key.
    Specification: client-protocols sections 2 and 10, rest-api section 2, upstream-events section
    13.
    """

    address: str = "127.0.0.1"
    port: int = 8080
    access_keys: tuple[str, ...] = (DEVELOPMENT_KEY,)
    public_endpoint: str | None = None
    #: Whether REST calls may bring a Microsoft Entra token whose signature nobody checks. Anybody
    #: can make one, so this is for tests of apps that have no access key.
    accept_unvalidated_entra_tokens: bool = False

    #: How many connections may exist at the same time, over all hubs; None leaves it to the system.
    max_connections: int | None = None
    #: What one connection may have: groups it is in (None is any number), groups granted or denied
    #: and patterns of groups in roles, for each permission, ack ids that are remembered to notice
    #: repetitions, invocations that are pending, streams that are open, groups in which it has a
    #: state, and groups to whose states it is subscribed.
    max_groups: int | None = None
    max_permission_groups: int = 1000
    max_permission_patterns: int = 9
    max_remembered_acks: int = 1000
    max_pending_invocations: int = 100
    max_group_states: int = 100
    max_group_state_subscriptions: int = 100
    max_open_streams: int = 100
    #: The largest message of a client, all its fragments together.
    max_message_bytes: int = _MEBIBYTE
    #: What may wait for a client that reads too slowly before it is dropped.
    max_queued_messages: int = 1000
    max_queued_bytes: int = 16 * _MEBIBYTE
    #: What is kept for a reliable client until it acknowledges, and for how long after it has lost
    #: its transport.
    max_buffered_messages: int = 1000
    max_buffered_bytes: int = 16 * _MEBIBYTE
    recovery_window: float = 30.0
    #: What a client may send ahead while one of its events, connect included, is being answered,
    #: before it is no longer read from.
    max_waiting_bytes: int = 65_536
    #: The request line and headers of one HTTP request, and how long they may take to arrive.
    max_head_bytes: int = 32_768
    head_timeout: float = 10.0
    #: How long the application may take to answer connect or what a client says.
    event_timeout: float = 100.0
    #: Between two WebSocket pings, 1 to 120, and how many of them may go unanswered.
    ping_interval: float = 20.0
    max_missed_pings: int = 2
    #: How long a client may take to answer a close frame.
    close_timeout: float = 5.0
    #: How long pending events may take when the service stops.
    stop_timeout: float = 5.0
    #: How long acks to the synchronous Python client are held back, because it starts to wait for
    #: an ack only after sending (client-protocols section 14, fact 7).
    python_client_ack_delay: float = 0.002

    def __post_init__(self) -> None:
        if not self.access_keys:
            raise ValueError("at least one access key is needed")
        for number, key in enumerate(self.access_keys, start=1):
            _check_key(key, number)
        for name, allowed in RANGES.items():
            value = getattr(self, name)
            if value is not None and value not in allowed:
                raise ValueError(f"{name} must be {allowed}, and is {value}")
        if self.public_endpoint is not None:
            _check_endpoint(self.public_endpoint)

    @cached_property
    def session_limits(self) -> SessionLimits:
        """What one connection may hold."""
        return SessionLimits(
            permissions=PermissionLimits(self.max_permission_patterns, self.max_permission_groups),
            buffer=BufferLimits(self.max_buffered_messages, self.max_buffered_bytes),
            acks=self.max_remembered_acks,
            groups=self.max_groups,
            invocations=self.max_pending_invocations,
            group_states=GroupStateLimits(
                self.max_group_states, self.max_group_state_subscriptions
            ),
            streams=self.max_open_streams,
        )

    @cached_property
    def public_authority(self) -> str | None:
        """``host[:port]`` of the public endpoint, or None when there is none."""
        return urlsplit(self.public_endpoint).netloc if self.public_endpoint else None


def _check_key(key: str, number: int) -> None:
    problem = None
    if len(key.encode()) < _MINIMUM_KEY_BYTES:
        problem = f"is shorter than {_MINIMUM_KEY_BYTES} bytes"
    elif ";" in key:
        problem = "contains a semicolon, which ends a value in a connection string"
    elif not key.isprintable():
        problem = "contains a control character"
    elif key != key.strip():
        problem = "begins or ends with white space"
    if problem:
        raise ValueError(f"access key {number} {problem}")


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    rest = parts.path.rstrip("/") or parts.query or parts.fragment
    if parts.scheme not in ("http", "https") or not parts.netloc or rest:
        raise ValueError(
            "public_endpoint must be a URL without a path, such as https://example.com, "
            f"and is '{endpoint}'"
        )
