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
