"""What is recorded of that which passes a service: one plain object for each item that matters.

Every entry has ``at``, seconds since the first, and a ``kind``; ``client`` is the client it is
about. What clients do are the steps of a recording: connect, ask for something, leave. Each has a
``step``, its number, and what it brings about has that number as its ``cause``: in the order of
causes, a recording does not depend on what happened to come first. What a timer or a request from
elsewhere brings about has no cause.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.connection_states import decode_states
from webpubsub.protocol.events import ConnectEventRequest
from webpubsub.protocol.observation import Sighting
from webpubsub.recording.names import Names
from webpubsub.recording.plain import plain
from webpubsub.recording.scrubbing import scrubbed, scrubbed_query
from webpubsub.service import observation as seen

Entry: TypeAlias = dict[str, Any]

#: Claims that say when and for whom a token is good, and are new in every token.
_OF_TOKENS = frozenset({"aud", "exp", "iat", "iss", "jti", "nbf"})
_OF_HANDSHAKE = ("connection", "host", "upgrade")
_WEBSOCKET_HEADER = "sec-websocket-"
_STEPS = ("connect", "request", "ended")
_DISCONNECTED = "disconnected"
_MOST_TRACES = 10_000


class Recorder:
    """Attach it to the observation point of a service; ``keep`` takes the text of each entry."""

    def __init__(self, keep: Callable[[str], None]) -> None:
        self.names = Names()
        self._keep = keep
        self._begin: float | None = None
        self._last_step = 0
        self._causes: dict[str, int] = {}
        self._ends: dict[str, int] = {}

    def __call__(self, sighting: Sighting[seen.Observed], /) -> None:
        """Record what has passed."""
        trace = sighting.span.trace_id if sighting.span else ""
        if isinstance(sighting.item, seen.EventRaised):
            self._follow_end(trace, sighting.item)
        make = _MAKERS.get(type(sighting.item))
        entry = make(self, sighting.item) if make else None
        if entry is None:
            return
        if self._begin is None:
            self._begin = sighting.monotonic
        made = {
            "at": round(sighting.monotonic - self._begin, 3),
            **entry,
            **self._order(entry, trace),
        }
        self._keep(self.names.in_place_of_ids(msgspec.json.encode(made).decode()))

    def expect(self, entry: Mapping[str, Any]) -> None:
        """Let the next step be the one of this entry of another recording."""
        self._last_step = entry["step"] - 1
        if entry["kind"] == "connect":
            self.names.expect(entry["client"])

    def _order(self, entry: Entry, trace: str) -> Entry:
        cause = self._causes.get(trace)
        is_step = entry["kind"] in _STEPS and (cause is None or entry["kind"] != "ended")
        if not is_step:
            return {} if cause is None else {"cause": cause}
        self._last_step += 1
        if entry["kind"] == "ended":
            self._ends[entry["client"]] = self._last_step
        else:
            self._remember(trace, self._last_step)
        return {"step": self._last_step}

    def _follow_end(self, trace: str, item: seen.EventRaised) -> None:
        """That a client has left is told in a trace of its own."""
        context = item.event.connection_context
        if context.event_name == _DISCONNECTED and trace not in self._causes:
            step = self._ends.pop(self.names.of(context.connection_id), None)
            if step is not None:
                self._remember(trace, step)

    def _remember(self, trace: str, step: int) -> None:
        if len(self._causes) >= _MOST_TRACES:
            self._causes.pop(next(iter(self._causes)))
        if trace:
            self._causes[trace] = step

    def raised(self, item: seen.EventRaised) -> Entry | None:
        """A client wants to connect; other events are recorded with their answers."""
        event = item.event
        if not isinstance(event, ConnectEventRequest):
            return None
        claims = {name: one for name, one in event.claims.items() if name not in _OF_TOKENS}
        return {
            "kind": "connect",
            "client": self.names.of(event.connection_id),
            "hub": event.hub,
            "user": event.user_id,
            "claims": plain(claims),
            "query": scrubbed_query(plain(event.query)),
            "headers": plain(_own_headers(event.headers)),
            "subprotocols": list(event.subprotocols),
        }

    def accepted(self, item: seen.HandshakeAccepted) -> Entry | None:
        """A client has come back; that a new one was let in shows as the answer to its event."""
        if not item.recovered:
            return None
        return {"kind": "recovered", "client": self.names.of(item.connection_id)}

    def requested(self, item: seen.RequestReceived) -> Entry:
        """A client asks for something."""
        client = self.names.of(item.connection_id)
        return {"kind": "request", "client": client, "request": plain(item.request)}

    def answered(self, item: seen.EventAnswered) -> Entry:
        """The app has answered an event."""
        context = item.event.connection_context
        outcome = plain(item.outcome)
        if "connection_state" in outcome:
            outcome["states"] = scrubbed(decode_states(outcome.pop("connection_state")))
        return {
            "kind": "answer",
            "client": self.names.of(context.connection_id),
            "event": context.event_name,
            "eventType": context.event_type.value,
            "outcome": outcome,
        }

    def acknowledged(self, item: seen.AckSent) -> Entry:
        """A client is told what came of a request."""
        client = self.names.of(item.connection_id)
        return {"kind": "ack", "client": client, "ackId": item.ack_id, "error": plain(item.error)}

    def applied(self, item: seen.OperationApplied) -> Entry:
        """A hub was asked to do something."""
        refused = {"refused": item.refusal.kind.code} if item.refusal else {}
        return {"kind": "operation", "operation": plain(item.operation), **refused}

    def delivered(self, item: seen.Delivered) -> Entry:
        """A message is on its way to clients."""
        delivery = plain(item.delivery)
        del delivery["type"]
        to = [self.names.of(recipient) for recipient in item.recipients]
        return {"kind": "delivery", "hub": item.hub, "to": to, "delivery": delivery}

    def refused(self, item: seen.HandshakeRefused) -> Entry:
        """A client was turned away."""
        return {"kind": "refused", "path": scrubbed(item.path), "code": item.refusal.kind.code}

    def ended(self, item: seen.SessionEnded) -> Entry:
        """A connection has ended for good."""
        return {
            "kind": "ended",
            "client": self.names.of(item.connection_id),
            "reason": scrubbed(item.reason),
        }


def _own_headers(headers: Mapping[str, Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Those that are not about the WebSocket itself."""
    return {
        name: values
        for name, values in headers.items()
        if name.lower() not in _OF_HANDSHAKE and not name.lower().startswith(_WEBSOCKET_HEADER)
    }


_MAKERS: Mapping[type[seen.Observed], Callable[[Recorder, Any], Entry | None]] = {
    seen.EventRaised: Recorder.raised,
    seen.HandshakeAccepted: Recorder.accepted,
    seen.RequestReceived: Recorder.requested,
    seen.EventAnswered: Recorder.answered,
    seen.AckSent: Recorder.acknowledged,
    seen.OperationApplied: Recorder.applied,
    seen.Delivered: Recorder.delivered,
    seen.HandshakeRefused: Recorder.refused,
    seen.SessionEnded: Recorder.ended,
}
