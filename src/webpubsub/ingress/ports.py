"""A port that is closed."""

import asyncio
from contextlib import suppress


async def close_port(server: asyncio.Server) -> None:
    """Accept nobody any more. asyncio makes a connection in the turn after the one in which it has
    accepted it, or forgets it, open, if the server has been closed by then. In another turn it
    tells us."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # as on Windows
        for listening in server.sockets:
            loop.remove_reader(listening)
    for _ in range(2):
        await asyncio.sleep(0)
    server.close()
