"""What goes into functions and what comes out of them, as the page shows it: without the tokens and
keys that are in it."""

import re
from typing import Any

import msgspec

from webpubsub.dashboard.answers import encoded
from webpubsub.dashboard.fields import HIDDEN, fields_of, plain
from webpubsub.dashboard.payloads import ShownPayload, shown_bytes, shown_payload
from webpubsub.host.values import (
    EventValue,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.protocol.events import UserEventRequest

_TOKEN = re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]+")
_KEY = re.compile(r"(?i)((?:accesskey|sharedaccesskey|code|access_token|sig)=)[^&;\s\"']+")
_SIGNATURE = re.compile(r"\bsha256=[0-9A-Fa-f]{64}\b")
_TEXT, _JSON = "text", "json"
#: Of what is longer, the page shows no more than the beginning anyway.
_MOST = 262_144


class ShownValue(msgspec.Struct, frozen=True):
    """One value under its name."""

    name: str
    payload: ShownPayload


def shown_value(name: str, value: Value) -> ShownValue:
    """A value for the page."""
    return ShownValue(name, _payload(value))


def without_secrets(text: str) -> str:
    """A text whose tokens, keys and signatures are hidden."""
    return _KEY.sub(rf"\1{HIDDEN}", _SIGNATURE.sub(HIDDEN, _TOKEN.sub(HIDDEN, text)))


def _payload(value: Value) -> ShownPayload:
    if isinstance(value, bytes):
        return shown_bytes(value)
    if isinstance(value, EventValue):
        return _event(value)
    if isinstance(value, JsonText):
        return _text(value.text, _JSON)
    if isinstance(value, JsonValue):
        return _text(encoded(plain(value.value)).decode(), _JSON)
    if isinstance(value, HttpRequestData | HttpResponseData):
        return _text(encoded(_http(value)).decode(), _JSON)
    text = value if isinstance(value, str) else encoded(value).decode()
    return _text(text, _JSON if text[:1] in ("{", "[") else _TEXT)


def _event(value: EventValue) -> ShownPayload:
    if isinstance(value.event, UserEventRequest):
        return shown_payload(value.event.message)
    return _text(encoded(fields_of(value.event)).decode(), _JSON)


def _http(value: HttpRequestData | HttpResponseData) -> dict[str, Any]:
    headers = value.headers
    members = fields_of(value) | {"headers": plain(dict(headers))}
    members.pop("header lines", None)
    return members | {"body": value.body[:_MOST].decode(errors="replace")}


def _text(text: str, kind: str) -> ShownPayload:
    return shown_bytes(without_secrets(text[:_MOST]).encode(errors="replace"), kind)
