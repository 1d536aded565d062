"""What spans say of HTTP, by OpenTelemetry's semantic conventions for it.

A mistake of the client's is no error of a server: its span has no status then, and says why the
request was refused below ``webpubsub.refusal``.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from opentelemetry.trace import SpanKind

from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.refusals import Refusal
from webpubsub.telemetry.methods import OTHER, known_method
from webpubsub.telemetry.recorder import Attributes, SpanRecorder

_NONE: Attributes = {}


def begin_request(
    recorder: SpanRecorder, sighting: Sighting[Any], method: str, path: str, route: str = ""
) -> None:
    """Begin the span of a request that somebody sends to us."""
    attributes = {"http.request.method": known_method(method), **_asked(path, route)}
    recorder.begin(sighting, _name(method, route), SpanKind.SERVER, attributes)


def end_request(
    recorder: SpanRecorder,
    sighting: Sighting[Any],
    status: int,
    refusal: Refusal | None = None,
    attributes: Attributes = _NONE,
) -> None:
    """End it with the answer."""
    about = {"http.response.status_code": status, **_why(refusal), **attributes}
    recorder.end(sighting, about, *_error(status, refusal))


def name_request(
    recorder: SpanRecorder, sighting: Sighting[Any], method: str, route: str | None
) -> None:
    """Name its span after the route that it was found to be for, if it was for one."""
    if route is not None:
        recorder.rename(sighting, _name(method, route), {"http.route": route})


def turned_away(
    recorder: SpanRecorder, sighting: Sighting[Any], path: str, refusal: Refusal
) -> None:
    """Make a span of a request that was refused before anybody knew what it is."""
    status = refusal.kind.http_status or 500
    attributes = {"http.response.status_code": status, **_asked(path, ""), **_why(refusal)}
    error, message = _error(status, refusal)
    recorder.whole(sighting, 0.0, "HTTP", SpanKind.SERVER, attributes, error, message)


def begin_call(
    recorder: SpanRecorder,
    sighting: Sighting[Any],
    method: str,
    url: str,
    attributes: Attributes = _NONE,
) -> None:
    """Begin the span of a request that we send."""
    about = {"http.request.method": method, "url.full": url, **_server(url), **attributes}
    recorder.begin(sighting, method, SpanKind.CLIENT, about)


def end_call(
    recorder: SpanRecorder,
    sighting: Sighting[Any],
    status: int | None,
    attempts: int,
    refusal: Refusal | None,
) -> None:
    """End it with the last answer, or with the reason why there is none that counts."""
    about: dict[str, int] = {"http.request.resend_count": max(0, attempts - 1)}
    if status is not None:
        about["http.response.status_code"] = status
    if refusal is not None:
        recorder.end(sighting, about, refusal.kind.code, refusal.describe())
    else:
        recorder.end(sighting, about)


def _name(method: str, route: str) -> str:
    known = known_method(method)
    return f"{'HTTP' if known == OTHER else known} {route}".rstrip()


def _asked(path: str, route: str) -> Attributes:
    about = {"url.scheme": "http", "url.path": path}
    return {**about, "http.route": route} if route else about


def _why(refusal: Refusal | None) -> Attributes:
    if refusal is None:
        return _NONE
    code, reason = refusal.kind.code, refusal.describe()
    return {"webpubsub.refusal.code": code, "webpubsub.refusal.reason": reason}


def _error(status: int, refusal: Refusal | None) -> tuple[str | None, str]:
    if status < 500:
        return None, ""
    return (str(status), "") if refusal is None else (refusal.kind.code, refusal.describe())


def _server(url: str) -> Mapping[str, str | int]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError:
        return {}
    return {"server.address": parts.hostname or "", "server.port": port}
