"""What many clients are sent at once, written in one loop of compiled code.

A message to a group costs a system call for each member, and a transport adds a quarter to that: it
keeps what it is given until the end of the turn, and writes it then. As long as a transport holds
nothing back, its socket can be written to without it, and what the socket does not take goes the
usual way. Only plain TCP sockets are written to like that, and only where the package was built
with its compiled part; otherwise every transport is written to one after the other.

The loop looks for others now and then, and ends as soon as one of them has sent something.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from webpubsub.service.websockets.transport import Transport

#: How many bytes take as long as a system call.
CALL = 1 << 14
#: After so many sends it is looked for others who are to be heard; but where sends are quick, not
#: before so many nanoseconds: to look takes a tenth as long as a send.
BETWEEN, PATIENCE = 4, 20_000

#: Which members of a run are not sent the same as the others.
Apart: TypeAlias = dict[Any, Any]

SendEach: TypeAlias = Callable[[list[int], list[bytes]], list[tuple[int, int]]]
SendSame: TypeAlias = Callable[
    [list[Any], int, int, int, int, bytes, Apart, int], tuple[int, list[tuple[Any, int]]]
]

send_each: SendEach | None
send_same: SendSame | None
is_readable: Callable[[int], bool] | None
try:
    from webpubsub.service.websockets.outgoing._sending import is_readable, send_each, send_same
except ImportError:
    send_each = send_same = is_readable = None


class Direct:
    """The way to a client past its transport, which is used while that holds nothing back."""

    __slots__ = ("_transport", "fileno", "is_open")

    def __init__(self, transport: asyncio.Transport, fileno: int) -> None:
        self._transport = transport
        self.fileno = fileno
        #: False while the transport may hold something, as it does the answer to a handshake.
        self.is_open = False

    def try_again(self) -> bool:
        """Whether the transport holds nothing now."""
        self.is_open = self._transport.get_write_buffer_size() == 0
        return self.is_open

    def write_rest(self, data: bytes) -> None:
        """Let the transport send what the socket did not take."""
        self.is_open = False
        if not self._transport.is_closing():
            self._transport.write(data)


def direct_way(transport: Transport) -> Direct | None:
    """The way past a transport, None where there is none."""
    get_extra_info = getattr(transport, "get_extra_info", None)
    if send_each is None or get_extra_info is None or get_extra_info("sslcontext") is not None:
        return None
    socket = get_extra_info("socket")
    return None if socket is None else Direct(cast("asyncio.Transport", transport), socket.fileno())


class Way(Protocol):
    """Where the socket of a client can be written to."""

    def write_rest(self, data: bytes) -> None:
        """Send what the socket did not take."""
        ...


class OwnWay(Way, Hashable, Protocol):
    """One that knows the number of the socket while nothing else is on its way there, -1 at all
    other times."""

    clear_fileno: int


WayT = TypeVar("WayT", bound=OwnWay)


class Batch:
    """What is sent past transports at the end of a turn."""

    __slots__ = ("_data", "_filenos", "_others", "_ways")

    def __init__(self, others: int = -1) -> None:
        self._others = others
        self._ways: list[Way] = []
        self._filenos: list[int] = []
        self._data: list[bytes] = []

    def add(self, way: Way, fileno: int, data: bytes) -> None:
        """Have something sent. Nothing may be done with the transport before ``send``."""
        self._ways.append(way)
        self._filenos.append(fileno)
        self._data.append(data)

    def send_same(
        self, ways: list[WayT], places: range, data: bytes, apart: Apart
    ) -> tuple[int, list[WayT]]:
        """Send the same to those at some places who are not apart, now. Others are looked for after
        as many sends as a step is long. Returns the place that was reached before they were to be
        heard, and whose sockets cannot be written to."""
        start, end = places.start, places.stop
        if send_same is None:
            return end, [way for way in ways[start:end] if way not in apart]
        reached, unsent = send_same(
            *(ways, start, end, places.step, PATIENCE, data, apart, self._others)
        )
        busy = []
        for way, sent in unsent:
            if sent < 0:
                busy.append(way)
            else:
                way.write_rest(data[sent:])
        return reached, busy

    @property
    def can_look(self) -> bool:
        """Whether it is known if somebody else is to be heard."""
        return is_readable is not None and self._others >= 0

    def others_wait(self) -> bool:
        """Whether somebody else is to be heard."""
        return is_readable is not None and is_readable(self._others)

    def send(self) -> None:
        """Send everything."""
        if send_each is None or not self._ways:
            return
        ways, filenos, data = self._ways, self._filenos, self._data
        # Whatever goes wrong below, nobody is sent anything twice.
        self._ways, self._filenos, self._data = [], [], []
        for at, sent in send_each(filenos, data):
            ways[at].write_rest(data[at][sent:])


def inbound(loop: asyncio.AbstractEventLoop) -> int:
    """The number of what is readable when the event loop has something to do; -1 where nobody
    knows."""
    get_backend = getattr(loop, "_get_backend_id", None)
    if get_backend is not None:
        return int(get_backend())
    selector = getattr(loop, "_selector", None)
    fileno = getattr(selector, "fileno", None)
    return -1 if fileno is None else int(fileno())
