"""Why a client was not let in. Specification: client-protocols sections 1.4, 1.5 and 3.3."""

from webpubsub.protocol.refusals.kinds import RefusalKind

HEAD_TOO_LARGE = RefusalKind(
    code="handshake.head.too-large",
    checked="the size of the request line and headers",
    wanted="a head within the limit",
    remedy="Shorten the URL or the headers: an access token with many groups can go into the "
    "Authorization header, and group lists into the connect response.",
    setting="max_head_bytes",
    http_status=431,
)

HEAD_INVALID = RefusalKind(
    code="handshake.head.invalid",
    checked="the request line and headers",
    wanted="an HTTP/1.1 request",
    remedy="Connect with http:// or ws://: the service does not speak TLS itself.",
    http_status=400,
)

PATH_RESERVED = RefusalKind(
    code="handshake.path.reserved",
    checked="the request path",
    wanted="/client/hubs/{hub}",
    remedy="MQTT and Socket.IO clients and server connections are not supported yet.",
    http_status=404,
)

NOT_AN_UPGRADE = RefusalKind(
    code="handshake.upgrade.missing",
    checked="the method and headers of a request to a client path",
    wanted="a WebSocket handshake of version 13 (RFC 6455 section 4.1)",
    remedy="Use a WebSocket client; behind a proxy, have it forward the Upgrade and Connection "
    "headers.",
    http_status=400,
)

HUB_INVALID = RefusalKind(
    code="handshake.hub.invalid",
    checked="the hub name in the URL",
    wanted="a letter, then up to 127 letters, digits or any of _ ` , . [ ]",
    remedy="Connect to /client/hubs/{hub}, or to /client?hub={hub}.",
    http_status=400,
)

TOKEN_MISSING = RefusalKind(
    code="handshake.token.missing",
    checked="the access_token query parameter and the Authorization header",
    wanted="a client access token in one of them",
    remedy="Use the client access URL that the service SDK or the connection binding makes, which "
    "carries a token; or let clients without one into the hub with anonymous = true.",
    setting="hubs.HUB.anonymous",
    http_status=401,
)

TOKEN_GROUP_INVALID = RefusalKind(
    code="handshake.token.group",
    checked="the webpubsub.group claims of the access token",
    wanted="group names of 1 to 1024 characters that are not all white space",
    remedy="Mend the groups given when the token was made.",
    http_status=400,
)

MODE_INVALID = RefusalKind(
    code="handshake.mode.invalid",
    checked="the webpubsub_mode, group and noEcho query parameters",
    wanted="no mode, sendEvent, or sendToGroup with one valid group and noEcho true or false",
    remedy="Mend the query of the client's URL.",
    http_status=400,
)

SERVICE_FULL = RefusalKind(
    code="handshake.service.full",
    checked="how many connections the service has",
    wanted="fewer than the limit",
    remedy="Raise the limit, or wait until clients have gone; sessions of reliable clients that "
    "may still come back count.",
    setting="max_connections",
    http_status=429,
)

GROUPS_TOO_MANY = RefusalKind(
    code="handshake.groups.too-many",
    checked="how many groups the access token or the connect event handler puts a client in",
    wanted="as many as one connection may be in at most",
    remedy="Raise the limit, or put the client in fewer groups.",
    setting="max_groups",
    http_status=400,
)

CONNECT_REFUSED = RefusalKind(
    code="handshake.connect.refused",
    checked="the answer of the connect event handler",
    wanted="success",
    remedy="The application turned the client away; its own log says why.",
)

CONNECT_FAILED = RefusalKind(
    code="handshake.connect.failed",
    checked="the answer of the connect event handler",
    wanted="an answer that is neither an error nor missing",
    remedy="The handler failed or could not be reached; its own log says why.",
    http_status=500,
)

CONNECT_RESPONSE_INVALID = RefusalKind(
    code="handshake.connect.response",
    checked="the overrides in the answer of the connect event handler",
    wanted="valid group names, roles that are not blank, and a subprotocol that is an HTTP token",
    remedy="Mend the response that the connect handler returns.",
    http_status=500,
)

INTERNAL_ERROR = RefusalKind(
    code="handshake.internal-error",
    checked="the service itself",
    wanted="no failure",
    remedy="This is a fault of the service: the log holds a traceback.",
    http_status=500,
)
