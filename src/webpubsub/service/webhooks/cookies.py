"""The cookies that one connection has been given, most often so that a load balancer sends all its
events to the same server.

They are kept as plain text by name, domain and path, because they outlive the process that was
given them. Rules: RFC 6265 section 5; specification: upstream-events section 8.2.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

#: Of one connection, and the length of one Set-Cookie header; what goes beyond them is not kept.
MAX_COOKIES = 50
MAX_COOKIE_LENGTH = 4096


class Cookie(msgspec.Struct, frozen=True, omit_defaults=True):
    """One cookie. ``domain`` is in lower case and without a dot in front; ``expires`` is seconds
    since the epoch, None for as long as the connection lives."""

    name: str
    value: str
    domain: str
    path: str
    host_only: bool = True
    secure: bool = False
    expires: float | None = None

    def belongs_to(self, scheme: str, host: str, path: str) -> bool:
        """Whether it is sent with a request there."""
        return (
            (host == self.domain or (not self.host_only and _within(host, self.domain)))
            and _below(path, self.path)
            and (scheme == "https" or not self.secure)
        )


def keep(jar: MutableMapping[str, str], set_cookies: Iterable[str], url: str, now: float) -> None:
    """Keep what the ``Set-Cookie`` headers of an answer from ``url`` say; a cookie that has expired
    is removed. ``now`` is seconds since the epoch."""
    for header in set_cookies:
        cookie = parse(header, url, now)
        if cookie is None:
            continue
        key = f"{cookie.name}\n{cookie.domain}\n{cookie.path}"
        jar.pop(key, None)
        if cookie.expires is None or cookie.expires > now:
            if len(jar) >= MAX_COOKIES:
                jar.pop(next(iter(jar)))
            jar[key] = msgspec.json.encode(cookie).decode()


def cookie_header(jar: Mapping[str, str], url: str, now: float) -> str | None:
    """The ``Cookie`` header of a request to ``url``, the longest paths first, or None."""
    if not jar:
        return None
    scheme, host, path = _address(url)
    cookies = [msgspec.json.decode(text, type=Cookie) for text in jar.values()]
    sent = [
        cookie
        for cookie in cookies
        if cookie.belongs_to(scheme, host, path)
        and (cookie.expires is None or cookie.expires > now)
    ]
    sent.sort(key=lambda cookie: -len(cookie.path))
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in sent) or None


def parse(header: str, url: str, now: float) -> Cookie | None:
    """The cookie in one ``Set-Cookie`` header, or None when it may not be set from there."""
    if len(header) > MAX_COOKIE_LENGTH or not header.isascii() or not header.isprintable():
        return None
    pair, *rest = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    attributes = _attributes(rest)
    scheme, host, path = _address(url)
    domain = attributes.get("domain", "").removeprefix(".").lower()
    if (domain and not _within(host, domain)) or ("secure" in attributes and scheme != "https"):
        return None
    given = attributes.get("path", "")
    return Cookie(
        name=name.strip(),
        value=value.strip(),
        domain=domain or host,
        path=given if given.startswith("/") else _default_path(path),
        host_only=not domain,
        secure="secure" in attributes,
        expires=_expiry(attributes, now),
    )


def _attributes(parts: Iterable[str]) -> dict[str, str]:
    pairs = (part.partition("=") for part in parts)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _address(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.path or "/"


def _within(host: str, domain: str) -> bool:
    """Whether the host is the domain or below it; an IP address is below nothing."""
    return host == domain or (host.endswith(f".{domain}") and not _is_ip_address(host))


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _below(path: str, base: str) -> bool:
    return path == base or path.startswith(base if base.endswith("/") else f"{base}/")


def _default_path(path: str) -> str:
    """The directory of the path that set the cookie."""
    return path.rpartition("/")[0] or "/"


def _expiry(attributes: Mapping[str, str], now: float) -> float | None:
    """When it expires; ``Max-Age`` counts before ``Expires``, and what cannot be read does not."""
    try:
        if "max-age" in attributes:
            return now + int(attributes["max-age"])
        if "expires" in attributes:
            return parsedate_to_datetime(attributes["expires"]).timestamp()
    except (ValueError, OverflowError, OSError):
        pass
    return None
