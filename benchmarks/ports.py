"""Ports for servers: each process that measures has some of its own, so that none of its clients
ever talks to what another process has started.

The system gives ports from 32768 on to whoever asks for any, and a client that knocks at such a
port before its server is there may meet itself; tests of the commands use those from 20,000 on.
"""

import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import cycle

#: How many belong to one process.
_SIZE = 500
_FIRST = range(10_000, 20_000, _SIZE)


def free_port() -> int:
    """A port of this process on which nobody listens at this moment."""
    _, ports = _own()
    for _ in range(_SIZE):
        port = next(ports)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise RuntimeError("somebody listens on all ports that are this process's")


@cache
def _own() -> tuple[socket.socket, Iterator[int]]:
    """The ports of this process, and what keeps them from others as long as it lives: nobody else
    can listen on the first."""
    for first in _FIRST:
        with suppress(OSError):
            claim = socket.create_server(("127.0.0.1", first))
            return claim, cycle(range(first + 1, first + _SIZE))
    raise RuntimeError(f"{len(_FIRST)} other processes measure at this moment")
