"""One client, attached: its requests become hub operations and events, its answers frames.

Requests of one connection are handled strictly in order, without a task and without waiting: only
an event makes a task, and until that is answered everything younger stays in the inbox. An
invocation makes a task, too, but holds nothing back. Specification: client-protocols sections 2.1,
2.3, 3, 5.5 to 5.10, 6 and 9.2 to 9.4.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients.codec import ClientProtocolError, Frame
from webpubsub.protocol.messages import Message
from webpubsub.protocol.refusals import Refusal, RefusalKind
from webpubsub.protocol.refusals.websockets import PING_TIMEOUT, SLOW_CLIENT
from webpubsub.protocol.trace_context import SpanContext, metadata_span
from webpubsub.service.connections.client import Client, Goodbye, Item
from webpubsub.service.connections.requests.events import EVENTS
from webpubsub.service.connections.requests.group_states import GROUP_STATES
from webpubsub.service.connections.requests.groups import GROUPS
from webpubsub.service.connections.requests.invocations import INVOCATIONS
from webpubsub.service.connections.requests.streams import STREAMS, streams_of
from webpubsub.service.connections.requests.upkeep import UPKEEP
from webpubsub.service.observation import (
    GoodbyeReceived,
    Observed,
    RequestHandled,
    SessionDetached,
)
from webpubsub.service.websockets.frames import NO_CODE, wire_bytes

logger = logging.getLogger("webpubsub.service.connections")

_NORMAL = 1000
_GOING_AWAY = 1001
#: What a waiting frame takes besides its payload, so that empty frames are bounded too.
_WAITING_OVERHEAD = 64


class Connection(Client):
    """A session's WebSocket: takes what the client sends, and is the session's attachment."""

    __slots__ = ()

    def welcome(self, reconnection_token: str | None = None) -> None:
        """Tell the client that it is connected: its very first frame, if it gets one. How its
        streams stand follows, what it has not acknowledged, and the states of the groups that it
        watches."""
        session, codec = self.session, self.codec
        frames = [
            *codec.encode_connected(
                session.connection_id, session.user_id or None, reconnection_token
            )
        ]
        if session.streams is not None:
            for notice in streams_of(self).resume():
                frames += codec.encode_notice(notice)
        if session.buffer is not None:
            frames += session.buffer.replay(self.clock())
        if session.group_states is not None:
            for notice in self.hub.group_states.missed(session.group_states):
                frames += codec.encode_notice(notice)
        if frames:
            self.outbox.append(wire_bytes(frames))

    # As the session's attachment

    def finish(self, message: str) -> None:
        """The application has closed the connection."""
        self.part("ClosedByAppServer", _NORMAL, message)
        self.stop()
        frames = self.codec.encode_disconnected(message)
        if frames:
            self.outbox.append(wire_bytes(frames))
        self.websocket.close(_NORMAL)

    def leave(self) -> None:
        """The service is going down, and there will be nothing to come back to."""
        self.part("ServiceReload", _GOING_AWAY)
        self.recovery = None
        self.close(_GOING_AWAY)

    def expel(self, refusal: Refusal) -> None:
        """The client must go."""
        code = refusal.kind.close_code or NO_CODE
        self.part("SlowClient", code, refusal.wire_message, refusal)
        self.close(code, refusal.wire_message)

    def yield_to_successor(self) -> None:
        """The client is back on another transport; what this one has brought and nobody has begun
        to handle is the client's to repeat."""
        self.part("Replaced", None)
        self._leave_session(final=False)
        self.stop()
        self.inbox.clear()
        self.websocket.abort()

    # As the WebSocket's receiver

    def message(self, frame: Frame) -> None:
        """Handle a message, or keep it while an event is being answered."""
        self.inbox.put(frame, len(frame.payload) + _WAITING_OVERHEAD)

    def goodbye(self, code: int, reason: str) -> None:
        """The client closes, once everything before has been handled."""
        self.inbox.put(Goodbye(code, reason))

    def broken(self, refusal: Refusal) -> None:
        """The client broke the protocol, after everything before has been handled."""
        self.inbox.put(refusal)

    def dropped(self, refusal: Refusal) -> None:
        """The client was cut off."""
        self.log(refusal)
        reason = _DROP_REASONS.get(refusal.kind, "")
        self.part(reason, None, refusal=refusal)
        self._leave_session(reason, final=refusal.kind is SLOW_CLIENT)

    def lost(self) -> None:
        """The transport is gone; what only waited for its turn is handled all the same."""
        try:
            self.inbox.hurry()
        finally:
            self._end()

    def _end(self) -> None:
        self.stop()
        goodbyes = (item for item in self.inbox.items if isinstance(item, Goodbye))
        goodbye = next(goodbyes, Goodbye(NO_CODE, ""))
        self.inbox.close()
        self._observe_loss(goodbye)
        self._leave_session(goodbye.reason, final=goodbye.code == _NORMAL)

    def _observe_loss(self, goodbye: Goodbye) -> None:
        observer = self.point.observer
        if observer is None:
            return
        if goodbye.code == NO_CODE:
            self.part("ConnectionLost", None)
        else:
            self.part("Normal", goodbye.code, goodbye.reason)
        if self.parting is not None:
            observer(self.parting)

    def _leave_session(self, reason: str = "", *, final: bool) -> None:
        """A reliable session lives on unless this is final. When the client has ended the session,
        its pending event is of no use to anybody any more."""
        if self.session.attachment is not self:
            return
        if self.recovery is not None and not final:
            self.recovery.detach(self.hub, self.session, self.event)
            window = self.recovery.window
            self._observe(SessionDetached(self.hub.name, self.session.connection_id, window))
        elif self.hub.end(self.session, reason) and self.event is not None:
            self.event.cancel()

    # One item after another

    def handle(self, item: Item) -> None:
        """Handle an item, unless the session is carried by another transport or by none."""
        if self.session.attachment is not self:
            return
        if self.point.observer is None or isinstance(item, Frame | Refusal):
            _HANDLERS[type(item)](self, item)
            return
        # What a client asks for begins a trace, or goes on with the one that its message names.
        with self.point.trace(_sender(item)):
            # What a simple client sends to its group is observed as that.
            if self.raw_group is None and not isinstance(item, Goodbye):
                self.observe(item)
            _HANDLERS[type(item)](self, item)
            self._observe(RequestHandled(self.hub.name, self.session.connection_id))

    def _observe(self, item: Observed) -> None:
        observer = self.point.observer
        if observer is not None:
            observer(item)

    def take_frame(self, frame: Frame) -> None:
        """Handle the requests in a frame next."""
        try:
            wanted = self.codec.feed(frame)
        except ClientProtocolError as error:
            self.refuse(error.refusal)
            return
        rest = iter(wanted)
        for request in rest:
            if self.inbox.is_held:
                self.inbox.put_back((request, *rest))
            else:
                self.handle(request)

    def take_leave(self, goodbye: Goodbye) -> None:
        """Answer the client's close frame."""
        connection_id = self.session.connection_id
        self._observe(GoodbyeReceived(self.hub.name, connection_id, goodbye.code, goodbye.reason))
        self.part("Normal", goodbye.code, goodbye.reason)
        self._leave_session(goodbye.reason, final=goodbye.code == _NORMAL)
        self.close(goodbye.code, goodbye.reason)


def _sender(item: Item) -> SpanContext | None:
    message = getattr(item, "message", None)
    return metadata_span(message.metadata) if isinstance(message, Message) else None


#: What the disconnected event gives as reason, in the service's own categories.
_DROP_REASONS: Mapping[RefusalKind, str] = {
    SLOW_CLIENT: "SlowClient",
    PING_TIMEOUT: "PingTimeout",
}

_HANDLERS: Mapping[type[Item], Callable[[Connection, Any], None]] = {
    Frame: Connection.take_frame,
    Goodbye: Connection.take_leave,
    Refusal: Connection.refuse,
    **GROUPS,
    **EVENTS,
    **UPKEEP,
    **INVOCATIONS,
    **GROUP_STATES,
    **STREAMS,
}
