"""The streams of one client, carried out on its hub.

What is open belongs to the session, so a client that comes back finds its streams as it left them.
Idleness is looked for by the sweeper, in one place for all streams of a session: a fragment only
moves a deadline, and makes no timer. Specification: client-protocols section 9.3.
"""

from collections.abc import Callable, Sequence

from webpubsub.protocol.acks import forbidden
from webpubsub.protocol.clients.notices import Notice, NoticeError, StreamClosed
from webpubsub.protocol.clients.requests import StartStream
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.streams import OpenStreams, Step, StreamRequest
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.sessions.session import Session
from webpubsub.service.sweeper import SWEEP_INTERVAL, Sweeper


class Streams:
    """Takes what a client says of its streams. ``clock`` gives seconds since the epoch."""

    __slots__ = ("_clock", "_hub", "_session", "_sweeper")

    def __init__(
        self, session: Session, hub: Hub, sweeper: Sweeper, clock: Callable[[], float]
    ) -> None:
        self._session = session
        self._hub = hub
        self._sweeper = sweeper
        self._clock = clock

    def start(self, request: StartStream) -> NoticeError | None:
        """Open a stream and tell the client; returns why it was refused."""
        notice: Notice
        if self._may_send(request.group):
            notice = self._opened().start(request, self._clock())
            self._watch()
        else:
            refused = forbidden("send to", request.group)
            error = NoticeError(refused.name, refused.message)
            notice = StreamClosed(stream_id=request.stream_id, error=error)
        self._carry_out(Step(None, notice))
        return notice.error if isinstance(notice, StreamClosed) else None

    def take(self, request: StreamRequest) -> None:
        """Publish a fragment, or keep or end a stream. A permission that is taken away counts from
        the next of these on, as for every other request."""
        streams = self._opened()
        group = streams.group_of(request.stream_id)
        if group is None or self._may_send(group):
            self._carry_out(streams.take(request, self._clock()))
        else:
            self._carry_out(streams.forbid(request.stream_id))

    def resume(self) -> Sequence[Notice]:
        """What the client is told that has come back."""
        streams = self._session.streams
        if streams is None:
            return ()
        self._watch()
        return streams.resume()

    def keep_alive(self) -> bool:
        """End what has been idle for too long. Returns whether anything is still open here."""
        streams = self._session.streams
        if streams is None:
            return False
        for step in streams.expire(self._clock()):
            self._carry_out(step)
        self._session.streams_watched = len(streams) > 0
        return self._session.streams_watched

    def _opened(self) -> OpenStreams:
        session = self._session
        if session.streams is None:
            session.streams = OpenStreams(session.publisher, most=session.limits.streams)
        return session.streams

    def _watch(self) -> None:
        session = self._session
        if session.streams and not session.streams_watched:
            session.streams_watched = True
            self._sweeper.watch(self, SWEEP_INTERVAL)

    def _may_send(self, group: str) -> bool:
        return self._session.permissions.allows(Permission.SEND_TO_GROUP, group)

    def _carry_out(self, step: Step) -> None:
        if step.operation is not None:
            self._hub.perform(step.operation)
        # To send may have ended the session.
        attachment = self._session.attachment
        if step.notice is not None and attachment is not None:
            attachment.tell(step.notice)
