"""All that the page shows of one item when it is opened."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.fields import Fields, fields_of
from webpubsub.dashboard.lines.line import Line, line
from webpubsub.dashboard.payloads import ShownPayload, shown_payload
from webpubsub.dashboard.recorder import Entry
from webpubsub.dashboard.refusals import ShownRefusal, shown_refusal
from webpubsub.dashboard.values import ShownValue, shown_value, without_secrets
from webpubsub.host import observation as host
from webpubsub.protocol.messages import Message
from webpubsub.protocol.outcomes import UserEventAccepted
from webpubsub.protocol.refusals.orders import FUNCTION_CHECKS, HANDSHAKE_CHECKS, REST_CHECKS
from webpubsub.service import observation as service

#: How many of those who got a message are named.
_NAMED_RECIPIENTS = 500
_INPUT, _OUTPUT, _RETURNED = "input ", "output ", "returned"


class Recipient(msgspec.Struct, frozen=True):
    """Who got a message."""

    connection: str
    user: str


class Parts(msgspec.Struct):
    """What is particular about an item. ``trace`` is the traceback of a function, or its log."""

    fields: Fields
    message: Message | None = None
    refusal: ShownRefusal | None = None
    recipients: Sequence[str] = ()
    values: Sequence[ShownValue] = ()
    trace: str = ""


class Detail(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """An item with everything that is known of it."""

    line: Line
    fields: Fields
    payload: ShownPayload | None = None
    refusal: ShownRefusal | None = None
    recipients: Sequence[Recipient] = ()
    values: Sequence[ShownValue] = ()
    trace: str = ""


def detail(entry: Entry, users: ConnectionUsers) -> Detail:
    """Everything about an entry."""
    make = _PARTS.get(type(entry.item))
    parts = Parts(fields_of(entry.item)) if make is None else make(entry.item)
    return Detail(
        line=line(entry, users),
        fields=parts.fields,
        payload=None if parts.message is None else shown_payload(parts.message),
        refusal=parts.refusal,
        recipients=tuple(
            Recipient(one, users.user_of(one) or "") for one in parts.recipients[:_NAMED_RECIPIENTS]
        ),
        values=parts.values,
        trace=without_secrets(parts.trace),
    )


def _handshake_refused(item: service.HandshakeRefused | service.TurnedAway) -> Parts:
    refusal = shown_refusal(item.refusal, HANDSHAKE_CHECKS, item.checks)
    return Parts({"path": item.path}, refusal=refusal)


def _request(item: service.RequestReceived) -> Parts:
    return Parts(fields_of(item.request), getattr(item.request, "message", None))


def _ack(item: service.AckSent) -> Parts:
    return Parts({"ack id": item.ack_id, **(fields_of(item.error) if item.error else {})})


def _event(event: Any) -> Fields:
    return {**fields_of(event), **fields_of(event.connection_context)}


def _raised(item: service.EventRaised) -> Parts:
    return Parts(_event(item.event), getattr(item.event, "message", None))


def _answered(item: service.EventAnswered) -> Parts:
    outcome = item.outcome
    reply = outcome.reply if isinstance(outcome, UserEventAccepted) else None
    return Parts({"outcome": type(outcome).__name__, **fields_of(outcome)}, reply)


def _applied(item: service.OperationApplied) -> Parts:
    refusal = None if item.refusal is None else shown_refusal(item.refusal)
    message = getattr(item.operation, "message", None)
    return Parts(fields_of(item.operation), message, refusal)


def _delivered(item: service.Delivered) -> Parts:
    delivery = item.delivery
    fields = {"connections": len(item.recipients), **fields_of(delivery)}
    return Parts(fields, delivery.message, recipients=item.recipients)


def _refused(item: Any) -> Parts:
    """Of what may have been refused, and of whose event there may be one."""
    event = getattr(item, "event", None)
    fields = {**fields_of(item), **({} if event is None else _event(event))}
    checks = getattr(item, "checks", ())
    refusal = None if item.refusal is None else shown_refusal(item.refusal, made=checks)
    for name in ("event", "refusal", "checks"):
        fields.pop(name, None)
    return Parts(fields, getattr(event, "message", None), refusal)


def _rest_answered(item: service.RestAnswered) -> Parts:
    parts = _refused(item)
    if item.refusal is not None:
        parts.refusal = shown_refusal(item.refusal, REST_CHECKS, item.checks)
    return parts


def _http_answered(item: host.HttpAnswered) -> Parts:
    parts = _refused(item)
    if item.refusal is not None:
        parts.refusal = shown_refusal(item.refusal, FUNCTION_CHECKS)
    return parts


def _invocation_began(item: host.InvocationBegan) -> Parts:
    fields = fields_of(item)
    fields.pop("trigger", None)
    return Parts(fields, values=[shown_value("trigger", item.trigger)])


def _invocation_ended(item: host.InvocationEnded) -> Parts:
    values = [shown_value(_INPUT + name, value) for name, value in item.inputs]
    values += [shown_value(_OUTPUT + name, value) for name, value in item.outputs.items()]
    if item.return_value is not None:
        values.append(shown_value(_RETURNED, item.return_value))
    failure = item.failure
    fields = {"function": item.function, "invocation id": item.invocation_id}
    if failure is None:
        return Parts(fields, values=values)
    fields |= {"error": failure.type, "message": without_secrets(failure.message)}
    return Parts(fields, values=values, trace=failure.stack_trace)


def _logged(item: host.InvocationLogged) -> Parts:
    fields = {"logger": item.logger, "level": item.level, "function": item.function}
    return Parts(fields, trace="\n".join(filter(None, (item.message, item.exception))))


def _action(item: host.ActionCarriedOut) -> Parts:
    fields = {**fields_of(item), **fields_of(item.operation)}
    fields.pop("operation", None)
    return Parts(fields, getattr(item.operation, "message", None))


def _serves(item: host.AppServes) -> Parts:
    problems = {one.name: one.error for one in item.functions if one.error}
    return Parts({"functions": [one.name for one in item.functions], **problems})


_PARTS: Mapping[type[Any], Callable[[Any], Parts]] = {
    service.TurnedAway: _handshake_refused,
    service.HandshakeRefused: _handshake_refused,
    service.RequestReceived: _request,
    service.AckSent: _ack,
    service.EventRaised: _raised,
    service.EventAnswered: _answered,
    service.OperationApplied: _applied,
    service.Delivered: _delivered,
    service.ConnectionClosed: _refused,
    service.WebhookCalled: lambda item: Parts({"url": item.url, **_event(item.event)}),
    service.WebhookAnswered: _refused,
    service.ValidationAnswered: _refused,
    service.RestAnswered: _rest_answered,
    host.AppServes: _serves,
    host.HttpAnswered: _http_answered,
    host.DeliveryAnswered: _refused,
    host.InvocationBegan: _invocation_began,
    host.InvocationEnded: _invocation_ended,
    host.InvocationLogged: _logged,
    host.ActionCarriedOut: _action,
}
