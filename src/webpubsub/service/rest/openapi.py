"""The API described for tools, made from the table of operations (OpenAPI 3.1).

What a row reads says which parameters it has and which refusals it can meet, so the description
holds no list of operations of its own.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from webpubsub.protocol.filters.parser import MAX_LENGTH as MAX_FILTER_LENGTH
from webpubsub.protocol.names import MAX_GROUP_LENGTH
from webpubsub.service.rest import checks
from webpubsub.service.rest.bodies import read_change, read_message
from webpubsub.service.rest.calls import Call
from webpubsub.service.rest.operation import JsonBody, Operation
from webpubsub.service.rest.operations import OPERATIONS

PATH = "/api/openapi.json"

_Json: TypeAlias = dict[str, Any]

_NOT_BLANK: _Json = {"type": "string", "minLength": 1, "pattern": r"\S"}
_GROUP: _Json = {**_NOT_BLANK, "maxLength": MAX_GROUP_LENGTH}
_TEXT: _Json = {"type": "string"}
_TEXTS: _Json = {"type": "array", "items": _TEXT}
_FILTER: _Json = {
    "type": "string",
    "description": "An OData expression about userId, connectionId, groups and protocol.",
}

NAMES: Mapping[str, _Json] = {
    "hub": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_`,.\[\]]{0,127}$"},
    "group": _GROUP,
    "userId": _NOT_BLANK,
    "connectionId": _NOT_BLANK,
    "permission": {"type": "string", "enum": ["sendToGroup", "joinLeaveGroup"]},
}


def _integer(least: int, most: int, default: int | None = None) -> _Json:
    schema: _Json = {"type": "integer", "minimum": least, "maximum": most}
    return schema if default is None else {**schema, "default": default}


#: The query parameters that each check reads.
PARAMETERS: Mapping[checks.Check, Mapping[str, _Json]] = {
    checks.check_api_version: {
        "api-version": {"type": "string", "enum": list(checks.API_VERSIONS)}
    },
    checks.check_excluded: {"excluded": _TEXTS},
    checks.check_filter: {"filter": _FILTER},
    checks.check_ttl: {"messageTtlSeconds": _integer(0, checks.MAX_TTL, 0)},
    checks.check_reason: {"reason": _TEXT},
    checks.check_permission: {"targetName": _GROUP},
    checks.check_page: {
        "maxpagesize": _integer(1, checks.MAX_PAGE_SIZE, checks.MAX_PAGE_SIZE),
        "top": _integer(1, checks.MAX_INTEGER),
    },
    checks.check_continuation: {"continuationToken": _TEXT},
    checks.check_entra: {},
    checks.check_client: {
        "userId": _TEXT,
        "role": _TEXTS,
        "group": {"type": "array", "items": _GROUP},
    },
    checks.check_minutes: {
        "minutesToExpire": _integer(1, checks.MAX_INTEGER, checks.DEFAULT_MINUTES)
    },
    checks.check_client_type: {
        "clientType": {"type": "string", "enum": ["Default"], "default": "Default"}
    },
}

_REQUIRED = ("targetName",)

_MESSAGE: _Json = {
    "text/plain": {"schema": _TEXT},
    "application/json": {"schema": {}},
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    "application/x-protobuf": {"schema": {"type": "string", "format": "binary"}},
}
_CHANGE: _Json = {
    "type": "object",
    "required": ["groups"],
    "properties": {
        "groups": {"type": "array", "minItems": 1, "items": _GROUP},
        "filter": {**_FILTER, "type": ["string", "null"], "maxLength": MAX_FILTER_LENGTH},
    },
}

#: What the body holds that each reader reads.
BODIES: Mapping[Callable[[Call], Awaitable[None]], _Json] = {
    read_message: {
        "description": "The message. Headers named X-WebPubSub-Metadata-{key} are its metadata.",
        "content": _MESSAGE,
    },
    read_change: {"required": True, "content": {"application/json": {"schema": _CHANGE}}},
}

_MEMBER: _Json = {
    "type": "object",
    "required": ["connectionId", "userId"],
    "properties": {"connectionId": _TEXT, "userId": {"type": ["string", "null"]}},
}
#: The answers that have a body, by the name of the operation.
SHOWN: Mapping[str, _Json] = {
    "ListConnectionsInGroup": {
        "type": "object",
        "required": ["value", "nextLink"],
        "properties": {
            "value": {"type": "array", "items": _MEMBER},
            "nextLink": {"type": ["string", "null"]},
        },
    },
    "GenerateClientToken": {
        "type": "object",
        "required": ["token"],
        "properties": {"token": _TEXT},
    },
    "GetDescription": {"type": "object", "required": ["openapi", "paths"]},
}

_ERROR: _Json = {
    "type": "object",
    "properties": {"code": _TEXT, "message": _TEXT, "target": _TEXT},
}

_MEANINGS: Mapping[int, str] = {
    200: "Done, or yes.",
    202: "Accepted, whether or not it reaches anybody.",
    204: "Done, whether or not there was anything to do.",
    400: "A name, parameter, header or body is not valid.",
    401: "There is no access token, or one that is not good for this.",
    404: "What the operation is about does not exist.",
    408: "The body did not arrive in time.",
    409: "The connection has too many groups, or too many exceptions of a permission.",
    415: "The Content-Type is not supported.",
    501: "This kind of client is not supported.",
    503: "The service is starting or stopping.",
}


def describe(operations: Sequence[Operation]) -> _Json:
    """The description of some operations, ready to be written as JSON."""
    paths: dict[str, _Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Web PubSub", "version": checks.API_VERSIONS[-1]},
        "paths": paths,
        "components": {
            "schemas": {"Error": _ERROR},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }


def _described(operation: Operation) -> _Json:
    described: _Json = {
        "operationId": operation.name,
        "parameters": [*_names(operation), *_parameters(operation)],
        "responses": {str(status): _response(operation, status) for status in statuses(operation)},
        "security": [] if operation.anonymous else [{"token": []}],
    }
    if operation.body is not None:
        described["requestBody"] = BODIES[operation.body]
    return described


def statuses(operation: Operation) -> tuple[int, ...]:
    """Every status that an operation may answer with, but for a fault of the service."""
    implied = [operation.success, 400]
    if not operation.anonymous:
        implied.append(401)
    if operation.body is not None:
        implied += [408, 415]
    return tuple(sorted({*implied, *operation.others}))


def _names(operation: Operation) -> Iterator[_Json]:
    for segment in operation.path.split("/"):
        name = segment.strip("{}")
        if name != segment:
            yield {"name": name, "in": "path", "required": True, "schema": NAMES[name]}


def _parameters(operation: Operation) -> Iterator[_Json]:
    for check in (checks.check_api_version, *operation.checks):
        for name, schema in PARAMETERS[check].items():
            yield {"name": name, "in": "query", "required": name in _REQUIRED, "schema": schema}


#: The headers that every answer has, and those of some.
_VERSIONS: _Json = {"api-supported-versions": {"required": True, "schema": _TEXT}}
_ERROR_CODE: _Json = {"x-ms-error-code": {"schema": _TEXT}}
HEADERS: Mapping[int, _Json] = {
    401: {"WWW-Authenticate": {"required": True, "schema": _TEXT}},
    404: _ERROR_CODE,
    409: _ERROR_CODE,
}


def _response(operation: Operation, status: int) -> _Json:
    response: _Json = {
        "description": _MEANINGS[status],
        "headers": {**_VERSIONS, **HEADERS.get(status, {})},
    }
    if operation.method == "HEAD":
        return response
    schema = SHOWN.get(operation.name) if status == operation.success else _ERROR_REFERENCE
    if schema is not None:
        response["content"] = {"application/json": {"schema": schema}}
    return response


_ERROR_REFERENCE: _Json = {"$ref": "#/components/schemas/Error"}


@cache
def _description() -> JsonBody:
    return JsonBody(describe((*OPERATIONS, DESCRIPTION)))


#: The operation that shows the description; it describes itself too.
DESCRIPTION = Operation(
    name="GetDescription",
    method="GET",
    path=PATH,
    make=lambda _: _description(),
    success=200,
    anonymous=True,
)
