"""WebSocket clients by the thousand, which count what they receive and hardly look at it.

A server must not seem slow because its clients are. So all clients read into one buffer; what they
send was framed and masked before; and they parse a frame only where they have not seen its like:
bytes that begin with the header of the frame parsed last, and are a multiple of it, are so many of
them.
"""

import asyncio
import base64
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from socket import SO_LINGER, SOL_SOCKET
from typing import cast

import msgspec

from benchmarks.load.frames import BINARY, CLOSE, PING, PONG, TEXT, first_frame, masked

#: A server that has lost a message is waited for so long.
PATIENCE = 20.0

#: What was received last, by whichever client.
BUFFER = bytearray(1 << 18)

_HOST = "127.0.0.1"
_KEY = base64.b64encode(bytes(range(16))).decode()
_AT_ONCE = 100
#: One address of this machine has so many ports to connect from.
_PORTS = 20_000
_UNSEEN = b"\xff"
_RESET = struct.pack("ii", 1, 0)


class Endpoint(msgspec.Struct, frozen=True):
    """Where a client connects, and what the two say to each other.

    ``say`` is what a client sends so that its group, or itself, is sent a text. The first
    ``greetings`` frames it receives are no messages; it answers each with the next of ``opening``,
    as it answers the ones in ``answers`` at any time. Where a server puts several messages into one
    frame, ``size_of`` tells how many bytes one with such a text takes.
    """

    port: int
    path: str
    subprotocol: str = ""
    say: Callable[[str], str] = str
    opcode: int = TEXT
    greetings: int = 0
    opening: tuple[str, ...] = ()
    answers: Mapping[bytes, str] = {}
    size_of: Callable[[str], int] | None = None

    def frame(self, text: str) -> bytes:
        """What makes the server send ``text``, ready to be written any number of times."""
        return self.framed(self.say(text))

    def framed(self, words: str) -> bytes:
        """These very words, likewise."""
        return masked(words.encode(), self.opcode)

    @property
    def head(self) -> bytes:
        """The request of the handshake."""
        offer = f"Sec-WebSocket-Protocol: {self.subprotocol}\r\n" if self.subprotocol else ""
        return (
            f"GET {self.path} HTTP/1.1\r\nHost: {_HOST}:{self.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {_KEY}\r\n"
            f"{offer}\r\n"
        ).encode()


class Seen:
    """The header of the frame parsed last, and how many bytes such a frame has."""

    def __init__(self) -> None:
        self.header = _UNSEEN
        self.size = 1
        self.counts = 1


class Client(asyncio.BufferedProtocol):
    """One client; ``hear`` is told how many messages it has just received, or bytes of them.
    ``message`` is what it sends, in frames."""

    def __init__(
        self, endpoint: Endpoint, hear: Callable[["Client", int], None], seen: Seen, text: str
    ) -> None:
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.hear = hear
        self.message = endpoint.frame(text)
        self._endpoint = endpoint
        self._seen = seen
        self._rest = b""
        self._greetings = endpoint.greetings
        self._accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands."""
        self._transport = cast("asyncio.Transport", transport)
        self.write = self._transport.write
        self.write(self._endpoint.head)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody waits any longer."""
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("the server has not let a client in"))

    def get_buffer(self, sizehint: int) -> bytearray:
        """The buffer of all: what it holds is dealt with at once."""
        return BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes have come."""
        seen = self._seen
        if not self._rest and nbytes % seen.size == 0 and BUFFER.startswith(seen.header):
            self.hear(self, nbytes // seen.size * seen.counts)
            return
        data = self._rest + BUFFER[:nbytes]
        if not self._accepted:
            data = self._shake_hands(data)
        if data and (messages := self._parse(data)):
            self.hear(self, messages)

    @property
    def is_amid_frame(self) -> bool:
        """Whether a frame has begun and is not whole."""
        return bool(self._rest)

    def has_just_heard(self, text: bytes, messages: int) -> bool:
        """Whether a text was among the last messages, which came together."""
        return BUFFER.find(text, 0, messages * self._seen.size) >= 0

    def send(self) -> None:
        """Send the text."""
        self.write(self.message)

    def hand_over(self) -> tuple[int, bytes]:
        """Let somebody else read and write from now on: its socket, and the frame of the text."""
        self._transport.pause_reading()
        return self._transport.get_extra_info("socket").fileno(), self.message

    def leave(self) -> None:
        """End the connection without a word, and leave its port to others at once."""
        if not self._transport.is_closing():
            self._transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, _RESET)
            self._transport.abort()

    def _shake_hands(self, data: bytes) -> bytes:
        head, end, rest = data.partition(b"\r\n\r\n")
        if not end:
            self._rest = data
            return b""
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.ready.set_exception(ConnectionError(head.decode(errors="replace")))
            self._transport.abort()
            return b""
        self._rest = b""
        self._accepted = True
        self._may_be_ready()
        return rest

    def _parse(self, data: bytes) -> int:
        at = messages = 0
        while frame := first_frame(data, at):
            opcode, start, end = frame
            if opcode in (TEXT, BINARY):
                messages += self._take(data[at:start], data[start:end])
            elif opcode == PING:
                self.write(masked(data[start:end], PONG))
            elif opcode == CLOSE:
                self._transport.abort()
            at = end
        self._rest = data[at:]
        return messages

    def _take(self, header: bytes, payload: bytes) -> int:
        if self._greetings:
            self._greet()
            return 0
        if answer := self._endpoint.answers.get(payload):
            self.write(self._endpoint.framed(answer))
            return 0
        seen = self._seen
        seen.header, seen.size = header, len(header) + len(payload)
        seen.counts = len(payload) if self._endpoint.size_of else 1
        return seen.counts

    def _greet(self) -> None:
        opening = self._endpoint.opening
        turn = self._endpoint.greetings - self._greetings
        if turn < len(opening):
            self.write(self._endpoint.framed(opening[turn]))
        self._greetings -= 1
        self._may_be_ready()

    def _may_be_ready(self) -> None:
        if not self._greetings and not self.ready.done():
            self.ready.set_result(None)


def ignore(_client: Client, _messages: int) -> None:
    """Take no notice of messages."""


async def connect(
    endpoints: Iterable[Endpoint], hear: Callable[[Client, int], None] = ignore, text: str = ""
) -> list[Client]:
    """A client for each endpoint, which can send ``text``; some at a time, so that no listen queue
    overflows."""
    seen = Seen()
    clients: list[Client] = []
    for number, endpoint in enumerate(endpoints):
        make = partial(Client, endpoint, hear, seen, text)
        clients.append(await _open(number // _PORTS, endpoint.port, make))
        if number % _AT_ONCE == 0:
            await _ready(clients[-_AT_ONCE:])
    await _ready(clients)
    return clients


async def leave(clients: Sequence[Client]) -> None:
    """All end their connections, and the server has a moment to see it."""
    for client in clients:
        client.leave()
    await asyncio.sleep(0.1)


async def _open(address: int, port: int, make: Callable[[], Client]) -> Client:
    loop = asyncio.get_running_loop()
    # Where one address has ports enough none is bound: a search for one that can be takes long.
    local = (f"127.0.0.{1 + address}", 0) if address else None
    _, client = await loop.create_connection(make, _HOST, port, local_addr=local)
    return client


async def _ready(clients: Sequence[Client]) -> None:
    await asyncio.wait_for(asyncio.gather(*(client.ready for client in clients)), PATIENCE)
