"""Connections without sockets: what one end writes arrives at the other in the next turn of the
loop.

Both ends behave as asyncio's own transports do, so whatever serves or uses a socket can be put on
one of them, and does not notice: who reads too slowly is waited for, who says goodbye is still
answered, and the end of a connection comes after everything that was sent before it.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, cast

#: How many bytes may wait for the other end before it is waited for, and how few until it is not.
_HIGH, _LOW = 65_536, 16_384
_ADDRESSES = {"peername": ("127.0.0.1", 0), "sockname": ("127.0.0.1", 0)}


def join(near: asyncio.BaseProtocol, far: asyncio.BaseProtocol) -> "MemoryTransport":
    """Connect two protocols; the transport of the near one."""
    loop = asyncio.get_running_loop()
    one, other = MemoryTransport(loop, near), MemoryTransport(loop, far)
    one.peer, other.peer = other, one
    far.connection_made(other)
    near.connection_made(one)
    return one


def feed(transport: asyncio.BaseTransport, data: bytes) -> None:
    """Tell a transport's protocol what has arrived; at any piece it may hand the transport over to
    another one."""
    while data:
        protocol = transport.get_protocol()
        if not isinstance(protocol, asyncio.BufferedProtocol):
            cast("asyncio.Protocol", protocol).data_received(data)
            return
        buffer = memoryview(protocol.get_buffer(len(data)))
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        data = data[size:]
        protocol.buffer_updated(size)


class MemoryTransport(asyncio.Transport):
    """One end of a connection; ``peer`` is the other one."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self.peer: MemoryTransport = self
        self._loop = loop
        self._protocol = protocol
        self._arrived: deque[bytes] = deque()
        self.waiting_bytes = 0
        self._awaited = False
        self._reads = True
        self._delivers = False
        self._closing = False
        self._lost = False
        self._ends = False
        self._peer_ended = False

    # Sending

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Have it arrive at the other end, if that still listens."""
        if data and not self._closing and not self._ends:
            self.peer.receive(bytes(data))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """All at once."""
        self.write(b"".join(list_of_data))

    def write_eof(self) -> None:
        """Say that nothing more will be sent."""
        if not self._ends:
            self._ends = True
            self.peer.hear_the_end()

    def can_write_eof(self) -> bool:
        """It can."""
        return True

    def get_write_buffer_size(self) -> int:
        """What the other end has not read yet."""
        return self.peer.waiting_bytes

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """They are fixed."""

    # Reading

    def pause_reading(self) -> None:
        """Leave what arrives for later, the end of the connection included."""
        self._reads = False

    def resume_reading(self) -> None:
        """Go on."""
        self._reads = True
        self._deliver_soon()

    def is_reading(self) -> bool:
        """Whether what arrives is delivered."""
        return self._reads and not self._closing

    # The end

    def close(self) -> None:
        """Be gone, once the other end has what was sent."""
        if not self._closing:
            self._closing = True
            self.write_eof()
            self._loop.call_soon(self._lose)

    def abort(self) -> None:
        """Be gone."""
        self.close()

    def is_closing(self) -> bool:
        """Whether it was closed."""
        return self._closing

    # The rest

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Whom it tells."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell another one from now on."""
        self._protocol = protocol

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """There are addresses, and no socket."""
        return _ADDRESSES.get(name, default)

    def receive(self, data: bytes) -> None:
        """The other end has sent something."""
        if self._closing:
            return
        self._arrived.append(data)
        self.waiting_bytes += len(data)
        if self.waiting_bytes > _HIGH and not self._awaited:
            self._awaited = True
            self.peer.get_protocol().pause_writing()
        self._deliver_soon()

    def hear_the_end(self) -> None:
        """The other end will send nothing more."""
        self._peer_ended = True
        self._deliver_soon()

    def _deliver_soon(self) -> None:
        if not self._delivers:
            self._delivers = True
            self._loop.call_soon(self._deliver)

    def _deliver(self) -> None:
        self._delivers = False
        while self._arrived and self._reads and not self._closing:
            data = self._arrived.popleft()
            self.waiting_bytes -= len(data)
            feed(self, data)
        if self._awaited and self.waiting_bytes <= _LOW:
            self._awaited = False
            self.peer.get_protocol().resume_writing()
        if self._peer_ended and self._reads and not self._arrived and not self._closing:
            self._peer_ended = False
            protocol = cast("asyncio.Protocol | asyncio.BufferedProtocol", self._protocol)
            if not protocol.eof_received():
                self.close()

    def _lose(self) -> None:
        if not self._lost:
            self._lost = True
            self._arrived.clear()
            self.waiting_bytes = 0
            self._protocol.connection_lost(None)
