"""What answers look like on the wire. Specification: rest-api sections 1.1, 3 and 5.2."""

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import hdrs, web

from webpubsub.protocol.refusals import Refusal, hub
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest.checks import API_VERSIONS
from webpubsub.service.rest.operation import UNNAMED, Absence

_VERSIONS_HEADER = {"api-supported-versions": ", ".join(API_VERSIONS)}
_ERROR_CODE_HEADER = "x-ms-error-code"


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of a refusal; members without a value are left out."""

    code: str | None = None
    message: str | None = None
    target: str | None = None


class Shape(msgspec.Struct, frozen=True):
    """How refusals with one status look. ``header`` says whether the code is a header too."""

    code: str | None = None
    target: str | None = None
    header: bool = False


#: The specification leaves the codes of 405, 408 and 500, and of a 404 for the path, open.
SHAPES: Mapping[int, Shape] = {
    400: Shape("Error.BadRequest", "Request"),
    401: Shape(),
    404: Shape("Error.NotFound", "Request"),
    405: Shape("Error.MethodNotAllowed", "Request"),
    408: Shape("Error.RequestTimeout", "Request"),
    409: Shape("Error.Connection.Conflict", "Connection", header=True),
    415: Shape(),
    500: Shape("Error.InternalServerError", "Request"),
    501: Shape("NotImplemented", "Request"),
    503: Shape("Error.ServiceUnavailable", "Request"),
}

#: The refusals whose target is the parameter at fault; that of all others is the request.
TARGETS: Mapping[str, str] = {
    kinds.API_VERSION_UNKNOWN.code: "api-version",
    kinds.GROUP_INVALID.code: "group",
    kinds.PAGE_SIZE_INVALID.code: "maxpagesize",
    kinds.TOP_INVALID.code: "top",
    kinds.CONTINUATION_INVALID.code: "continuationToken",
    kinds.CLIENT_TYPE_INVALID.code: "clientType",
}

_ABSENT = (hub.CONNECTION_UNKNOWN.code, hub.USER_UNKNOWN.code)


def success(status: int) -> web.Response:
    """An answer without a body."""
    return web.Response(status=status, headers=_VERSIONS_HEADER)


def shown(body: Any) -> web.Response:
    """An answer with a JSON body."""
    data = msgspec.json.encode(body)
    return web.Response(body=data, headers=_VERSIONS_HEADER, content_type="application/json")


def absent(absence: Absence) -> web.Response:
    """The answer no to a question: a 404 that is not an error."""
    headers = {_ERROR_CODE_HEADER: absence.code} if absence.code else {}
    return web.Response(status=404, headers={**_VERSIONS_HEADER, **headers})


def refused(
    refusal: Refusal,
    absence: Absence = UNNAMED,
    *,
    allowed: tuple[str, ...] = (),
    with_body: bool = True,
) -> web.Response:
    """The answer to a call that was refused. ``absence`` is that of its operation, ``allowed`` the
    methods of its path."""
    shape = _shape(refusal, absence)
    body = ErrorBody(shape.code, refusal.wire_message or None, shape.target)
    headers = dict(_VERSIONS_HEADER)
    if shape.header and shape.code:
        headers[_ERROR_CODE_HEADER] = shape.code
    if refusal.kind.http_status == 401:
        headers[hdrs.WWW_AUTHENTICATE] = _challenge(refusal)
    if allowed:
        headers[hdrs.ALLOW] = ", ".join(allowed)
    return web.Response(
        status=_status(refusal),
        headers=headers,
        body=msgspec.json.encode(body) if with_body else None,
        content_type="application/json" if with_body else None,
    )


def _status(refusal: Refusal) -> int:
    return refusal.kind.http_status or 500


def _shape(refusal: Refusal, absence: Absence) -> Shape:
    if refusal.kind.code in _ABSENT:
        return Shape(absence.code, absence.target, header=True)
    shape = SHAPES.get(_status(refusal), SHAPES[500])
    target = TARGETS.get(refusal.kind.code, shape.target)
    return Shape(shape.code, target, shape.header)


def _challenge(refusal: Refusal) -> str:
    """RFC 6750 section 3.1: a request without a token is told nothing but the scheme."""
    if refusal.kind.code == kinds.TOKEN_MISSING.code:
        return "Bearer"
    return 'Bearer error="invalid_token"'
