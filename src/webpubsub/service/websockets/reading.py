"""When a WebSocket takes bytes from the network, and how much is done for its client in a turn.

Several reasons can hold at once why nothing is taken: the WebSocket has not begun, whoever receives
its messages is busy, somebody froze the network, or the client had its share of this turn of the
event loop.
Specification: client-protocols section 2.1.
"""

import asyncio

from webpubsub.service.websockets.frame_reader import FrameListener
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.share import FRAMES, SHARE

_NOT_BEGUN, _RECEIVER_IS_BUSY, _FROZEN, _TURN_IS_OVER = 1, 2, 4, 8


class Reading(FrameListener):
    """What a WebSocket hears of its client, and when."""

    __slots__ = ("_flusher", "_frames", "_pauses", "_spent", "_transport", "_turn")

    def __init__(self, transport: asyncio.Transport, flusher: Flusher) -> None:
        self._transport = transport
        self._flusher = flusher
        self._pauses = _NOT_BEGUN
        #: Since a buffer was full.
        self._frames = 0
        #: What was done for the client in this turn, and which that was.
        self._spent = 0
        self._turn = 0

    def begin_reading(self) -> None:
        """Take what comes."""
        self._resume(_NOT_BEGUN)

    def pause_reading(self) -> None:
        """Take nothing from the network for now. A lost connection then goes unnoticed."""
        self._pause(_RECEIVER_IS_BUSY)

    def resume_reading(self) -> None:
        """Go on."""
        self._resume(_RECEIVER_IS_BUSY)

    def spend(self, work: int) -> int:
        """Do some work for the client; returns how much that is in this turn."""
        turn = self._flusher.flushes
        if turn != self._turn:
            self._turn, self._spent = turn, 0
        self._spent += work
        return self._spent

    def hold(self) -> None:
        """Take nothing from the network, and act as if nothing came: what a network does that has
        stopped to work."""
        self._pause(_FROZEN)

    def release(self) -> None:
        """Undo that."""
        self._resume(_FROZEN)

    @property
    def receiver_is_busy(self) -> bool:
        """Whether nothing is read for this reason, and perhaps for others."""
        return bool(self._pauses & _RECEIVER_IS_BUSY)

    def on_full_buffer(self) -> None:
        """Others are to be heard before much more is read."""
        frames, self._frames = self._frames, 0
        if self.spend(1 + frames // FRAMES) >= SHARE:
            self._pause(_TURN_IS_OVER)
            self._flusher.postpone(self._end_pause)

    def on_many_reads(self) -> None:
        """Who waits for what many are sent waits long enough."""
        self._flusher.interject()

    def _pause(self, why: int) -> None:
        if not self._pauses and not self._transport.is_closing():
            self._transport.pause_reading()
        self._pauses |= why

    def _resume(self, why: int) -> None:
        if not self._pauses & why:
            return
        self._pauses &= ~why
        if not self._pauses and not self._transport.is_closing():
            self._transport.resume_reading()

    def _end_pause(self) -> None:
        self._resume(_TURN_IS_OVER)
