"""A client without a connection: what it sends is handed to the server at once, and what the server
writes is kept.

A server that writes past the transport, to the socket, writes to a sink, if the client has one.
Everything between is the service's own. A mask of zeros leaves the payload of a frame as it is, so
that making one costs next to nothing.
"""

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from webpubsub.testing.memory import feed

_MASK = bytes(4)
_TEXT = 0x81
_MASKED = 0x80
#: Turns of the loop that nothing takes, and that everything is done in.
_MANY_TURNS = 2000
_SOME_TURNS = 50
_LARGEST = 1 << 16

_Data = bytes | bytearray | memoryview


class Sink:
    """A socket that takes everything, and drops it when nobody looks."""

    def __init__(self) -> None:
        self._behind = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._behind.bind(("127.0.0.1", 0))
        self._behind.setblocking(False)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect(self._behind.getsockname())
        self.socket.setblocking(False)

    def close(self) -> None:
        """Take no more."""
        self.socket.close()
        self._behind.close()

    def taken(self) -> list[int]:
        """How large each of the latest writes was."""
        sizes = []
        with suppress(BlockingIOError):
            while True:
                sizes.append(len(self._behind.recv(_LARGEST)))
        return sizes


class Wire(asyncio.Transport):
    """The server's end of a connection that never blocks."""

    def __init__(self, protocol: asyncio.BaseProtocol, sink: Sink | None = None) -> None:
        super().__init__()
        self.sink = sink
        #: How often the server has written, how much, and what at last.
        self.writes = 0
        self.size = 0
        self.last: _Data = b""
        self._protocol = protocol
        self._closing = False
        protocol.connection_made(self)

    # What the server asks

    def write(self, data: _Data) -> None:
        """Keep it."""
        self.writes += 1
        self.size += len(data)
        self.last = data

    def writelines(self, list_of_data: Iterable[_Data]) -> None:
        """All at once."""
        self.write(b"".join(list_of_data))

    def is_closing(self) -> bool:
        """Whether the connection is over."""
        return self._closing

    def close(self) -> None:
        """The server has no more to say."""
        self._closing = True

    def abort(self) -> None:
        """Nor does it listen."""
        self._closing = True

    def write_eof(self) -> None:
        """The server has said everything."""

    def pause_reading(self) -> None:
        """The client waits for answers anyway."""

    def resume_reading(self) -> None:
        """It never stopped."""

    def is_reading(self) -> bool:
        """Always."""
        return True

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Whom it tells."""
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell another one from now on."""
        self._protocol = protocol

    def get_write_buffer_size(self) -> int:
        """Everything is read at once."""
        return 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """There is an address, and perhaps a socket."""
        if name == "socket" and self.sink is not None:
            return self.sink.socket
        return ("127.0.0.1", 0) if name in ("peername", "sockname") else default

    # What the client does

    def send(self, data: bytes) -> None:
        """Have it arrive."""
        feed(self, data)

    async def until(self, size: int) -> None:
        """Wait until the server has written so many bytes. Raises RuntimeError when it does not."""
        for _ in range(_MANY_TURNS):
            if self.size >= size:
                return
            await asyncio.sleep(0)
        raise RuntimeError(f"the server has written {self.size} bytes and not {size}")

    async def settle(self) -> None:
        """Wait until surely nothing more is written."""
        for _ in range(_SOME_TURNS):
            await asyncio.sleep(0)

    def lose(self) -> None:
        """The connection ends."""
        self._closing = True
        self._protocol.connection_lost(None)


def text_frame(text: bytes) -> bytes:
    """The frame of a message as a client sends it. Raises ValueError for more than 64 KiB."""
    size = len(text)
    if size < 126:
        return bytes((_TEXT, _MASKED | size)) + _MASK + text
    if size > 0xFFFF:
        raise ValueError(f"a message of {size} bytes is more than one of these frames takes")
    return bytes((_TEXT, _MASKED | 126)) + size.to_bytes(2) + _MASK + text
