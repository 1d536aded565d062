"""A client without a socket: what it sends is handed to the server at once, and what the server
writes is kept.

Everything between is the service's own. A mask of zeros leaves the payload of a frame as it is, so
that making one costs next to nothing.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

from webpubsub.testing.memory import feed

_MASK = bytes(4)
_TEXT = 0x81
_MASKED = 0x80
#: Turns of the loop that nothing takes, and that everything is done in.
_MANY_TURNS = 2000
_SOME_TURNS = 50

_Data = bytes | bytearray | memoryview


class Wire(asyncio.Transport):
    """The server's end of a connection that never blocks."""

    def __init__(self, protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
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
        """There is an address, and no socket."""
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
