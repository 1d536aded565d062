"""Which web pages of other origins may call functions.

Specification: functions-python section 5.5.
"""

from collections.abc import Callable

import msgspec

from webpubsub.host.errors import HostError

_ANY = "*"


class CorsPolicy(msgspec.Struct, frozen=True):
    """Origins in lower case, or ``*`` for all; ``credentials`` lets pages send cookies.

    Without origins there is no policy, and no answer carries any of its headers.
    """

    origins: tuple[str, ...] = ()
    credentials: bool = False

    @classmethod
    def parse(cls, origins: str | None, credentials: bool = False) -> "CorsPolicy":
        """A policy from a comma list, as ``Host.CORS`` and ``--cors`` have it. Raises HostError for
        credentials that every origin could use."""
        listed = tuple(origin for item in (origins or "").split(",") if (origin := _normal(item)))
        if credentials and _ANY in listed:
            raise HostError(
                "CORSCredentials cannot be true while CORS is '*': name the origins that may send "
                "credentials."
            )
        return cls(listed, credentials)

    @property
    def is_on(self) -> bool:
        """Whether it concerns any request."""
        return bool(self.origins)

    def headers(self, header: Callable[[str], str | None]) -> dict[str, str]:
        """The headers that an answer carries. ``header`` tells those of the request."""
        if not self.origins:
            return {}
        origin = header("Origin")
        if not origin:
            return {}
        if not self._allows(origin):
            return {"Vary": "Origin"}
        if _ANY in self.origins:
            return {"Access-Control-Allow-Origin": _ANY}
        allowed = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
        if self.credentials:
            allowed["Access-Control-Allow-Credentials"] = "true"
        return allowed

    def preflight(self, method: str, header: Callable[[str], str | None]) -> dict[str, str] | None:
        """The headers that answer a preflight request, or None when it is none."""
        if not self.origins or method != "OPTIONS":
            return None
        wanted = header("Access-Control-Request-Method")
        if not wanted or not header("Origin"):
            return None
        answer = self.headers(header)
        if "Access-Control-Allow-Origin" in answer:
            answer["Access-Control-Allow-Methods"] = wanted
            if headers := header("Access-Control-Request-Headers"):
                answer["Access-Control-Allow-Headers"] = headers
        return answer

    def _allows(self, origin: str) -> bool:
        return _ANY in self.origins or _normal(origin) in self.origins


def _normal(origin: str) -> str:
    return origin.strip().rstrip("/").lower()
