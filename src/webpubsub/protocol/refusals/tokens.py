"""Why an access token was not accepted. Specification: client-protocols section 1.3, rest-api
section 3."""

from webpubsub.protocol.refusals.kinds import RefusalKind

TOKEN_MALFORMED = RefusalKind(
    code="token.malformed",
    checked="the form of the access token",
    wanted="a JSON Web Token (RFC 7519) whose payload is an object",
    remedy="Pass the token exactly as it was made, without quotes and not encoded twice.",
    http_status=401,
)

TOKEN_ALGORITHM = RefusalKind(
    code="token.algorithm",
    checked="the alg header of the access token",
    wanted="HS256",
    remedy="Sign with HS256 and the access key of the connection string.",
    http_status=401,
)

TOKEN_SIGNATURE = RefusalKind(
    code="token.signature",
    checked="the signature of the access token",
    wanted="one made with an access key of this service",
    remedy="Make the token with the AccessKey of this service's connection string; the key is used "
    "as text, not decoded.",
    setting="access_keys",
    http_status=401,
)

TOKEN_LIFETIME_MISSING = RefusalKind(
    code="token.lifetime.missing",
    checked="the exp claim of the access token",
    wanted="a number of seconds since the epoch",
    remedy="Give the token an expiry.",
    http_status=401,
)

TOKEN_EXPIRED = RefusalKind(
    code="token.expired",
    checked="the exp claim of the access token",
    wanted="a time that is not more than five minutes ago",
    remedy="Ask for a new token, or compare the clocks of both machines.",
    http_status=401,
)

TOKEN_TOO_EARLY = RefusalKind(
    code="token.too-early",
    checked="the nbf claim of the access token",
    wanted="a time that is not more than five minutes ahead",
    remedy="Compare the clocks of both machines.",
    http_status=401,
)

TOKEN_AUDIENCE = RefusalKind(
    code="token.audience",
    checked="the aud claim of the access token",
    wanted="the URL that was asked for: same host and port, same path",
    remedy="Make the token for the host, port and hub the client connects to. Behind a proxy, set "
    "the public endpoint.",
    setting="public_endpoint",
    http_status=401,
)
