"""How a client of a test speaks each client protocol.

It speaks as a client written by somebody else would, from the descriptions of the protocols and
without the codecs of the service, so that a mistake of theirs shows. Requests and what is received
are dictionaries with the members of the JSON protocol in every dialect. Specification:
client-protocols sections 4, 5 and 8.
"""

import base64
import json
from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

from webpubsub.testing.messages import Message

#: What goes over a WebSocket: a text or bytes.
Payload: TypeAlias = str | bytes
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class UnknownRequest(Exception):
    """A client protocol has no words for what a client was to say; the text says which has."""


class Dialect(Protocol):
    """One client protocol."""

    #: Whether its requests are answered with acks.
    acknowledges: bool

    def encode(self, request: Mapping[str, Any]) -> Payload:
        """The payload for a request. Raises UnknownRequest."""
        ...

    def decode(self, payload: Payload) -> Message:
        """What has been received."""
        ...


class SimpleDialect:
    """Plain WebSocket: everything that is sent is the event ``message``."""

    acknowledges = False

    def encode(self, request: Mapping[str, Any]) -> Payload:
        """The data itself. Raises UnknownRequest for whatever has none."""
        if request["type"] != "event" or request["event"] != "message":
            what = request.get("event", request["type"])
            raise UnknownRequest(
                f"a plain WebSocket client cannot send '{what}': everything it sends is the event "
                "'message'. Connect with protocol='json' or 'protobuf'."
            )
        data = request["data"]
        return data if isinstance(data, str | bytes) else _compact(data)

    def decode(self, payload: Payload) -> Message:
        """The payload is the data."""
        kind = "binary" if isinstance(payload, bytes) else "text"
        return Message({"type": "message", "dataType": kind, "data": payload})


class JsonDialect:
    """``json.webpubsub.azure.v1``, reliable or not."""

    acknowledges = True

    def encode(self, request: Mapping[str, Any]) -> Payload:
        """A JSON object, with the data in its form."""
        if "data" not in request:
            return _compact(request)
        data = request["data"]
        kind = _data_type(data)
        written = base64.b64encode(data).decode() if isinstance(data, bytes) else data
        return _compact({**request, "dataType": kind, "data": written})

    def decode(self, payload: Payload) -> Message:
        """The object, with bytes in place of Base64."""
        fields: dict[str, Any] = json.loads(payload)
        if fields.get("dataType") in ("binary", "protobuf"):
            fields["data"] = base64.b64decode(fields["data"])
        return Message(fields)


def _data_type(data: object) -> str:
    if isinstance(data, bytes):
        return "binary"
    return "text" if isinstance(data, str) else "json"


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
