"""Why an event did not get through to its webhook, or came back with nothing of use.

Specification: upstream-events sections 4, 5, 9, 11, 13 and 14.
"""

from webpubsub.protocol.refusals.kinds import RefusalKind

NOT_ALLOWED = RefusalKind(
    code="webhook.validation.refused",
    checked="the answer to the validation request, OPTIONS with {event} as 'validate'",
    wanted="a success with the header WebHook-Allowed-Origin that is * or this service's host name "
    "without a port",
    remedy="Answer the validation request; with a webhook middleware of an SDK, leave its allowed "
    "endpoints unset for a local service.",
    http_status=500,
)

VALIDATION_FAILED = RefusalKind(
    code="webhook.validation.unreachable",
    checked="whether the webhook answers the validation request",
    wanted="an answer within 10 seconds",
    remedy="Start the webhook and check its URL template.",
    http_status=500,
)

HEADER_INVALID = RefusalKind(
    code="webhook.header.invalid",
    checked="the headers of the event",
    wanted="ASCII without control characters; only a user id may hold other letters",
    remedy="Use base64 for a connection state or metadata that is more than plain text.",
    http_status=500,
)

IDENTITY_UNAVAILABLE = RefusalKind(
    code="webhook.identity.unavailable",
    checked="the managed identity by which the webhook is to know the service",
    wanted="a token for the resource that auth names, within 30 seconds",
    remedy="Install webpubsub[identity], run where there is a managed identity (AZURE_CLIENT_ID "
    "names one that a user assigned), and check the resource.",
    setting="hubs.HUB.event_handlers",
    http_status=500,
)

UNREACHABLE = RefusalKind(
    code="webhook.unreachable",
    checked="whether the webhook answers",
    wanted="an HTTP answer to one of four attempts",
    remedy="Check that the webhook runs and that the URL template names its host, port and scheme.",
    http_status=500,
)

TIMEOUT = RefusalKind(
    code="webhook.timeout",
    checked="how long the webhook takes, all attempts together",
    wanted="an answer in time, within 100 seconds unless set otherwise",
    remedy="Answer events at once, and do long work in the background.",
    setting="event_timeout",
    http_status=500,
)

STATUS = RefusalKind(
    code="webhook.answer.status",
    checked="the status of the webhook's answer",
    wanted="200 to 299; redirects are not followed",
    remedy="The application's own log says why; with 404, compare the URL template with its "
    "routes.",
)

ANSWER_TOO_LARGE = RefusalKind(
    code="webhook.answer.too-large",
    checked="the size of the body of the webhook's answer",
    wanted="at most 16777216 bytes",
    remedy="Answer with less, or send the data through the REST API.",
    http_status=500,
)

ANSWER_INCOMPLETE = RefusalKind(
    code="webhook.answer.incomplete",
    checked="the body of the webhook's answer",
    wanted="all of it, in time and in the encoding its headers announce",
    remedy="Check what closes the connection between the webhook and the service.",
    http_status=500,
)

CONNECT_ANSWER_INVALID = RefusalKind(
    code="webhook.answer.connect",
    checked="the body of the answer to connect",
    wanted="nothing, or a JSON object with userId, roles, groups and subprotocol as strings and "
    "lists of strings",
    remedy="Mend the answer, or answer with status 204.",
    http_status=500,
)

CONTENT_TYPE_UNKNOWN = RefusalKind(
    code="webhook.answer.content-type",
    checked="the Content-Type of the answer to a user event",
    wanted="text/plain, application/json, application/octet-stream or application/x-protobuf",
    remedy="Set the Content-Type of the answer; without a body it does not matter.",
    http_status=500,
)

REPLY_INVALID = RefusalKind(
    code="webhook.answer.body",
    checked="the body of the answer to a user event",
    wanted="what its Content-Type says: text in its charset, or JSON in UTF-8",
    remedy="Mend the body, or answer as application/octet-stream.",
    http_status=500,
)

METADATA_INVALID = RefusalKind(
    code="webhook.answer.metadata",
    checked="the X-WebPubSub-Metadata headers of the answer",
    wanted="keys of up to 256 and values of up to 1024 ASCII characters, 8192 bytes in all",
    remedy="Shorten the metadata, or put the data into the body.",
    http_status=500,
)
