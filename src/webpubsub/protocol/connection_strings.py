"""Connection strings: where a service is and the key to it, in one line of text.

Specification: rest-api section 2, bindings section 2.7.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

import msgspec

_EXAMPLE = "Endpoint=https://example.webpubsub.azure.com;AccessKey=...;Version=1.0;"
_BASE_URL = re.compile(r"https?://[^\s/?#@,=]*[^\s/?#@,=:](/[^\s?#,=]*)?", re.IGNORECASE)
_PORT = re.compile(r"0{0,9}[1-9][0-9]{0,4}")


class ConnectionString(msgspec.Struct, frozen=True):
    """``endpoint`` has a scheme and no slash at its end; ``access_key`` is None where an identity
    takes its place."""

    endpoint: str
    access_key: str | None = None

    @classmethod
    def parse(cls, text: str) -> "ConnectionString":
        """Read ``Endpoint=…;AccessKey=…;Version=1.0;``, in any order, with an optional ``Port``.

        Names match in any letter case, unknown ones are ignored. Raises ValueError, whose text
        never holds the key.
        """
        values: dict[str, str] = {}
        for name, value in _members(text):
            if name in values:
                raise ValueError(f"the connection string has '{name}' twice")
            values[name] = value
        return cls(_endpoint(values), values.get("accesskey") or None)

    @property
    def authority(self) -> str:
        """``host[:port]`` of the endpoint."""
        return urlsplit(self.endpoint).netloc

    def __str__(self) -> str:
        key = f"AccessKey={self.access_key};" if self.access_key else ""
        return f"Endpoint={self.endpoint};{key}Version=1.0;"

    def __repr__(self) -> str:
        return f"ConnectionString(endpoint={self.endpoint!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        return [("endpoint", self.endpoint)]


def host_of(url: str) -> str:
    """The host name in a URL as headers name it: in lower case, without a port, and with the
    brackets of an IPv6 address."""
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def _members(text: str) -> Iterator[tuple[str, str]]:
    for number, segment in enumerate(text.split(";"), start=1):
        if not segment.strip():
            continue
        name, equals, value = segment.partition("=")
        if not equals:
            raise ValueError(
                f"part {number} of the connection string has no '='; expected '{_EXAMPLE}'"
            )
        yield name.strip().lower(), value.strip()


def _endpoint(values: Mapping[str, str]) -> str:
    # The text is not repeated in an error: where a semicolon is missing, it holds the key.
    endpoint = values.get("endpoint", "").rstrip("/")
    if not endpoint:
        raise ValueError(f"the connection string has no Endpoint; expected '{_EXAMPLE}'")
    if not _is_base_url(endpoint):
        raise ValueError(
            "the Endpoint of the connection string must be a URL with scheme http or https, host "
            f"and, if any, a port from 1 to 65535; expected '{_EXAMPLE}'"
        )
    return endpoint if "port" not in values else _with_port(endpoint, values["port"])


def _is_base_url(endpoint: str) -> bool:
    try:
        parts = urlsplit(endpoint)
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return sound and _BASE_URL.fullmatch(endpoint) is not None


def _with_port(endpoint: str, port: str) -> str:
    """The endpoint with the port that the connection string gives apart."""
    if not (_PORT.fullmatch(port) and int(port) <= 65_535):
        raise ValueError("the Port of the connection string must be a number from 1 to 65535")
    parts = urlsplit(endpoint)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return parts._replace(netloc=f"{host}:{int(port)}").geturl()
