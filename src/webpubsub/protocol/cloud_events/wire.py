"""What a webhook is sent and what it answers, as values, and the names of the headers."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, overload

import msgspec

#: Names and values in order; a name may repeat, and its letter case means nothing.
Headers: TypeAlias = Sequence[tuple[str, str]]

#: The values of headers by their names in lower case: one each, or all of one that repeats.
Named: TypeAlias = Mapping[str, str | list[str]]

CONTENT_TYPE = "Content-Type"
REQUEST_ORIGIN = "WebHook-Request-Origin"
ALLOWED_ORIGIN = "WebHook-Allowed-Origin"
REQUEST_ID = "x-ms-client-request-id"
SPEC_VERSION = "ce-specversion"
AWPS_VERSION = "ce-awpsversion"
TYPE = "ce-type"
SOURCE = "ce-source"
ID = "ce-id"
TIME = "ce-time"
SIGNATURE = "ce-signature"
CONNECTION_ID = "ce-connectionId"
HUB = "ce-hub"
EVENT_NAME = "ce-eventName"
USER_ID = "ce-userId"
SUBPROTOCOL = "ce-subprotocol"
CONNECTION_STATE = "ce-connectionState"
PHYSICAL_CONNECTION_ID = "ce-physicalConnectionId"
SESSION_ID = "ce-sessionId"
METADATA_PREFIX = "x-webpubsub-metadata-"

#: The version of both CloudEvents and the service's extension of it.
VERSION = "1.0"


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request to a webhook, without its URL."""

    method: str
    headers: Headers
    body: bytes = b""


class WebhookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook answers."""

    status: int
    headers: Headers = ()
    body: bytes = b""

    @property
    def succeeded(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300


class NamedHeaders(Sequence[tuple[str, str]]):
    """Headers whose values are known by name, as ``named``. In order, and as they are spelled,
    ``read`` gives them when somebody asks, which is seldom."""

    __slots__ = ("_lines", "_read", "named")

    def __init__(self, named: Named, read: Callable[[], Headers]) -> None:
        self.named = named
        self._read = read
        self._lines: Headers | None = None

    @overload
    def __getitem__(self, index: int) -> tuple[str, str]: ...

    @overload
    def __getitem__(self, index: slice) -> Headers: ...

    def __getitem__(self, index: int | slice) -> tuple[str, str] | Headers:
        return self._all[index]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def _all(self) -> Headers:
        if self._lines is None:
            self._lines = self._read()
        return self._lines


class ReceivedHeaders(Mapping[str, Sequence[str]]):
    """All values of each header by its name as it was spelled first, but for names in ``without``,
    which are in lower case. Gathered when somebody asks, which is seldom."""

    __slots__ = ("_gathered", "_without", "lines")

    def __init__(self, lines: Headers, without: Collection[str] = ()) -> None:
        self.lines = lines
        self._without = without
        self._gathered: dict[str, list[str]] | None = None

    def __getitem__(self, name: str) -> Sequence[str]:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __repr__(self) -> str:
        return repr(self._all)

    def of(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """The lines of these headers, whose names are in lower case."""
        named = by_name(self.lines)
        found = ((name, named[name]) for name in names if name in named)
        return [
            (name, value)
            for name, values in found
            for value in ([values] if isinstance(values, str) else values)
        ]

    @property
    def _all(self) -> dict[str, list[str]]:
        if self._gathered is None:
            spelling: dict[str, str] = {}
            self._gathered = {}
            for name, value in self.lines:
                lowered = name.lower()
                if lowered not in self._without:
                    first = spelling.setdefault(lowered, name)
                    self._gathered.setdefault(first, []).append(value)
        return self._gathered


def by_name(headers: Headers) -> Named:
    """The value of each header by its name in lower case, for whoever looks for several."""
    if isinstance(headers, NamedHeaders):
        return headers.named
    named: dict[str, str | list[str]] = {}
    for name, value in headers:
        lowered = name.lower()
        before = named.get(lowered)
        if before is None:
            named[lowered] = value
        elif isinstance(before, str):
            named[lowered] = [before, value]
        else:
            before.append(value)
    return named


def values(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """All values of a header, in any letter case of its name."""
    wanted, length = name.lower(), len(name)
    return [
        value for header, value in headers if len(header) == length and header.lower() == wanted
    ]


def last_value(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The last value of a header, or None when it is not there."""
    found = values(headers, name)
    return found[-1] if found else None


def media_type(content_type: str) -> str:
    """The media type of a ``Content-Type`` value, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()
