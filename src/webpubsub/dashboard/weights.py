"""Roughly how much memory an item of the record holds."""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.host import observation as host
from webpubsub.host.values import EventValue, HttpRequestData, HttpResponseData, JsonText, Value
from webpubsub.protocol.messages import Message
from webpubsub.service import observation as service

#: What every item takes besides its payload.
_BASE = 512
_POINTER = 8


def weight(item: Any) -> int:
    """Bytes, more or less."""
    part = _PARTS.get(type(item))
    return _BASE if part is None else _BASE + part(item)


def _message(holder: Any) -> int:
    message: Message | None = getattr(holder, "message", None)
    return 0 if message is None else len(message.data)


def _delivered(item: service.Delivered) -> int:
    """Its frames are kept with it."""
    frames = sum(map(len, item.delivery.encodings.values()))
    return len(item.delivery.message.data) + frames + _POINTER * len(item.recipients)


def _value(value: Value) -> int:
    if isinstance(value, str | bytes):
        return len(value)
    if isinstance(value, JsonText):
        return len(value.text)
    if isinstance(value, HttpRequestData | HttpResponseData):
        return _BASE + len(value.body)
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
    service.EventRaised: lambda item: _message(item.event),
    service.EventAnswered: lambda item: _message(item.event),
    service.WebhookCalled: lambda item: _message(item.event),
    service.WebhookAnswered: lambda item: _message(item.event),
    service.Delivered: _delivered,
    host.InvocationBegan: lambda item: _value(item.trigger),
    host.InvocationEnded: _ended,
    host.InvocationLogged: lambda item: len(item.message) + len(item.exception or ""),
    host.ActionCarriedOut: lambda item: _message(item.operation),
}
