"""Whether a token was made for the URL at which it is used.

The scheme does not count, because a proxy in front may end TLS, and neither does letter case. Host,
port and path do. Specification: client-protocols section 1.3, rest-api sections 3.2 and 4.1.
"""

from collections.abc import Collection, Iterator
from urllib.parse import unquote

_SCHEMES = frozenset({"http", "https", "ws", "wss"})


def rest_audience_matches(audience: str, *, authorities: Collection[str], path: str) -> bool:
    """Whether an audience covers a request.

    ``authorities`` are the ``host[:port]`` the service answers for, ``path`` the path of the
    request. The audience may go on below the path, and its query does not count.
    """
    path = path.rstrip("/")
    wanted = {f"{authority}{path}".lower() for authority in authorities}
    return any(
        candidate.startswith(expected) and candidate[len(expected) :][:1] in ("", "/")
        for candidate in _candidates(audience)
        for expected in wanted
    )


def client_audience_matches(audience: str, *, authorities: Collection[str], hub: str) -> bool:
    """Whether an audience is the client endpoint of a hub, in one of its spellings."""
    hub = hub.lower()
    paths = (f"/client/hubs/{hub}", f"/client/?hub={hub}", f"/client?hub={hub}")
    hosts = tuple(authority.lower() for authority in authorities)
    for candidate in _candidates(audience):
        host, slash, path = candidate.rstrip("/").partition("/")
        if host in hosts and slash + path in paths:
            return True
    return False


def _candidates(audience: str) -> Iterator[str]:
    """The audience without its scheme: as it is and decoded once, with and without its query."""
    for spelling in (audience, unquote(audience)) if "%" in audience else (audience,):
        scheme, _, rest = spelling.lower().partition("://")
        if scheme in _SCHEMES:
            yield rest
            yield rest.partition("?")[0]
