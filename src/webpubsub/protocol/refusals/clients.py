"""Why what a client sent is not a message of its protocol. Specification: client-protocols sections
2.3 and 5."""

from webpubsub.protocol.refusals.kinds import RefusalKind

JSON_NEEDS_TEXT = RefusalKind(
    code="client.json.needs-text",
    checked="the kind of a client's WebSocket message",
    wanted="a text message, which is what the JSON subprotocol is made of",
    remedy="Send JSON in text messages; binary data goes into them as base64 with the dataType "
    "binary.",
    close_code=1003,
)

JSON_INVALID = RefusalKind(
    code="client.json.invalid",
    checked="a client's message",
    wanted="a JSON object that is a request of the JSON subprotocol",
    remedy="Compare the message with the client protocol's reference.",
    close_code=1007,
)

PROTOBUF_NEEDS_BINARY = RefusalKind(
    code="client.protobuf.needs-binary",
    checked="the kind of a client's WebSocket message",
    wanted="a binary message, which is what the protobuf subprotocols are made of",
    remedy="Send each serialized UpstreamMessage in a binary message.",
    close_code=1003,
)

PROTOBUF_INVALID = RefusalKind(
    code="client.protobuf.invalid",
    checked="a client's message",
    wanted="an UpstreamMessage that is a request of the protobuf subprotocols",
    remedy="Compare the message with the client protocol's reference, and the client's schema with "
    "the service's webpubsub.proto.",
    close_code=1007,
)
