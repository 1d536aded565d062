"""Roughly how much memory an item of the record holds.

The figures for structs, entries and texts were measured on 64-bit CPython. What several items share
is weighed with the first of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.host import observation as host
from webpubsub.host.values import EventValue, HttpRequestData, HttpResponseData, JsonText, Value
from webpubsub.protocol.messages import Message
from webpubsub.service import observation as service

#: What every item takes besides its payload: its time and span, a few short texts, its place.
_BASE = 512
#: A name and its list of one text, as in the headers of a client, and a check with what it saw.
_ENTRY, _CHECK = 200, 160
_POINTER = 8
_BROUGHT = ("claims", "query", "headers")


def weight(item: Any) -> int:
    """Bytes, more or less."""
    part = _PARTS.get(type(item))
    return _BASE if part is None else _BASE + part(item)


def _message(holder: Any) -> int:
    message: Message | None = getattr(holder, "message", None)
    return 0 if message is None else len(message.data)


def _event(event: Any) -> int:
    """With all that a client came with, if it is to be let in."""
    brought = (getattr(event, name, {}) for name in _BROUGHT)
    return _message(event) + sum(map(_texts, brought))


def _texts(texts: Mapping[str, Any]) -> int:
    return sum(_ENTRY + sum(map(len, values)) for values in texts.values())


def _checks(item: service.HandshakeRefused | service.RestAnswered) -> int:
    return _CHECK * len(item.checks)


def _delivered(item: service.Delivered) -> int:
    return len(item.delivery.message.data) + _POINTER * len(item.recipients)


def _value(value: Value) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, JsonText):
        return len(value.text)
    if isinstance(value, HttpRequestData | HttpResponseData):
        return _BASE + _ENTRY * len(value.headers) + len(value.body)
    if isinstance(value, EventValue):
        return _message(value.event)
    return _BASE  # a number, nothing, or a value of Python that nobody measures


def _ended(item: host.InvocationEnded) -> int:
    values = (*(value for _, value in item.inputs), *item.outputs.values(), item.return_value)
    failure = 0 if item.failure is None else len(item.failure.stack_trace)
    return failure + sum(map(_value, values))


_PARTS: Mapping[type[Any], Callable[[Any], int]] = {
    service.RequestReceived: lambda item: _message(item.request),
    service.OperationApplied: lambda item: _message(item.operation),
    service.HandshakeRefused: _checks,
    service.RestAnswered: _checks,
    service.EventRaised: lambda item: _event(item.event),
    service.EventAnswered: lambda item: _message(item.event),
    service.WebhookCalled: lambda item: _message(item.event),
    service.WebhookAnswered: lambda item: _message(item.event),
    service.Delivered: _delivered,
    host.InvocationBegan: lambda item: _value(item.trigger),
    host.InvocationEnded: _ended,
    host.InvocationLogged: lambda item: len(item.message) + len(item.exception or ""),
    host.ActionCarriedOut: lambda item: _message(item.operation),
}
