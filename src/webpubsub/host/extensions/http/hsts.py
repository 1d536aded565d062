"""The header that tells browsers to come back by HTTPS only.

Specification: functions-python section 10.1.
"""

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.host.settings.time_spans import parse_time_span

_PATH = "extensions:http:hsts"
_DEFAULT_SECONDS = 30 * 86_400
_DAY = 86_400
_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Hsts:
    """``extensions.http.hsts`` of host.json. Raises HostError for settings that are wrong."""

    def __init__(self, config: HostConfig) -> None:
        self._value: str | None = None
        if config.flag(f"{_PATH}:isEnabled", False):
            parts = [f"max-age={_seconds(config.text(f'{_PATH}:maxAge'))}"]
            if config.flag(f"{_PATH}:includeSubDomains", False):
                parts.append("includeSubDomains")
            if config.flag(f"{_PATH}:preload", False):
                parts.append("preload")
            self._value = "; ".join(parts)

    @property
    def is_on(self) -> bool:
        """Whether any answer has the header."""
        return self._value is not None

    def headers(self, request: Request) -> dict[str, str]:
        """The header for an answer to a request that came by HTTPS, as a proxy in front says, for
        another name than this machine's own."""
        if self._value is None or (request.first("X-Forwarded-Proto") or "").lower() != "https":
            return {}
        if request.host.rpartition(":")[0] in _THIS_MACHINE or request.host in _THIS_MACHINE:
            return {}
        return {"Strict-Transport-Security": self._value}


def _seconds(text: str | None) -> int:
    """A time span, or days: a number alone is that many days to .NET."""
    if text is None:
        return _DEFAULT_SECONDS
    try:
        if text.isascii() and text.isdigit():
            return int(text) * _DAY
        seconds = int(parse_time_span(text))
    except ValueError as error:
        raise HostError(f"host.json: extensions.http.hsts.maxAge: {error}, or days.") from None
    if seconds < 0:
        raise HostError("host.json: extensions.http.hsts.maxAge is negative.")
    return seconds
