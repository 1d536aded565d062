"""What host.json says of HTTP functions as a whole.

Specification: functions-python section 10.1.
"""

from collections.abc import Mapping

import msgspec

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.responses import FRAMING, header_problem
from webpubsub.host.extensions.http.templates import RouteTemplate
from webpubsub.host.settings.host_config import HostConfig

_DEFAULT_PREFIX = "api"


class HttpOptions(msgspec.Struct, frozen=True, kw_only=True):
    """``prefix`` stands before every route; ``custom_headers`` are added to every answer. Bodies in
    chunks are shown to functions with ``takes_chunked`` alone."""

    prefix: str = _DEFAULT_PREFIX
    custom_headers: Mapping[str, str] = {}
    takes_chunked: bool = False

    @classmethod
    def of(cls, config: HostConfig) -> "HttpOptions":
        """The settings. Raises HostError for those that are wrong."""
        return cls(
            prefix=_route_prefix(config),
            custom_headers=_custom_headers(config),
            takes_chunked=config.flag("extensions:http:enableChunkedRequestBinding", False),
        )


def _route_prefix(config: HostConfig) -> str:
    prefix = (config.text("extensions:http:routePrefix", _DEFAULT_PREFIX) or "").strip("/")
    try:
        RouteTemplate.parse(prefix)
    except ValueError as error:
        raise HostError(
            f"host.json: extensions.http.routePrefix is '{prefix}', which is no route: {error}."
        ) from None
    return prefix


def _custom_headers(config: HostConfig) -> Mapping[str, str]:
    value = config.get("extensions:http:customHeaders")
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
        raise HostError(
            f"host.json: extensions.http.customHeaders is {value!r}, and must be an object of "
            "texts."
        )
    for name, text in value.items():
        problem = header_problem(name, text)
        if name.lower() in FRAMING:
            problem = f"'{name}' frames an answer, and is set by the host alone."
        if problem is not None:
            raise HostError(f"host.json: extensions.http.customHeaders: {problem}")
    return value
