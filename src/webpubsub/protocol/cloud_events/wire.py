"""What a webhook is sent and what it answers, as values, and the names of the headers."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import msgspec

#: Names and values in order; a name may repeat, and its letter case means nothing.
Headers: TypeAlias = Sequence[tuple[str, str]]

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


def by_name(headers: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """All values of each header by its name in lower case, for whoever looks for several."""
    named: dict[str, list[str]] = {}
    for name, value in headers:
        named.setdefault(name.lower(), []).append(value)
    return named


def values(headers: Iterable[tuple[str, str]], name: str) -> list[str]:
    """All values of a header, in any letter case of its name."""
    wanted = name.lower()
    return [value for header, value in headers if header.lower() == wanted]


def last_value(headers: Iterable[tuple[str, str]], name: str) -> str | None:
    """The last value of a header, or None when it is not there."""
    found = values(headers, name)
    return found[-1] if found else None


def media_type(content_type: str) -> str:
    """The media type of a ``Content-Type`` value, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()
