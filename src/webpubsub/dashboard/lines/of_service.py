"""What happens in the service, in words."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from webpubsub.dashboard.lines.operations import described
from webpubsub.dashboard.lines.requests import asked
from webpubsub.dashboard.payloads import preview
from webpubsub.protocol.messages import Message
from webpubsub.protocol.outcomes import EventFailed, EventOutcome, Unhandled, UserEventAccepted
from webpubsub.protocol.refusals import Refusal
from webpubsub.service import observation as seen

Parts: TypeAlias = dict[str, Any]

BEGIN, END = "begin", "end"
OK, REFUSED, FAILED = "ok", "refused", "failed"
#: How many of those who got a message a line names; all of them are in its details.
_NAMED = 20


def of_message(message: Message | None) -> Parts:
    """The beginning of a payload, and its size."""
    return {} if message is None else {"text": preview(message), "size": len(message.data)}


def of_refusal(refusal: Refusal | None) -> Parts:
    """What a line says of a refusal, or of success."""
    if refusal is None:
        return {"outcome": OK}
    return {"outcome": REFUSED, "code": refusal.kind.code, "text": f"saw {refusal.seen}"}


def of_status(status: int | None) -> str:
    """The outcome that an HTTP status stands for."""
    if status is None or status >= 500:
        return FAILED
    return REFUSED if status >= 400 else OK


def plural(count: int, what: str) -> str:
    """A number of things."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _hub_in(path: str) -> str:
    start, _, hub = path.strip("/").rpartition("/")
    return hub.lower() if start == "client/hubs" else ""


def _handshake(item: Any) -> Parts:
    return {"kind": "connect", "hub": _hub_in(item.path)}


def _handshake_began(item: seen.HandshakeBegan) -> Parts:
    return {**_handshake(item), "title": "Client at the door", "text": item.path, "phase": BEGIN}


def _handshake_accepted(item: seen.HandshakeAccepted) -> Parts:
    title = "Client let back in" if item.recovered else "Client let in"
    where = {"hub": item.hub, "connection": item.connection_id}
    return {**_handshake(item), **where, "title": title, "outcome": OK, "phase": END}


def _handshake_refused(item: seen.HandshakeRefused) -> Parts:
    kind = item.refusal.kind
    title = f"Client refused with {kind.http_status or kind.close_code or 'an error'}"
    return {**_handshake(item), "title": title, "phase": END, **of_refusal(item.refusal)}


def _turned_away(item: seen.TurnedAway) -> Parts:
    title = f"Turned away with {item.refusal.kind.http_status or 'an error'}"
    refused = of_refusal(item.refusal)
    text = f"{item.path[:300]}: {refused['text']}" if item.path else refused["text"]
    return {"kind": "connect", **refused, "title": title, "text": text}


def _handshake_abandoned(item: seen.HandshakeAbandoned) -> Parts:
    title = "Client gone before it was let in"
    return {**_handshake(item), "title": title, "phase": END}


def _session(item: Any) -> Parts:
    return {"hub": item.hub, "connection": item.connection_id}


def _began(item: seen.SessionBegan) -> Parts:
    text = item.subprotocol or "simple WebSocket"
    made = {"kind": "connect", "title": "Connected", "user": item.user_id or "", "text": text}
    return {**_session(item), **made, "outcome": OK}


def _closed(item: seen.ConnectionClosed) -> Parts:
    code = "" if item.code is None else f" with {item.code}"
    made = {"kind": "close", "title": f"Transport closed{code}: {item.category}"}
    refused = {} if item.refusal is None else of_refusal(item.refusal)
    return {**_session(item), **made, "text": item.reason, **refused}


def _detached(item: seen.SessionDetached) -> Parts:
    title = f"Transport lost, connection kept for {item.seconds:g} s"
    return {**_session(item), "kind": "close", "title": title}


def _ended(item: seen.SessionEnded) -> Parts:
    title = "Disconnected, and had not come back" if item.detached else "Disconnected"
    return {**_session(item), "kind": "close", "title": title, "text": item.reason}


def _request(item: seen.RequestReceived) -> Parts:
    kind, title, group = asked(item.request)
    made = {"kind": kind, "title": title, "group": group}
    return {**_session(item), **made, **of_message(getattr(item.request, "message", None))}


def _goodbye(item: seen.GoodbyeReceived) -> Parts:
    title = f"Client closes with {item.code}"
    return {**_session(item), "kind": "close", "title": title, "text": item.reason}


def _ack(item: seen.AckSent) -> Parts:
    error = item.error
    title = f"Ack {item.ack_id}: {'success' if error is None else error.name}"
    made = {"kind": "ack", "title": title, "text": "" if error is None else error.message}
    return {**_session(item), **made, "outcome": OK if error is None else REFUSED}


def of_event(event: Any) -> Parts:
    """Whose event it is."""
    context = event.connection_context
    return {
        "hub": context.hub,
        "connection": context.connection_id,
        "user": context.user_id or "",
        "group": getattr(event, "group", ""),
    }


def _raised(item: seen.EventRaised) -> Parts:
    title = f"Event {item.event.connection_context.event_name}"
    made = {"kind": "event", "title": title, "phase": BEGIN}
    return {**of_event(item.event), **made, **of_message(getattr(item.event, "message", None))}


def _answered(item: seen.EventAnswered) -> Parts:
    title = f"Answer to {item.event.connection_context.event_name}"
    text, outcome = _answer(item.outcome)
    reply = item.outcome.reply if isinstance(item.outcome, UserEventAccepted) else None
    made = {"kind": "event", "title": title, "phase": END, "text": text, "outcome": outcome}
    return {**of_event(item.event), **made, **of_message(reply)}


def _answer(outcome: EventOutcome) -> tuple[str, str]:
    if isinstance(outcome, EventFailed):
        return f"status {outcome.status} {outcome.message}".strip(), of_status(outcome.status)
    if isinstance(outcome, Unhandled):
        return "nobody handles it", ""
    return "", OK


def _applied(item: seen.OperationApplied) -> Parts:
    made = {"kind": "operation", "hub": item.operation.hub, **described(item.operation)}
    if item.refusal is not None:
        return {**made, **of_refusal(item.refusal)}
    # The deliveries of a message are seen before the operation that made them.
    return {**made, "title": made["title"].replace("Send to", "Sent to", 1), "outcome": OK}


def _delivered(item: seen.Delivered) -> Parts:
    count, delivery = len(item.recipients), item.delivery
    return {
        "kind": "delivery",
        "title": f"Delivered to {plural(count, 'connection')}",
        "hub": item.hub,
        "connection": item.recipients[0] if count == 1 else "",
        "group": delivery.group or "",
        "recipients": count,
        **({"to": item.recipients[:_NAMED]} if count > 1 else {}),
        **of_message(delivery.message),
    }


def _webhook_called(item: seen.WebhookCalled) -> Parts:
    made = {"kind": "webhook", "title": f"Webhook {item.url}", "phase": BEGIN}
    return {**of_event(item.event), **made}


def _webhook_answered(item: seen.WebhookAnswered) -> Parts:
    made = {"kind": "webhook", "phase": END, "seconds": item.seconds}
    title = "Webhook has not answered" if item.status is None else f"Webhook: {item.status}"
    text = f"{item.url} after {plural(item.attempts, 'attempt')}"
    refused = {} if item.refusal is None else of_refusal(item.refusal)
    outcome = {"text": text, "outcome": of_status(item.status), **refused}
    return {**of_event(item.event), **made, "title": title, **outcome}


def _validation_asked(item: seen.ValidationAsked) -> Parts:
    return {"kind": "webhook", "title": f"Does it want events? {item.url}", "phase": BEGIN}


def _validation_answered(item: seen.ValidationAnswered) -> Parts:
    title = f"Webhook {'wants events' if item.refusal is None else 'gets no events'}"
    text = f"{item.url} after {plural(item.attempts, 'attempt')}"
    made = {"kind": "webhook", "title": title, "phase": END, "seconds": item.seconds, "text": text}
    return {**made, **of_refusal(item.refusal)}


def _listener(item: seen.ListenerSent) -> Parts:
    title = f"{plural(item.events, 'event')} to listener {item.listener}"
    outcome = OK if item.problem is None else FAILED
    return {"kind": "listener", "title": title, "text": item.problem or "", "outcome": outcome}


def _rest_called(item: seen.RestCalled) -> Parts:
    return {"kind": "rest", "title": f"{item.method} {item.path[:300]}", "phase": BEGIN}


def _rest_answered(item: seen.RestAnswered) -> Parts:
    title = f"{item.status} for {item.method} {item.path[:300]}"
    refused = {} if item.refusal is None else of_refusal(item.refusal)
    made = {"kind": "rest", "title": title, "phase": END, "seconds": item.seconds}
    named = {"hub": item.hub or "", "text": item.operation or ""}
    return {**made, **named, "outcome": of_status(item.status), **refused}


def _fault(item: seen.FaultInjected) -> Parts:
    where = {"hub": item.hub or "", "connection": item.connection_id or ""}
    return {"kind": "fault", "title": f"Fault: {item.fault}", "text": item.detail, **where}


SERVICE_LINES: Mapping[type[Any], Callable[[Any], Parts]] = {
    seen.TurnedAway: _turned_away,
    seen.HandshakeBegan: _handshake_began,
    seen.HandshakeAccepted: _handshake_accepted,
    seen.HandshakeRefused: _handshake_refused,
    seen.HandshakeAbandoned: _handshake_abandoned,
    seen.SessionBegan: _began,
    seen.RequestReceived: _request,
    seen.GoodbyeReceived: _goodbye,
    seen.AckSent: _ack,
    seen.EventRaised: _raised,
    seen.EventAnswered: _answered,
    seen.OperationApplied: _applied,
    seen.Delivered: _delivered,
    seen.ConnectionClosed: _closed,
    seen.SessionDetached: _detached,
    seen.SessionEnded: _ended,
    seen.WebhookCalled: _webhook_called,
    seen.WebhookAnswered: _webhook_answered,
    seen.ValidationAsked: _validation_asked,
    seen.ValidationAnswered: _validation_answered,
    seen.ListenerSent: _listener,
    seen.RestCalled: _rest_called,
    seen.RestAnswered: _rest_answered,
    seen.FaultInjected: _fault,
}
