"""What many clients are sent at once, written in one loop of compiled code.

A message to a group costs a system call for each member, and a transport adds a quarter to that: it
keeps what it is given until the end of the turn, and writes it then. As long as a transport holds
nothing back, its socket can be written to without it, and what the socket does not take goes the
usual way. Only plain TCP sockets are written to like that, and only where the package was built
with its compiled part; otherwise every transport is written to one after the other.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, TypeAlias, cast

from webpubsub.service.websockets.transport import Transport

#: How many bytes take as long as a system call, and how many make a piece of what is sent to many.
CALL, PIECE = 1 << 14, 1 << 18

SendEach: TypeAlias = Callable[[list[int], list[bytes]], list[tuple[int, int]]]

send_each: SendEach | None
try:
    from webpubsub.service.websockets._sending import send_each
except ImportError:
    send_each = None


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


class Batch:
    """What is sent past transports at the end of a turn."""

    __slots__ = ("_data", "_filenos", "_ways")

    def __init__(self) -> None:
        self._ways: list[Way] = []
        self._filenos: list[int] = []
        self._data: list[bytes] = []

    def add(self, way: Way, fileno: int, data: bytes) -> None:
        """Have something sent. Nothing may be done with the transport before ``send``."""
        self._ways.append(way)
        self._filenos.append(fileno)
        self._data.append(data)

    def add_all(self, ways: Sequence[Way], filenos: Sequence[int], data: bytes) -> None:
        """Have the same sent to many."""
        self._ways += ways
        self._filenos += filenos
        self._data += [data] * len(ways)

    def send(self) -> None:
        """Send everything."""
        if send_each is None or not self._ways:
            return
        ways, filenos, data = self._ways, self._filenos, self._data
        # Whatever goes wrong below, nobody is sent anything twice.
        self._ways, self._filenos, self._data = [], [], []
        for at, sent in send_each(filenos, data):
            ways[at].write_rest(data[at][sent:])
