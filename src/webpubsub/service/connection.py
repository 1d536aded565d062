"""One client, attached: its requests become hub operations and events, its answers frames.

Requests of one connection are handled strictly in order, without a task and without waiting: only
an event makes a task, and until that is answered everything younger stays in the inbox. An
invocation makes a task, too, but holds nothing back. Specification: client-protocols sections 2.1,
2.3, 3, 5.5 to 5.10, 6 and 9.2 to 9.4.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol import operations as ops
from webpubsub.protocol.acks import INTERNAL_SERVER_ERROR, duplicate, forbidden, refused
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.outcomes import EventFailed, Unhandled, UserEventAccepted
from webpubsub.protocol.refusals import Refusal, RefusalKind
from webpubsub.protocol.refusals.hub import GROUPS_FULL
from webpubsub.protocol.refusals.websockets import (
    EVENT_FAILED,
    PING_TIMEOUT,
    RAW_GROUP_FORBIDDEN,
    SLOW_CLIENT,
    close_refusal,
)
from webpubsub.protocol.streams import StreamRequest
from webpubsub.service import observation
from webpubsub.service.completions import Completion, Completions
from webpubsub.service.event_router import EventRouter
from webpubsub.service.frames import NO_CODE, wire_bytes
from webpubsub.service.handshake import RawGroup
from webpubsub.service.hub import Hub
from webpubsub.service.inbox import Inbox
from webpubsub.service.invocations import Invocations
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.outbox import Outbox
from webpubsub.service.recovery import Recovery
from webpubsub.service.session import Phase, Session
from webpubsub.service.streams import Streams
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websocket import WebSocket

logger = logging.getLogger("webpubsub.service.connections")

_NORMAL = 1000
_GOING_AWAY = 1001
#: What a waiting frame takes besides its payload, so that empty frames are bounded too.
_WAITING_OVERHEAD = 64


class Goodbye(msgspec.Struct, frozen=True):
    """The client's close frame, in its place among the messages."""

    code: int
    reason: str


Item: TypeAlias = Frame | ClientRequest | Goodbye | Refusal


class Connection:
    """A session's WebSocket: takes what the client sends, and is the session's attachment.

    ``raw_group`` is set for a simple client in sendToGroup mode; ``ack_delay`` in seconds is how
    long acks are held back. ``recovery`` takes care of a reliable session that loses this
    transport.
    """

    __slots__ = (
        "_clock",
        "_codec",
        "_completions",
        "_event",
        "_hub",
        "_inbox",
        "_invocations",
        "_loop",
        "_point",
        "_raw_group",
        "_recovery",
        "_router",
        "_session",
        "_sweeper",
        "_websocket",
        "outbox",
    )

    def __init__(
        self,
        session: Session,
        websocket: WebSocket,
        *,
        hub: Hub,
        router: EventRouter,
        point: ObservationPoint,
        clock: Callable[[], float],
        sweeper: Sweeper,
        max_inbox_bytes: int,
        ack_delay: float = 0.0,
        raw_group: RawGroup | None = None,
        recovery: Recovery | None = None,
    ) -> None:
        self.outbox: Outbox = websocket.outbox
        self._codec = websocket.outbox.codec
        self._session = session
        self._websocket = websocket
        self._hub = hub
        self._router = router
        self._point = point
        self._clock = clock
        self._sweeper = sweeper
        self._loop = asyncio.get_running_loop()
        self._raw_group = raw_group
        self._recovery = None if session.buffer is None else recovery
        self._completions = Completions(self.outbox.append, ack_delay, self._loop)
        self._event: asyncio.Task[None] | None = None
        # Made when it is needed: most clients never invoke anything.
        self._invocations: Invocations | None = None
        self._inbox: Inbox[Item] = Inbox(self._handle, websocket, max_inbox_bytes)

    def welcome(self, reconnection_token: str | None = None) -> None:
        """Tell the client that it is connected: its very first frame, if it gets one. How its
        streams stand follows, what it has not acknowledged, and the states of the groups that it
        watches."""
        session = self._session
        frames = [
            *self._codec.encode_connected(
                session.connection_id, session.user_id or None, reconnection_token
            )
        ]
        for notice in self._streams().resume():
            frames += self._codec.encode_notice(notice)
        if session.buffer is not None:
            frames += session.buffer.replay(self._clock())
        if session.group_states is not None:
            for notice in self._hub.group_states.missed(session.group_states):
                frames += self._codec.encode_notice(notice)
        if frames:
            self.outbox.append(wire_bytes(frames))

    # As the session's attachment

    def tell(self, notice: Notice) -> None:
        """Send a notice."""
        self.outbox.append(wire_bytes(self._codec.encode_notice(notice)))

    def finish(self, message: str) -> None:
        """The application has closed the connection."""
        self._stop()
        frames = self._codec.encode_disconnected(message)
        if frames:
            self.outbox.append(wire_bytes(frames))
        self._websocket.close(_NORMAL)

    def leave(self) -> None:
        """The service is going down, and there will be nothing to come back to."""
        self._recovery = None
        self._close(_GOING_AWAY)

    def expel(self, refusal: Refusal) -> None:
        """The client must go."""
        self._close(refusal.kind.close_code or NO_CODE, refusal.wire_message)

    def yield_to_successor(self) -> None:
        """The client is back on another transport; what this one has brought and nobody has begun
        to handle is the client's to repeat."""
        self._leave_session(final=False)
        self._stop()
        self._inbox.clear()
        self._websocket.abort()

    # As the WebSocket's receiver

    def message(self, frame: Frame) -> None:
        """Handle a message, or keep it while an event is being answered."""
        self._inbox.put(frame, len(frame.payload) + _WAITING_OVERHEAD)

    def goodbye(self, code: int, reason: str) -> None:
        """The client closes, once everything before has been handled."""
        self._inbox.put(Goodbye(code, reason))

    def broken(self, refusal: Refusal) -> None:
        """The client broke the protocol, after everything before has been handled."""
        self._inbox.put(refusal)

    def dropped(self, refusal: Refusal) -> None:
        """The client was cut off."""
        self._log(refusal)
        final = refusal.kind is SLOW_CLIENT
        self._leave_session(_DROP_REASONS.get(refusal.kind, ""), final=final)

    def lost(self) -> None:
        """The transport is gone."""
        self._stop()
        goodbyes = (item for item in self._inbox.items if isinstance(item, Goodbye))
        goodbye = next(goodbyes, Goodbye(NO_CODE, ""))
        self._inbox.clear()
        self._leave_session(goodbye.reason, final=goodbye.code == _NORMAL)

    def _leave_session(self, reason: str = "", *, final: bool) -> None:
        """A reliable session lives on unless this is final. When the client has ended the session,
        its pending event is of no use to anybody any more."""
        if self._session.attachment is not self:
            return
        if self._recovery is not None and not final:
            self._recovery.detach(self._hub, self._session, self._event)
        elif self._hub.end(self._session, reason) and self._event is not None:
            self._event.cancel()

    # One item after another

    def _handle(self, item: Item) -> None:
        if self._session.attachment is self:
            _HANDLERS[type(item)](self, item)

    def _handle_frame(self, frame: Frame) -> None:
        try:
            wanted = self._codec.feed(frame)
        except ClientProtocolError as error:
            self._refuse(error.refusal)
            return
        self._inbox.put_parts(wanted)

    def _handle_goodbye(self, goodbye: Goodbye) -> None:
        self._leave_session(goodbye.reason, final=goodbye.code == _NORMAL)
        self._close(goodbye.code, goodbye.reason)

    def _refuse(self, refusal: Refusal) -> None:
        """Close because the client did something it must not."""
        self._log(refusal)
        self._hub.end(self._session, refusal.wire_message)
        self._close(refusal.kind.close_code or NO_CODE, refusal.wire_message)

    def _close(self, code: int, reason: str = "") -> None:
        self._stop()
        self._websocket.close(code, reason)

    def _stop(self) -> None:
        """Nothing more is answered on this transport."""
        self._completions.close()
        if self._invocations is not None:
            self._invocations.close()

    # Requests

    def _join(self, request: requests.JoinGroup) -> None:
        self._observe(request)
        if self._may(request, Permission.JOIN_LEAVE_GROUP, "join"):
            self._perform(
                ops.AddConnectionToGroup(
                    hub=self._hub.name,
                    group=request.group,
                    connection_id=self._session.connection_id,
                ),
                request.ack_id,
            )

    def _leave(self, request: requests.LeaveGroup) -> None:
        self._observe(request)
        if self._may(request, Permission.JOIN_LEAVE_GROUP, "leave"):
            self._perform(
                ops.RemoveConnectionFromGroup(
                    hub=self._hub.name,
                    group=request.group,
                    connection_id=self._session.connection_id,
                ),
                request.ack_id,
            )

    def _send_to_group(self, request: requests.SendToGroup) -> None:
        self._observe(request)
        if not self._may(request, Permission.SEND_TO_GROUP, "send to"):
            return
        session = self._session
        excluded = frozenset((session.connection_id,)) if request.no_echo else frozenset[str]()
        self._perform(
            ops.SendToGroup(
                hub=self._hub.name,
                group=request.group,
                message=request.message,
                excluded=excluded,
                from_user_id=session.user_id,
                expires_at=self._clock() + request.ttl_seconds if request.ttl_seconds else None,
            ),
            request.ack_id,
        )

    def _send_event(self, request: requests.SendEvent) -> None:
        if self._raw_group is not None:
            self._send_raw(request, self._raw_group)
            return
        self._observe(request)
        if not self._is_new(request.ack_id):
            return
        completion = self._completions.expect() if request.ack_id is not None else None
        self._inbox.hold()
        self._event = self._loop.create_task(self._answer_event(request, completion))

    def _send_raw(self, request: requests.SendEvent, raw: RawGroup) -> None:
        """The message of a simple client in sendToGroup mode."""
        if self._session.permissions.allows(Permission.SEND_TO_GROUP, raw.group):
            self._send_to_group(
                requests.SendToGroup(group=raw.group, message=request.message, no_echo=raw.no_echo)
            )
        else:
            self._refuse(close_refusal(RAW_GROUP_FORBIDDEN, f"no role for '{raw.group}'"))

    def _ping(self, request: requests.Ping) -> None:
        self._observe(request)
        self.outbox.append(wire_bytes(self._codec.encode_pong()))

    def _acknowledge_sequence(self, request: requests.SequenceAck) -> None:
        """The client has everything up to here; harmless from one that is not reliable."""
        self._observe(request)
        if self._session.buffer is not None:
            self._session.buffer.acknowledge(request.sequence_id)

    def _may(
        self,
        request: requests.JoinGroup
        | requests.LeaveGroup
        | requests.SendToGroup
        | requests.SetGroupState
        | requests.SubscribeGroupState,
        permission: Permission,
        verb: str,
    ) -> bool:
        """Whether to carry a request out; if not, its ack is on the way. A repeated ack id is
        noticed before a lacking permission."""
        if not self._is_new(request.ack_id):
            return False
        if self._session.permissions.allows(permission, request.group):
            return True
        self._acknowledge(request.ack_id, forbidden(verb, request.group))
        return False

    def _is_new(self, ack_id: int | None) -> bool:
        if ack_id is None or ack_id not in self._session.acks:
            return True
        self._acknowledge(ack_id, duplicate(ack_id))
        return False

    def _perform(self, operation: ops.HubOperation, ack_id: int | None) -> bool:
        """Carry an operation out and acknowledge it; returns whether it was not refused."""
        refusal = self._hub.perform(operation)
        if refusal is None:
            self._succeed(ack_id)
        else:
            self._log(refusal)
            self._acknowledge(ack_id, _error_of(refusal))
        return refusal is None

    # Events

    async def _answer_event(
        self, request: requests.SendEvent, completion: Completion | None
    ) -> None:
        try:
            outcome = await self._router.user_event(self._session, request.event, request.message)
            self._settle_event(request, outcome, completion)
            self._inbox.release()
        except Exception:
            logger.exception("the event '%s' of hub '%s'", request.event, self._hub.name)
            self._fail_for_good()

    def _fail_for_good(self) -> None:
        """We failed between two items: none of those that wait can be handled any more."""
        self._event = None
        self._inbox.clear()
        self._inbox.release()
        self._websocket.on_internal_error()

    def _settle_event(
        self,
        request: requests.SendEvent,
        outcome: UserEventAccepted | EventFailed | Unhandled,
        completion: Completion | None,
    ) -> None:
        """Without a transport, a reply is kept for the client and the ack id is remembered."""
        self._event = None
        if self._session.phase is Phase.ENDED:
            return
        if isinstance(outcome, UserEventAccepted):
            self._reply(outcome)
            self._succeed(request.ack_id, completion)
        else:
            self._fail(request, outcome, completion)

    def _reply(self, outcome: UserEventAccepted) -> None:
        """Send the reply; one with neither data nor metadata is none."""
        reply = outcome.reply
        if reply is not None and (reply.data or reply.metadata):
            self._hub.perform(
                ops.SendToConnection(
                    hub=self._hub.name,
                    connection_id=self._session.connection_id,
                    message=reply,
                )
            )

    def _fail(
        self,
        request: requests.SendEvent,
        outcome: EventFailed | Unhandled,
        completion: Completion | None,
    ) -> None:
        refusal = close_refusal(EVENT_FAILED, _describe_failure(request.event, outcome))
        if self._codec.name == "simple":
            self._refuse(refusal)
        else:
            self._log(refusal)
            self._acknowledge(request.ack_id, INTERNAL_SERVER_ERROR, completion)

    # Acks

    def _succeed(self, ack_id: int | None, completion: Completion | None = None) -> None:
        if ack_id is not None:
            self._session.acks.add(ack_id)
            self._acknowledge(ack_id, None, completion)

    def _acknowledge(
        self, ack_id: int | None, error: AckError | None, completion: Completion | None = None
    ) -> None:
        if ack_id is None or self._session.attachment is not self:
            return
        observer = self._point.observer
        if observer is not None:
            connection_id = self._session.connection_id
            observer(observation.AckSent(self._hub.name, connection_id, ack_id, error))
        completion = completion or self._completions.expect()
        completion.complete(wire_bytes(self._codec.encode_ack(ack_id, error)))

    # Invocations

    def _invoke(self, request: requests.Invoke) -> None:
        self._observe(request)
        if self._invocations is None:
            self._invocations = Invocations(self._session, self._router, self.tell)
        self._invocations.invoke(request)

    def _cancel_invocation(self, request: requests.CancelInvocation) -> None:
        self._observe(request)
        if self._invocations is not None:
            self._invocations.cancel(request.invocation_id)

    # Group states

    def _set_group_state(self, request: requests.SetGroupState) -> None:
        self._observe(request)
        if self._may(request, Permission.SEND_TO_GROUP, "set the state of"):
            self._perform(
                ops.SetGroupState(
                    hub=self._hub.name,
                    group=request.group,
                    connection_id=self._session.connection_id,
                    state=request.state,
                    at=self._clock(),
                ),
                request.ack_id,
            )

    def _subscribe_group_state(self, request: requests.SubscribeGroupState) -> None:
        """The states follow the ack: before it, a client may not know what to do with them. They
        may be many, so the next request waits until they are written."""
        self._observe(request)
        if not self._may(request, Permission.JOIN_LEAVE_GROUP, "subscribe to the state of"):
            return
        subscribe = ops.SubscribeGroupState(
            hub=self._hub.name,
            group=request.group,
            connection_id=self._session.connection_id,
        )
        if self._perform(subscribe, request.ack_id):
            for notice in self._hub.group_states.snapshot(request.group):
                self.tell(notice)
            self._inbox.hold()
            self._loop.call_soon(self._inbox.release)

    def _unsubscribe_group_state(self, request: requests.UnsubscribeGroupState) -> None:
        """CHOICE: this needs no role, because it only gives something up."""
        self._observe(request)
        if self._is_new(request.ack_id):
            self._perform(
                ops.UnsubscribeGroupState(
                    hub=self._hub.name,
                    group=request.group,
                    connection_id=self._session.connection_id,
                ),
                request.ack_id,
            )

    # Streams

    def _streams(self) -> Streams:
        # What there is to keep is kept by the session.
        return Streams(self._session, self._hub, self._sweeper, self._clock)

    def _start_stream(self, request: requests.StartStream) -> None:
        self._observe(request)
        if not self._is_new(request.ack_id):
            return
        error = self._streams().start(request)
        if error is None:
            self._succeed(request.ack_id)
        else:
            self._acknowledge(request.ack_id, AckError(error.name, error.message))

    def _take_for_stream(self, request: StreamRequest) -> None:
        self._observe(request)
        self._streams().take(request)

    # The rest

    def _observe(self, request: ClientRequest) -> None:
        observer = self._point.observer
        if observer is not None:
            connection_id = self._session.connection_id
            observer(observation.RequestReceived(self._hub.name, connection_id, request))

    def _log(self, refusal: Refusal) -> None:
        logger.warning(
            "hub '%s', connection %s: %s",
            self._hub.name,
            self._session.connection_id,
            refusal.describe(),
        )


def _error_of(refusal: Refusal) -> AckError:
    """What a client is told; a join that is one too many shows to others as a status."""
    if refusal.kind is GROUPS_FULL:
        return AckError("Forbidden", refusal.wire_message)
    return refused(refusal)


def _describe_failure(event: str, outcome: EventFailed | Unhandled) -> str:
    if isinstance(outcome, Unhandled):
        return f"no handler for the event '{event}'"
    return f"status {outcome.status} for the event '{event}': {outcome.message}"


#: What the disconnected event gives as reason, in the service's own categories.
_DROP_REASONS: Mapping[RefusalKind, str] = {
    SLOW_CLIENT: "SlowClient",
    PING_TIMEOUT: "PingTimeout",
}

_HANDLERS: Mapping[type[Item], Callable[[Connection, Any], None]] = {
    Frame: Connection._handle_frame,
    Goodbye: Connection._handle_goodbye,
    Refusal: Connection._refuse,
    requests.JoinGroup: Connection._join,
    requests.LeaveGroup: Connection._leave,
    requests.SendToGroup: Connection._send_to_group,
    requests.SendEvent: Connection._send_event,
    requests.Ping: Connection._ping,
    requests.SequenceAck: Connection._acknowledge_sequence,
    requests.Invoke: Connection._invoke,
    requests.CancelInvocation: Connection._cancel_invocation,
    requests.SetGroupState: Connection._set_group_state,
    requests.SubscribeGroupState: Connection._subscribe_group_state,
    requests.UnsubscribeGroupState: Connection._unsubscribe_group_state,
    requests.StartStream: Connection._start_stream,
    requests.StreamFragment: Connection._take_for_stream,
    requests.KeepStreamAlive: Connection._take_for_stream,
    requests.EndStream: Connection._take_for_stream,
}
