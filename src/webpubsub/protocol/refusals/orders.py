"""In which order checks are made, by the refusals that they lead to.

A check is made when all above it have been passed; what stands above a refusal was in order. The
first check that fails is the only one that is told, on the wire as in the log.
"""

from collections.abc import Sequence

import msgspec

from webpubsub.protocol.refusals import deliveries, functions, handshake, rest, tokens, websockets
from webpubsub.protocol.refusals.kinds import RefusalKind

#: The checks of an access token. Specification: client-protocols section 1.3.
TOKEN_CHECKS: Sequence[RefusalKind] = (
    tokens.TOKEN_MALFORMED,
    tokens.TOKEN_ALGORITHM,
    tokens.TOKEN_SIGNATURE,
    tokens.TOKEN_LIFETIME_MISSING,
    tokens.TOKEN_EXPIRED,
    tokens.TOKEN_TOO_EARLY,
    tokens.TOKEN_AUDIENCE,
)
#: Those of a request before it is known whether it is a client's handshake.
EARLY_HANDSHAKE_CHECKS: Sequence[RefusalKind] = (
    handshake.HEAD_TOO_LARGE,
    handshake.HEAD_INVALID,
    handshake.PATH_RESERVED,
)
#: Those of a client's handshake once its own part is in order: the application is asked when all
#: that need nobody's answer have been passed.
LATE_HANDSHAKE_CHECKS: Sequence[RefusalKind] = (
    handshake.SERVICE_FULL,
    handshake.CONNECT_FAILED,
    handshake.CONNECT_REFUSED,
    handshake.CONNECT_RESPONSE_INVALID,
    handshake.GROUPS_TOO_MANY,
)
#: A client that wants its old connection back is asked for nothing below that.
HANDSHAKE_CHECKS: Sequence[RefusalKind] = (
    *EARLY_HANDSHAKE_CHECKS,
    handshake.NOT_AN_UPGRADE,
    handshake.HUB_INVALID,
    websockets.RECOVERY_REFUSED,
    handshake.TOKEN_MISSING,
    *TOKEN_CHECKS,
    handshake.TOKEN_GROUP_INVALID,
    handshake.MODE_INVALID,
    *LATE_HANDSHAKE_CHECKS,
)
#: Those of every call of the REST API, before what its own operation asks for.
REST_CHECKS: Sequence[RefusalKind] = (
    rest.REQUEST_INVALID,
    rest.PATH_ENCODING,
    rest.PATH_UNKNOWN,
    rest.METHOD_WRONG,
    rest.TOKEN_MISSING,
    *TOKEN_CHECKS,
    rest.API_VERSION_UNKNOWN,
    rest.HUB_INVALID,
)
#: Those of a call of a function over HTTP. Specification: functions-python sections 5.2 to 5.4.
FUNCTION_CHECKS: Sequence[RefusalKind] = (
    functions.HOST_NOT_RUNNING,
    functions.APP_OFFLINE,
    functions.KEY_MISSING,
    functions.KEYS_UNREADABLE,
    functions.KEY_OF_ANOTHER_FUNCTION,
    functions.KEY_UNKNOWN,
    functions.KEY_LEVEL,
    functions.FUNCTION_DISABLED,
    functions.TOO_MANY_REQUESTS,
    functions.BODY_TOO_LARGE,
    functions.BODY_TIMEOUT,
    functions.BODY_INCOMPLETE,
)
#: Those of a request that asks a function app whether it takes events. Specification: bindings
#: section 3.2.
VALIDATION_CHECKS: Sequence[RefusalKind] = (
    deliveries.ORIGIN_MISSING,
    deliveries.ORIGIN_NOT_ALLOWED,
)
#: Those of an event that comes to a function app. Specification: bindings sections 3.3 to 3.7.
EVENT_CHECKS: Sequence[RefusalKind] = (
    deliveries.HEADERS_INVALID,
    deliveries.NO_FUNCTION,
    deliveries.NOT_TRUSTED,
    deliveries.METHOD_WRONG,
    deliveries.CONTENT_TYPE_UNKNOWN,
    deliveries.BODY_INVALID,
)


class Order(msgspec.Struct, frozen=True):
    """Checks that are made one after the other, and when that is."""

    title: str
    checks: Sequence[RefusalKind]

    def until(self, kind: RefusalKind) -> Sequence[RefusalKind]:
        """The checks down to this one; none when it is not among them."""
        codes = [one.code for one in self.checks]
        return self.checks[: codes.index(kind.code) + 1] if kind.code in codes else ()


ORDERS: Sequence[Order] = (
    Order("A function is called over HTTP", FUNCTION_CHECKS),
    Order("A client connects", HANDSHAKE_CHECKS),
    Order("The REST API is called", REST_CHECKS),
    Order("A service asks whether events may come", VALIDATION_CHECKS),
    Order("An event comes to a function app", EVENT_CHECKS),
)
