"""The stream between the host and a worker in another process.

Each message is MessagePack with its length in four bytes before it.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from webpubsub.host.workers.worker_values import packed

_LENGTH_BYTES = 4

_ReceivedT = TypeVar("_ReceivedT")


def encoded(message: msgspec.Struct) -> bytes:
    """A message as it travels. Raises what ``packed`` does."""
    body = packed(message)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class Channel(asyncio.Protocol, Generic[_ReceivedT]):
    """One end of the stream. ``received`` is called with each message, ``lost`` once at the end.

    What is sent in one turn of the event loop is written at its end: a system call costs more than
    a message, and calls come in crowds.
    """

    def __init__(
        self, kinds: Any, received: Callable[[_ReceivedT], None], lost: Callable[[], None]
    ) -> None:
        self._decode = msgspec.msgpack.Decoder(kinds).decode
        self._received = received
        self._lost = lost
        self._buffer = bytearray()
        self._outgoing: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether the other end is there."""
        return self._transport is not None

    def send(self, message: msgspec.Struct) -> None:
        """Send a message; once the other end is gone, nothing happens. Raises what ``encoded``
        does."""
        data = encoded(message)
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.append(data)

    def write_now(self, data: bytes) -> None:
        """Send what is encoded already, after what waits, without waiting itself."""
        self._outgoing.append(data)
        self._flush()

    def close(self) -> None:
        """Send what waits, and end."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        waiting, self._outgoing = self._outgoing, []
        if waiting and self._transport is not None:
            self._transport.writelines(waiting)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other end is there."""
        self._transport = transport  # type: ignore[assignment]  # a stream's is one

    def data_received(self, data: bytes) -> None:
        """Take messages apart."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= _LENGTH_BYTES:
            body = start + _LENGTH_BYTES
            end = body + int.from_bytes(buffer[start:body], "big")
            if end > len(buffer):
                break
            self._received(self._decode(bytes(buffer[body:end])))
            start = end
        del buffer[:start]

    def connection_lost(self, error: Exception | None) -> None:
        """The other end is gone."""
        self._transport = None
        self._lost()
