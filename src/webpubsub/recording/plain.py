"""What passes a service, as plain JSON values that people can read; and requests back from them.

A value of the protocol becomes an object with its ``type`` and those of its members that say more
than their defaults. A message has its text or JSON as it is, and base64 for everything else.
"""

import base64
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, get_args

import msgspec

from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.recording.scrubbing import scrubbed, scrubbed_bytes

_REQUESTS = {kind.__name__: kind for kind in get_args(ClientRequest)}


class NotARequest(ValueError):
    """A plain value is no request of a client."""


def plain(value: Any) -> Any:
    """A value of the protocol without secrets."""
    if isinstance(value, Message):
        return _plain_message(value)
    if isinstance(value, msgspec.Struct):
        return {"type": type(value).__name__, **_members(value)}
    if isinstance(value, Mapping):
        return scrubbed({str(name): plain(one) for name, one in value.items()})
    if isinstance(value, AbstractSet):
        return sorted(plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, bytes):
        return base64.b64encode(scrubbed_bytes(value)).decode()
    return value.value if isinstance(value, Enum) else scrubbed(value)


def request_of(value: Mapping[str, Any]) -> ClientRequest:
    """The request that ``plain`` has made this of. Raises NotARequest."""
    kind = _REQUESTS.get(value.get("type", ""))
    if kind is None:
        raise NotARequest(f"there is no request of the type {value.get('type')!r}")
    members = {name: one for name, one in value.items() if name != "type"}
    try:
        if "message" in members:
            members["message"] = _message(members["message"])
        request: ClientRequest = msgspec.convert(members, kind)
    except (KeyError, TypeError, ValueError) as problem:
        raise NotARequest(f"{value['type']}: {problem}") from None
    return request


def delivery_of(value: Mapping[str, Any]) -> Delivery:
    """The delivery that ``plain`` has made this of, without its type. Raises NotARequest."""
    members = dict(value)
    try:
        members["message"] = _message(members["message"])
        return msgspec.convert(members, Delivery)
    except (KeyError, TypeError, ValueError) as problem:
        raise NotARequest(f"a delivery: {problem}") from None


def _members(value: msgspec.Struct) -> dict[str, Any]:
    return {
        field.name: plain(getattr(value, field.name))
        for field in msgspec.structs.fields(value)
        if getattr(value, field.name) != field.default
    }


def _plain_message(message: Message) -> dict[str, Any]:
    kind = message.data_type
    made: dict[str, Any] = {"dataType": kind.value}
    if kind is DataType.TEXT:
        made["data"] = scrubbed(message.data.decode(errors="replace"))
    elif kind is DataType.JSON:
        made["data"] = scrubbed(msgspec.json.decode(message.data))
    else:
        made["data"] = plain(message.data)
    return {**made, "metadata": plain(message.metadata)} if message.metadata else made


def _message(value: Mapping[str, Any]) -> Message:
    kind, data = DataType(value["dataType"]), value["data"]
    if kind is DataType.TEXT:
        content = str(data).encode()
    elif kind is DataType.JSON:
        content = msgspec.json.encode(data)
    else:
        content = base64.b64decode(data, validate=True)
    return Message(kind, content, value.get("metadata"))
