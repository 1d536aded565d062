"""Why a request to the webhook of a function app was turned away.

Specification: bindings sections 3.2 to 3.7.
"""

from webpubsub.protocol.refusals.kinds import RefusalKind

ORIGIN_MISSING = RefusalKind(
    code="delivery.validation.origin-missing",
    checked="a validation request, OPTIONS or GET",
    wanted="the header WebHook-Request-Origin with the host name of a service",
    remedy="Only a Web PubSub service calls this URL; there is nothing here for a browser.",
    http_status=400,
)

ORIGIN_NOT_ALLOWED = RefusalKind(
    code="delivery.validation.refused",
    checked="the origins of a validation request",
    wanted="the host name of a service whose connection a webPubSubTrigger of this app has",
    remedy="Set the connection string of the service that calls, and name its setting in "
    "'connections' of the trigger unless it is WebPubSubConnectionString.",
    http_status=400,
)

HEADERS_INVALID = RefusalKind(
    code="delivery.headers.invalid",
    checked="the headers of an event",
    wanted="WebHook-Request-Origin, and once each: ce-type, ce-eventName, ce-hub and "
    "ce-connectionId; a ce-connectionState by the convention of the SDKs",
    remedy="Send requests to this URL from a Web PubSub service only, and let functions store "
    "connection states with 'states'.",
    http_status=400,
)

NO_FUNCTION = RefusalKind(
    code="delivery.function.missing",
    checked="which function takes an event",
    wanted="a webPubSubTrigger for its hub, type, name and kind of client",
    remedy="Add a function for the event, or do not select the event in the settings of the hub.",
    http_status=404,
)

NOT_TRUSTED = RefusalKind(
    code="delivery.signature",
    checked="the origin and the ce-signature of an event",
    wanted="the host name of a service whose connection the function has, and a signature made "
    "with its key",
    remedy="Compare the connection string of the app with the keys of the service that calls.",
    http_status=401,
)

METHOD_WRONG = RefusalKind(
    code="delivery.method",
    checked="the method of a request that brings an event",
    wanted="POST",
    remedy="Only a Web PubSub service calls this URL.",
    http_status=400,
)

CONTENT_TYPE_UNKNOWN = RefusalKind(
    code="delivery.content-type",
    checked="the Content-Type of a user event",
    wanted="text/plain, application/json or application/octet-stream",
    remedy="Let clients send text, JSON or binary data; the bindings take no protobuf messages.",
    http_status=400,
)

BODY_INVALID = RefusalKind(
    code="delivery.body.invalid",
    checked="the body of a system event",
    wanted="JSON with the members of the event: claims, query, headers, subprotocols and "
    "clientCertificates for connect, reason for disconnected, and mqtt for MQTT clients",
    remedy="Send requests to this URL from a Web PubSub service only.",
    http_status=400,
)
