"""Listens by compiled code, which reads for all clients in one loop and counts what they receive.

The code is compiled when it is first needed, and lives as long as this process. While there is
nothing to read it looks for some time before it sleeps, unless others need its core: who sends to a
process that sleeps has to wake it, which may take as long as to send. That time is told from what
it works. It returns to Python only when what is waited for has come, or when a client was sent
something else than a message.
"""

import asyncio
import ctypes
import shutil
import subprocess
import sys
import weakref
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Final

from benchmarks.load.acknowledging import EVERY, SCATTER
from benchmarks.load.meter import IDLE
from benchmarks.load.websockets import BUFFER, PATIENCE, Client, Endpoint
from benchmarks.servers import scratch

_SOURCE = Path(__file__).with_name("listening.c")
_HANDLE, _SIZE, _COUNT, _FLAG = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64, ctypes.c_int
_PLACE = ctypes.POINTER(_SIZE)
#: Function -> what it returns, and what it is given.
_FUNCTIONS: Final = {
    "listener_new": (_HANDLE, (ctypes.c_char_p, _SIZE, ctypes.c_uint64, _FLAG, _FLAG)),
    "listener_end": (None, (_HANDLE,)),
    "listener_add": (_COUNT, (_HANDLE, _FLAG, ctypes.c_char_p, _SIZE)),
    "listener_await": (None, (_HANDLE, _COUNT)),
    "listener_acknowledge": (None, (_HANDLE, _COUNT, _COUNT)),
    "listener_heard": (_COUNT, (_HANDLE,)),
    "listener_answers": (_COUNT, (_HANDLE,)),
    "listener_idle": (ctypes.c_double, (_HANDLE,)),
    "listener_is_strange": (None, (_HANDLE, _SIZE, _FLAG)),
    "listener_send": (_FLAG, (_HANDLE, _SIZE, ctypes.c_char_p, _SIZE)),
    "listener_count": (None, (_HANDLE, _SIZE, _COUNT)),
    "listener_listen": (_COUNT, (_HANDLE, _COUNT, ctypes.c_double, _PLACE, _PLACE)),
}
_MOST = (1 << 63) - 1


@cache
def library() -> ctypes.CDLL | None:
    """The compiled code; None where the system has no epoll or no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if sys.platform != "linux" or compiler is None:
        return None
    built = scratch() / "listening.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(built), str(_SOURCE)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return None
    loaded = ctypes.CDLL(str(built))
    for name, (returned, given) in _FUNCTIONS.items():
        function = getattr(loaded, name)
        function.restype, function.argtypes = returned, given
    return loaded


class CompiledListener:
    """Takes the sockets of its clients away from the event loop, which is not needed meanwhile."""

    def __init__(
        self, compiled: ctypes.CDLL, endpoint: Endpoint, *, shares_core: bool = False
    ) -> None:
        longest = max(map(len, endpoint.answers), default=0)
        self._compiled = compiled
        self._view = (ctypes.c_char * len(BUFFER)).from_buffer(BUFFER)
        self._listener = compiled.listener_new(
            ctypes.cast(self._view, ctypes.c_char_p),
            *(len(BUFFER), longest, endpoint.size_of is not None, shares_core),
        )
        self._clients: list[Client] = []
        self._wanted = 0
        weakref.finalize(self, compiled.listener_end, self._listener)

    @property
    def heard(self) -> int:
        """All that have come since the start."""
        return int(self._compiled.listener_heard(self._listener))

    @property
    def answers(self) -> int:
        """All that its clients have given since the start."""
        return int(self._compiled.listener_answers(self._listener))

    def add(self, clients: Sequence[Client]) -> None:
        """Listen to these, too."""
        for client in clients:
            socket, message = client.hand_over()
            add = self._compiled.listener_add
            number = add(self._listener, socket, message, len(message))
            client.write = partial(self._write, number)
            client.hear = partial(self._hear, number)
            self._clients.append(client)

    def answer_after(self, awaited: int) -> None:
        """Have each client send its text again after so many messages from now on; 0: no longer."""
        self._compiled.listener_await(self._listener, awaited)

    def acknowledge(self) -> None:
        """Have each client say now and then what it has received, from now on."""
        self._compiled.listener_acknowledge(self._listener, EVERY, SCATTER)

    def expect(self, messages: int) -> None:
        """Begin to wait for so many messages, or bytes of them."""
        self._wanted = self.heard + messages

    async def done(self, patience: float = PATIENCE) -> None:
        """Until all have come, or for so many seconds. Raises RuntimeError then."""
        await self._listen(self._wanted, patience)
        if self.heard < self._wanted:
            raise RuntimeError(f"{self._wanted - self.heard} messages or bytes have not come")

    async def listen(self, seconds: float) -> None:
        """For so long."""
        await self._listen(_MOST, seconds)

    async def _listen(self, wanted: int, seconds: float) -> None:
        begin, end = _SIZE(), _SIZE()
        until = asyncio.get_running_loop().time() + seconds
        while True:
            rest = until - asyncio.get_running_loop().time()
            listen = self._compiled.listener_listen
            before = self._compiled.listener_idle(self._listener)
            number = listen(self._listener, wanted, rest, begin, end)
            IDLE.seconds += self._compiled.listener_idle(self._listener) - before
            if number < 0:
                return
            self._look(number, begin.value, end.value)

    def _look(self, number: int, begin: int, end: int) -> None:
        if not end:
            raise RuntimeError("the server has ended a connection")
        client, size = self._clients[number], end - begin
        BUFFER[:size] = BUFFER[begin:end]
        client.buffer_updated(size)
        self._compiled.listener_is_strange(self._listener, number, client.is_amid_frame)

    def _hear(self, number: int, _client: Client, messages: int) -> None:
        self._compiled.listener_count(self._listener, number, messages)

    def _write(self, number: int, data: bytes) -> None:
        if self._compiled.listener_send(self._listener, number, data, len(data)):
            raise MemoryError
