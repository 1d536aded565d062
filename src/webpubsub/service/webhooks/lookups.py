"""The addresses of servers. They are looked up in threads, of which there are few.

A name server that does not answer keeps one of them for each question. So there is one question
about a server at a time, which all who want to know share: a name that cannot be found is not in
the way of others.
"""

import asyncio
import socket
from collections.abc import Sequence

from aiohappyeyeballs import AddrInfoType

from webpubsub.service.webhooks.targets import Origin


class Lookups:
    """Asks for the addresses of servers."""

    def __init__(self) -> None:
        self._asking: dict[Origin, asyncio.Task[Sequence[AddrInfoType]]] = {}

    async def addresses(self, origin: Origin) -> Sequence[AddrInfoType]:
        """Those of a server. Raises OSError."""
        asking = self._asking.get(origin)
        if asking is None:
            asking = asyncio.get_running_loop().create_task(_ask(origin))
            self._asking[origin] = asking
            asking.add_done_callback(lambda done: self._forget(origin, done))
        # One may have no time any more while others still wait.
        return await asyncio.shield(asking)

    def _forget(self, origin: Origin, done: asyncio.Task[Sequence[AddrInfoType]]) -> None:
        del self._asking[origin]
        if not done.cancelled():
            done.exception()  # Perhaps nobody waits for it any more.


async def _ask(origin: Origin) -> Sequence[AddrInfoType]:
    loop = asyncio.get_running_loop()
    return await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
