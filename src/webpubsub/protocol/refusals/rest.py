"""Why a REST call was not carried out. Specification: rest-api sections 1, 3 to 5 and 6.8."""

from webpubsub.protocol.refusals.kinds import RefusalKind

PATH_UNKNOWN = RefusalKind(
    code="rest.path.unknown",
    checked="the path of the request",
    wanted="the path of an operation of the data plane",
    remedy="Operations are below /api/hubs/{hub}, and actions begin with a colon, as in /:send.",
    http_status=404,
)

PATH_ENCODING = RefusalKind(
    code="rest.path.encoding",
    checked="the path and query of the request",
    wanted="percent-encoded UTF-8 with at most 1000 query parameters",
    remedy="Encode names as UTF-8 before percent-encoding them, and say with a filter what takes "
    "too many parameters.",
    http_status=400,
)

REQUEST_INVALID = RefusalKind(
    code="rest.request.invalid",
    checked="the request line, the headers and how the body is framed",
    wanted="an HTTP/1.1 request with a Host header and one length of its body",
    remedy="Use an HTTP library to make the request.",
    http_status=400,
)

METHOD_WRONG = RefusalKind(
    code="rest.method.wrong",
    checked="the method of the request",
    wanted="a method that this path has",
    remedy="The Allow header of the answer lists the methods.",
    http_status=405,
)

NOT_SUPPORTED = RefusalKind(
    code="rest.operation.not-supported",
    checked="what the operation asks for",
    wanted="something that this version serves",
    remedy="Use a real resource for it.",
    http_status=501,
)

TOKEN_MISSING = RefusalKind(
    code="rest.token.missing",
    checked="the Authorization header",
    wanted="Bearer and an access token",
    remedy="Use a service client made from the connection string; it signs every request.",
    http_status=401,
)

ENTRA_REQUIRED = RefusalKind(
    code="rest.token.entra-required",
    checked="who asks for a client token to be generated",
    wanted="a caller with a Microsoft Entra token; access keys are refused here, as by the cloud "
    "service",
    remedy="Sign client tokens with the access key: get_client_access_token of a service client "
    "made from the connection string does that without a request. For tests, the setting accepts "
    "Entra tokens without looking at their signature.",
    setting="accept_unvalidated_entra_tokens",
    http_status=401,
)

API_VERSION_UNKNOWN = RefusalKind(
    code="rest.api-version.unknown",
    checked="the api-version query parameter",
    wanted="one supported version, or no such parameter",
    remedy="The api-supported-versions header of every answer lists the versions.",
    http_status=400,
)

HUB_INVALID = RefusalKind(
    code="rest.hub.invalid",
    checked="the hub name in the path",
    wanted="a letter, then up to 127 letters, digits or any of _ ` , . [ ]",
    remedy="Rename the hub; a hyphen is not allowed.",
    http_status=400,
)

GROUP_INVALID = RefusalKind(
    code="rest.group.invalid",
    checked="the group name in the path",
    wanted="1 to 1024 characters that are not all white space",
    remedy="Rename the group.",
    http_status=400,
)

USER_ID_INVALID = RefusalKind(
    code="rest.user-id.invalid",
    checked="the user id in the path",
    wanted="at least one character that is not white space",
    remedy="Anonymous connections have no user id; address them by connection id.",
    http_status=400,
)

CONNECTION_ID_INVALID = RefusalKind(
    code="rest.connection-id.invalid",
    checked="the connection id in the path",
    wanted="at least one character that is not white space",
    remedy="Take the connection id from an event or from the connected message.",
    http_status=400,
)

PERMISSION_INVALID = RefusalKind(
    code="rest.permission.invalid",
    checked="the permission in the path",
    wanted="sendToGroup or joinLeaveGroup",
    remedy="Name one of the two; one call is about one permission.",
    http_status=400,
)

TARGET_NAME_INVALID = RefusalKind(
    code="rest.target-name.invalid",
    checked="the targetName query parameter",
    wanted="one group name: 1 to 1024 characters that are not all white space",
    remedy="Give the group; a permission for every group can only come from a role.",
    http_status=400,
)

TTL_INVALID = RefusalKind(
    code="rest.message-ttl.invalid",
    checked="the messageTtlSeconds query parameter",
    wanted="one whole number from 0 to 300",
    remedy="Mend the number, or leave it out: the message then does not expire.",
    http_status=400,
)

FILTER_REPEATED = RefusalKind(
    code="rest.filter.repeated",
    checked="the filter query parameter",
    wanted="one of them at most",
    remedy="Join the conditions with and, or.",
    http_status=400,
)

PAGE_SIZE_INVALID = RefusalKind(
    code="rest.page-size.invalid",
    checked="the maxpagesize query parameter",
    wanted="one whole number from 1 to 200",
    remedy="Mend the number, or leave it out: a page then holds up to 200 connections.",
    http_status=400,
)

TOP_INVALID = RefusalKind(
    code="rest.top.invalid",
    checked="the top query parameter",
    wanted="one whole number from 1 to 2147483647",
    remedy="Mend the number, or leave it out: all connections are then listed.",
    http_status=400,
)

CONTINUATION_INVALID = RefusalKind(
    code="rest.continuation.invalid",
    checked="the continuationToken query parameter",
    wanted="the one of the nextLink of an earlier page of the same hub and group",
    remedy="Follow nextLink as it is, or begin anew without a token.",
    http_status=400,
)

MINUTES_INVALID = RefusalKind(
    code="rest.minutes.invalid",
    checked="the minutesToExpire query parameter",
    wanted="one whole number from 1 to 2147483647",
    remedy="Mend the number, or leave it out: the token then is valid for 60 minutes.",
    http_status=400,
)

CLIENT_TYPE_INVALID = RefusalKind(
    code="rest.client-type.invalid",
    checked="the clientType query parameter",
    wanted="Default, or no such parameter",
    remedy="Leave it out.",
    http_status=400,
)

MEMBERSHIP_INVALID = RefusalKind(
    code="rest.membership.invalid",
    checked="the body of a change of group memberships",
    wanted="a JSON object with groups, a list of group names, and perhaps filter, a text",
    remedy='Send for example {"groups": ["lobby"], "filter": "userId ne null"}.',
    http_status=400,
)

LENGTH_INVALID = RefusalKind(
    code="rest.body.length",
    checked="the Content-Length header and the size of the body",
    wanted="a length of at most 1048576 bytes, given in the header",
    remedy="Send large content by other means and only its address here; do not use chunked "
    "encoding.",
    http_status=400,
)

CONTENT_TYPE_UNKNOWN = RefusalKind(
    code="rest.body.content-type",
    checked="the Content-Type and Content-Encoding headers",
    wanted="text/plain or application/json in a charset of the web, application/octet-stream, or "
    "application/x-protobuf, not compressed",
    remedy="Send other content as application/octet-stream.",
    http_status=415,
)

BODY_INCOMPLETE = RefusalKind(
    code="rest.body.incomplete",
    checked="the arrival of the body",
    wanted="all of it in time",
    remedy="Look into the network, or for a Content-Length that is greater than the body.",
    http_status=408,
)

BODY_NOT_TEXT = RefusalKind(
    code="rest.body.charset",
    checked="the bytes of the body",
    wanted="text in the charset of its Content-Type, UTF-8 if it names none",
    remedy="Name the right charset, or send bytes as application/octet-stream.",
    http_status=400,
)

BODY_NOT_JSON = RefusalKind(
    code="rest.body.json",
    checked="the body of Content-Type application/json",
    wanted="one JSON document",
    remedy="Serialize the value, or send it as text/plain.",
    http_status=400,
)

BODY_NOT_ANY = RefusalKind(
    code="rest.body.protobuf",
    checked="the body of Content-Type application/x-protobuf",
    wanted="a serialized google.protobuf.Any",
    remedy="Pack the message into an Any, or send its bytes as application/octet-stream.",
    http_status=400,
)

METADATA_INVALID = RefusalKind(
    code="rest.metadata.invalid",
    checked="the X-WebPubSub-Metadata headers",
    wanted="keys of up to 256 and ASCII values of up to 1024 characters, 8192 in all",
    remedy="Put large or non-ASCII content into the message.",
    http_status=400,
)

INTERNAL_ERROR = RefusalKind(
    code="rest.internal-error",
    checked="the service itself",
    wanted="no failure",
    remedy="This is a fault of the service: the log holds a traceback.",
    http_status=500,
)

UNHEALTHY = RefusalKind(
    code="rest.unhealthy",
    checked="the status of the service",
    wanted="serving",
    remedy="The service is starting or stopping; send clients to another one, or wait.",
    http_status=503,
)
