"""Holds the sessions of reliable clients that have lost their transport, and gives them back.

A session is held until a deadline. A client that comes back in time claims it, taking it over from
its old transport if that is still there; when a request that the old one brought is still being
handled, the client waits for it, and the deadline begins anew. Specification: client-protocols
section 7.4.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals.websockets import (
    RECOVERY_EXPIRED,
    RECOVERY_REFUSED,
    close_refusal,
)
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.session_limits import SessionLimits
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.session import Session, SessionSnapshot
from webpubsub.service.sweeper import Sweeper

_EXPIRED = "The connection recovery timeout expired."

HandOver: TypeAlias = Callable[[Hub, Session], Session]


class Recovery:
    """What becomes of reliable sessions between two transports.

    ``window`` is for how many seconds a session is held.
    """

    def __init__(self, sweeper: Sweeper, window: float) -> None:
        self._sweeper = sweeper
        self.window = window
        #: Gives the session that is to be attached in place of one that was detached: the same one,
        #: unless it is to come from elsewhere.
        self.hand_over: HandOver = stay

    def detach(self, hub: Hub, session: Session, unfinished: asyncio.Task[None] | None) -> None:
        """Hold a session that has lost its transport; ``unfinished`` is the request that is still
        being handled."""
        session.detach()
        session.unfinished = unfinished
        self._hold(hub, session)

    async def reclaim(self, hub: Hub, connection_id: str) -> Session:
        """The session of a client that has come back, claimed for it and nobody else.

        Raises Refused: with a close code when there is nothing to give back, without one when the
        client has waited in vain.
        """
        session = self._claim(hub, connection_id)
        if session.unfinished is not None:
            await self._wait(session, session.unfinished)
        return self.hand_over(hub, session)

    def _claim(self, hub: Hub, connection_id: str) -> Session:
        session = hub.sessions.get(connection_id)
        if session is None:
            raise _refused(f"the connection id '{connection_id}', which this hub does not have")
        if session.buffer is None:
            raise _refused("a connection that is not reliable")
        if session.attachment is not None:
            session.attachment.yield_to_successor()
        if session.phase is not Phase.DETACHED:
            raise _refused("a connection that another client is just recovering")
        session.claim()
        self._hold(hub, session)
        return session

    async def _wait(self, session: Session, unfinished: asyncio.Task[None]) -> None:
        try:
            await asyncio.wait((unfinished,))
        except asyncio.CancelledError:
            if session.phase is Phase.CLAIMED:
                session.release()
            raise
        if unfinished.cancelled():
            raise Refused(RECOVERY_EXPIRED.refuse(f"more than {self.window:g} seconds"))
        if session.phase is not Phase.CLAIMED:
            raise _refused("a connection that has ended meanwhile")

    def _hold(self, hub: Hub, session: Session) -> None:
        if session.deadline is not None:
            session.deadline.cancel()
        session.deadline = self._sweeper.after(self.window, lambda: _expire(hub, session))


def stay(_hub: Hub, session: Session) -> Session:
    """The session itself."""
    return session


def through_bytes(limits: SessionLimits) -> HandOver:
    """Has every recovery go through the bytes of a snapshot, as if the client had come back to
    another node."""

    def move(hub: Hub, session: Session) -> Session:
        data = msgspec.msgpack.encode(session.snapshot())
        snapshot = msgspec.msgpack.decode(data, type=SessionSnapshot)
        installed = Session.install(snapshot, limits)
        installed.claim()
        session.let_go()
        if session.buffer is not None:
            session.buffer.send_by(None)  # so that no run holds it
        session.streams = None  # they are elsewhere now, and nobody may end them here
        hub.replace(installed)
        return installed

    return move


def _expire(hub: Hub, session: Session) -> None:
    hub.end(session, _EXPIRED)
    if session.unfinished is not None:
        session.unfinished.cancel()


def _refused(seen: str) -> Refused:
    return Refused(close_refusal(RECOVERY_REFUSED, seen))
