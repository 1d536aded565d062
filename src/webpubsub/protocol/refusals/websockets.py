"""Why a WebSocket was closed by the service. Specification: client-protocols sections 2 and 3.

Clients see only the close code and the reason text, which some of them compare.
"""

from collections.abc import Mapping

from webpubsub.protocol.refusals.kinds import Refusal, RefusalKind

FRAME_INVALID = RefusalKind(
    code="websocket.frame.invalid",
    checked="the frames of a client",
    wanted="masked frames as RFC 6455 section 5 defines them, without extensions",
    remedy="Look for something on the way that rewrites traffic, or a client that compresses "
    "although that was not agreed.",
    close_code=1002,
)

TEXT_INVALID = RefusalKind(
    code="websocket.text.invalid",
    checked="the bytes of a text message",
    wanted="UTF-8",
    remedy="Send other bytes in a binary message.",
    close_code=1007,
)

MESSAGE_TOO_LARGE = RefusalKind(
    code="websocket.message.too-large",
    checked="the size of a client's message, all its fragments together",
    wanted="a message within the limit",
    remedy="Send large content in parts, or by other means and only its address here.",
    setting="max_message_bytes",
    close_code=1009,
)

RECOVERY_REFUSED = RefusalKind(
    code="websocket.recovery.refused",
    checked="the connection id and reconnection token of a client that wants to come back",
    wanted="a reliable connection of this hub that is still held, and its token",
    remedy="Nothing: clients start a new connection by themselves.",
    close_code=1008,
)

RECOVERY_EXPIRED = RefusalKind(
    code="websocket.recovery.expired",
    checked="how long a client that came back had to wait for a request it had sent before",
    wanted="an answer within the recovery window",
    remedy="Answer events faster, or give the window more time.",
    setting="recovery_window",
)

BUFFER_FULL = RefusalKind(
    code="websocket.buffer.full",
    checked="what a reliable client has not acknowledged",
    wanted="messages and bytes within the limits",
    remedy="Acknowledge with sequenceAck more often, or send this client less.",
    setting="max_buffered_messages, max_buffered_bytes",
    close_code=1008,
)

RAW_GROUP_FORBIDDEN = RefusalKind(
    code="websocket.raw-group.forbidden",
    checked="the roles of a client in sendToGroup mode",
    wanted="webpubsub.sendToGroup, or a role for this group",
    remedy="Add the role to the access token or to the connect response.",
    close_code=1008,
)

EVENT_FAILED = RefusalKind(
    code="websocket.event.failed",
    checked="the answer to the event that a client's message raised",
    wanted="a handler for the event, and its success",
    remedy="Add a handler for this event of the hub, or look into the handler's own log.",
    close_code=1011,
)

INTERNAL_ERROR = RefusalKind(
    code="websocket.internal-error",
    checked="the service itself",
    wanted="no failure",
    remedy="This is a fault of the service: the log holds a traceback.",
    close_code=1011,
)

SLOW_CLIENT = RefusalKind(
    code="websocket.slow-client",
    checked="what a client has left unread",
    wanted="messages and bytes within the limits",
    remedy="Read faster, or send this client less.",
    setting="max_queued_messages, max_queued_bytes",
)

PING_TIMEOUT = RefusalKind(
    code="websocket.ping-timeout",
    checked="the answers to WebSocket pings",
    wanted="any frame from the client within the allowed number of intervals",
    remedy="The client or the network to it is gone, or the client does not read.",
    setting="ping_interval, max_missed_pings",
)

#: The reason text in the close frame of each kind.
CLOSE_REASONS: Mapping[RefusalKind, str] = {
    FRAME_INVALID: "The client frame is invalid.",
    TEXT_INVALID: "The client message is not valid UTF-8.",
    MESSAGE_TOO_LARGE: "The client message is too large.",
    RECOVERY_REFUSED: "The connection could not be recovered.",
    BUFFER_FULL: "The reliable message buffer is full.",
    RAW_GROUP_FORBIDDEN: "The connection is not authorized for raw sendToGroup mode.",
    EVENT_FAILED: "Internal server error",
    INTERNAL_ERROR: "Internal server error",
}


def close_refusal(kind: RefusalKind, seen: str) -> Refusal:
    """A refusal that closes a WebSocket with the reason text of its kind."""
    return kind.refuse(seen, CLOSE_REASONS[kind])
