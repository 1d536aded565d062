"""Fewer system calls: what is sent to one client in one turn of the event loop is written once.

While a client reads too slowly, its frames are held back up to a limit, beyond which the client is
dropped and the others are unharmed. What is worth delivering for a time only is held no longer than
that. Specification: client-protocols section 2.1, rest-api section 5.5.
"""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import Batch, direct_way
from webpubsub.service.websockets.transport import Transport

_TransportT = TypeVar("_TransportT", bound=Transport)


class _Nowhere:
    """Where an outbox writes when its client is gone."""

    def write(self, data: bytes) -> None:
        raise AssertionError("a closed outbox asks before it writes")

    def is_closing(self) -> bool:
        return True


_NOWHERE = _Nowhere()


class _Held(NamedTuple):
    """Frames that wait for the client to read, and until when they are worth that."""

    data: bytes
    expires_at: float


class Outbox:
    """The frames on their way to one client.

    ``on_overflow`` is called when the client has left more unread than the settings allow; it is
    expected to drop the client. ``clock`` gives seconds since the epoch.
    """

    __slots__ = (
        "_clock",
        "_direct",
        "_expiries",
        "_fresh",
        "_held",
        "_held_bytes",
        "_max_bytes",
        "_max_messages",
        "_paused",
        "_transport",
        "clear_fileno",
        "codec",
        "codec_name",
        "flusher",
        "overflow",
        "run",
    )

    def __init__(
        self,
        transport: Transport,
        codec: ClientCodec,
        flusher: Flusher,
        settings: ServiceSettings,
        on_overflow: Callable[[], None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.codec = codec
        self.codec_name = codec.name
        self._transport = transport
        self._direct = direct_way(transport)
        #: The number of the socket while nothing is on its way to the client, so that what comes
        #: next may be written there; -1 at all other times.
        self.clear_fileno = -1
        self.flusher = flusher
        #: What may have more for it.
        self.run: Run | None = None
        self.overflow = on_overflow
        self._max_messages = settings.max_queued_messages
        self._max_bytes = settings.max_queued_bytes
        self._clock = clock
        self._fresh: list[bytes] = []
        #: When what is fresh expires, by its place; what is not in it never does.
        self._expiries: dict[int, float] | None = None
        self._held: list[_Held] = []
        self._held_bytes = 0
        self._paused = False

    @property
    def waiting(self) -> int:
        """How many times something was sent that the transport has not been handed yet."""
        if self.run is not None:
            self.run.leave(self)
        return len(self._held) + len(self._fresh)

    def append(self, data: bytes, expires_at: float | None = None) -> None:
        """Send the bytes of one or more whole frames at the end of this turn; or later, but before
        ``expires_at`` in seconds since the epoch, if the client reads too slowly."""
        if self.run is not None:
            self.run.leave(self)
        fresh = self._fresh
        if expires_at is not None:
            self._expire(len(fresh), expires_at)
        if not fresh:
            self.clear_fileno = -1
            self.flusher.mark(self)
        fresh.append(data)

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        """Send what a run has for this client: a part for each message, and by its place when it
        expires."""
        fresh = self._fresh
        for place, expires_at in expiries.items():
            self._expire(len(fresh) + place, expires_at)
        if not fresh:
            self.clear_fileno = -1
            self.flusher.mark(self)
        fresh += parts

    def reroute(self, around: Callable[[Transport], _TransportT]) -> _TransportT:
        """Write to what is made of the transport, instead of the transport itself."""
        self._transport = rerouted = around(self._transport)
        self._direct = None
        self.clear_fileno = -1
        return rerouted

    def flush(self, batch: Batch | None = None) -> int:
        """Hand what is new to the transport, or to the batch of what is sent past transports, and
        return how many bytes that is; or hold it while the client does not read."""
        fresh = self._fresh
        if self._paused:
            self._hold()
            return 0
        if not fresh:
            return 0
        data = fresh[0] if len(fresh) == 1 else self.flusher.join(fresh)
        fresh.clear()
        self._expiries = None
        if self._transport.is_closing():
            return 0
        direct = self._direct
        if batch is not None and direct is not None and (direct.is_open or direct.try_again()):
            self.clear_fileno = direct.fileno
            batch.add(self, direct.fileno, data)
        else:
            self._transport.write(data)
        return len(data)

    def write_rest(self, data: bytes) -> None:
        """Hand the transport what its socket did not take."""
        self.clear_fileno = -1
        if self._direct is not None:
            self._direct.write_rest(data)

    def pause(self) -> None:
        """The transport has enough: hold everything until ``resume``; nothing where the last has
        been handed to it."""
        self._paused = self._transport is not _NOWHERE
        self.clear_fileno = -1

    def resume(self) -> None:
        """The transport takes more."""
        self._paused = False
        if not self._held:
            return
        self._forget_expired()
        held, self._held = self._held, []
        self._held_bytes = 0
        if held and not self._transport.is_closing():
            self._transport.write(b"".join([one.data for one in held]))

    def finish(self) -> None:
        """Hand everything to the transport for the last time; what comes later is dropped."""
        self.leave_for_good()
        self.resume()
        self.flush()
        self._transport = _NOWHERE
        self.clear_fileno = -1

    def leave_for_good(self) -> None:
        """Be sent nothing with others any more."""
        if self.run is not None:
            self.run.lose(self)

    def _expire(self, place: int, at: float) -> None:
        if self._expiries is None:
            self._expiries = {}
        self._expiries[place] = at

    def _hold(self) -> None:
        expiry = (self._expiries or {}).get
        self._held_bytes += sum(map(len, self._fresh))
        self._held += [_Held(data, expiry(at, math.inf)) for at, data in enumerate(self._fresh)]
        self._fresh.clear()
        self._expiries = None
        if self._is_full():
            self._forget_expired()
        if self._is_full():
            self._held.clear()
            self.flusher.expect_overflow(self)

    def _is_full(self) -> bool:
        return len(self._held) > self._max_messages or self._held_bytes > self._max_bytes

    def _forget_expired(self) -> None:
        now = self._clock()
        self._held = [one for one in self._held if one.expires_at > now]
        self._held_bytes = sum(len(one.data) for one in self._held)
