"""Why an HTTP request to a function app was not answered by a function. Specification:
functions-python sections 5.2 to 5.4."""

from webpubsub.protocol.refusals.kinds import RefusalKind

KEY_MISSING = RefusalKind(
    code="function.key.missing",
    checked="the x-functions-key header and the code query parameter",
    wanted="a key in one of them",
    remedy="Give the key of the function, or a key of the host: 'webpubsub keys list' shows them. "
    "A function for everybody has the authorisation level anonymous.",
    setting="--enable-auth",
    http_status=401,
)

KEY_UNKNOWN = RefusalKind(
    code="function.key.unknown",
    checked="the key against every key of the app",
    wanted="one that is the same, letter by letter",
    remedy="Copy the key again, whole; in a URL percent-encode what is not a letter or digit. A "
    "header wins over the query. 'webpubsub keys list' shows the keys.",
    http_status=401,
)

KEY_OF_ANOTHER_FUNCTION = RefusalKind(
    code="function.key.other-function",
    checked="whose key was given",
    wanted="a key of this function, a function key of the host, or the master key",
    remedy="Use the key of this function, or one key of the host for all functions.",
    http_status=401,
)

KEY_LEVEL = RefusalKind(
    code="function.key.level",
    checked="what the key allows",
    wanted="what the function, the administration or the webhook asks for",
    remedy="Functions take function keys, /admin the master key, and a webhook the system key of "
    "its extension. The master key opens everything.",
    http_status=401,
)

ORIGIN_FOREIGN = RefusalKind(
    code="function.origin.foreign",
    checked="whether a web page of another origin wants the administration to change something",
    wanted="no Origin header, or the origin of the host itself, or the master key",
    remedy="Administer the host with a command such as curl, or with the master key.",
    http_status=403,
)

FUNCTION_DISABLED = RefusalKind(
    code="function.disabled",
    checked="whether the function is enabled",
    wanted="a function that is, or the master key",
    remedy="Remove the setting AzureWebJobs.NAME.Disabled, or 'disabled' from function.json.",
    setting="AzureWebJobs.NAME.Disabled",
    http_status=404,
)

TOO_MANY_REQUESTS = RefusalKind(
    code="function.requests.too-many",
    checked="how many requests run or wait",
    wanted="fewer than maxOutstandingRequests",
    remedy="Send fewer at once, or raise the limit in host.json.",
    setting="extensions.http.maxOutstandingRequests",
    http_status=429,
)

BODY_TOO_LARGE = RefusalKind(
    code="function.body.too-large",
    checked="the size of the body",
    wanted="a body within the limit",
    remedy="Send less, or raise the limit.",
    setting="FUNCTIONS_REQUEST_BODY_SIZE_LIMIT",
    http_status=413,
)

BODY_INCOMPLETE = RefusalKind(
    code="function.body.incomplete",
    checked="the arrival of the body",
    wanted="all of it, framed as HTTP asks",
    remedy="Look into the client or the network between: the body ended early or is malformed.",
    http_status=400,
)

BODY_TIMEOUT = RefusalKind(
    code="function.body.timeout",
    checked="how long the body pauses",
    wanted="the next piece of it within 30 seconds",
    remedy="Send the body without a pause, and look at its length or its chunks: one that is "
    "shorter than it says is waited for.",
    http_status=408,
)

HOST_NOT_RUNNING = RefusalKind(
    code="function.host.not-running",
    checked="the state of the host",
    wanted="a host that runs",
    remedy="It starts or stops; ask again in a moment.",
    http_status=503,
)

APP_OFFLINE = RefusalKind(
    code="function.app.offline",
    checked="the file app_offline.htm in the folder of the app",
    wanted="no such file",
    remedy="Remove the file to bring the app back.",
    http_status=503,
)

KEYS_UNREADABLE = RefusalKind(
    code="function.keys.unreadable",
    checked="the files of the app's keys",
    wanted="files that can be read",
    remedy="Mend the file, or remove it to have new keys made.",
    setting="AzureFunctionsWebHost__SecretsPath",
    http_status=500,
)
