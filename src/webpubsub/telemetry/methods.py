"""Names of HTTP methods, of which there are few, although whoever asks may send any."""

#: What stands for all others in OpenTelemetry's semantic conventions for HTTP.
OTHER = "_OTHER"
_METHODS = frozenset(
    ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "QUERY")
)


def known_method(method: str) -> str:
    """The method itself, or what stands for all that nobody has heard of."""
    return method if method in _METHODS else OTHER
