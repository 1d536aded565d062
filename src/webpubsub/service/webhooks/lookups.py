"""The addresses of servers. They are looked up in threads, of which there are few.

A name server that does not answer keeps one of them for each question. So there is one question
about a server at a time, which all who want to know share: a name that cannot be found is not in
the way of others.
"""

import asyncio
import socket
from collections.abc import Sequence
from typing import TypeAlias

from aiohappyeyeballs import AddrInfoType

from webpubsub.service.webhooks.targets import Origin

#: What is wrong is an answer, too: nobody may be left who would take an error.
_Answer: TypeAlias = Sequence[AddrInfoType] | Exception


class Lookups:
    """Asks for the addresses of servers."""

    def __init__(self) -> None:
        self._asking: dict[Origin, asyncio.Task[_Answer]] = {}

    async def addresses(self, origin: Origin) -> Sequence[AddrInfoType]:
        """Those of a server. Raises OSError."""
        asking = self._asking.get(origin)
        if asking is None:
            asking = asyncio.get_running_loop().create_task(_ask(origin))
            self._asking[origin] = asking
            asking.add_done_callback(lambda _: self._asking.pop(origin))
        # One may have no time any more while others still wait.
        answer = await asyncio.shield(asking)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def _ask(origin: Origin) -> _Answer:
    loop = asyncio.get_running_loop()
    try:
        return await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except Exception as error:
        return error
